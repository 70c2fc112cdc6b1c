"""What a reader yields: a `Record` for each task of the file, a `BadLine` for each that is none.

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
MAX_TAG = 60
"""Characters of a vote's tag."""
MAX_META = 64 * 1024
"""Bytes of a record's `meta` as JSON."""
MIN_RESPONSES, MAX_RESPONSES = 1, 16
RECORDED = "recorded"
"""The rater of a label that a file gives without saying whose it is."""

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
    `submitted_at` is aware, read as UTC where the file names no offset. `answer` is given in place
    of `ranks`, which is then empty: the answer to another kind of question than which is better,
    an object as it stands in the file. What it says about responses follows the same order.
    """

    rater: str
    ranks: tuple[int, ...]
    strength: int | None
    unacceptable: tuple[bool, ...] | None
    submitted_at: datetime | None
    duration_ms: int | None
    answer: dict[str, Any] | None = None
    tags: tuple[str, ...] = ()
    note: str = ""


class Record(NamedTuple):
    """One task of the file. `recorded` is the label the file came with, which is nobody's vote:
    ranks, as a vote's; (1, 2) for chosen and rejected. `key` is the file's own `id`. `meta` is what
    the file said about the row beyond prompt, responses and answers; raters never see it."""

    line: int
    key: str | None
    messages: tuple[Message, ...]
    responses: tuple[Candidate, ...]
    votes: tuple[Vote, ...]
    recorded: tuple[int, ...] | None
    group: str | None
    meta: dict[str, Any] | None = None


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
