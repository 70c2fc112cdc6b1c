"""Writes prompts, policies, responses and tasks in bulk: the one way into the corpus.

Whole batches go in by COPY with ids taken from the sequences beforehand. That is safe because
every writer of a project's corpus holds its lock until commit, so what a batch found missing is
still missing when it is written. Digests decide what is known (annotate/digests.py).
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from struct import Struct
from typing import Any, NamedTuple

from django.db import connection, transaction
from psycopg import sql

from annotate.digests import is_evaluation
from annotate.formats import Candidate
from annotate.incoming import (
    Messages,
    NewPrompt,
    NewResponse,
    NewTask,
    PolicyName,
    new_prompt,
    new_response,
)
from annotate.models import Project, Question, Task

_CORPUS_LOCK = 7101  # the class of our advisory locks; the key is the project's id
Policies = dict[PolicyName, int]

# The columns that COPY writes, with the types of the values. RAW marks those that we hand over
# in PostgreSQL's binary form: the library's own way takes three times as long.
_RAW = "bytea"
_PROMPT_COLUMNS = {
    "id": "int8", "project_id": "int8", "digest": "bytea", "messages": _RAW, "group": "text",
    "split": "text",
}  # fmt: skip
_RESPONSE_COLUMNS = {
    "id": "int8", "prompt_id": "int8", "digest": "bytea", "text": "text", "policy_id": "int8",
    "pooled": "bool",
}  # fmt: skip
_TASK_COLUMNS = {
    "id": "int8", "question_id": "int8", "prompt_id": "int8", "response_ids": _RAW, "k": "int2",
    "digest": "bytea", "overlap": "int2", "places_left": "int2", "source": "text",
    "recorded": _RAW, "priority": "int2", "meta": _RAW,
}  # fmt: skip
_JSONB_VERSION = b"\x01"


@dataclass(frozen=True)
class _Element:
    """A type of array elements: its OID, its bytes, its letter in `struct`."""

    oid: int
    size: int
    code: str


@cache
def _layout(n: int, code: str) -> Struct:
    return Struct(">iiIii" + f"i{code}" * n)


_INT2, _INT8 = _Element(21, 2, "h"), _Element(20, 8, "q")


class TaskRow(NamedTuple):
    """A task whose prompt and responses are in the corpus; responses in canonical order."""

    prompt_id: int
    response_ids: tuple[int, ...]
    digest: bytes
    recorded: tuple[int, ...] | None = None
    overlap: int | None = None
    meta: bytes | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """Task ids in the order given, and how many of them are new."""

    task_ids: list[int]
    added: int
    known: int


@dataclass(frozen=True, slots=True)
class Added:
    added: int
    known: int
    prompts_added: int


def lock_corpus(project: Project) -> None:
    """Serialises writers of one project's corpus until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_CORPUS_LOCK, project.pk])


@transaction.atomic
def write_tasks(
    *,
    project: Project,
    question: Question,
    tasks: Sequence[NewTask],
    source: str = Task.Source.IMPORT,
    policies: Policies | None = None,
) -> Written:
    """Writes what is new of `tasks` and finds the rest: one transaction under the corpus lock.

    `policies` may carry known policy ids from batch to batch.
    """
    lock_corpus(project)
    policies = {} if policies is None else policies
    _ensure_policies(project, {r[2] for t in tasks for r in t.responses}, policies)
    prompts, new_prompts = _ensure_prompts(project, [task.prompt for task in tasks])
    responses = _Responses(policies, new_prompts)
    for task in tasks:
        responses.add(prompts[task.prompt[0]], task.responses)
    ids = responses.write(pooled=False)
    rows = []
    for task in tasks:
        prompt = prompts[task.prompt[0]]
        own = tuple([ids[prompt, digest] for digest, _, _ in task.responses])
        rows.append(TaskRow(prompt, own, task.digest, task.recorded, task.overlap, task.meta))
    return ensure_tasks(project, question, rows, source, new_prompts)


@transaction.atomic
def add_responses(
    *,
    project: Project,
    policy: str,
    version: str,
    items: Sequence[tuple[Messages, str]],
    pooled: bool = True,
) -> Added:
    """Responses of one policy version to prompts, known or new. The same again adds nothing."""
    lock_corpus(project)
    policies: Policies = {}
    answers = [new_response(Candidate(text, policy, version)) for _, text in items]
    _ensure_policies(project, {name for _, _, name in answers}, policies)
    wanted = [new_prompt(messages) for messages, _ in items]
    prompts, new_prompts = _ensure_prompts(project, wanted)
    responses = _Responses(policies, new_prompts)
    for (digest, _, _), answer in zip(wanted, answers, strict=True):
        responses.add(prompts[digest], [answer])
    responses.write(pooled=pooled)
    return Added(responses.added, len(items) - responses.added, len(new_prompts))


def ensure_tasks(
    project: Project,
    question: Question,
    tasks: Sequence[TaskRow],
    source: str,
    new_prompts: Container[int] = (),
) -> Written:
    """Writes the new ones of `tasks`. Called under the corpus lock.

    `new_prompts` are prompts this transaction wrote: a task on one of them can't be known.
    """
    digests = (t.digest for t in tasks if t.prompt_id not in new_prompts)
    known = _known("annotate_task", "question_id", question.pk, digests)
    new = {t.digest: t for t in tasks if t.digest not in known}
    known |= dict(zip(new, _take_ids("annotate_task", len(new)), strict=True))
    priority = 10 if source == Task.Source.ROUND else 0
    _copy(
        "annotate_task",
        _TASK_COLUMNS,
        (
            (
                known[digest],
                question.pk,
                task.prompt_id,
                _array(task.response_ids, _INT8),
                len(task.response_ids),
                digest,
                overlap := task.overlap or project.overlap,
                overlap,
                source,
                _array(task.recorded, _INT2) if task.recorded else None,
                priority,
                None if task.meta is None else _JSONB_VERSION + task.meta,
            )
            for digest, task in new.items()
        ),
    )
    return Written([known[t.digest] for t in tasks], len(new), len(tasks) - len(new))


def _ensure_policies(
    project: Project, wanted: Iterable[PolicyName | None], known: Policies
) -> None:
    for name, version in sorted({policy for policy in wanted if policy} - known.keys()):
        row, _ = project.policies.get_or_create(name=name, version=version)
        known[name, version] = row.pk


def _ensure_prompts(
    project: Project, wanted: Sequence[NewPrompt]
) -> tuple[dict[bytes, int], set[int]]:
    """Ids by digest, and which of them are new."""
    known = _known("annotate_prompt", "project_id", project.pk, (p[0] for p in wanted))
    new = {prompt[0]: prompt for prompt in wanted if prompt[0] not in known}
    ids = _take_ids("annotate_prompt", len(new))
    known |= dict(zip(new, ids, strict=True))
    share = project.evaluation_share
    _copy(
        "annotate_prompt",
        _PROMPT_COLUMNS,
        (
            (
                known[digest],
                project.pk,
                digest,
                _JSONB_VERSION + json,
                group,
                "evaluation" if is_evaluation(digest, share) else "train",
            )
            for digest, json, group in new.values()
        ),
    )
    return known, set(ids)


@dataclass(slots=True)
class _Responses:
    """Collects (prompt, digest) → text, then writes the new ones and resolves all to ids."""

    policies: Policies
    new_prompts: Container[int]
    wanted: dict[tuple[int, bytes], NewResponse] = field(default_factory=dict)
    added: int = 0

    def add(self, prompt_id: int, responses: Iterable[NewResponse]) -> None:
        for response in responses:
            self.wanted.setdefault((prompt_id, response[0]), response)

    def write(self, *, pooled: bool) -> dict[tuple[int, bytes], int]:
        known = self._known()
        self.added = len(self.wanted) - len(known.keys() & self.wanted.keys())
        ids = iter(_take_ids("annotate_response", self.added))
        _copy("annotate_response", _RESPONSE_COLUMNS, self._rows(known, ids, pooled))
        return known

    def _rows(
        self, known: dict[tuple[int, bytes], int], ids: Iterator[int], pooled: bool
    ) -> Iterator[tuple[Any, ...]]:
        """The rows to write; `known` grows with them, while the server stores what came before."""
        for key, (_, text, policy) in self.wanted.items():
            if key not in known:
                known[key] = pk = next(ids)
                yield pk, *key, text, self.policies[policy] if policy else None, pooled

    def _known(self) -> dict[tuple[int, bytes], int]:
        prompts = {prompt for prompt, _ in self.wanted if prompt not in self.new_prompts}
        if not prompts:
            return {}
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT prompt_id, digest, id FROM annotate_response WHERE prompt_id = ANY(%s)",
                [list(prompts)],
            )
            return {(prompt, bytes(digest)): pk for prompt, digest, pk in cursor.fetchall()}


def _known(table: str, owner: str, owner_id: int, digests: Iterable[bytes]) -> dict[bytes, int]:
    """Ids of the digests that are there.

    One long string of hex is the quickest to send, and an array to look up: the index is read in
    its own order.
    """
    wanted = ",".join([digest.hex() for digest in set(digests)])
    if not wanted:
        return {}
    query = sql.SQL(
        "SELECT digest, id FROM {table} WHERE {owner} = %s AND digest ="
        " ANY(ARRAY(SELECT decode(d, 'hex') FROM unnest(string_to_array(%s, ',')) AS d))"
    ).format(table=sql.Identifier(table), owner=sql.Identifier(owner))
    with connection.cursor() as cursor:
        cursor.execute(query, [owner_id, wanted])
        return {bytes(digest): pk for digest, pk in cursor.fetchall()}


def _take_ids(table: str, count: int) -> list[int]:
    if not count:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(nextval(name)::text, ',') FROM generate_series(1, %s),"
            " (SELECT pg_get_serial_sequence(%s, 'id')::regclass OFFSET 0) AS sequence (name)",
            [count, table],
        )
        return [int(pk) for pk in cursor.fetchone()[0].split(",")]


def _copy(table: str, columns: Mapping[str, str], rows: Iterable[tuple[Any, ...]]) -> None:
    """COPYs `rows` in the binary format, streamed, so that the server stores as we make them."""
    target = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with connection.cursor() as cursor, cursor.copy(target) as copy:
        copy.set_types(list(columns.values()))
        for row in rows:
            copy.write_row(row)


def _array(values: tuple[int, ...], element: _Element) -> bytes:
    """A one-dimensional array in binary form: array_send in PostgreSQL's arrayfuncs.c."""
    sized: list[int] = []
    for value in values:
        sized += (element.size, value)
    n = len(values)
    return _layout(n, element.code).pack(1, 0, element.oid, n, 1, *sized)
