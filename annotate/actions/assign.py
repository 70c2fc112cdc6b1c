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
from annotate.models import Assignment, Membership, Project, Question, User
from annotate.queries.projects import current_question
from annotate.questions.order import presentation_order

# The task on the screen and the one prefetched behind it.
LEASES_AT_ONCE = 2
# A rater's two tabs can race for the same task; the loser tries again.
ATTEMPTS = 3

NOTHING_LEFT = "No tasks are left for you here. New ones come with the next import or round."
ENOUGH_OPEN = "You have two tasks open already. Answer or skip one of them first."

_RETURN_EXPIRED = """
WITH ended AS (
    UPDATE annotate_assignment SET state = 'expired'
    WHERE id IN (
        SELECT id FROM annotate_assignment
        WHERE state = 'leased' AND lease_expires_at < now()
        ORDER BY task_id LIMIT 500 FOR UPDATE SKIP LOCKED
    )
    RETURNING task_id
)
UPDATE annotate_task AS t SET places_left = places_left + e.n
FROM (SELECT task_id, count(*) AS n FROM ended GROUP BY task_id) AS e WHERE t.id = e.task_id
"""

_LEND = """
WITH picked AS (
    SELECT t.id, t.k FROM annotate_task AS t
    WHERE t.question_id = %(question)s AND t.places_left > 0
      AND NOT EXISTS (
          SELECT 1 FROM annotate_assignment AS a WHERE a.task_id = t.id AND a.rater_id = %(rater)s)
    ORDER BY t.priority DESC, t.id LIMIT 1
    FOR UPDATE OF t SKIP LOCKED
), taken AS (
    UPDATE annotate_task AS t SET places_left = places_left - 1
    FROM picked WHERE t.id = picked.id RETURNING t.id, t.k
)
INSERT INTO annotate_assignment
    (task_id, rater_id, state, shown, leased_at, lease_expires_at, skip_reason, note, flagged)
SELECT taken.id, %(rater)s, 'leased',
       ARRAY(SELECT jsonb_array_elements_text(%(orders)s::jsonb -> taken.k::text)::smallint),
       now(), now() + %(lease)s, '', '', false
FROM taken RETURNING id
"""

# The rater's own expired lease comes back only when nothing new is open.
_LEND_AGAIN = """
WITH mine AS (
    SELECT a.id, a.task_id FROM annotate_assignment AS a
    JOIN annotate_task AS t ON t.id = a.task_id
    WHERE a.rater_id = %(rater)s AND a.state = 'expired'
      AND t.question_id = %(question)s AND t.places_left > 0
    ORDER BY a.id LIMIT 1 FOR UPDATE SKIP LOCKED
), taken AS (
    UPDATE annotate_task AS t SET places_left = places_left - 1
    FROM mine WHERE t.id = mine.task_id
)
UPDATE annotate_assignment AS a
SET state = 'leased', leased_at = now(), lease_expires_at = now() + %(lease)s
FROM mine WHERE a.id = mine.id RETURNING a.id
"""


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
    # One request of a rater at a time, so that two tabs don't both see a free place for a lease.
    Membership.objects.select_for_update(no_key=True).get(project=project, user=rater)
    return_expired()
    live = list(
        Assignment.objects.filter(
            rater=rater, state=Assignment.State.LEASED, task__question__project=project
        )
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    for pk in live:
        if pk not in holding:
            return Lent(_load(pk), None)
    if len(live) >= LEASES_AT_ONCE:
        return Lent(None, ENOUGH_OPEN)
    lent = _lend(project, rater)
    return Lent(_load(lent), None) if lent else Lent(None, NOTHING_LEFT)


def return_expired() -> int:
    """Gives the places of ended leases back, at most 500 at once; how many tasks gained a place."""
    with connection.cursor() as cursor:
        cursor.execute(_RETURN_EXPIRED)
        return int(cursor.rowcount)


def _lend(project: Project, rater: User) -> int | None:
    question = current_question(project)
    parameters: dict[str, Any] = {
        "question": question.pk,
        "rater": rater.pk,
        "orders": json.dumps(_orders(question, rater)),
        "lease": timedelta(minutes=project.lease_minutes),
    }
    with connection.cursor() as cursor:
        for statement in (_LEND, _LEND_AGAIN):
            cursor.execute(statement, parameters)
            row = cursor.fetchone()
            if row:
                return int(row[0])
    return None


def _orders(question: Question, rater: User) -> dict[int, tuple[int, ...]]:
    """The order in which the rater's next task of each size k would be shown."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT cardinality(shown), count(*) FROM annotate_assignment"
            " WHERE rater_id = %s GROUP BY 1",
            [rater.pk],
        )
        seen = dict(cursor.fetchall())
    sizes = range(2, int(question.spec["k_max"]) + 1)
    return {k: presentation_order(k, seen.get(k, 0), rater.pk) for k in sizes}


def _load(pk: int) -> Assignment:
    return Assignment.objects.select_related("task__question", "task__prompt").get(pk=pk)


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
    """A heartbeat from an open tab. An expired lease is taken up again if its place is free."""
    assignment = lock(assignment)
    if assignment.state == Assignment.State.EXPIRED and take_place(assignment):
        assignment.state = Assignment.State.LEASED
    if assignment.state == Assignment.State.LEASED:
        minutes = assignment.task.question.project.lease_minutes
        assignment.lease_expires_at = timezone.now() + timedelta(minutes=minutes)
        assignment.save(update_fields=["state", "lease_expires_at"])
    return assignment


def lock(assignment: Assignment) -> Assignment:
    return (
        Assignment.objects.select_for_update(of=("self",), no_key=True)
        .select_related("task__question__project", "task__prompt", "rater")
        .get(pk=assignment.pk)
    )


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
