"""Tasks that somebody, or something, asks a reviewer to look at, and how tasks stand in this."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Exists, OuterRef, QuerySet

from annotate.models import Judgment, Project, ReviewRequest, Task
from annotate.queries.tasks import PAGE, TaskRow, names, offset_of, rows


class Standing(StrEnum):
    """A task's state as to review; of several that hold it has the first."""

    NOT_WORK = "not work"  # gold, training or a repeat: nobody decides it
    DECIDED = "decided"
    WAITING = "waiting"
    DISMISSED = "dismissed"  # a reviewer has found its label right
    OPEN = "open"  # nobody has asked yet


@dataclass(frozen=True, slots=True)
class RequestRow:
    """An open request; `by` is null where nobody asked by hand."""

    id: int
    task: TaskRow
    reason: str
    by: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class RequestPage:
    results: list[RequestRow]
    next: str | None


def requests_of(project: Project) -> QuerySet[ReviewRequest]:
    return ReviewRequest.objects.filter(task__question__project=project)


def waiting(project: Project, *, cursor: str) -> RequestPage:
    """Up to 50 open requests after `cursor`, the oldest first; of those made together in the order
    in which they were asked."""
    found = list(
        requests_of(project)
        .filter(closed_at=None, task__purpose=Task.Purpose.WORK, pk__gt=offset_of(cursor))
        .select_related("task", "by")
        .order_by("pk")[: PAGE + 1]
    )
    shown = found[:PAGE]
    name = names([request.by for request in shown if request.by], project)
    tasks = rows([request.task for request in shown])
    results = [
        RequestRow(
            id=request.pk,
            task=task,
            reason=request.reason,
            by=name[request.by_id] if request.by_id else None,
            created_at=request.created_at,
        )
        for request, task in zip(shown, tasks, strict=True)
    ]
    return RequestPage(results, str(shown[-1].pk) if len(found) > PAGE else None)


def standings(project: Project, tasks: Iterable[int]) -> dict[int, Standing]:
    """By the ids of those tasks that are the project's."""
    asked = ReviewRequest.objects.filter(task=OuterRef("pk"))
    decisions = Judgment.objects.filter(task=OuterRef("pk"), kind=Judgment.Kind.ADJUDICATION)
    found = (
        Task.objects.filter(pk__in=set(tasks), question__project=project)
        .annotate(
            decided=Exists(decisions),
            waits=Exists(asked.filter(closed_at=None)),
            dismissed=Exists(asked.filter(dismissed_by__isnull=False)),
        )
        .values_list("pk", "purpose", "decided", "waits", "dismissed")
    )
    return {
        pk: _standing(purpose == Task.Purpose.WORK, decided, waits, dismissed)
        for pk, purpose, decided, waits, dismissed in found
    }


def _standing(work: bool, decided: bool, waits: bool, dismissed: bool) -> Standing:
    if not work:
        return Standing.NOT_WORK
    if decided:
        return Standing.DECIDED
    if waits:
        return Standing.WAITING
    return Standing.DISMISSED if dismissed else Standing.OPEN
