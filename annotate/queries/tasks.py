"""Tasks as managers see them: a page of rows, and one task with its votes and posterior."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from annotate.models import Assignment, Judgment, Project, Response, Task, TaskConsensus
from annotate.queries.texts import excerpt

PAGE = 50


@dataclass(frozen=True, slots=True)
class TaskRow:
    id: int
    k: int
    prompt_excerpt: str
    source: str
    overlap: int
    judgments: int
    live_leases: int
    flagged: bool
    entropy: float | None
    created_at: Any
    recorded_ranks: list[int] | None


@dataclass(frozen=True, slots=True)
class TaskPage:
    results: list[TaskRow]
    next: str | None


@dataclass(frozen=True, slots=True)
class PairPosterior:
    first: int
    second: int
    win: float
    tie: float
    lose: float


@dataclass(frozen=True, slots=True)
class TaskDetail(TaskRow):
    prompt: list[dict[str, Any]]
    responses: list[dict[str, Any]]
    votes: list[Judgment]
    posterior: list[PairPosterior] | None


def page(project: Project, *, status: str, source: str, order: str, cursor: str) -> TaskPage:
    """Up to 50 rows after `cursor`, which is the `next` of the page before."""
    tasks = _filtered(project, status, source)
    offset = int(cursor) if cursor.isdecimal() else 0
    if order == "uncertain":
        tasks = tasks.filter(consensus__isnull=False).order_by("-consensus__entropy", "-id")
        found = list(tasks[offset : offset + PAGE + 1])
        following = str(offset + PAGE)
    else:
        tasks = tasks.filter(pk__lt=offset) if offset else tasks
        found = list(tasks.order_by("-id")[: PAGE + 1])
        following = str(found[PAGE - 1].pk) if len(found) > PAGE else ""
    return TaskPage(rows(found[:PAGE]), following if len(found) > PAGE else None)


def _filtered(project: Project, status: str, source: str) -> QuerySet[Task]:
    tasks = Task.objects.filter(question__project=project)
    if status == "open":
        tasks = tasks.filter(places_left__gt=0)
    elif status == "judged":
        tasks = tasks.filter(consensus__isnull=False)
    return tasks.filter(source=source) if source in Task.Source.values else tasks


def rows(tasks: list[Task]) -> list[TaskRow]:
    """Rows in the order of `tasks`, in three queries however many there are."""
    found = (
        Task.objects.filter(pk__in=[t.pk for t in tasks])
        .select_related("prompt")
        .annotate(
            live=Count("assignments", filter=Q(assignments__state=Assignment.State.LEASED)),
            flags=Count("assignments", filter=Q(assignments__flagged=True)),
            entropy=F("consensus__entropy"),
        )
    )
    votes = dict(
        Judgment.objects.filter(task__in=[t.pk for t in tasks], newest=True)
        .values_list("task")
        .annotate(n=Count("pk"))
    )
    by_id = {t.pk: t for t in found}
    return [_row(by_id[t.pk], votes.get(t.pk, 0)) for t in tasks]


def _row(task: Any, judgments: int) -> TaskRow:
    return TaskRow(
        id=task.pk,
        k=task.k,
        prompt_excerpt=excerpt(task.prompt.messages),
        source=task.source,
        overlap=task.overlap,
        judgments=judgments,
        live_leases=task.live,
        flagged=task.flags > 0,
        entropy=task.entropy,
        created_at=task.created_at,
        recorded_ranks=task.recorded,
    )


def detail(task: Task) -> TaskDetail:
    responses = Response.objects.select_related("policy").in_bulk(task.response_ids)
    consensus = TaskConsensus.objects.filter(task=task).first()
    return TaskDetail(
        **asdict(rows([task])[0]),
        prompt=task.prompt.messages,
        responses=[_response(responses[pk]) for pk in task.response_ids],
        votes=list(task.judgments.select_related("rater").order_by("assignment_id", "-revision")),
        posterior=_pairs(task.k, consensus.posterior) if consensus else None,
    )


def _response(response: Response) -> dict[str, Any]:
    policy = response.policy.label if response.policy else None
    return {"id": response.pk, "text": response.text, "policy": policy}


def _pairs(k: int, flat: list[float]) -> list[PairPosterior]:
    return [
        PairPosterior(i, j, *flat[3 * n : 3 * n + 3])
        for n, (i, j) in enumerate(combinations(range(k), 2))
    ]
