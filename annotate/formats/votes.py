"""Votes that a file brings along: who ranked the responses how, and when.

Knows the `votes` field alone. It is the same in every form.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from annotate.formats.fields import items, kind, name, whole
from annotate.formats.records import BadRecord, Vote

_LONGEST_MS = 2**31 - 1
_MAX_RANK = 1000
_YEARS = range(1970, 3000)


def votes(value: Any, k: int) -> tuple[Vote, ...]:
    """The votes on a record of `k` responses, at most one a rater."""
    if value is None:
        return ()
    found = tuple(
        [_vote(item, f"votes[{place}]", k) for place, item in enumerate(items(value, "votes"))]
    )
    raters: set[str] = set()
    for place, vote in enumerate(found):
        if vote.rater in raters:
            raise BadRecord(f"votes[{place}].rater voted already in this record.")
        raters.add(vote.rater)
    return found


def _vote(value: Any, field: str, k: int) -> Vote:
    if type(value) is not dict:
        raise BadRecord(f"{field} must be an object; it is {kind(value)}.")
    rater = name(value.get("rater"), f"{field}.rater")
    if rater is None:
        raise BadRecord(f"{field}.rater is missing.")
    strength, duration = value.get("strength"), value.get("duration_ms")
    return Vote(
        rater,
        _ranks(value.get("ranks"), f"{field}.ranks", k),
        None if strength is None else whole(strength, f"{field}.strength", 1, 3),
        _flags(value.get("unacceptable"), f"{field}.unacceptable", k),
        _time(value.get("submitted_at"), f"{field}.submitted_at"),
        None if duration is None else whole(duration, f"{field}.duration_ms", 0, _LONGEST_MS),
    )


def _one_each(value: Any, field: str, k: int) -> list[Any]:
    found = items(value, field)
    if len(found) != k:
        raise BadRecord(f"{field} has {len(found)} entries; the record has {k} responses.")
    return found


def _ranks(value: Any, field: str, k: int) -> tuple[int, ...]:
    found = _one_each(value, field, k)
    for place, rank in enumerate(found):
        whole(rank, f"{field}[{place}]", 0, _MAX_RANK)
    return dense(found)


def dense(ranks: list[int]) -> tuple[int, ...]:
    """Ranks without gaps, from 1: (2, 2, 5) becomes (1, 1, 2)."""
    order = {rank: place for place, rank in enumerate(sorted(set(ranks)), start=1)}
    return tuple([order[rank] for rank in ranks])


def _flags(value: Any, field: str, k: int) -> tuple[bool, ...] | None:
    if value is None:
        return None
    found = _one_each(value, field, k)
    for place, flag in enumerate(found):
        if type(flag) is not bool:
            raise BadRecord(f"{field}[{place}] must be true or false; it is {kind(flag)}.")
    return tuple(found)


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
