"""The votes as they were last counted for each task: what agreement is measured on, without
reading the votes again."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection

from annotate.models import Project
from annotate.models.arrays import every_column
from annotate.queries.consensus import OUTCOMES, BoolArray, Consensus
from annotate.queries.votes import UnitVotes, unit_starts
from annotate.stats.arrays import FloatArray, IntArray
from annotate.stats.consensus import MISSING, disagreement


@dataclass(frozen=True, slots=True)
class Counted:
    """A row a task, by id: `units`, how many pairs or steps it has, `judgments`, `disagreement`
    (NaN below two votes), `chose_left`, how many chose the left of a pair (−1: it is none), and
    `steps`, whether its units are steps. And a row a unit, by task: `counts[all units, 3]` and
    `posterior[all units, 3]`."""

    tasks: IntArray
    units: IntArray
    judgments: IntArray
    disagreement: FloatArray
    chose_left: IntArray
    steps: BoolArray
    counts: IntArray
    posterior: FloatArray

    def mean_over_judged(self, values: FloatArray) -> FloatArray:
        """The mean of a task's `values[all units]` over the units that were voted on, `[tasks]`, so
        that tasks of two responses and of six compare."""
        return _mean(values, self.counts.sum(axis=1) > 0, unit_starts(self.units))


_SOURCE = """
FROM annotate_taskconsensus AS c
JOIN annotate_task AS t ON t.id = c.task_id JOIN annotate_question AS q ON q.id = t.question_id
WHERE q.project_id = %(project)s AND cardinality(c.counts) > 0
"""
_OF_TASKS = " AND c.task_id = ANY(%(tasks)s)"
_COLUMNS = (
    "c.task_id",
    "c.judgments",
    "coalesce(c.disagreement, 'NaN')",
    f"coalesce(c.chose_left, {MISSING})",
    "(q.kind = 'steps')::int4",
    "c.counts",
    "c.posterior",
)


def load_counted(project: Project, *, tasks: Collection[int] | None = None) -> Counted:
    """All tasks with a vote, or those of `tasks` (ids)."""
    source = _SOURCE if tasks is None else _SOURCE + _OF_TASKS
    keys: dict[str, Any] = {"project": project.pk, "tasks": list(tasks or ())}
    found = every_column(_COLUMNS, source, keys, by="cardinality(c.counts)")
    sizes = [(size // OUTCOMES, columns) for size, columns in sorted(found.items())]
    units = np.concatenate([np.full(len(c[0]), n) for n, c in sizes] or [_NONE])
    ids, judgments, disagreement, chose_left, steps = (
        np.concatenate([columns[i] for _, columns in sizes] or [_NONE]) for i in range(5)
    )
    counts, posterior = (
        np.concatenate([columns[i].reshape(-1, OUTCOMES) for _, columns in sizes] or [_NO_UNITS])
        for i in (5, 6)
    )
    order = np.argsort(ids)
    of_unit = np.argsort(np.repeat(ids, units), kind="stable")
    return Counted(
        ids[order], units[order], judgments[order], disagreement[order].astype(np.float64),
        chose_left[order], steps[order].astype(bool), counts[of_unit].astype(np.int64),
        posterior[of_unit],
    )  # fmt: skip


_NOT_REFRESHED = """
SELECT DISTINCT q.project_id
FROM (SELECT task_id, created_at FROM annotate_judgment ORDER BY id DESC LIMIT %(newest)s) AS j
JOIN annotate_task AS t ON t.id = j.task_id JOIN annotate_question AS q ON q.id = t.question_id
LEFT JOIN annotate_reliability AS r ON r.project_id = q.project_id
LEFT JOIN LATERAL (
    SELECT computed_at FROM annotate_agreement AS a
    WHERE a.project_id = q.project_id ORDER BY a.computed_at DESC LIMIT 1
) AS a ON true
WHERE j.created_at < now() - %(late)s::interval
  AND (r.read_at IS NULL OR a.computed_at IS NULL OR j.created_at > a.computed_at)
"""
NEWEST = 5_000
LATE = "10 minutes"


def projects_not_refreshed() -> list[int]:
    """Projects with a judgment among the newest 5,000 of all that is older than ten minutes and
    newer than their last refresh: its message was lost, or it failed."""
    with connection.cursor() as cursor:
        cursor.execute(_NOT_REFRESHED, {"newest": NEWEST, "late": LATE})
        return [pk for (pk,) in cursor.fetchall()]


_NONE, _NO_UNITS = np.zeros(0, dtype=np.int64), np.zeros((0, OUTCOMES))


def counted_of(consensus: Consensus, decisions: UnitVotes) -> Counted:
    """The rows that follow from the votes. What a reviewer decided is certain; the votes stay as
    they are."""
    votes, posterior = consensus.votes, consensus.posterior.copy()
    place, outcome = votes.decided(decisions)
    posterior[place] = np.eye(OUTCOMES)[outcome]
    differ, starts = disagreement(consensus.counts.astype(float)), unit_starts(votes.units)
    return Counted(
        tasks=votes.tasks,
        units=votes.units,
        judgments=_judgments_a_task(votes),
        disagreement=_mean(differ, ~np.isnan(differ), starts),
        chose_left=_chose_left(votes),
        steps=_votes_on_pairs(votes) == 0,
        counts=consensus.counts,
        posterior=posterior,
    )


def _judgments_a_task(votes: UnitVotes) -> IntArray:
    of_judgment = np.unique(np.column_stack([votes.task, votes.judgment]), axis=0)[:, 0]
    index = np.searchsorted(votes.tasks, of_judgment)
    return np.bincount(index, minlength=len(votes.tasks))


def _chose_left(votes: UnitVotes) -> IntArray:
    """How many chose the left of each task that is a pair, −1 for others."""
    index = np.searchsorted(votes.tasks, votes.task)
    chose = np.bincount(index, weights=votes.outcome == votes.left, minlength=len(votes.tasks))
    pair = (votes.units == 1) & (_votes_on_pairs(votes) > 0)
    return np.where(pair, chose, MISSING).astype(np.int64)


def _votes_on_pairs(votes: UnitVotes) -> IntArray:
    """How many votes of each task are on a pair; none where its units are steps."""
    index = np.searchsorted(votes.tasks, votes.task[votes.left != MISSING])
    return np.bincount(index, minlength=len(votes.tasks))


def _mean(values: FloatArray, taken: BoolArray, starts: IntArray) -> FloatArray:
    """The mean of a task's values that are taken; NaN where none is."""
    total = np.add.reduceat(np.where(taken, values, 0.0), starts)
    n = np.add.reduceat(taken.astype(float), starts)
    means: FloatArray = np.divide(total, n, out=np.full(len(n), np.nan), where=n > 0)
    return means
