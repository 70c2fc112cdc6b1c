"""What a reader yields: one `Record` a usable row, one `BadLine` a row that is not.

Named tuples: an import makes millions of them. Knows no file format and no database. The limits
below are what the rest of the house can store.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, NamedTuple, TypedDict

MAX_LINE = 16 * 1024 * 1024
"""Bytes of one record as it stands in the file, decompressed."""
MAX_NAME = 200
"""Characters of an id, a policy, a version or a rater."""
MAX_GROUP = 100
"""Characters of a group."""
MIN_RESPONSES, MAX_RESPONSES = 2, 16

Role = Literal["system", "user", "assistant"]
ROLES: frozenset[str] = frozenset({"system", "user", "assistant"})

Row = dict[str, Any]
"""One parsed JSON object, nothing about it checked yet."""


class Message(TypedDict):
    role: Role
    content: str


class Candidate(NamedTuple):
    text: str
    policy: str | None
    version: str | None


class Vote(NamedTuple):
    """A rater's answer; `ranks` and `unacceptable` follow the record's own response order.

    `ranks` is dense from 1 (1 is best, equal is tied); `duration_ms` is in milliseconds;
    `submitted_at` is aware, read as UTC where the file names no offset.
    """

    rater: str
    ranks: tuple[int, ...]
    strength: int | None
    unacceptable: tuple[bool, ...] | None
    submitted_at: datetime | None
    duration_ms: int | None


class Record(NamedTuple):
    """One task of the file. `recorded` is the label the file came with, which is nobody's vote:
    (1, 2) for chosen and rejected, None for a ranking. `key` is the file's own `id`."""

    line: int
    key: str | None
    messages: tuple[Message, ...]
    responses: tuple[Candidate, ...]
    votes: tuple[Vote, ...]
    recorded: tuple[int, ...] | None
    group: str | None


class BadLine(NamedTuple):
    """A row that was left out. `reason` is a sentence for whoever can mend the file."""

    line: int
    reason: str


class UnreadableFile(Exception):
    """Nothing in the file can be read; `str()` is a sentence that says why."""


class BadRecord(Exception):
    """One row cannot be used; `str()` is the reason of its `BadLine`."""


def too_long(line: int) -> BadLine:
    size = MAX_LINE // (1024 * 1024)
    return BadLine(line, f"The record is longer than {size} MiB; it was skipped.")
