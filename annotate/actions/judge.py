"""Stores what raters answer. Nothing a rater sent is refused for coming late or coming twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from annotate.actions.answers import Parts, checked, columns_of
from annotate.actions.leases import lock, lock_member, take_place
from annotate.actions.training import Feedback, feedback_on
from annotate.errors import Conflict
from annotate.jobs import enqueue_coalesced
from annotate.models import Assignment, Judgment, Task
from annotate.models.rows import columns, insert, one
from annotate.queries.projects import question_as_shown

STALE = "This answer was changed in another tab or window. Reload it to see the newest one."
TOO_OLD = "Answers can be changed for {hours} hours. This one stands as it is."
KEY_REUSED = "This submission key belongs to another answer. Reload the page and send it again."
DECIDED = "This was a reviewer's decision. Change it where it was made, in the disputes."


@dataclass(frozen=True, slots=True)
class Submitted:
    judgment: Judgment
    created: bool
    feedback: Feedback | None


@transaction.atomic
def submit(
    *,
    assignment: Assignment,
    key: UUID,
    revision: int,
    parts: Parts,
    active_ms: int | None = None,
    pasted: int | None = None,
) -> Submitted:
    """Stores an answer as the revision after `revision` (0: the first).

    The same `key` again gives the same judgment and changes nothing. `pasted` counts the characters
    that were not typed. Locks the assignment, then the task; in
    training the membership before them. Raises ValidationError (400) by field,
    Conflict (409) where stale.
    """
    if assignment.task.purpose == Task.Purpose.TRAINING:
        lock_member(assignment)  # which the end of a training writes
    assignment = lock(assignment)
    sent_before, newest = _judgments(assignment, key)
    if sent_before:
        if sent_before.assignment_id != assignment.pk:
            raise Conflict(KEY_REUSED)
        return Submitted(sent_before, False, feedback_on(assignment, sent_before))
    if assignment.state == Assignment.State.REVIEWED:
        raise Conflict(DECIDED)
    answer = checked(assignment.task, question_as_shown(assignment), parts)
    current = newest.revision if newest else 0
    if current != revision:
        raise Conflict(STALE, revision=current)
    now = timezone.now()
    if newest:
        _refuse_old_edit(assignment, now)
        Judgment.objects.filter(pk=newest.pk).update(newest=False)
        late = newest.late
    else:
        late = _settle(assignment, now)
    judgment = Judgment(
        assignment=assignment,
        task_id=assignment.task_id,
        rater_id=assignment.rater_id,
        revision=current + 1,
        late=late,
        k=assignment.task.k,
        shown=assignment.shown,
        key=key,
        submitted_at=now,
        active_ms=active_ms,
        pasted=pasted,
        **columns_of(answer),
    )
    insert(judgment)
    enqueue_coalesced("annotate.refresh_consensus", assignment.task.question.project_id)
    return Submitted(judgment, True, feedback_on(assignment, judgment))


_JUDGMENTS = f"""
SELECT {columns(Judgment, "s")}, {columns(Judgment, "n")}
FROM (SELECT 1) AS always
LEFT JOIN annotate_judgment AS s ON s.rater_id = %(rater)s AND s.key = %(key)s
LEFT JOIN annotate_judgment AS n ON n.assignment_id = %(assignment)s AND n.newest
"""  # noqa: S608 -- the columns are the model's own


def _judgments(assignment: Assignment, key: UUID) -> tuple[Judgment | None, Judgment | None]:
    """What this key was sent with before, and the newest judgment of the assignment."""
    keys = {"rater": assignment.rater_id, "key": key, "assignment": assignment.pk}
    found = one(_JUDGMENTS, keys, Judgment, Judgment)
    assert found is not None
    return found[0], found[1]


def _settle(assignment: Assignment, now: datetime) -> bool:
    """Moves the assignment to its end; True where the answer came after the lease.

    The holder of the lease is served first: only a lease that was given back has to find a place.
    """
    State = Assignment.State
    late = assignment.lease_expires_at < now and assignment.state != State.SKIPPED
    if assignment.state == State.LEASED or take_place(assignment):
        assignment.state = State.SUBMITTED
    else:
        assignment.state = State.LATE
        late = True
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE annotate_assignment SET state = %s WHERE id = %s",
            [assignment.state, assignment.pk],
        )
    return late


def _refuse_old_edit(assignment: Assignment, now: datetime) -> None:
    hours = assignment.task.question.project.edit_hours
    first = assignment.judgments.order_by("revision").values_list("submitted_at", flat=True)[0]
    if now - first > timedelta(hours=hours):
        raise Conflict(TOO_OLD.format(hours=hours))
