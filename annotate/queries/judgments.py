"""A project's newest judgments as arrays: the one read that statistics start from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import QuerySet
from numpy.typing import NDArray

from annotate.models import Judgment, Project, Question, Task, User
from annotate.stats.consensus import MISSING, pair_outcomes, step_outcomes

IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class UnitVotes:
    """One row a judgment and unit: a pair of responses, or a step of a solution.

    `task` and `rater` are database ids; `unit` counts a task's pairs i < j in lexicographic order,
    or its steps; `outcome` is 0 where i wins, 1 for a tie, 2 where j wins, and of a step 0 right,
    1 neutral, 2 wrong. `judgment` numbers the judgments. `tasks` are the tasks with a vote,
    ascending, and `units` how many units each has, voted on or not.
    """

    task: IntArray
    unit: IntArray
    outcome: IntArray
    rater: IntArray
    judgment: IntArray
    tasks: IntArray
    units: IntArray


@dataclass(frozen=True, slots=True)
class Placing:
    """Of two-response judgments with a strict preference: how many, and how many chose the left."""

    strict: int
    left: int
    ties: int
    judgments: int


def all_votes(project: Project) -> QuerySet[Judgment]:
    """The newest votes on the project's work, AI judges' too. Decisions are no votes, and gold,
    training and repeats measure the raters: they are left out."""
    return Judgment.objects.filter(
        newest=True, task__question__project=project, task__purpose=Task.Purpose.WORK
    ).exclude(kind=Judgment.Kind.ADJUDICATION)


def votes_of(project: Project) -> QuerySet[Judgment]:
    """People's alone: AI judges are another kind of rater."""
    return all_votes(project).exclude(rater__kind=User.Kind.AI_JUDGE)


def decisions_of(project: Project) -> QuerySet[Judgment]:
    """Reviewers' decisions as they stand; of two on one task the later one counts."""
    return Judgment.objects.filter(
        newest=True, kind=Judgment.Kind.ADJUDICATION, task__question__project=project
    ).order_by("submitted_at", "id")


_FIELDS = ("task_id", "rater_id", "k", "ranks", "shown", "answer", "task__question__kind")
Row = tuple[int, int, int, list[int], list[int], dict[str, Any], str]


def load_unit_votes(project: Project) -> tuple[UnitVotes, Placing]:
    """All votes as arrays, by task and unit; and how the places of pairs were chosen."""
    rows = list(votes_of(project).order_by("task_id", "id").values_list(*_FIELDS))
    return _unit_votes(rows), _placing([(row[3], row[4]) for row in rows if row[2] == 2])


def load_decisions(project: Project) -> UnitVotes:
    """The reviewers' decisions in the same form, one a task."""
    latest = {row[0]: row for row in decisions_of(project).values_list(*_FIELDS)}
    return _unit_votes([latest[task] for task in sorted(latest)])


def _unit_votes(rows: Sequence[Row]) -> UnitVotes:
    numbered = [(i, *row) for i, row in enumerate(rows) if _units(row)]
    ranked = [row for row in numbered if row[7] != Question.Kind.STEPS]
    parts = [
        _ranked([row for row in ranked if row[3] == k]) for k in sorted({row[3] for row in ranked})
    ]
    parts += [_steps(row) for row in numbered if row[7] == Question.Kind.STEPS]
    table = np.concatenate(parts) if parts else np.zeros((0, 5), dtype=np.int64)
    table = table[table[:, 2] != MISSING]
    table = table[np.lexsort((table[:, 1], table[:, 0]))]
    # A task whose votes compare nothing (ratings with empty cells) has no units at all.
    compared = set(np.unique(table[:, 0]).tolist())
    units = {row[1]: _units(row[1:]) for row in numbered if row[1] in compared}
    task, unit, outcome, rater, judgment = (np.ascontiguousarray(table[:, c]) for c in range(5))
    return UnitVotes(
        task=task,
        unit=unit,
        outcome=outcome,
        rater=rater,
        judgment=judgment,
        tasks=np.array(list(units), dtype=np.int64),
        units=np.array(list(units.values()), dtype=np.int64),
    )


def _units(row: Sequence[Any]) -> int:
    k, answer, kind = row[2], row[5], row[6]
    return len(answer["labels"]) if kind == Question.Kind.STEPS else k * (k - 1) // 2


def _ranked(rows: Sequence[tuple[Any, ...]]) -> IntArray:
    """Columns task, unit, outcome, rater, judgment; of judgments of one size."""
    outcomes = pair_outcomes(np.array([row[4] for row in rows], dtype=np.int64))
    n, pairs = outcomes.shape
    index, task, rater = (np.array([row[c] for row in rows], dtype=np.int64) for c in (0, 1, 2))
    return np.column_stack(
        [
            np.repeat(task, pairs),
            np.tile(np.arange(pairs), n),
            outcomes.ravel(),
            np.repeat(rater, pairs),
            np.repeat(index, pairs),
        ]
    )


def _steps(row: tuple[Any, ...]) -> IntArray:
    """The same columns, of one judgment of a solution's steps."""
    index, task, rater, labels = row[0], row[1], row[2], row[6]["labels"]
    outcomes = step_outcomes(labels)
    return np.array(
        [(task, step, outcome, rater, index) for step, outcome in enumerate(outcomes)],
        dtype=np.int64,
    ).reshape(-1, 5)


def _placing(rows: list[tuple[list[int], list[int]]]) -> Placing:
    compared = [(ranks, shown) for ranks, shown in rows if min(ranks) >= 1]
    strict = [(ranks, shown) for ranks, shown in compared if ranks[0] != ranks[1]]
    left = sum(ranks[shown[0]] < ranks[shown[1]] for ranks, shown in strict)
    return Placing(len(strict), left, len(compared) - len(strict), len(compared))
