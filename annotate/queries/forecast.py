"""How far collecting is from its end: what is still to be judged, and when that will be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from annotate.models import Project, Task
from annotate.queries.judgments import all_votes
from annotate.stats.forecast import expected_judgments, shares_going_on

PACE_DAYS = 7

# By overlap: closed tasks (no place left), open ones. A task whose overlap is n + 1 went on at n.
_BY_OVERLAP = """
SELECT t.overlap, count(*) FILTER (WHERE t.places_left = 0),
       count(*) FILTER (WHERE t.places_left > 0)
FROM annotate_task AS t JOIN annotate_question AS q ON q.id = t.question_id
WHERE q.project_id = %s AND t.purpose = 'work' GROUP BY t.overlap
"""


@dataclass(frozen=True, slots=True)
class Forecast:
    """`expected` judgments to come, of which `places_open` are asked for already and the rest are
    what adaptive overlap will probably add; `budget_left` caps it. `days` at the pace of the last
    week; null where nothing was judged in it."""

    judgments: int
    places_open: int
    expected: float
    budget: int | None
    budget_left: int | None
    per_day: float
    days: float | None


def forecast(project: Project) -> Forecast:
    with connection.cursor() as cursor:
        cursor.execute(_BY_OVERLAP, [project.pk])
        by_overlap = {overlap: (closed, open_) for overlap, closed, open_ in cursor.fetchall()}
    places = _places_open(project)
    votes = all_votes(project)
    done = votes.count()
    expected = _expected(project, places, by_overlap)
    budget_left = None if project.budget is None else max(project.budget - done, 0)
    if budget_left is not None:
        expected = min(expected, max(budget_left, places))
    since = timezone.now() - timedelta(days=PACE_DAYS)
    per_day = votes.filter(submitted_at__gte=since).count() / PACE_DAYS
    return Forecast(
        judgments=done,
        places_open=places,
        expected=expected,
        budget=project.budget,
        budget_left=budget_left,
        per_day=per_day,
        days=expected / per_day if per_day else None,
    )


def _places_open(project: Project) -> int:
    tasks = Task.objects.filter(
        question__project=project, purpose=Task.Purpose.WORK, places_left__gt=0
    )
    return int(tasks.aggregate(n=Sum("places_left"))["n"] or 0)


def _expected(project: Project, places: int, by_overlap: dict[int, tuple[int, int]]) -> float:
    most = project.overlap_max
    if most is None:
        return places
    first = project.overlap
    went_on = {
        n: sum(closed + open_ for level, (closed, open_) in by_overlap.items() if level > n)
        for n in range(first, most)
    }
    closed = {n: by_overlap.get(n, (0, 0))[0] for n in range(first, most)}
    open_by_overlap = [(level, open_) for level, (_, open_) in by_overlap.items() if open_]
    return expected_judgments(places, open_by_overlap, most, shares_going_on(closed, went_on))
