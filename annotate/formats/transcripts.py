"""Conversations: transcripts with 'Human:' and 'Assistant:' turns, string prompts, and how two
conversations become one prompt and two answers.

Follows Anthropic's HH-RLHF files (`\\n\\nHuman: … \\n\\nAssistant: …`) and OpenAssistant's dialogue
dump (one newline between turns). Does not know which field a conversation came from except by
the name it is given for its messages.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from annotate.formats.fields import messages, text
from annotate.formats.records import BadRecord, Message, Role

_TURN = re.compile(r"\n\n(Human|Assistant):")
_TURN_OF_A_LINE = re.compile(r"\n(Human|Assistant):")
_ROLES: dict[str, Role] = {"Human": "user", "Assistant": "assistant"}


def is_transcript(value: str) -> bool:
    return value.startswith(("Human:", "\n\nHuman:"))


def turns(value: str, field: str, *, a_line_each: bool = False) -> tuple[Message, ...]:
    """The turns of a transcript, each stripped; neighbours of one role are joined as paragraphs.

    Models that were sampled for HH sometimes wrote a second 'Assistant:' into their own answer:
    it is one answer, and a conversation must alternate to be trained on.
    """
    pattern = _TURN_OF_A_LINE if a_line_each else _TURN
    lead, *parts = pattern.split(value if value.startswith("\n") else "\n\n" + value)
    if not parts:
        raise BadRecord(f"{field} is not a transcript: it has no '\\n\\nHuman:' turn.")
    if lead.strip():
        raise BadRecord(f"{field} has text before its first 'Human:' turn.")
    found: list[Message] = []
    for speaker, said in zip(parts[::2], parts[1::2], strict=True):
        role, content = _ROLES[speaker], said.strip()
        if found and found[-1]["role"] == role:
            content = f"{found[-1]['content']}\n\n{content}".strip()
            found.pop()
        found.append({"role": role, "content": content})
    return tuple(found)


def prompt_messages(value: Any, field: str = "prompt") -> tuple[Message, ...]:
    """A prompt as messages that end with the user's turn.

    `value` is a list of messages, a transcript, or text that becomes one user message.
    """
    if type(value) is not str:
        if value is None:
            raise BadRecord(f"{field} is missing.")
        return ends_with_user(messages(value, field), field)
    if not is_transcript(value):
        return ({"role": "user", "content": text(value, field)},)
    found = turns(value, field, a_line_each=value.startswith("H"))
    if found[-1] == {"role": "assistant", "content": ""}:
        found = found[:-1]  # the usual cue, '\n\nAssistant:', after which the answer is written
    return ends_with_user(found, field)


def ends_with_user(found: tuple[Message, ...], field: str) -> tuple[Message, ...]:
    if not found:
        raise BadRecord(f"{field} is empty: nothing stands before the assistant's answer.")
    last = found[-1]
    if last["role"] != "user":
        raise BadRecord(
            f"{field} must end with the user's turn; it ends with the {last['role']}'s."
        )
    text(last["content"], f"{field}: the user's last turn")
    return found


def shared_turns(one: Sequence[Message], other: Sequence[Message]) -> int:
    """How many leading turns two conversations have in common."""
    count = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        count += 1
    return count


def part(
    chosen: tuple[Message, ...], rejected: tuple[Message, ...]
) -> tuple[tuple[Message, ...], str, str]:
    """The shared prompt of two conversations and the two answers where they part.

    What either says after that answer is cut off. They must part at the assistant's turn.
    """
    shared = shared_turns(chosen, rejected)
    if shared == len(chosen) == len(rejected):
        raise BadRecord("chosen and rejected are the same conversation.")
    if shared == min(len(chosen), len(rejected)):
        raise BadRecord("chosen and rejected: one is only the beginning of the other.")
    if not chosen[shared]["role"] == rejected[shared]["role"] == "assistant":
        raise BadRecord(
            f"chosen and rejected part at turn {shared + 1}, which is not the assistant's in both,"
            " so they do not answer one prompt."
        )
    return (
        ends_with_user(chosen[:shared], "the prompt that chosen and rejected share"),
        text(chosen[shared]["content"], "chosen: the assistant's last turn"),
        text(rejected[shared]["content"], "rejected: the assistant's last turn"),
    )
