"""Writes prompts, policies, responses and tasks in bulk: the one way into the corpus.

Whole batches go in by COPY with ids taken from the sequences beforehand. That is safe because
every writer of a project's corpus holds its lock until commit, so what a batch found missing is
still missing when it is written. Digests decide what is known (annotate/digests.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import orjson
from django.db import connection, transaction
from psycopg import sql

from annotate.digests import is_evaluation, prompt_digest, response_digest, task_digest
from annotate.formats import Candidate
from annotate.models import Project, Question, Task

_NULL = r"\N"
_CORPUS_LOCK = 7101  # the class of our advisory locks; the key is the project's id
Messages = Sequence[Mapping[str, Any]]
Policies = dict[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class NewPrompt:
    """A conversation with its identity."""

    digest: bytes
    json: str
    group: str

    @classmethod
    def of(cls, messages: Messages, group: str = "") -> Self:
        return cls(prompt_digest(messages), orjson.dumps(list(messages)).decode(), group)


@dataclass(frozen=True, slots=True)
class NewTask:
    """A task to be, with all its identities; made by `of`, which any thread may call.

    `order[i]` is the place in the file of the i-th response in canonical order.
    """

    prompt: NewPrompt
    candidates: tuple[Candidate, ...]
    digests: tuple[bytes, ...]
    digest: bytes
    order: tuple[int, ...]
    recorded: tuple[int, ...] | None
    overlap: int | None

    @classmethod
    def of(
        cls,
        messages: Messages,
        responses: Sequence[Candidate],
        *,
        group: str = "",
        recorded: Sequence[int] | None = None,
        overlap: int | None = None,
    ) -> Self:
        """From responses in any order; `recorded` are their ranks in that order. `overlap` None
        takes the project's."""
        prompt = NewPrompt.of(messages, group)
        digests = [response_digest(c.text) for c in responses]
        order = tuple(sorted(range(len(digests)), key=digests.__getitem__))
        return cls(
            prompt=prompt,
            candidates=tuple([responses[i] for i in order]),
            digests=tuple([digests[i] for i in order]),
            digest=task_digest(prompt.digest, digests),
            order=order,
            recorded=tuple([recorded[i] for i in order]) if recorded else None,
            overlap=overlap,
        )


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task whose prompt and responses are in the corpus; responses in canonical order."""

    prompt_id: int
    response_ids: Sequence[int]
    digest: bytes
    recorded: Sequence[int] | None = None
    overlap: int | None = None


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
    _ensure_policies(project, (c for t in tasks for c in t.candidates), policies)
    prompts, _ = _ensure_prompts(project, [task.prompt for task in tasks])
    responses = _Responses(policies)
    for task in tasks:
        responses.add(prompts[task.prompt.digest], task.candidates, task.digests)
    ids = responses.write(pooled=False)
    rows = []
    for task in tasks:
        prompt = prompts[task.prompt.digest]
        own = [ids[prompt, digest] for digest in task.digests]
        rows.append(TaskRow(prompt, own, task.digest, task.recorded, task.overlap))
    return ensure_tasks(project, question, rows, source)


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
    candidates = [Candidate(text=text, policy=policy, version=version) for _, text in items]
    _ensure_policies(project, candidates, policies)
    wanted = [NewPrompt.of(messages) for messages, _ in items]
    prompts, prompts_added = _ensure_prompts(project, wanted)
    responses = _Responses(policies)
    for prompt, candidate in zip(wanted, candidates, strict=True):
        responses.add(prompts[prompt.digest], [candidate], [response_digest(candidate.text)])
    responses.write(pooled=pooled)
    return Added(responses.added, len(items) - responses.added, prompts_added)


def ensure_tasks(
    project: Project, question: Question, tasks: Sequence[TaskRow], source: str
) -> Written:
    """Writes the new ones of `tasks`. Called under the corpus lock."""
    known = _known("annotate_task", "question_id", question.pk, (t.digest for t in tasks))
    new = {t.digest: t for t in tasks if t.digest not in known}
    priority = 10 if source == Task.Source.ROUND else 0
    rows = []
    for task, pk in zip(new.values(), _take_ids("annotate_task", len(new)), strict=True):
        overlap = task.overlap or project.overlap
        ids = task.response_ids
        rows.append(
            f"{pk}\t{question.pk}\t{task.prompt_id}\t{_array(ids)}\t{len(ids)}\t"
            f"{_bytes(task.digest)}\t{overlap}\t{overlap}\t{source}\t{_array(task.recorded)}\t"
            f"{priority}\n"
        )
        known[task.digest] = pk
    _copy(
        "annotate_task (id, question_id, prompt_id, response_ids, k, digest, overlap, places_left,"
        " source, recorded, priority)",
        rows,
    )
    return Written([known[t.digest] for t in tasks], len(new), len(tasks) - len(new))


def _ensure_policies(project: Project, candidates: Iterable[Candidate], known: Policies) -> None:
    wanted = {(c.policy, c.version or "") for c in candidates if c.policy}
    for name, version in sorted(wanted - known.keys()):
        row, _ = project.policies.get_or_create(name=name, version=version)
        known[name, version] = row.pk


def _ensure_prompts(project: Project, wanted: Sequence[NewPrompt]) -> tuple[dict[bytes, int], int]:
    """Ids by digest, and how many were new."""
    known = _known("annotate_prompt", "project_id", project.pk, (p.digest for p in wanted))
    new = {p.digest: p for p in wanted if p.digest not in known}
    rows = []
    for prompt, pk in zip(new.values(), _take_ids("annotate_prompt", len(new)), strict=True):
        digest = prompt.digest
        split = "evaluation" if is_evaluation(digest, project.evaluation_share) else "train"
        rows.append(
            f"{pk}\t{project.pk}\t{_bytes(digest)}\t{_text(prompt.json)}\t{_text(prompt.group)}\t"
            f"{split}\n"
        )
        known[digest] = pk
    _copy('annotate_prompt (id, project_id, digest, messages, "group", split)', rows)
    return known, len(new)


@dataclass(slots=True)
class _Responses:
    """Collects (prompt, digest) → text, then writes the new ones and resolves all to ids."""

    policies: Policies
    wanted: dict[tuple[int, bytes], Candidate] = field(default_factory=dict)
    added: int = 0

    def add(
        self, prompt_id: int, candidates: Sequence[Candidate], digests: Sequence[bytes]
    ) -> None:
        for candidate, digest in zip(candidates, digests, strict=True):
            self.wanted.setdefault((prompt_id, digest), candidate)

    def write(self, *, pooled: bool) -> dict[tuple[int, bytes], int]:
        known = self._known()
        new = [key for key in self.wanted if key not in known]
        pool = "t" if pooled else "f"
        rows = []
        for key, pk in zip(new, _take_ids("annotate_response", len(new)), strict=True):
            c = self.wanted[key]
            policy = self.policies[c.policy, c.version or ""] if c.policy else _NULL
            rows.append(f"{pk}\t{key[0]}\t{_bytes(key[1])}\t{_text(c.text)}\t{policy}\t{pool}\n")
            known[key] = pk
        _copy("annotate_response (id, prompt_id, digest, text, policy_id, pooled)", rows)
        self.added = len(new)
        return known

    def _known(self) -> dict[tuple[int, bytes], int]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT prompt_id, digest, id FROM annotate_response WHERE prompt_id = ANY(%s)",
                [list({prompt for prompt, _ in self.wanted})],
            )
            return {(prompt, bytes(digest)): pk for prompt, digest, pk in cursor.fetchall()}


def _known(table: str, owner: str, owner_id: int, digests: Iterable[bytes]) -> dict[bytes, int]:
    """Ids of the digests that are there. One long string of hex is by far the quickest to send."""
    wanted = ",".join([digest.hex() for digest in set(digests)])
    query = sql.SQL(
        "SELECT digest, id FROM {table} WHERE {owner} = %s AND digest IN"
        " (SELECT decode(d, 'hex') FROM unnest(string_to_array(%s, ',')) AS d)"
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


def _copy(target: str, rows: Sequence[str]) -> None:
    """COPYs lines in the text format, put together here because there are very many."""
    if rows:
        with connection.cursor() as cursor, cursor.copy(f"COPY {target} FROM STDIN") as copy:
            copy.write("".join(rows))


def _text(value: str) -> str:
    for plain, escaped in (("\\", r"\\"), ("\t", r"\t"), ("\n", r"\n"), ("\r", r"\r")):
        value = value.replace(plain, escaped)
    return value


def _bytes(value: bytes) -> str:
    return rf"\\x{value.hex()}"


def _array(values: Sequence[int] | None) -> str:
    return _NULL if values is None else "{" + ",".join(map(str, values)) + "}"
