"""Writes prompts, policies, responses and tasks in bulk: the one way into the corpus.

Whole batches go in by COPY with ids taken from the sequences beforehand. That is safe because
every writer of a project's corpus holds its lock until commit, so what a batch found missing is
still missing when it is written. Digests decide what is known (annotate/digests.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from django.db import connection, transaction

from annotate.digests import is_evaluation, prompt_digest, response_digest, task_digest
from annotate.formats import Candidate, Message
from annotate.models import Project, Prompt, Question, Task

_CORPUS_LOCK = 7101  # the class of our advisory locks; the key is the project's id


@dataclass(frozen=True, slots=True)
class NewTask:
    """A task to be: a conversation, its responses in any order, and what the file said of them."""

    messages: Sequence[Message]
    responses: Sequence[Candidate]
    group: str = ""
    recorded: Sequence[int] | None = None
    overlap: int | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """Ids in the order given; `order[i]` maps canonical place to the place in the given task."""

    task_ids: list[int]
    orders: list[tuple[int, ...]]
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
    policies: dict[tuple[str, str], int] | None = None,
) -> Written:
    """Writes what is new of `tasks` and finds the rest. One transaction, one lock, four COPYs.

    `policies` may carry known policy ids from batch to batch.
    """
    lock_corpus(project)
    policies = {} if policies is None else policies
    _ensure_policies(project, (c for t in tasks for c in t.responses), policies)
    prompts, _ = _ensure_prompts(project, [(t.messages, t.group) for t in tasks])
    responses = _Responses(policies)
    drafts = [_draft(task, prompt, responses) for task, prompt in zip(tasks, prompts, strict=True)]
    ids = responses.write(pooled=False)
    return ensure_tasks(project, question, drafts, ids, source)


@transaction.atomic
def add_responses(
    *,
    project: Project,
    policy: str,
    version: str,
    items: Sequence[tuple[Sequence[Message], str]],
    pooled: bool = True,
) -> Added:
    """Responses of one policy version to prompts, known or new. The same again adds nothing."""
    lock_corpus(project)
    policies: dict[tuple[str, str], int] = {}
    _ensure_policies(project, [Candidate(text="", policy=policy, version=version)], policies)
    prompts, prompts_added = _ensure_prompts(project, [(messages, "") for messages, _ in items])
    responses = _Responses(policies)
    for (_, text), (prompt_id, _digest) in zip(items, prompts, strict=True):
        candidate = Candidate(text=text, policy=policy, version=version)
        responses.add(prompt_id, candidate, response_digest(text))
    responses.write(pooled=pooled)
    return Added(responses.added, len(items) - responses.added, prompts_added)


def _ensure_policies(
    project: Project, candidates: Iterable[Candidate], known: dict[tuple[str, str], int]
) -> None:
    wanted = {(c.policy, c.version or "") for c in candidates if c.policy}
    for name, version in sorted(wanted - known.keys()):
        row, _ = project.policies.get_or_create(name=name, version=version)
        known[name, version] = row.pk


def _ensure_prompts(
    project: Project, wanted: Sequence[tuple[Sequence[Message], str]]
) -> tuple[list[tuple[int, bytes]], int]:
    """(id, digest) of each wanted prompt, in order, and how many were new."""
    digests = [prompt_digest(messages) for messages, _ in wanted]
    known = _known(
        "SELECT digest, id FROM annotate_prompt WHERE project_id = %s AND digest = ANY(%s)",
        [project.pk, list(set(digests))],
    )
    new = {d: item for d, item in zip(digests, wanted, strict=True) if d not in known}
    fresh = _take_ids("annotate_prompt", len(new))
    rows = []
    for (digest, (messages, group)), pk in zip(new.items(), fresh, strict=True):
        split = (
            Prompt.Split.EVALUATION if is_evaluation(digest, project.evaluation_share) else "train"
        )
        text = orjson.dumps(list(messages)).decode()
        rows.append((pk, project.pk, digest, text, group or "", str(split)))
        known[digest] = pk
    _copy('annotate_prompt (id, project_id, digest, messages, "group", split)', rows)
    return [(known[d], d) for d in digests], len(new)


@dataclass(slots=True)
class _Responses:
    """Collects (prompt, digest) → text, then writes the new ones and resolves all to ids."""

    policies: dict[tuple[str, str], int]
    wanted: dict[tuple[int, bytes], Candidate] = field(default_factory=dict)
    added: int = 0

    def add(self, prompt_id: int, candidate: Candidate, digest: bytes) -> None:
        self.wanted.setdefault((prompt_id, digest), candidate)

    def write(self, *, pooled: bool) -> dict[tuple[int, bytes], int]:
        known = self._known()
        new = [key for key in self.wanted if key not in known]
        rows = []
        for key, pk in zip(new, _take_ids("annotate_response", len(new)), strict=True):
            c = self.wanted[key]
            policy = self.policies[c.policy, c.version or ""] if c.policy else None
            rows.append((pk, key[0], key[1], c.text, policy, pooled))
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


@dataclass(frozen=True, slots=True)
class Draft:
    prompt_id: int
    digest: bytes
    responses: tuple[bytes, ...]  # in canonical order
    order: tuple[int, ...]
    recorded: list[int] | None
    overlap: int | None


def _draft(task: NewTask, prompt: tuple[int, bytes], responses: _Responses) -> Draft:
    prompt_id, digest_of_prompt = prompt
    digests = [response_digest(c.text) for c in task.responses]
    for candidate, digest in zip(task.responses, digests, strict=True):
        responses.add(prompt_id, candidate, digest)
    order = tuple(sorted(range(len(digests)), key=digests.__getitem__))
    canonical = tuple(digests[i] for i in order)
    return Draft(
        prompt_id=prompt_id,
        digest=task_digest(digest_of_prompt, canonical),
        responses=canonical,
        order=order,
        recorded=[task.recorded[i] for i in order] if task.recorded else None,
        overlap=task.overlap,
    )


def ensure_tasks(
    project: Project,
    question: Question,
    drafts: Sequence[Draft],
    response_ids: dict[tuple[int, bytes], int],
    source: str,
) -> Written:
    known = _known(
        "SELECT digest, id FROM annotate_task WHERE question_id = %s AND digest = ANY(%s)",
        [question.pk, list({d.digest for d in drafts})],
    )
    new = {d.digest: d for d in drafts if d.digest not in known}
    rows = []
    for draft, pk in zip(new.values(), _take_ids("annotate_task", len(new)), strict=True):
        overlap = draft.overlap or project.overlap
        ids = [response_ids[draft.prompt_id, d] for d in draft.responses]
        rows.append(
            (pk, question.pk, draft.prompt_id, ids, len(ids), draft.digest, overlap, overlap,
             source, draft.recorded, 10 if source == Task.Source.ROUND else 0)
        )  # fmt: skip
        known[draft.digest] = pk
    _copy(
        "annotate_task (id, question_id, prompt_id, response_ids, k, digest, overlap, places_left,"
        " source, recorded, priority)",
        rows,
    )
    return Written(
        task_ids=[known[d.digest] for d in drafts],
        orders=[d.order for d in drafts],
        added=len(new),
        known=len(drafts) - len(new),
    )


def _known(sql: str, parameters: list[Any]) -> dict[bytes, int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return {bytes(digest): pk for digest, pk in cursor.fetchall()}


def _take_ids(table: str, count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [table, count],
        )
        return [row[0] for row in cursor.fetchall()]


def _copy(target: str, rows: Sequence[tuple[Any, ...]]) -> None:
    if not rows:
        return
    with connection.cursor() as cursor, cursor.copy(f"COPY {target} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


__all__ = [
    "Added",
    "Draft",
    "NewTask",
    "Written",
    "add_responses",
    "ensure_tasks",
    "lock_corpus",
    "write_tasks",
]
