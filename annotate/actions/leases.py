"""Leases after they were lent: skipped, flagged, extended, given back.

A skip, an expiry and a submission each move `places_left` of the task in the statement that moves
the assignment, so the two can't drift apart; the database refuses a negative number. Lock order
everywhere: the rater's membership, then assignments, then tasks.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from annotate.actions.audit import record
from annotate.models import Assignment, Membership, Project, Question, User
from annotate.models.rows import columns, one

# The task on the screen and the one prefetched behind it.
LEASES_AT_ONCE = 2

# Tasks are locked in the order of their ids, so that two who give the same ones back don't wait for
# each other.
_GIVE_BACK = """
WITH ended AS (
    UPDATE annotate_assignment SET state = 'expired' WHERE id IN ({which}) RETURNING task_id
), freed AS (
    SELECT t.id, e.n FROM annotate_task AS t
    JOIN (SELECT task_id, count(*) AS n FROM ended GROUP BY task_id) AS e ON e.task_id = t.id
    ORDER BY t.id FOR NO KEY UPDATE OF t
)
UPDATE annotate_task AS t SET places_left = t.places_left + f.n FROM freed AS f WHERE t.id = f.id
"""
_RETURN_EXPIRED = _GIVE_BACK.format(
    which="""
    SELECT id FROM annotate_assignment WHERE state = 'leased' AND lease_expires_at < now()
    ORDER BY task_id LIMIT 500 FOR UPDATE SKIP LOCKED
    """
)
_RETURN_OWN = _GIVE_BACK.format(
    which="""
    SELECT a.id FROM annotate_assignment AS a
    JOIN annotate_task AS t ON t.id = a.task_id JOIN annotate_question AS q ON q.id = t.question_id
    WHERE a.rater_id = %(rater)s AND a.state = 'leased'
      AND (%(project)s::bigint IS NULL OR q.project_id = %(project)s)
    ORDER BY a.task_id FOR UPDATE OF a
    """
)


def lease_of(question: Question) -> timedelta:
    """How long a lease on its tasks is: by its own pace where that is known, else the project's."""
    longest = timedelta(minutes=question.project.lease_minutes)
    return min(longest, timedelta(seconds=question.lease_seconds or longest.total_seconds()))


def return_expired() -> int:
    """Gives the places of ended leases back, at most 500 at once; how many tasks gained a place."""
    with connection.cursor() as cursor:
        cursor.execute(_RETURN_EXPIRED)
        return int(cursor.rowcount)


def return_own(*, rater: User, project: Project | None = None) -> int:
    """Gives a rater's open leases back for others, in one project or in all; how many. What was
    begun can still be submitted, and an open tab takes the lease up again if its place is free."""
    keys = {"rater": rater.pk, "project": project.pk if project else None}
    with connection.cursor() as cursor:
        cursor.execute(_RETURN_OWN, keys)
        return int(cursor.rowcount)


@transaction.atomic
def skip(*, assignment: Assignment, reason: str, note: str = "") -> Assignment:
    """Gives a leased task back for others; this rater won't see it again."""
    assignment = lock(assignment)
    if assignment.state in {Assignment.State.LEASED, Assignment.State.EXPIRED}:
        if assignment.state == Assignment.State.LEASED:
            _return_place(assignment)
        assignment.state = Assignment.State.SKIPPED
        assignment.skip_reason = reason
        assignment.note = note
        assignment.save(update_fields=["state", "skip_reason", "note"])
    return assignment


@transaction.atomic
def flag(*, assignment: Assignment, note: str) -> Assignment:
    """Marks a task for a manager's eye, with the rater's words. The lease goes on."""
    assignment = lock(assignment)
    assignment.flagged = True
    assignment.note = note
    assignment.save(update_fields=["flagged", "note"])
    record(
        project=assignment.task.question.project,
        actor=assignment.rater,
        action="task flagged",
        task=assignment.task_id,
        note=note,
    )
    return assignment


@transaction.atomic
def extend_lease(*, assignment: Assignment) -> Assignment:
    """A heartbeat from an open tab. An expired lease is taken up again if its place is free and the
    rater has room for it. Nothing is extended for somebody who is paused.
    """
    member = lock_member(assignment)
    assignment = lock(assignment)
    if member.paused_at or not _has_room(assignment):
        return assignment
    if assignment.state == Assignment.State.EXPIRED and take_place(assignment):
        assignment.state = Assignment.State.LEASED
    if assignment.state == Assignment.State.LEASED:
        assignment.lease_expires_at = timezone.now() + lease_of(assignment.task.question)
        assignment.save(update_fields=["state", "lease_expires_at"])
    return assignment


def _has_room(assignment: Assignment) -> bool:
    """Whether the lease runs still, or the rater could be lent another one."""
    now = timezone.now()
    if assignment.state == Assignment.State.LEASED and assignment.lease_expires_at >= now:
        return True
    others = Assignment.objects.filter(
        rater=assignment.rater,
        state=Assignment.State.LEASED,
        lease_expires_at__gte=now,
        task__question__project=assignment.task.question.project,
    ).exclude(pk=assignment.pk)
    return others.count() < LEASES_AT_ONCE


def lock_member(assignment: Assignment) -> Membership:
    """The membership of the assignment's rater, locked; before the assignment is, if it will be."""
    return Membership.objects.select_for_update(no_key=True).get(
        project=assignment.task.question.project, user=assignment.rater_id
    )


_LOCK = f"""
SELECT {columns(Assignment, "a")} FROM annotate_assignment AS a WHERE a.id = %(id)s
FOR NO KEY UPDATE
"""  # noqa: S608 -- the columns are the model's own


def lock(assignment: Assignment) -> Assignment:
    """The assignment as it stands, locked; with the task that was loaded with it, whose question
    and responses never change."""
    found = one(_LOCK, {"id": assignment.pk}, Assignment)
    assert found is not None
    locked: Assignment = found[0]
    locked.task, locked.rater = assignment.task, assignment.rater
    return locked


def take_place(assignment: Assignment) -> bool:
    """Takes one of the task's free places; False where none is left."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE annotate_task SET places_left = places_left - 1"
            " WHERE id = %s AND places_left > 0",
            [assignment.task_id],
        )
        return bool(cursor.rowcount)


def _return_place(assignment: Assignment) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE annotate_task SET places_left = places_left + 1 WHERE id = %s",
            [assignment.task_id],
        )
