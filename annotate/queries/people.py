"""Who works in a project, and how: counts that need no model of the raters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from annotate.models import Membership, Project, Task
from annotate.queries.known import accuracy, checks_of
from annotate.stats.estimates import Estimate


@dataclass(frozen=True, slots=True)
class Person:
    id: int
    name: str
    kind: str
    role: str
    judgments: int
    last_judgment_at: datetime | None
    left_share: float | None
    tie_share: float | None
    median_seconds: float | None
    paused_at: datetime | None
    left_at: datetime | None
    training: bool
    groups: list[str]
    skills: list[str]
    gold: Estimate


# Left share: of strict preferences between two, how often the one shown on the left won.
_STATISTICS = """
SELECT j.rater_id, count(*), max(j.submitted_at),
       avg((j.ranks[j.shown[1] + 1] < j.ranks[j.shown[2] + 1])::int)
           FILTER (WHERE j.k = 2 AND j.ranks[1] <> j.ranks[2] AND j.ranks[1] > 0),
       avg((j.ranks[1] = j.ranks[2])::int) FILTER (WHERE j.k = 2 AND j.ranks[1] > 0),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY j.active_ms) / 1000
FROM annotate_judgment AS j
JOIN annotate_task AS t ON t.id = j.task_id
JOIN annotate_question AS q ON q.id = t.question_id
WHERE q.project_id = %s AND j.newest AND j.kind <> 'adjudication' AND t.purpose = 'work'
GROUP BY j.rater_id
"""


def former_name(user_id: int) -> str:
    """What stands in a project where the name of somebody who left it would."""
    return f"Former member {user_id}"


def people(project: Project) -> list[Person]:
    """Members in the order of their role, then of who judged most."""
    with connection.cursor() as cursor:
        cursor.execute(_STATISTICS, [project.pk])
        statistics = {row[0]: row[1:] for row in cursor.fetchall()}
    members = Membership.objects.filter(project=project).select_related("user")
    gold = checks_of(project, Task.Purpose.GOLD)
    found = [
        _person(member, statistics.get(member.user_id), accuracy(gold.get(member.user_id, [])))
        for member in members
    ]
    return sorted(found, key=lambda p: (p.role == "rater", -p.judgments, p.name))


def person(project: Project, user_id: int) -> Person:
    """One member; StopIteration where there is none."""
    return next(p for p in people(project) if p.id == user_id)


def _person(
    member: Membership,
    row: tuple[int, datetime, float, float, float] | None,
    gold: Estimate,
) -> Person:
    judgments, last, left, ties, seconds = row or (0, None, None, None, None)
    return Person(
        id=member.user_id,
        name=former_name(member.user_id) if member.left_at else member.user.label,
        kind=member.user.kind,
        role=member.role,
        judgments=judgments,
        last_judgment_at=last,
        left_share=None if left is None else float(left),
        tie_share=None if ties is None else float(ties),
        median_seconds=seconds,
        paused_at=member.paused_at,
        left_at=member.left_at,
        training=member.training_since is not None,
        groups=member.groups,
        skills=member.skills,
        gold=gold,
    )
