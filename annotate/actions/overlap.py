"""Adaptive overlap, and leases as long as a question takes: what follows from new judgments."""

from __future__ import annotations

import numpy as np
from django.db import connection

from annotate.models import Project
from annotate.queries.counted import Counted
from annotate.stats.arrays import FloatArray, IntArray
from annotate.stats.stopping import plan, typical_confusion

# A task gets one place more at a time, and only once all it had are judged, so none is judged more
# often than its consensus needed. A task that somebody is just changing waits for the next refresh.
_UNSURE = """
FROM annotate_task AS t
JOIN annotate_question AS q ON q.id = t.question_id
JOIN annotate_taskconsensus AS c ON c.task_id = t.id
WHERE q.project_id = %(project)s AND t.purpose = 'work' AND t.places_left = 0
  AND t.overlap < %(most)s AND c.judgments >= t.overlap AND c.confidence < %(confidence)s
  AND NOT EXISTS (
      SELECT FROM annotate_assignment AS a WHERE a.task_id = t.id AND a.state = 'leased')
"""
_EXTEND = f"""
UPDATE annotate_task SET overlap = overlap + 1, places_left = places_left + 1
WHERE id IN (
    SELECT t.id {_UNSURE} AND t.id = ANY(%(tasks)s) FOR NO KEY UPDATE OF t SKIP LOCKED)
"""  # noqa: S608 -- our own words
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
    that the places it may still get could decide otherwise, within the project's budget: those
    first where a judgment is expected to gain most. How many; 0 where the overlap is fixed."""
    if project.overlap_max is None:
        return 0
    keys = {"project": project.pk, "most": project.overlap_max, "confidence": project.confidence}
    with connection.cursor() as cursor:
        left = None
        if project.budget is not None:
            cursor.execute(_SPENT, keys)
            left = max(project.budget - int(cursor.fetchone()[0]), 0)
        if left == 0:
            return 0
        cursor.execute(f"SELECT t.id, t.overlap {_UNSURE}", keys)
        unsure = np.array(cursor.fetchall(), dtype=np.int64).reshape(-1, 2)
        room = project.overlap_max - unsure[:, 1]
        best = _best_first(counted, unsure[:, 0], room)[:left]
        cursor.execute(_EXTEND, {**keys, "tasks": best.tolist()})
        return int(cursor.rowcount)


def _best_first(counted: Counted, tasks: IntArray, room: IntArray) -> IntArray:
    """Those of `tasks` that the judgments there is `room` for may gain something at, by how much
    one is expected to. A judgment of a ranking is one of all its pairs."""
    found = [_offers(counted, tasks, room, steps=steps) for steps in (False, True)]
    ids, gain = (np.concatenate(column) for column in zip(*found, strict=True))
    best: IntArray = ids[np.argsort(-gain, kind="stable")]
    return best


def _offers(
    counted: Counted, tasks: IntArray, room: IntArray, *, steps: bool
) -> tuple[IntArray, FloatArray]:
    """Of pairs or of steps, whose raters err differently: the tasks, and the gain a judgment."""
    of_unit, judged = np.repeat(counted.tasks, counted.units), counted.counts.sum(axis=1) > 0
    kind = np.repeat(counted.steps == steps, counted.units)
    rows = np.isin(of_unit, tasks) & judged & kind
    ids, number = np.unique(of_unit[rows], return_inverse=True)
    order = np.argsort(tasks)
    offers = plan(
        counted.posterior[rows],
        reliability=typical_confusion(counted.counts[judged & kind]),
        budget=np.inf,
        task=number,
        room=room[order][np.searchsorted(tasks[order], ids)],
    )
    return ids[offers.task], offers.gain / offers.votes


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
