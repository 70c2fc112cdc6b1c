"""Asking that a reviewer look at tasks, and finding that one was right as it is.

What the reasons say is the caller's: nothing here knows why a label is doubted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from django.db import transaction
from django.utils import timezone
from rest_framework.exceptions import ValidationError

from annotate.actions.audit import record
from annotate.actions.review import OWN_TASK
from annotate.errors import Conflict
from annotate.models import Assignment, Project, ReviewRequest, Task, User
from annotate.queries.reviews import Standing, standings

UNKNOWN = "There is no task {tasks} in this project. Nothing was sent to review."
CLOSED = "A reviewer has decided this task, or dismissed the request, already."


@dataclass(frozen=True, slots=True)
class Requested:
    """How many tasks were sent to review now, and why the others were not: they wait for it
    already, are decided, were found right by a reviewer, or are not the raters' work."""

    sent: int
    waiting: int
    decided: int
    dismissed: int
    not_work: int


@transaction.atomic
def request_review(
    *, project: Project, reasons: Mapping[int, str], by: User | None, dismissed_too: bool = False
) -> Requested:
    """Opens a request for each task, for a reason by its id; asking twice changes nothing.

    A task that a reviewer has found right comes back only with `dismissed_too`. Locks the tasks,
    so that none is decided meanwhile. ValidationError where one is not of the project.
    """
    tasks = Task.objects.select_for_update(of=("self",), no_key=True)
    list(tasks.filter(pk__in=reasons, question__project=project).order_by("pk"))
    found = standings(project, reasons)
    if unknown := [str(pk) for pk in reasons if pk not in found]:
        raise ValidationError({"tasks": [UNKNOWN.format(tasks=", ".join(unknown))]})
    asked = {Standing.OPEN, Standing.DISMISSED} if dismissed_too else {Standing.OPEN}
    sent = [
        ReviewRequest(task_id=pk, reason=reason, by=by)
        for pk, reason in reasons.items()
        if found[pk] in asked
    ]
    ReviewRequest.objects.bulk_create(sent)
    left = Counter(standing for standing in found.values() if standing not in asked)
    requested = Requested(
        sent=len(sent),
        waiting=left[Standing.WAITING],
        decided=left[Standing.DECIDED],
        dismissed=left[Standing.DISMISSED],
        not_work=left[Standing.NOT_WORK],
    )
    if sent:
        record(project=project, actor=by, action="review asked for", **asdict(requested))
    return requested


@transaction.atomic
def dismiss_review(*, request: ReviewRequest, by: User) -> ReviewRequest:
    """The label is right: the task leaves the list without a decision. Conflict where the request
    is closed, or `by` has had the task as a rater."""
    request = (
        ReviewRequest.objects.select_for_update(of=("self",), no_key=True)
        .select_related("task__question__project")
        .get(pk=request.pk)
    )
    if request.closed_at is not None:
        raise Conflict(CLOSED)
    lent = Assignment.objects.filter(task=request.task, rater=by)
    if lent.exclude(state=Assignment.State.REVIEWED).exists():
        raise Conflict(OWN_TASK)
    request.dismissed_by, request.closed_at = by, timezone.now()
    request.save(update_fields=["dismissed_by", "closed_at"])
    record(
        project=request.task.question.project,
        actor=by,
        action="review dismissed",
        task=request.task_id,
    )
    return request
