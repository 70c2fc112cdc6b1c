"""A project's newest judgments as arrays: the one read that statistics start from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotate.models import Judgment, Project, User
from annotate.stats.consensus import pair_outcomes

IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class PairVotes:
    """One row a judgment and pair of responses; a judgment of k responses has k(k-1)/2 rows.

    `task` and `rater` are database ids; `pair` counts a task's pairs i < j in lexicographic order;
    `outcome` is 0 where i wins, 1 for a tie, 2 where j wins. `judgment` numbers the judgments.
    """

    task: IntArray
    pair: IntArray
    outcome: IntArray
    rater: IntArray
    judgment: IntArray


@dataclass(frozen=True, slots=True)
class Placing:
    """Of two-response judgments with a strict preference: how many, and how many chose the left."""

    strict: int
    left: int
    ties: int
    judgments: int


def load_pair_votes(project: Project) -> tuple[PairVotes, Placing]:
    """People's newest judgments. AI judges are another kind of rater and are left out."""
    rows = list(
        Judgment.objects.filter(newest=True, task__question__project=project)
        .exclude(rater__kind=User.Kind.AI_JUDGE)
        .order_by("task_id", "id")
        .values_list("task_id", "rater_id", "k", "ranks", "shown")
    )
    parts = [
        _of_size(k, [(i, *row) for i, row in enumerate(rows) if row[2] == k])
        for k in sorted({row[2] for row in rows})
    ]
    empty = np.zeros((0, 5), dtype=np.int64)
    table = np.concatenate(parts) if parts else empty
    table = table[np.lexsort((table[:, 1], table[:, 0]))]
    votes = PairVotes(*(np.ascontiguousarray(table[:, c]) for c in range(5)))
    return votes, _placing([(ranks, shown) for _, _, k, ranks, shown in rows if k == 2])


def _of_size(
    k: int, rows: list[tuple[int, int, int, int, list[int], list[int]]]
) -> NDArray[np.int64]:
    """Columns task, pair, outcome, rater, judgment."""
    outcomes = pair_outcomes(np.array([row[4] for row in rows], dtype=np.int64))
    n, pairs = outcomes.shape
    index = np.array([row[0] for row in rows], dtype=np.int64)
    task = np.array([row[1] for row in rows], dtype=np.int64)
    rater = np.array([row[2] for row in rows], dtype=np.int64)
    return np.column_stack(
        [
            np.repeat(task, pairs),
            np.tile(np.arange(pairs), n),
            outcomes.ravel(),
            np.repeat(rater, pairs),
            np.repeat(index, pairs),
        ]
    )


def _placing(rows: list[tuple[list[int], list[int]]]) -> Placing:
    strict = [(ranks, shown) for ranks, shown in rows if ranks[0] != ranks[1]]
    left = sum(ranks[shown[0]] < ranks[shown[1]] for ranks, shown in strict)
    return Placing(len(strict), left, len(rows) - len(strict), len(rows))
