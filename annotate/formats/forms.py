"""The three forms of a row, and how a row's form is told from its fields.

hh          `chosen` and `rejected`, both whole transcripts
preference  `prompt`, `chosen`, `rejected` as text or chat messages (TRL's preference type); without
            a `prompt`, two message lists that share their beginning (TRL's implicit prompt)
ranking     `prompt` and 2 to 16 `responses`

All take `id`, `group` and `votes`. Other fields are ignored. Knows rows, not files.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from annotate.formats.fields import items, kind, messages, name, text
from annotate.formats.records import (
    MAX_GROUP,
    MAX_RESPONSES,
    MIN_RESPONSES,
    BadRecord,
    Candidate,
    Message,
    Record,
    Row,
)
from annotate.formats.transcripts import is_transcript, part, prompt_messages, shared_turns, turns
from annotate.formats.votes import votes

Parser = Callable[[int, Row], Record]

FIELDS = ("prompt", "chosen", "rejected", "responses", "votes", "id", "group")
KNOWN_FORMS = (
    "Known forms are: hh (chosen and rejected, whole 'Human: … Assistant: …' transcripts),"
    " preference (prompt, chosen and rejected, as text or chat messages) and ranking (prompt and"
    " responses), as JSON lines or as one JSON list, gzipped or not."
)


def form_of(row: Row) -> str | None:
    """The name of the form a row is in, or None if it is none of them."""
    if "responses" in row:
        return "ranking"
    if "chosen" not in row or "rejected" not in row:
        return None
    if row.get("prompt") is not None:
        return "preference"
    kinds = {type(row["chosen"]), type(row["rejected"])}
    if list in kinds:
        return "preference"
    return "hh" if str in kinds else None


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
    )


def ranking(line: int, row: Row) -> Record:
    """A prompt and k responses, each an object with `text` or bare text."""
    prompt = prompt_messages(row.get("prompt"))
    answers = _candidates(row.get("responses"))
    return Record(
        line,
        name(row.get("id"), "id"),
        prompt,
        answers,
        votes(row.get("votes"), len(answers)),
        None,
        name(row.get("group"), "group", MAX_GROUP),
    )


def _candidates(value: Any) -> tuple[Candidate, ...]:
    found = items(value, "responses")
    if not MIN_RESPONSES <= len(found) <= MAX_RESPONSES:
        raise BadRecord(
            f"responses has {len(found)} entries; a task takes {MIN_RESPONSES} to {MAX_RESPONSES}."
        )
    answers = tuple(
        [
            Candidate(text(item, f"responses[{place}]"), None, None)
            if type(item) is str
            else _candidate(item, f"responses[{place}]")
            for place, item in enumerate(found)
        ]
    )
    if len({answer.text for answer in answers}) != len(answers):
        raise BadRecord(_twins(answers))
    return answers


def _candidate(value: Any, field: str) -> Candidate:
    if type(value) is not dict:
        raise BadRecord(f"{field} must be text or an object with text; it is {kind(value)}.")
    policy = name(value.get("policy"), f"{field}.policy")
    version = name(value.get("version"), f"{field}.version")
    if version is not None and policy is None:
        raise BadRecord(f"{field}.version is given without a policy.")
    return Candidate(text(value.get("text"), f"{field}.text"), policy, version)


def _twins(answers: tuple[Candidate, ...]) -> str:
    texts = [answer.text for answer in answers]
    later = next(place for place, text in enumerate(texts) if text in texts[:place])
    return f"responses[{texts.index(texts[later])}] and responses[{later}] are the same text."


PARSERS: dict[str, Parser] = {"hh": hh, "preference": preference, "ranking": ranking}
