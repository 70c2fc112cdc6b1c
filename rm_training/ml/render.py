"""How a conversation becomes the text that a reward model reads. It knows no weights.

There is one way and it is the tokenizer's own chat template, so whoever formats a conversation with
`tokenizer.apply_chat_template(messages, tokenize=False)` and tokenises it with the tokenizer's
defaults (RewardBench, a text-classification pipeline, vLLM's scoring endpoint) gets the same tokens
that the heads were trained on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

# For backbones that come without a template. Roles are spelled out, turns are lines; the special
# tokens are left to the tokenizer, which adds its own.
PLAIN_TEMPLATE = (
    "{% for message in messages %}"
    "{{ message['role'] }}: {{ message['content'] }}{% if not loop.last %}{{ '\\n' }}{% endif %}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '\\nassistant: ' }}{% endif %}"
)

Messages = Sequence[Mapping[str, str]]


class Conversation(NamedTuple):
    """A prompt (messages up to the model's turn) and one response to it."""

    messages: Messages
    response: str


def prepare_tokenizer(tokenizer: PreTrainedTokenizerBase, max_tokens: int) -> None:
    """Set, in place, what training and everyone who reloads the model must share.

    Padding is on the right; truncation drops the oldest tokens, so what is lost is the beginning of
    the prompt; a tokenizer without a chat template gets `PLAIN_TEMPLATE`; the padding token differs
    from the end-of-text token, since decoders are read at their last token that is not padding.
    """
    tokenizer.padding_side = "right"
    tokenizer.truncation_side = "left"
    # The attributes serve this process; only what is in init_kwargs is saved with the tokenizer.
    tokenizer.init_kwargs |= {"padding_side": "right", "truncation_side": "left"}
    tokenizer.model_max_length = max_tokens
    if tokenizer.chat_template is None:
        tokenizer.chat_template = PLAIN_TEMPLATE
    if tokenizer.pad_token_id is None or tokenizer.pad_token_id == tokenizer.eos_token_id:
        tokenizer.add_special_tokens({"pad_token": "[PAD]"})


def tokenized(
    tokenizer: PreTrainedTokenizerBase, conversations: Sequence[Conversation]
) -> tuple[list[list[int]], int]:
    """Token ids of each conversation, and how many of them lost their oldest tokens."""
    if not conversations:
        return [], 0
    encoded = tokenizer([render(tokenizer, one) for one in conversations], truncation=True)
    cut = sum(bool(each.overflowing) for each in encoded.encodings or [])
    return encoded["input_ids"], cut


def render(tokenizer: PreTrainedTokenizerBase, conversation: Conversation) -> str:
    """The text of a conversation, by the tokenizer's chat template.

    Where the template writes a beginning-of-text token that the tokenizer would add again, it is
    left to the tokenizer (RewardBench's rule), so the text is always tokenised with the defaults.
    """
    turn = {"role": "assistant", "content": conversation.response}
    turns = [*map(dict, conversation.messages), turn]
    text = tokenizer.apply_chat_template(turns, tokenize=False)
    if not isinstance(text, str):
        raise TypeError("The tokenizer's chat template gave no text.")
    bos = tokenizer.bos_token
    if bos and text.startswith(bos) and tokenizer("a")["input_ids"][0] == tokenizer.bos_token_id:
        return text.removeprefix(bos)
    return text
