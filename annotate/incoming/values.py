"""Prompts, responses and tasks to be.

An import makes millions of them and sends them through a pipe. The innermost are plain tuples, so
that they cross it in two thirds of the time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Self

import orjson

from annotate.digests import prompt_digest, response_digest, task_digest
from annotate.formats import BadLine, Candidate, Record, Vote

Messages = Sequence[Mapping[str, Any]]
PolicyName = tuple[str, str]
"""Name and version; the version may be empty."""
NewPrompt = tuple[bytes, bytes, str]
"""Digest, messages as JSON, group."""
NewResponse = tuple[bytes, str, PolicyName | None]
"""Digest, text, policy."""


def new_prompt(messages: Messages, group: str = "") -> NewPrompt:
    return prompt_digest(messages), orjson.dumps(list(messages)), group


def new_response(candidate: Candidate) -> NewResponse:
    text, policy, version = candidate
    return response_digest(text), text, (policy, version or "") if policy else None


class NewTask(NamedTuple):
    """A task with all its identities; `responses` and `recorded` in canonical order.

    `order[i]` is the place in the file of the i-th response in canonical order. `overlap` None
    takes the project's.
    """

    prompt: NewPrompt
    responses: tuple[NewResponse, ...]
    digest: bytes
    order: tuple[int, ...]
    recorded: tuple[int, ...] | None
    overlap: int | None
    meta: bytes | None = None
    """What the file said beyond all this, as JSON."""

    @classmethod
    def of(
        cls,
        messages: Messages,
        responses: Sequence[Candidate],
        *,
        group: str = "",
        recorded: Sequence[int] | None = None,
        overlap: int | None = None,
        meta: Mapping[str, Any] | None = None,
    ) -> Self:
        """From responses in any order; `recorded` are their ranks in that order."""
        prompt = new_prompt(messages, group)
        found = [new_response(candidate) for candidate in responses]
        order = tuple(sorted(range(len(found)), key=found.__getitem__))
        canonical = tuple([found[i] for i in order])
        return cls(
            prompt,
            canonical,
            task_digest(prompt[0], [digest for digest, _, _ in canonical]),
            order,
            tuple([recorded[i] for i in order]) if recorded else None,
            overlap,
            None if meta is None else orjson.dumps(meta),
        )


class FromFile(NamedTuple):
    """A task as a file brought it: its line, the file's own id for it, the votes already cast."""

    line: int
    key: str | None
    votes: tuple[Vote, ...]
    task: NewTask

    @classmethod
    def of(cls, record: Record, overlap: int) -> Self:
        """`overlap` is the project's; votes that were cast take their places beyond it."""
        task = NewTask.of(
            record.messages,
            record.responses,
            group=record.group or "",
            recorded=record.recorded,
            overlap=max(overlap, len(record.votes)),
            meta=record.meta,
        )
        return cls(record.line, record.key, record.votes, task)


class Batch(NamedTuple):
    """`bytes_read` of the file until now, compressed as they lie there."""

    bytes_read: int
    tasks: list[FromFile]
    bad: list[BadLine]
