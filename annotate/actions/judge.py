"""Stores what raters answer. Nothing a rater sent is refused for coming late or coming twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from annotate.actions.answers import Parts, checked, columns_of
from annotate.actions.leases import lock_member, take_place
from annotate.actions.training import Feedback, feedback_on
from annotate.errors import Conflict
from annotate.jobs import enqueue_gathered
from annotate.models import Assignment, Judgment, Task
from annotate.models.rows import insert, one
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
    that were not typed. Locks the assignment, then the task; in training the membership before
    them. Raises ValidationError (400) by field, Conflict (409) where stale.
    """
    sent = Sent(key, revision, parts, active_ms, pasted)
    try:
        return _submit(assignment, sent)
    except IntegrityError:
        # Another tab's answer was stored while this one waited for its lock.
        return _submit(assignment, sent)


@dataclass(frozen=True, slots=True)
class Sent:
    """A submission as it came."""

    key: UUID
    revision: int
    parts: Parts
    active_ms: int | None
    pasted: int | None


@transaction.atomic
def _submit(assignment: Assignment, sent: Sent) -> Submitted:
    if assignment.task.purpose == Task.Purpose.TRAINING:
        lock_member(assignment)  # which the end of a training writes
    before = _lock(assignment, sent.key)
    if before.sent:
        judgment = Judgment.objects.get(pk=before.sent)
        if judgment.assignment_id != assignment.pk:
            raise Conflict(KEY_REUSED)
        return Submitted(judgment, False, feedback_on(assignment, judgment))
    if assignment.state == Assignment.State.REVIEWED:
        raise Conflict(DECIDED)
    answer = checked(assignment.task, question_as_shown(assignment), sent.parts)
    if before.revision != sent.revision:
        raise Conflict(STALE, revision=before.revision)
    now = timezone.now()
    if before.newest:
        _refuse_old_edit(assignment, now)
        Judgment.objects.filter(pk=before.newest).update(newest=False)
        late = before.late
    else:
        late = _settle(assignment, now)
    judgment = Judgment(
        assignment=assignment,
        task_id=assignment.task_id,
        rater_id=assignment.rater_id,
        revision=before.revision + 1,
        late=late,
        k=assignment.task.k,
        shown=assignment.shown,
        key=sent.key,
        submitted_at=now,
        active_ms=sent.active_ms,
        pasted=sent.pasted,
        **columns_of(answer),
    )
    insert(judgment)
    enqueue_gathered(
        "annotate.refresh_consensus", assignment.task.question.project_id, [assignment.task_id]
    )
    return Submitted(judgment, True, feedback_on(assignment, judgment))


@dataclass(frozen=True, slots=True)
class Before:
    """What was there: the judgment that this key was sent with, and the newest of the assignment
    with its revision (0: none) and whether it was late."""

    sent: int | None
    newest: int | None
    revision: int
    late: bool


# While one waits for the lock another may store a judgment, which this doesn't see: it reads what
# there was when it began. The constraints then refuse the second, and it is read again.
_LOCK = """
SELECT a.state, a.lease_expires_at, s.id, n.id, coalesce(n.revision, 0), coalesce(n.late, false)
FROM annotate_assignment AS a
LEFT JOIN annotate_judgment AS s ON s.rater_id = a.rater_id AND s.key = %(key)s
LEFT JOIN annotate_judgment AS n ON n.assignment_id = a.id AND n.newest
WHERE a.id = %(assignment)s FOR NO KEY UPDATE OF a
"""


def _lock(assignment: Assignment, key: UUID) -> Before:
    """Locks the assignment, and brings what can have changed of it up to date."""
    found = one(_LOCK, {"key": key, "assignment": assignment.pk})
    assert found is not None
    assignment.state, assignment.lease_expires_at, *before = found
    return Before(*before)


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
