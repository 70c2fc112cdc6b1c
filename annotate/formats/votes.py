"""Votes that a file brings along: who ranked the responses how, or answered what, and when.

Knows the `votes` field alone. It is the same in every form.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from annotate.formats.fields import items, kind, name, text, whole
from annotate.formats.records import MAX_TAG, BadRecord, Vote

_LONGEST_MS = 2**31 - 1
_MAX_RANK = 1000
_YEARS = range(1970, 3000)


def votes(value: Any, k: int, first: tuple[Vote, ...] = ()) -> tuple[Vote, ...]:
    """The votes on a record of `k` responses, at most one a rater, after those in `first`, which
    the form found in other fields of the row."""
    if value is None:
        return first
    found = tuple(
        [_vote(item, f"votes[{place}]", k) for place, item in enumerate(items(value, "votes"))]
    )
    raters = {vote.rater for vote in first}
    for place, vote in enumerate(found):
        if vote.rater in raters:
            raise BadRecord(f"votes[{place}].rater voted already in this record.")
        raters.add(vote.rater)
    return first + found


def answered(rater: str, answer: dict[str, Any]) -> Vote:
    """A vote that other fields of a row amount to: an answer of a kind that is no ranking."""
    return Vote(rater, (), None, None, None, None, answer)


def _vote(value: Any, field: str, k: int) -> Vote:
    if type(value) is not dict:
        raise BadRecord(f"{field} must be an object; it is {kind(value)}.")
    rater = name(value.get("rater"), f"{field}.rater")
    if rater is None:
        raise BadRecord(f"{field}.rater is missing.")
    strength, duration = value.get("strength"), value.get("duration_ms")
    answer, tags, note = value.get("answer"), value.get("tags"), value.get("note")
    return Vote(
        rater,
        ranks(value.get("ranks"), f"{field}.ranks", k) if answer is None else (),
        None if strength is None else whole(strength, f"{field}.strength", 1, 3),
        _flags(value.get("unacceptable"), f"{field}.unacceptable", k),
        _time(value.get("submitted_at"), f"{field}.submitted_at"),
        None if duration is None else whole(duration, f"{field}.duration_ms", 0, _LONGEST_MS),
        None if answer is None else _answer(value, field),
        () if tags is None else _tags(tags, f"{field}.tags"),
        "" if note is None else _note(note, f"{field}.note"),
    )


def _answer(vote: dict[str, Any], field: str) -> dict[str, Any]:
    """The answer to another kind of question. What may be in it, the project's question says."""
    answer: Any = vote["answer"]
    if type(answer) is not dict:
        raise BadRecord(f"{field}.answer must be an object; it is {kind(answer)}.")
    if vote.get("ranks") is not None:
        raise BadRecord(f"{field} has both ranks and an answer; give one of them.")
    return answer


def one_each(value: Any, field: str, k: int) -> list[Any]:
    """A list with an entry for each of `k` responses."""
    found = items(value, field)
    if len(found) != k:
        raise BadRecord(f"{field} has {len(found)} entries; the record has {k} responses.")
    return found


def ranks(value: Any, field: str, k: int, lowest: int = 0) -> tuple[int, ...]:
    """One whole number a response, of which only the order counts, made dense from 1."""
    found = one_each(value, field, k)
    for place, rank in enumerate(found):
        whole(rank, f"{field}[{place}]", lowest, _MAX_RANK)
    return dense(found)


def dense(ranks: Sequence[int]) -> tuple[int, ...]:
    """Ranks without gaps, from 1: (2, 2, 5) becomes (1, 1, 2)."""
    order = {rank: place for place, rank in enumerate(sorted(set(ranks)), start=1)}
    return tuple([order[rank] for rank in ranks])


def _flags(value: Any, field: str, k: int) -> tuple[bool, ...] | None:
    if value is None:
        return None
    found = one_each(value, field, k)
    for place, flag in enumerate(found):
        if type(flag) is not bool:
            raise BadRecord(f"{field}[{place}] must be true or false; it is {kind(flag)}.")
    return tuple(found)


def _tags(value: Any, field: str) -> tuple[str, ...]:
    found = items(value, field)
    for place, tag in enumerate(found):
        if len(text(tag, f"{field}[{place}]")) > MAX_TAG:
            raise BadRecord(
                f"{field}[{place}] has {len(tag)} characters; at most {MAX_TAG} can be kept."
            )
    return tuple(found)


def _note(value: Any, field: str) -> str:
    if type(value) is not str:
        raise BadRecord(f"{field} must be text; it is {kind(value)}.")
    return value


def _time(value: Any, field: str) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise BadRecord(f"{field} must be a time like 2026-05-01T12:30:00Z.") from None
    if moment.year not in _YEARS:
        raise BadRecord(f"{field} names the year {moment.year}.")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
