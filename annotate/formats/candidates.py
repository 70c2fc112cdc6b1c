"""The responses of a row: of a `responses` field, or of texts that other fields hold.

A task holds 1 to 16 responses and no two with the same text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from annotate.formats.fields import items, kind, name, text
from annotate.formats.records import MAX_RESPONSES, MIN_RESPONSES, BadRecord, Candidate


def candidates(value: Any) -> tuple[Candidate, ...]:
    """The entries of `responses`, each an object with `text` or bare text."""
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
        raise BadRecord(_twins(answers, [f"responses[{place}]" for place in range(len(answers))]))
    return answers


def bare(values: Sequence[Any], fields: Sequence[str]) -> tuple[Candidate, ...]:
    """Responses of unknown policies; `fields` names each in a complaint."""
    answers = tuple(
        [
            Candidate(text(value, field), None, None)
            for value, field in zip(values, fields, strict=True)
        ]
    )
    if len({answer.text for answer in answers}) != len(answers):
        raise BadRecord(_twins(answers, fields))
    return answers


def _candidate(value: Any, field: str) -> Candidate:
    if type(value) is not dict:
        raise BadRecord(f"{field} must be text or an object with text; it is {kind(value)}.")
    policy = name(value.get("policy"), f"{field}.policy")
    version = name(value.get("version"), f"{field}.version")
    if version is not None and policy is None:
        raise BadRecord(f"{field}.version is given without a policy.")
    return Candidate(text(value.get("text"), f"{field}.text"), policy, version)


def _twins(answers: tuple[Candidate, ...], fields: Sequence[str]) -> str:
    texts = [answer.text for answer in answers]
    later = next(place for place, text in enumerate(texts) if text in texts[:place])
    return f"{fields[texts.index(texts[later])]} and {fields[later]} are the same text."
