"""The forms whose rows are comparisons as they stand.

hh          `chosen` and `rejected`, both whole transcripts
preference  `prompt`, `chosen`, `rejected` as text or chat messages (TRL's preference type); without
            a `prompt`, two message lists that share their beginning (TRL's implicit prompt)
ranking     `prompt` and 1 to 16 `responses`; `ranks`, where the file has an order of its own

All take `id`, `group`, `votes` and `meta`. Other fields are ignored. Knows rows, not files.
"""

from __future__ import annotations

from typing import Any

from annotate.formats.candidates import candidates
from annotate.formats.fields import messages, name, text
from annotate.formats.meta import meta
from annotate.formats.records import MAX_GROUP, BadRecord, Candidate, Message, Record, Row
from annotate.formats.transcripts import is_transcript, part, prompt_messages, shared_turns, turns
from annotate.formats.votes import ranks, votes

FIELDS = ("prompt", "chosen", "rejected", "responses", "ranks", "votes", "id", "group", "meta")
"""What these forms keep of a row."""


def hh(line: int, row: Row) -> Record:
    """Two transcripts. The turns they share are the prompt; where they part are the answers."""
    found = (turns(text(row.get(side), side), side) for side in ("chosen", "rejected"))
    return _pair(line, row, *part(*found))


def preference(line: int, row: Row) -> Record:
    """TRL's preference type, in all its shapes."""
    prompt, chosen, rejected = row.get("prompt"), row.get("chosen"), row.get("rejected")
    if prompt is None:
        if type(chosen) is not list or type(rejected) is not list:
            raise BadRecord("prompt is missing, and chosen and rejected are not lists of messages.")
        found = part(messages(chosen, "chosen"), messages(rejected, "rejected"))
        return _pair(line, row, *found)
    context = prompt_messages(prompt)
    if type(chosen) is list or type(rejected) is list:
        found = part(
            _conversation(context, chosen, "chosen"), _conversation(context, rejected, "rejected")
        )
        return _pair(line, row, *found)
    chosen, rejected = text(chosen, "chosen"), text(rejected, "rejected")
    if type(prompt) is str and is_transcript(prompt):
        chosen, rejected = chosen.strip(), rejected.strip()
    if chosen == rejected:
        raise BadRecord("chosen and rejected are the same text.")
    return _pair(line, row, context, chosen, rejected)


def _conversation(context: tuple[Message, ...], value: Any, field: str) -> tuple[Message, ...]:
    """The prompt with one side's messages after it; a side may repeat the prompt."""
    if type(value) is not list:
        return (*context, {"role": "assistant", "content": text(value, field)})
    found = messages(value, field)
    if shared_turns(context, found) == len(context):
        return found
    if found[0]["role"] != "assistant":
        raise BadRecord(f"{field} must start with the assistant's message, or repeat the prompt.")
    return context + found


_CHOSEN_FIRST = (1, 2)


def _pair(line: int, row: Row, prompt: tuple[Message, ...], chosen: str, rejected: str) -> Record:
    answers = (Candidate(chosen, None, None), Candidate(rejected, None, None))
    return Record(
        line,
        name(row.get("id"), "id"),
        prompt,
        answers,
        votes(row.get("votes"), 2),
        _CHOSEN_FIRST,
        name(row.get("group"), "group", MAX_GROUP),
        None if row.get("meta") is None else meta(row["meta"]),
    )


def ranking(line: int, row: Row) -> Record:
    """A prompt and k responses, with the order the file gives them, if it gives one."""
    prompt = prompt_messages(row.get("prompt"))
    answers = candidates(row.get("responses"))
    order = row.get("ranks")
    return Record(
        line,
        name(row.get("id"), "id"),
        prompt,
        answers,
        votes(row.get("votes"), len(answers)),
        None if order is None else ranks(order, "ranks", len(answers), lowest=1),
        name(row.get("group"), "group", MAX_GROUP),
        None if row.get("meta") is None else meta(row["meta"]),
    )
