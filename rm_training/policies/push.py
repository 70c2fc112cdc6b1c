"""What an RL trainer pushes: responses of one policy version, checked. Pure: it stores nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from annotate.formats import Message
from annotate.questions.text import is_storable

MAX_ITEMS = 1_000
MAX_CHARACTERS = 1_000_000


class InvalidPush(ValueError):
    """`errors` has one sentence an item that cannot be used, by its place in the list."""

    def __init__(self, errors: dict[int, str]) -> None:
        super().__init__(f"{len(errors)} items cannot be used.")
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Pushed:
    """A prompt, which is a conversation up to the model's turn, and one response to it."""

    messages: tuple[Message, ...]
    text: str


def parse_items(items: Sequence[dict[str, Any]]) -> list[Pushed]:
    """The items `{"prompt": text or messages, "text": text}`; InvalidPush names all bad ones.

    The shape is checked by the caller: `prompt` is text or a list of messages with a known role
    and text. A text prompt is one user message.
    """
    errors = {place: reason for place, item in enumerate(items) if (reason := _wrong(item))}
    if errors:
        raise InvalidPush(errors)
    return [Pushed(_messages(item["prompt"]), item["text"]) for item in items]


def _messages(prompt: Any) -> tuple[Message, ...]:
    if isinstance(prompt, str):
        return (Message(role="user", content=prompt),)
    return tuple(Message(role=m["role"], content=m["content"]) for m in prompt)


def _wrong(item: dict[str, Any]) -> str | None:
    """Why an item cannot be used, or None."""
    messages = _messages(item["prompt"])
    texts = [item["text"], *(message["content"] for message in messages)]
    if not all(map(is_storable, texts)):
        return "a text holds a character that cannot be stored (NUL or half a surrogate pair)."
    if sum(map(len, texts)) > MAX_CHARACTERS:
        return f"prompt and text have more than {MAX_CHARACTERS:,} characters together."
    if not item["text"].strip():
        return "text is empty."
    if not messages or not messages[-1]["content"].strip():
        return "prompt is empty."
    if messages[-1]["role"] == "assistant":
        return "prompt ends with the assistant's turn; it must end where the response begins."
    return None
