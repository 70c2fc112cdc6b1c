"""A project's newest judgments as arrays: the one read that statistics start from.

Rankings come as PostgreSQL's own arrays, a column at a time, so that a million take a second or two
and no Python object each.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from django.db.models import QuerySet

from annotate.models import Judgment, Project, Question, Task, User
from annotate.models.arrays import every_column
from annotate.queries.judgments import all_votes, decisions_of, votes_of
from annotate.stats.arrays import FloatArray, IntArray
from annotate.stats.consensus import MISSING, pair_outcomes, step_outcomes

By = Literal["people", "ai judges"]


@dataclass(frozen=True, slots=True)
class UnitVotes:
    """One row a judgment and unit: a pair of responses, or a step of a solution; by task and unit.

    `task` and `rater` are database ids; `unit` counts a task's pairs i < j in lexicographic order,
    or its steps; `outcome` is 0 where i wins, 1 for a tie, 2 where j wins, and of a step 0 right,
    1 neutral, 2 wrong. `left` is the outcome that the response on the left of the rater's screen
    wins, −1 for a step. `judgment` numbers the judgments. They have the `question` that each
    answers, `seconds` of active time (NaN where unknown) and `when` it was given, in
    days since 1970, `[judgments]` each. `tasks` are the tasks with a vote, ascending, and `units`
    how many units each has, voted on or not.
    """

    task: IntArray
    unit: IntArray
    outcome: IntArray
    rater: IntArray
    left: IntArray
    judgment: IntArray
    question: IntArray
    seconds: FloatArray
    when: FloatArray
    tasks: IntArray
    units: IntArray

    @property
    def place(self) -> IntArray:
        """The number of each row's unit among all units of `tasks`, `[rows]`."""
        return self._places(self.task, self.unit)

    def decided(self, decisions: UnitVotes) -> tuple[IntArray, IntArray]:
        """The places of the units that `decisions` decide, and the outcomes; tasks nobody voted on
        have none."""
        known = np.isin(decisions.task, self.tasks)
        place = self._places(decisions.task[known], decisions.unit[known])
        return place, decisions.outcome[known]

    def _places(self, task: IntArray, unit: IntArray) -> IntArray:
        first: IntArray = unit_starts(self.units)[np.searchsorted(self.tasks, task)]
        return first + unit


def unit_starts(units: IntArray) -> IntArray:
    """Where each task's units begin, for tasks with `units` of them."""
    return np.concatenate([[0], np.cumsum(units)[:-1]]) if len(units) else units


_VOTES = """
FROM annotate_judgment AS j
JOIN annotate_task AS t ON t.id = j.task_id JOIN annotate_question AS q ON q.id = t.question_id
JOIN annotate_user AS u ON u.id = j.rater_id
WHERE q.project_id = %(project)s AND t.purpose = %(purpose)s AND j.newest
  AND j.kind <> 'adjudication' AND (u.kind = 'ai_judge') = %(ai)s AND j.k >= 2 AND q.kind <> 'steps'
"""
_OF_TASKS = " AND j.task_id = ANY(%(tasks)s)"
_DECISIONS = """
FROM (
    SELECT DISTINCT ON (j.task_id) j.* FROM annotate_judgment AS j
    JOIN annotate_task AS t ON t.id = j.task_id JOIN annotate_question AS q ON q.id = t.question_id
    WHERE q.project_id = %(project)s AND j.newest AND j.kind = 'adjudication'
      AND j.k >= 2 AND q.kind <> 'steps'
    ORDER BY j.task_id, j.submitted_at DESC, j.id DESC
) AS j JOIN annotate_task AS t ON t.id = j.task_id
"""
# As if the known answer had been given, so that it is read like one.
_KNOWN = """
FROM (
    SELECT t.id, t.id AS task_id, 0::int8 AS rater_id, NULL::int4 AS active_ms, t.k,
           k.created_at AS submitted_at, ARRAY(SELECT generate_series(0, t.k - 1)::int2) AS shown,
           ARRAY(SELECT rank::int2 FROM jsonb_array_elements_text(k.answer -> 'ranks')
                 WITH ORDINALITY AS placed (rank, place) ORDER BY place) AS ranks
    FROM annotate_knownanswer AS k
    JOIN annotate_task AS t ON t.id = k.task_id JOIN annotate_question AS q ON q.id = t.question_id
    WHERE q.project_id = %(project)s AND t.purpose = 'gold' AND q.kind = 'comparison'
) AS j JOIN annotate_task AS t ON t.id = j.task_id
"""
_DECISIONS_OF = " WHERE j.task_id = ANY(%(tasks)s)"
_COLUMNS = (
    "j.id",
    "j.task_id",
    "j.rater_id",
    "t.question_id",
    "coalesce(j.active_ms / 1000.0, 'NaN')::float8",
    "(extract(epoch FROM j.submitted_at) / 86400)::float8",
    "j.ranks",
    "j.shown",
)
# Another order of the same responses in place of the leading one: that of one criterion.
_BY_CRITERION = """
AND j.answer -> 'criteria' -> %(criterion)s::text IS NOT NULL
"""
_CRITERION_RANKS = """
ARRAY(SELECT rank::int2
      FROM jsonb_array_elements_text(j.answer -> 'criteria' -> %(criterion)s::text -> 'ranks')
           WITH ORDINALITY AS placed (rank, place) ORDER BY place)
"""
_STEP_FIELDS = (
    "task_id",
    "rater_id",
    "task__question_id",
    "active_ms",
    "submitted_at",
    "answer",
)
_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class _Judged:
    """Judgments of one size: a row a judgment, a column a unit, MISSING where nothing is said."""

    task: IntArray
    rater: IntArray
    question: IntArray
    k: int
    seconds: FloatArray
    when: FloatArray
    outcomes: IntArray
    left: IntArray


def load_unit_votes(
    project: Project, by: By = "people", *, tasks: Collection[int] | None = None
) -> UnitVotes:
    """All votes as arrays, or those on `tasks` (ids), by task and unit."""
    source = _VOTES
    keys = _keys(project, ai=by == "ai judges")
    votes = (
        votes_of(project)
        if by == "people"
        else all_votes(project).filter(rater__kind=User.Kind.AI_JUDGE)
    )
    if tasks is not None:
        source, keys["tasks"] = source + _OF_TASKS, list(tasks)
        votes = votes.filter(task__in=tasks)
    return _unit_votes([*_ranked(source, keys), *_steps(_step_rows(votes.order_by("id")))])


def load_criterion_votes(project: Project, criterion: str) -> UnitVotes:
    """People's votes on pairs by one criterion of the comparisons that ask it."""
    keys = {**_keys(project), "criterion": criterion}
    columns = [_CRITERION_RANKS if column == "j.ranks" else column for column in _COLUMNS]
    return _unit_votes(_ranked(_VOTES + _BY_CRITERION, keys, columns))


def load_rankings(project: Project) -> dict[int, tuple[IntArray, IntArray]]:
    """People's rankings of more than two responses, by k: the tasks `[n]` and the ranks `[n, k]`,
    in canonical order."""
    keys = _keys(project)
    found = every_column(("j.task_id", "j.ranks"), _VOTES + " AND j.k > 2", keys, by="j.k")
    return {k: (task, ranks) for k, (task, ranks) in found.items()}


def load_gold(project: Project, *, most: int) -> tuple[UnitVotes, UnitVotes]:
    """People's votes on the gold comparisons, the first `most` of each, and the known answers in
    the same form."""
    votes = _ranked(_VOTES, _keys(project, purpose=Task.Purpose.GOLD))
    first = [_first(part, most) for part in votes]
    return _unit_votes(first), _unit_votes(_ranked(_KNOWN, {"project": project.pk}))


def _first(judged: _Judged, most: int) -> _Judged:
    """The first `most` judgments of each task; they come in the order they were given."""
    order = np.argsort(judged.task, kind="stable")
    sizes = np.bincount(np.unique(judged.task, return_inverse=True)[1])
    number = np.arange(len(order)) - np.repeat(unit_starts(sizes), sizes)
    kept = np.sort(order[number < most])
    arrays = ("task", "rater", "question", "seconds", "when", "outcomes", "left")
    return replace(judged, **{name: getattr(judged, name)[kept] for name in arrays})


def load_decisions(project: Project, *, tasks: Collection[int] | None = None) -> UnitVotes:
    """The reviewers' decisions in the same form, one a task; all, or those on `tasks` (ids)."""
    source, decisions = _DECISIONS, decisions_of(project)
    keys: dict[str, Any] = {"project": project.pk}
    if tasks is not None:
        source, keys["tasks"] = source + _DECISIONS_OF, list(tasks)
        decisions = decisions.filter(task__in=tasks)
    latest = {row[0]: row for row in _step_rows(decisions)}
    return _unit_votes([*_ranked(source, keys), *_steps([*latest.values()])])


def _keys(
    project: Project, *, ai: bool = False, purpose: str = Task.Purpose.WORK
) -> dict[str, Any]:
    """What `_VOTES` asks for."""
    return {"project": project.pk, "ai": ai, "purpose": purpose}


def _ranked(source: str, keys: dict[str, Any], columns: Sequence[str] = _COLUMNS) -> list[_Judged]:
    found = every_column(columns, source, keys, by="j.k")
    return [_of_size(k, columns) for k, columns in sorted(found.items())]


def _of_size(k: int, columns: Sequence[Any]) -> _Judged:
    order = np.argsort(columns[0])
    _, task, rater, question, seconds, when, ranks, shown = (c[order] for c in columns)
    i, j = np.triu_indices(k, k=1)
    place = np.argsort(shown, axis=1)
    left = np.where(place[:, i] < place[:, j], 0, 2)
    return _Judged(task, rater, question, k, seconds, when, pair_outcomes(ranks), left)


def _step_rows(votes: QuerySet[Judgment]) -> list[Any]:
    asked = votes.filter(task__question__kind=Question.Kind.STEPS)
    return list(asked.values_list(*_STEP_FIELDS))


def _steps(rows: Sequence[Any]) -> list[_Judged]:
    """Solutions differ in their number of steps: one of these a judgment."""
    return [
        _Judged(
            task=np.array([task]),
            rater=np.array([rater]),
            question=np.array([question]),
            k=1,
            seconds=np.array([np.nan if ms is None else ms / 1000]),
            when=np.array([at.timestamp() / _DAY]),
            outcomes=np.array([step_outcomes(answer["labels"])], dtype=np.int64),
            left=np.full((1, len(answer["labels"])), MISSING),
        )
        for task, rater, question, ms, at, answer in rows
    ]


_NONE, _NO_TIME = np.zeros(0, dtype=np.int64), np.zeros(0)
_NO_PAIRS = np.zeros((0, 1), dtype=np.int64)
_NOTHING = _Judged(_NONE, _NONE, _NONE, 2, _NO_TIME, _NO_TIME, _NO_PAIRS, _NO_PAIRS)


def _unit_votes(found: Sequence[_Judged]) -> UnitVotes:
    parts = found or [_NOTHING]
    sizes = [len(part.task) for part in parts]
    offsets = np.cumsum([0, *sizes[:-1]])
    rows = [_rows(part, offset) for part, offset in zip(parts, offsets, strict=True)]
    columns = [np.concatenate(column) for column in zip(*rows, strict=True)]
    order = np.lexsort((columns[5], columns[1], columns[0]))
    task, unit, outcome, rater, left, judgment = (column[order] for column in columns)
    tasks, units = _units(parts, np.unique(task))
    return UnitVotes(
        task=task,
        unit=unit,
        outcome=outcome,
        rater=rater,
        left=left,
        judgment=judgment,
        question=np.concatenate([part.question for part in parts]),
        seconds=np.concatenate([part.seconds for part in parts]),
        when=np.concatenate([part.when for part in parts]),
        tasks=tasks,
        units=units,
    )


def _rows(part: _Judged, offset: int) -> tuple[IntArray, ...]:
    """The columns of `UnitVotes` that have a row a unit, of what was said."""
    judgment, unit = np.nonzero(part.outcomes != MISSING)
    said = judgment, unit
    return (
        part.task[judgment],
        unit,
        part.outcomes[said],
        part.rater[judgment],
        part.left[said],
        judgment + offset,
    )


def _units(parts: Sequence[_Judged], compared: IntArray) -> tuple[IntArray, IntArray]:
    """The tasks with a vote, and how many units each has. One whose votes compare nothing (ratings
    with empty cells) has none."""
    task = np.concatenate([part.task for part in parts])
    width = np.repeat([part.outcomes.shape[1] for part in parts], [len(p.task) for p in parts])
    units = np.zeros(len(compared), dtype=np.int64)
    place = np.minimum(np.searchsorted(compared, task), max(len(compared) - 1, 0))
    known = compared[place] == task if len(compared) else np.zeros(len(task), dtype=bool)
    units[place[known]] = width[known]
    return compared, units
