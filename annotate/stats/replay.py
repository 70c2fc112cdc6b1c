"""What a stopping rule would have saved: recorded judgments asked for again, in recorded order.

Arrays in, numbers out. Tasks stop by a rule that sees only the votes used so far; what it learns
(how far tasks of this kind lean, which responses win elsewhere) comes from those too, block by
block, so nothing peeks. The label that all recorded votes give is what a rule is held against: the
sole leader, or "no majority", which is a label of its own and must be kept too. It does not know
the truth, so it says nothing of whether the full label is right.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np

from annotate.stats.arrays import FloatArray, IntArray
from annotate.stats.consensus import smoothed_majority
from annotate.stats.leanings import learned_prior
from annotate.stats.stopping import BoolArray, confident, label_stays, leading

BLOCKS = 64
"""Parts a recording is replayed in; what a rule learns is brought up to date between them."""
LEARNING_VOTES = 2
"""A task's first votes, from which rules learn. Later ones come to tasks that disagree, and would
make all tasks look divided; where `fewest` is 1, the second is already a little so."""


class Rule(Protocol):
    """Says after each vote whether its task is done: `counts` so far and `prior`, `[votes, K]`.

    `learns`: whether it looks at the prior, which takes time to learn.
    """

    learns: ClassVar[bool]

    def stops(self, counts: IntArray, prior: FloatArray) -> BoolArray: ...


@dataclass(frozen=True, slots=True)
class FixedOverlap:
    """So many votes for every task."""

    learns: ClassVar[bool] = False
    votes: int

    def stops(self, counts: IntArray, prior: FloatArray) -> BoolArray:
        done: BoolArray = counts.sum(axis=1) >= self.votes
        return done


@dataclass(frozen=True, slots=True)
class Confident:
    """Done when the smoothed majority is sure enough: the base line."""

    learns: ClassVar[bool] = False
    threshold: float

    def stops(self, counts: IntArray, prior: FloatArray) -> BoolArray:
        return confident(smoothed_majority(counts.astype(np.float64)), threshold=self.threshold)


@dataclass(frozen=True, slots=True)
class Settled:
    """Done when the label is likely enough to be that of the full `overlap` (`label_stays`)."""

    learns: ClassVar[bool] = True
    threshold: float
    overlap: int

    def stops(self, counts: IntArray, prior: FloatArray) -> BoolArray:
        chance = label_stays(counts, overlap=self.overlap, prior=prior)
        # A certain label adds up to 1 but for rounding.
        done: BoolArray = chance >= self.threshold - 1e-9
        return done


@dataclass(frozen=True, slots=True)
class Replay:
    """What a rule used and kept. `votes[tasks]` were used of each task, and `label[tasks]` is what
    they give (K: no majority).

    `used` is their share of all votes. `kept` is the share of tasks whose label is that of all
    their votes, where no majority is a label too; `kept_majority` the share among tasks that have a
    majority (NaN where none has).
    """

    votes: IntArray
    label: IntArray
    used: float
    kept: float
    kept_majority: float


@dataclass(frozen=True, slots=True)
class FrontierPoint:
    """A rule's replay, and what fixed overlap keeps at the same number of votes (`fixed` of all
    tasks, `fixed_majority` of those with a majority). At a cost between two whole overlaps some
    tasks, drawn by chance, get the larger one; the best such mix counts, since even numbers of
    votes often end in no majority."""

    replay: Replay
    fixed: float
    fixed_majority: float


@dataclass(frozen=True, slots=True)
class _Recording:
    """Votes in their order: `counts[n, K]` of the vote's task up to and with it, `place[n]` it has
    in its task (from 1); `full[tasks, K]` all of them."""

    task: IntArray
    counts: IntArray
    place: IntArray
    full: IntArray


def replay(
    task: IntArray,
    label: IntArray,
    *,
    rule: Rule,
    order: IntArray | FloatArray | None = None,
    outcomes: int = 3,
    fewest: int = 2,
    most: int | None = None,
    items: IntArray | None = None,
) -> Replay:
    """Replay votes `task[n]` (0 … tasks − 1), `label[n]` (0 … outcomes − 1) under a rule.

    `order[n]` sorts the votes (times; None: as they come). Every task gets `fewest` votes and at
    most `most`. `items[tasks, 2]` names what a task compares, first and second (outcomes 0 first
    wins, 1 tie, 2 second wins): then the prior of a task takes in how the two did elsewhere. Raises
    ValueError for a label or a task out of range, a task without votes, and for items without
    three outcomes.
    """
    recording = _recorded(task, label, order, outcomes)
    if items is not None and (outcomes != 3 or len(items) != len(recording.full)):
        raise ValueError("Items need the outcomes of a pair, and a row for every task.")
    last = _last_places(recording, rule, fewest, most, items)
    at_end = recording.place == last[recording.task]
    given = np.empty(len(last), dtype=np.int64)
    given[recording.task[at_end]] = leading(recording.counts[at_end])
    full = leading(recording.full)
    same, majority = given == full, full < outcomes
    kept_majority = float(same[majority].mean()) if majority.any() else float("nan")
    used = float(last.sum()) / len(recording.task)
    return Replay(last, given, used, float(same.mean()), kept_majority)


def frontier(
    task: IntArray,
    label: IntArray,
    *,
    rules: Sequence[Rule],
    order: IntArray | FloatArray | None = None,
    outcomes: int = 3,
    fewest: int = 2,
    items: IntArray | None = None,
) -> tuple[FrontierPoint, ...]:
    """The replay of each rule beside fixed overlap at the same cost. Arguments as `replay`."""
    longest = int(np.bincount(task).max())
    fixed = [
        replay(task, label, rule=FixedOverlap(n), order=order, outcomes=outcomes, fewest=1)
        for n in range(1, longest + 1)
    ]
    cost = [run.used for run in fixed]
    points = []
    for rule in rules:
        run = replay(
            task, label, rule=rule, order=order, outcomes=outcomes, fewest=fewest, items=items
        )
        kept = _best_mix(run.used, cost, [f.kept for f in fixed])
        kept_majority = _best_mix(run.used, cost, [f.kept_majority for f in fixed])
        points.append(FrontierPoint(run, kept, kept_majority))
    return tuple(points)


def _best_mix(at: float, cost: Sequence[float], kept: Sequence[float]) -> float:
    """The most that a mix of two of the points keeps at that cost."""
    points = list(zip(cost, kept, strict=True))
    mixes = [
        low + (high - low) * (at - less) / (more - less)
        for less, low in points
        for more, high in points
        if less <= at <= more and less < more
    ]
    return max(mixes, default=kept[-1])


def _recorded(
    task: IntArray, label: IntArray, order: IntArray | FloatArray | None, outcomes: int
) -> _Recording:
    if not len(task) or label.min() < 0 or label.max() >= outcomes:
        raise ValueError("A replay needs votes, each of one of the outcomes.")
    size = np.bincount(task)
    if not size.all():
        raise ValueError("Every task needs a vote: number them from 0 without gaps.")
    if order is not None:
        sequence = np.argsort(order, kind="stable")
        task, label = task[sequence], label[sequence]
    by_task = np.argsort(task, kind="stable")
    first = np.cumsum(size) - size
    one_hot = np.eye(outcomes, dtype=np.int64)[label[by_task]]
    running = np.cumsum(one_hot, axis=0)
    before = running[first] - one_hot[first]
    counts, place = np.empty_like(running), np.empty_like(task)
    counts[by_task] = running - before[task[by_task]]
    place[by_task] = np.arange(1, len(task) + 1) - first[task[by_task]]
    full = counts[by_task[first + size - 1]]
    return _Recording(task, counts, place, full)


def _last_places(
    recording: _Recording, rule: Rule, fewest: int, most: int | None, items: IntArray | None
) -> IntArray:
    """How many votes each task gets, `[tasks]`."""
    last: IntArray = recording.full.sum(axis=1)
    early = np.zeros_like(recording.full)
    stopped = np.zeros(len(last), dtype=np.bool_)
    for votes in np.array_split(np.arange(len(recording.task)), BLOCKS):
        task = recording.task[votes]
        going = votes[~stopped[task]]
        task, place = recording.task[going], recording.place[going]
        counts = recording.counts[going]
        prior = learned_prior(early, items) if rule.learns else early.astype(np.float64)
        done = rule.stops(counts, prior[task]) & (place >= fewest)
        if most is not None:
            done |= place >= most
        # Backwards, so that of a task's votes in this block the first that ends it is kept.
        last[task[done][::-1]] = place[done][::-1]
        stopped[task[done]] = True
        learnt = place <= np.minimum(last[task], LEARNING_VOTES)
        early[task[learnt]] = counts[learnt]
    return last
