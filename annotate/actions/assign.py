"""Lends tasks to raters and takes them back.

A lease, a submission, a skip and an expiry each move `places_left` of the task in the statement
that moves the assignment, so the two can't drift apart; the database refuses a negative number.
Lock order everywhere: the rater's membership, then assignments, then tasks.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from annotate.actions.audit import record
from annotate.models import Assignment, Membership, Project, Question, Task, User
from annotate.models.rows import columns, one
from annotate.queries.projects import current_question
from annotate.questions.order import presentation_order

# The task on the screen and the one prefetched behind it.
LEASES_AT_ONCE = 2
# A rater's two tabs can race for the same task; the loser tries again.
ATTEMPTS = 3

NOTHING_LEFT = "No tasks are left for you here. New ones come with the next import or round."
PAUSED = (
    "A manager has paused your work here. Your answers are kept, and what you have begun can still "
    "be submitted. Ask the manager when you can go on."
)
ENOUGH_OPEN = "You have two tasks open already. Answer or skip one of them first."

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

_ENTER = """
SELECT id, paused_at, lent FROM annotate_membership
WHERE project_id = %(project)s AND user_id = %(rater)s FOR NO KEY UPDATE
"""

_LIVE = """
SELECT a.id FROM annotate_assignment AS a
JOIN annotate_task AS t ON t.id = a.task_id JOIN annotate_question AS q ON q.id = t.question_id
WHERE a.rater_id = %(rater)s AND a.state = 'leased' AND a.lease_expires_at >= now()
  AND q.project_id = %(project)s
ORDER BY a.id
"""

_LEND = f"""
WITH picked AS (
    SELECT t.* FROM annotate_task AS t
    WHERE t.question_id = %(question)s AND t.places_left > 0
      AND NOT EXISTS (
          SELECT 1 FROM annotate_assignment AS a WHERE a.task_id = t.id AND a.rater_id = %(rater)s)
    ORDER BY t.priority DESC, t.id LIMIT 1
    FOR UPDATE OF t SKIP LOCKED
), taken AS (
    UPDATE annotate_task AS t SET places_left = t.places_left - 1 FROM picked WHERE t.id = picked.id
), counted AS (
    UPDATE annotate_membership AS m
    SET lent = m.lent
        || jsonb_build_object(picked.k, coalesce((m.lent ->> picked.k::text)::int, 0) + 1)
    FROM picked WHERE m.id = %(membership)s
), lent AS (
    INSERT INTO annotate_assignment
        (task_id, rater_id, state, shown, leased_at, lease_expires_at, skip_reason, note, flagged)
    SELECT id, %(rater)s, 'leased',
           ARRAY(SELECT jsonb_array_elements_text(%(orders)s::jsonb -> k::text)::smallint),
           now(), now() + %(lease)s, '', '', false
    FROM picked RETURNING *
)
SELECT {columns(Assignment, "lent")}, {columns(Task, "picked")} FROM lent, picked
"""  # noqa: S608 -- the columns are the models' own

# The rater's own expired lease comes back only when nothing new is open.
_LEND_AGAIN = f"""
WITH picked AS (
    SELECT a.id AS assignment_id, t.* FROM annotate_assignment AS a
    JOIN annotate_task AS t ON t.id = a.task_id
    WHERE a.rater_id = %(rater)s AND a.state = 'expired'
      AND t.question_id = %(question)s AND t.places_left > 0
    ORDER BY a.id LIMIT 1 FOR UPDATE SKIP LOCKED
), taken AS (
    UPDATE annotate_task AS t SET places_left = t.places_left - 1 FROM picked WHERE t.id = picked.id
), lent AS (
    UPDATE annotate_assignment AS a
    SET state = 'leased', leased_at = now(), lease_expires_at = now() + %(lease)s
    FROM picked WHERE a.id = picked.assignment_id RETURNING a.*
)
SELECT {columns(Assignment, "lent")}, {columns(Task, "picked")} FROM lent, picked
"""  # noqa: S608 -- the columns are the models' own


@dataclass(frozen=True, slots=True)
class Lent:
    """An assignment, or the reason there is none."""

    assignment: Assignment | None
    reason: str | None


def next_assignment(*, project: Project, rater: User, holding: Collection[int] = ()) -> Lent:
    """The rater's open lease that is not in `holding`, else a new one, else why there is none."""
    for attempt in range(ATTEMPTS):
        try:
            return _next(project, rater, holding)
        except IntegrityError:
            if attempt == ATTEMPTS - 1:
                raise
    raise AssertionError("unreachable")


@transaction.atomic
def _next(project: Project, rater: User, holding: Collection[int]) -> Lent:
    keys = {"project": project.pk, "rater": rater.pk}
    # One request of a rater at a time, so that two tabs don't both see a free place for a lease.
    entered = one(_ENTER, keys)
    if entered is None:
        raise Membership.DoesNotExist
    membership, paused_at, counts = entered
    if paused_at:
        return Lent(None, PAUSED)
    live = _live(keys)
    for pk in live:
        if pk not in holding:
            return Lent(_load(pk), None)
    if len(live) >= LEASES_AT_ONCE:
        return Lent(None, ENOUGH_OPEN)
    return _lend(project, rater, membership, json.loads(counts))


def _live(keys: dict[str, int]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_LIVE, keys)
        return [row[0] for row in cursor.fetchall()]


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


def _lend(project: Project, rater: User, membership: int, counts: dict[str, int]) -> Lent:
    """A new lease, or why there is none. Ended leases are given back only when nothing is open:
    beat does it every minute, and at every click it would cost more than the lending."""
    question = current_question(project)
    orders = {
        k: presentation_order(k, counts.get(str(k), 0), membership)
        for k in range(2, int(question.spec["k_max"]) + 1)
    }
    parameters: dict[str, Any] = {
        "question": question.pk,
        "rater": rater.pk,
        "membership": membership,
        "orders": json.dumps(orders),
        "lease": timedelta(minutes=project.lease_minutes),
    }
    found = one(_LEND, parameters, Assignment, Task)
    if not found and return_expired():
        found = one(_LEND, parameters, Assignment, Task)
    found = found or one(_LEND_AGAIN, parameters, Assignment, Task)
    if found is None:
        return Lent(None, NOTHING_LEFT)
    assignment, assignment.task = found
    assignment.task.question = question
    assignment.rater = rater
    return Lent(assignment, None)


_LOAD = f"""
SELECT {columns(Assignment, "a")}, {columns(Task, "t")}, {columns(Question, "q")}
FROM annotate_assignment AS a
JOIN annotate_task AS t ON t.id = a.task_id JOIN annotate_question AS q ON q.id = t.question_id
WHERE a.id = %(id)s
"""  # noqa: S608 -- the columns are the models' own


def _load(pk: int) -> Assignment:
    found = one(_LOAD, {"id": pk}, Assignment, Task, Question)
    assert found is not None
    assignment: Assignment = found[0]
    _, assignment.task, assignment.task.question = found
    return assignment


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
    """A heartbeat from an open tab. An expired lease is taken up again if its place is free.

    Nothing is extended for somebody who is paused.
    """
    assignment = lock(assignment)
    project = assignment.task.question.project
    member = Membership.objects.filter(project=project, user=assignment.rater)
    if member.filter(paused_at__isnull=False).exists():
        return assignment
    if assignment.state == Assignment.State.EXPIRED and take_place(assignment):
        assignment.state = Assignment.State.LEASED
    if assignment.state == Assignment.State.LEASED:
        assignment.lease_expires_at = timezone.now() + timedelta(minutes=project.lease_minutes)
        assignment.save(update_fields=["state", "lease_expires_at"])
    return assignment


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
