"""What a rater gets next: an open lease, a task of the training, gold, a repeat, or work.

It decides who may be lent anything at all; `lend.py` has the statements that do it, `leases.py`
what becomes of a lease.
"""

from __future__ import annotations

import json
import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.http import Http404
from django.utils import timezone

from annotate.actions import lend
from annotate.actions.leases import LEASES_AT_ONCE, return_expired
from annotate.models import Assignment, Project, Question, Task, User
from annotate.models.rows import columns, every, one
from annotate.queries.projects import question_as_shown

# A rater's two tabs can race for the same task; the loser tries again.
ATTEMPTS = 3

NOTHING_LEFT = "No tasks are left for you here. New ones come with the next import or round."
PAUSED = (
    "A manager has paused your work here. Your answers are kept, and what you have begun can still "
    "be submitted. Ask the manager when you can go on."
)
ENOUGH_OPEN = "You have two tasks open already. Answer or skip one of them first."
DAY_FULL = (
    "You have done the {cap} tasks that one person may do here in a day. "
    "The next can be had after midnight, UTC."
)
ALL_DONE = "You have done the {cap} tasks that one person may do here. Thank you."
NOT_FOR_YOU = (
    "The questions here need a skill or a group that you don't have. Ask a manager to add it."
)
COOLING = (
    "The tasks left are about prompts you have just seen. They open for you again within "
    "{minutes} minutes."
)
NO_TRAINING_LEFT = (
    "You have done all the training there is here, and it was not passed. Ask a manager how to "
    "go on."
)

_ENTER = f"""
SELECT {columns(Question, "q")}, m.id, m.paused_at, m.training_since, m.groups, m.skills, m.lent,
       m.reached
FROM annotate_membership AS m LEFT JOIN annotate_question AS q ON q.project_id = m.project_id
WHERE m.project_id = %(project)s AND m.user_id = %(rater)s AND m.left_at IS NULL
ORDER BY q.id FOR NO KEY UPDATE OF m
"""  # noqa: S608 -- the columns are the model's own
_LIVE = """
SELECT a.id FROM annotate_assignment AS a
JOIN annotate_task AS t ON t.id = a.task_id JOIN annotate_question AS q ON q.id = t.question_id
WHERE a.rater_id = %(rater)s AND a.state = 'leased' AND a.lease_expires_at >= now()
  AND q.project_id = %(project)s
ORDER BY a.id
"""
_DONE = """
SELECT count(*) FILTER (WHERE j.submitted_at >= %(midnight)s), count(*)
FROM annotate_judgment AS j
JOIN annotate_task AS t ON t.id = j.task_id JOIN annotate_question AS q ON q.id = t.question_id
WHERE j.rater_id = %(rater)s AND j.revision = 1 AND j.kind = 'rating'
  AND q.project_id = %(project)s
"""
_LOAD = f"""
SELECT {columns(Assignment, "a")}, {columns(Task, "t")}, {columns(Question, "q")}
FROM annotate_assignment AS a
JOIN annotate_task AS t ON t.id = a.task_id JOIN annotate_question AS q ON q.id = t.question_id
WHERE a.id = %(id)s
"""  # noqa: S608 -- the columns are the models' own


@dataclass(frozen=True, slots=True)
class Lent:
    """An assignment, or the reason there is none."""

    assignment: Assignment | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Rater:
    """A rater's membership as it stands while it is locked, and the questions they may answer."""

    user: User
    membership: int
    paused_at: datetime | None
    training_since: datetime | None
    groups: Sequence[str]
    skills: Sequence[str]
    lent: dict[str, int]
    reached: dict[str, tuple[int, int]]
    questions: Sequence[Question]


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
def _next(project: Project, user: User, holding: Collection[int]) -> Lent:
    keys = {"project": project.pk, "rater": user.pk}
    rater = _enter(project, user, keys)
    if rater.paused_at:
        return Lent(None, PAUSED)
    live = _live(keys)
    for pk in live:
        if pk not in holding:
            return Lent(_load(pk), None)
    if len(live) >= LEASES_AT_ONCE:
        return Lent(None, ENOUGH_OPEN)
    full = _full(project, keys, len(live))
    if full:
        return Lent(None, full)
    if not rater.questions:
        return Lent(None, NOT_FOR_YOU)
    return _lend(project, rater)


def _enter(project: Project, user: User, keys: dict[str, int]) -> Rater:
    """Locks the membership, so that two tabs don't both see a free place for a lease."""
    entered = every(_ENTER, keys, Question)
    if not entered:
        raise Http404  # left in this very moment
    _, membership, paused_at, training_since, groups, skills, lent, reached = entered[0]
    asked = [question for question, *_ in entered if question]
    for question in asked:
        question.project = project
    return Rater(
        user=user,
        membership=membership,
        paused_at=paused_at,
        training_since=training_since,
        groups=groups,
        skills=skills,
        lent=json.loads(lent),
        reached=json.loads(reached),
        questions=[q for q in asked if _may_answer(q, groups, skills)],
    )


def _may_answer(question: Question, groups: Sequence[str], skills: Sequence[str]) -> bool:
    has_skills = set(question.needs_skills) <= set(skills)
    return has_skills and (not question.for_groups or bool(set(question.for_groups) & set(groups)))


def _live(keys: dict[str, int]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_LIVE, keys)
        return [row[0] for row in cursor.fetchall()]


def _full(project: Project, keys: dict[str, int], live: int) -> str | None:
    """Why the rater has had enough, by the project's caps; None where there is room."""
    if not project.daily_cap and not project.total_cap:
        return None
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    found = one(_DONE, {**keys, "midnight": midnight})
    assert found is not None
    today, ever = found
    if project.total_cap and ever + live >= project.total_cap:
        return ALL_DONE.format(cap=project.total_cap)
    if project.daily_cap and today + live >= project.daily_cap:
        return DAY_FULL.format(cap=project.daily_cap)
    return None


def purpose_of_next(project: Project, rater: Rater) -> str:
    """What kind of task comes next, drawn at the project's rates; the same each time it is asked
    until something is lent."""
    draw = random.Random(f"{rater.membership}/{rater.lent.get('all', 0)}").random()
    if draw < project.gold_rate:
        return Task.Purpose.GOLD
    if draw < project.gold_rate + project.repeat_rate:
        return Task.Purpose.REPEAT
    return Task.Purpose.WORK


def _lend(project: Project, rater: Rater) -> Lent:
    wanted = lend.Wanted(
        project, rater.user, rater.membership, rater.lent, rater.reached, rater.questions
    )
    if rater.training_since:
        found = lend.known(wanted, Task.Purpose.TRAINING) or lend.again(wanted, training=True)
        return Lent(found, None if found else NO_TRAINING_LEFT)
    found = None
    match purpose_of_next(project, rater):
        case Task.Purpose.GOLD:
            found = lend.known(wanted, Task.Purpose.GOLD)
        case Task.Purpose.REPEAT:
            found = lend.repeat(wanted)
    found = found or lend.work(wanted)
    # Ended leases are given back only when nothing is open: beat does it every minute, and at
    # every click it would cost more than the lending.
    if not found and return_expired():
        found = lend.work(wanted)
    found = found or lend.again(wanted, training=False)
    return Lent(found, None if found else _why_nothing(wanted))


def _why_nothing(wanted: lend.Wanted) -> str:
    if lend.is_cooling(wanted):
        return COOLING.format(minutes=wanted.project.prompt_cooldown)
    return NOTHING_LEFT


def _load(pk: int) -> Assignment:
    found: tuple[Any, ...] | None = one(_LOAD, {"id": pk}, Assignment, Task, Question)
    assert found is not None
    assignment: Assignment = found[0]
    _, assignment.task, assignment.task.question = found
    assignment.task.question = question_as_shown(assignment)
    return assignment
