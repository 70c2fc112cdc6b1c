"""Adaptive overlap, and leases as long as a question takes: what follows from new judgments."""

from __future__ import annotations

import numpy as np
from django.db import connection

from annotate.models import Project
from annotate.queries.counted import Counted
from annotate.stats.arrays import IntArray
from annotate.stats.stopping import plan, typical_confusion

# A task gets one place more at a time, and only once all it had are judged, so none is judged more
# often than its consensus needed. A task that somebody is just changing waits for the next refresh.
_UNSURE = """
SELECT t.id FROM annotate_task AS t
JOIN annotate_question AS q ON q.id = t.question_id
JOIN annotate_taskconsensus AS c ON c.task_id = t.id
WHERE q.project_id = %(project)s AND t.purpose = 'work' AND t.places_left = 0
  AND t.overlap < %(most)s AND c.judgments >= t.overlap AND c.confidence < %(confidence)s
  AND NOT EXISTS (
      SELECT FROM annotate_assignment AS a WHERE a.task_id = t.id AND a.state = 'leased')
FOR NO KEY UPDATE OF t SKIP LOCKED
"""
_EXTEND = """
UPDATE annotate_task SET overlap = overlap + 1, places_left = places_left + 1
WHERE id = ANY(%(tasks)s) AND places_left = 0
"""
_SPENT = """
SELECT (
    SELECT count(*) FROM annotate_judgment AS j
    JOIN annotate_task AS t ON t.id = j.task_id JOIN annotate_question AS q ON q.id = t.question_id
    WHERE q.project_id = %(project)s AND t.purpose = 'work' AND j.newest
      AND j.kind <> 'adjudication'
) + (
    SELECT coalesce(sum(t.places_left), 0) FROM annotate_task AS t
    JOIN annotate_question AS q ON q.id = t.question_id
    WHERE q.project_id = %(project)s AND t.purpose = 'work' AND t.places_left > 0
)
"""

# Five times the median leaves the slow tasks time; a tab that is open extends its lease anyway.
_SIZE = """
UPDATE annotate_question AS q
SET lease_seconds = greatest(%(shortest)s, ceil(m.seconds * %(times)s))::int
FROM (
    SELECT n.question_id, percentile_cont(0.5) WITHIN GROUP (ORDER BY n.active_ms) / 1000 AS seconds
    FROM annotate_question AS of CROSS JOIN LATERAL (
        SELECT t.question_id, j.active_ms
        FROM (SELECT * FROM annotate_judgment ORDER BY id DESC LIMIT %(window)s) AS j
        JOIN annotate_task AS t ON t.id = j.task_id
        WHERE t.question_id = of.id AND j.kind = 'rating' AND j.active_ms IS NOT NULL
        ORDER BY j.id DESC LIMIT %(newest)s
    ) AS n
    WHERE of.project_id = %(project)s
    GROUP BY n.question_id HAVING count(*) >= %(enough)s
) AS m
WHERE q.id = m.question_id
  AND q.lease_seconds IS DISTINCT FROM greatest(%(shortest)s, ceil(m.seconds * %(times)s))::int
"""
# The browser warns two minutes before the end, and extends an active one every minute.
SHORTEST_LEASE = 300
LEASE_TIMES_MEDIAN = 5
NEWEST, ENOUGH = 200, 20
# Among the newest of all projects, so that one with few answers doesn't search through all others'.
WINDOW = 5_000


def extend_overlap(*, project: Project, counted: Counted) -> int:
    """Gives a place to each fully judged task whose consensus is below the project's confidence and
    that a few more judgments could decide otherwise, within its largest overlap and the project's
    budget: those first where a judgment is expected to gain most. How many; 0 where the overlap is
    fixed."""
    if project.overlap_max is None:
        return 0
    keys = {"project": project.pk, "most": project.overlap_max, "confidence": project.confidence}
    with connection.cursor() as cursor:
        cursor.execute(_UNSURE, keys)
        unsure = np.array([pk for (pk,) in cursor.fetchall()], dtype=np.int64)
        worth_it = _best_first(counted, unsure)
        if project.budget is not None and len(worth_it):
            cursor.execute(_SPENT, keys)
            worth_it = worth_it[: max(project.budget - int(cursor.fetchone()[0]), 0)]
        cursor.execute(_EXTEND, {"tasks": worth_it.tolist()})
        return int(cursor.rowcount)


def _best_first(counted: Counted, tasks: IntArray) -> IntArray:
    """Those of `tasks` that another judgment may gain something at, by how much it is expected to.
    A judgment of a ranking is one of all its pairs."""
    of_unit = np.repeat(counted.tasks, counted.units)
    rows = np.isin(of_unit, tasks) & (counted.counts.sum(axis=1) > 0)
    ids, number = np.unique(of_unit[rows], return_inverse=True)
    offers = plan(
        counted.posterior[rows],
        reliability=typical_confusion(counted.posterior, counted.counts),
        budget=np.inf,
        task=number,
    )
    return ids[offers.task]


def size_leases(*, project: Project) -> None:
    """Sets the leases of each question to five times the median time of its newest 200 answers."""
    parameters = {
        "project": project.pk,
        "shortest": SHORTEST_LEASE,
        "times": LEASE_TIMES_MEDIAN,
        "newest": NEWEST,
        "window": WINDOW,
        "enough": ENOUGH,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SIZE, parameters)
