"""Statistics that one new, edited or withdrawn judgment updates without reading all the others.

State in plain arrays; each change costs some microseconds however many judgments there are. It does
not know who answered or when. The caller must apply every change once, one after the other. Built
in batch by `of_counts` and `of_votes`; what to save is in the fields, and the same two build it
anew.

A unit with counts n and m = Σ n ≥ 2 adds (n_c n_k − [c = k] n_c)/(m − 1) to the coincidence matrix
(Krippendorff 2011, section C), so a change takes the unit's old part out and puts its new one in.
Rounding adds up to about 1e-13 of the matrix over a million changes.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from annotate.stats.arrays import FloatArray, IntArray
from annotate.stats.consensus import smoothed_majority
from annotate.stats.estimates import Estimate
from annotate.stats.reliability import (
    ALL_THE_SAME,
    NO_ANSWERS,
    NONE_JUDGED_TWICE,
    Level,
    alpha_of_coincidences,
)


@dataclass(slots=True)
class Agreement:
    """Votes of each unit, `counts[units, values]`, and what α needs of them.

    `coincidences[values, values]`; `pairable` is the number of units judged at least twice. Rows
    of zeros are units without votes: a new unit's row is made when its first vote comes.
    """

    counts: IntArray
    coincidences: FloatArray
    pairable: int

    @classmethod
    def of_counts(cls, counts: IntArray) -> Self:
        """From the votes `[units, values]`, which are copied."""
        raters = counts.sum(axis=1)
        twice = raters >= 2
        n, raters = counts[twice].astype(np.float64), raters[twice]
        coincidences = (n / (raters[:, None] - 1)).T @ n
        coincidences -= np.diag((n / (raters[:, None] - 1)).sum(axis=0))
        return cls(counts.astype(np.int64), coincidences, len(n))

    def add(self, unit: int, outcome: int) -> None:
        """One more vote. Raises ValueError for a negative unit or an outcome out of range."""
        self._check(unit, outcome)
        self.counts = _with_row(self.counts, unit)
        self._change(unit, {outcome: 1})

    def remove(self, unit: int, outcome: int) -> None:
        """One vote fewer. Raises ValueError where there is no such vote."""
        self._check(unit, outcome)
        self._check_vote(unit, outcome)
        self._change(unit, {outcome: -1})

    def replace(self, unit: int, old: int, new: int) -> None:
        """A vote edited from `old` to `new`. Raises ValueError where there is no vote `old`."""
        self._check(unit, old)
        self._check(unit, new)
        self._check_vote(unit, old)
        if old != new:
            self._change(unit, {old: -1, new: 1})

    def alpha(self, level: Level = "ordinal") -> Estimate:
        """Krippendorff's α of all votes, in O(values²); without an interval, which takes a pass
        over all units (`reliability.alpha`)."""
        reason = self._why_undefined()
        if reason is not None:
            return Estimate(None, None, None, self.pairable, reason)
        value = float(alpha_of_coincidences(self.coincidences, level))
        return Estimate(value, None, None, self.pairable)

    def posterior(self, unit: int, *, prior: float = 1.0) -> FloatArray:
        """The unit's consensus by smoothed majority, `[values]`."""
        posterior: FloatArray = smoothed_majority(self.counts[unit].astype(float), prior=prior)
        return posterior

    def _why_undefined(self) -> str | None:
        if not self.pairable:
            return NONE_JUDGED_TWICE if self.counts.any() else NO_ANSWERS
        # A value that was withdrawn altogether leaves a rounding error behind, not 0.
        used = np.count_nonzero(self.coincidences.sum(axis=0) > 0.5)
        return ALL_THE_SAME if used < 2 else None

    def _change(self, unit: int, votes: dict[int, int]) -> None:
        row = self.counts[unit]
        self.coincidences -= _part(row)
        self.pairable -= int(row.sum() >= 2)
        for outcome, change in votes.items():
            row[outcome] += change
        self.coincidences += _part(row)
        self.pairable += int(row.sum() >= 2)

    def _check(self, unit: int, outcome: int) -> None:
        if unit < 0 or not 0 <= outcome < self.counts.shape[1]:
            raise ValueError("A unit is numbered from 0, and an outcome is one of the values.")

    def _check_vote(self, unit: int, outcome: int) -> None:
        if unit >= len(self.counts) or not self.counts[unit, outcome]:
            raise ValueError("There is no such vote to take back.")


@dataclass(slots=True)
class PairWins:
    """How often each pair of items was compared and with what outcome: what Bradley–Terry needs.

    `pairs[rows, 2]` holds item numbers, the smaller first; `counts[rows, 3]` first wins, tie,
    second wins. Only the first `len(index)` rows are in use; `compared` gives these.
    """

    pairs: IntArray
    counts: IntArray
    index: dict[tuple[int, int], int]

    @classmethod
    def of_votes(cls, first: IntArray, second: IntArray, outcome: IntArray) -> Self:
        """From votes `[n]` each; the outcome is 0 first wins, 1 tie, 2 second wins. Raises
        ValueError for an item compared with itself or another outcome."""
        if (first == second).any() or not np.isin(outcome, (0, 1, 2)).all():
            raise ValueError("Two items are compared, and the outcome is 0, 1 or 2.")
        low, high = np.minimum(first, second), np.maximum(first, second)
        size = int(high.max(initial=0)) + 1
        codes, row = np.unique(low * size + high, return_inverse=True)
        turned = np.where(first < second, outcome, 2 - outcome)
        counts = np.bincount(row * 3 + turned, minlength=3 * len(codes)).reshape(-1, 3)
        pairs = np.stack(np.divmod(codes, size), axis=1)
        index = {(int(i), int(j)): n for n, (i, j) in enumerate(pairs.tolist())}
        return cls(pairs, counts.astype(np.int64), index)

    def add(self, first: int, second: int, outcome: int) -> None:
        """One more comparison. Raises ValueError as `of_votes`."""
        pair, turned = _in_order(first, second, outcome)
        row = self.index.get(pair)
        if row is None:
            row = len(self.index)
            self.pairs, self.counts = _with_row(self.pairs, row), _with_row(self.counts, row)
            self.pairs[row], self.index[pair] = pair, row
        self.counts[row, turned] += 1

    def remove(self, first: int, second: int, outcome: int) -> None:
        """One comparison fewer. Raises ValueError where there is no such one."""
        pair, turned = _in_order(first, second, outcome)
        row = self.index.get(pair)
        if row is None or not self.counts[row, turned]:
            raise ValueError("There is no such vote to take back.")
        self.counts[row, turned] -= 1

    def replace(self, first: int, second: int, old: int, new: int) -> None:
        """A comparison edited from `old` to `new`. Raises ValueError as the other two."""
        _in_order(first, second, new)
        self.remove(first, second, old)
        self.add(first, second, new)

    def compared(self) -> tuple[IntArray, IntArray]:
        """The pairs with votes, `[rows, 2]`, and their outcomes, `[rows, 3]`, both copied."""
        pairs, counts = self.pairs[: len(self.index)], self.counts[: len(self.index)]
        some = counts.any(axis=1)
        return pairs[some], counts[some]


def _part(row: IntArray) -> FloatArray:
    """What one unit adds to the coincidence matrix, `[values]` to `[values, values]`."""
    raters = int(row.sum())
    if raters < 2:
        return np.zeros((len(row), len(row)))
    part: FloatArray = (row[:, None] * row - np.diag(row)) / (raters - 1)
    return part


def _with_row(array: IntArray, row: int) -> IntArray:
    """The array with such a row; it doubles, so that many new rows cost little each."""
    if row < len(array):
        return array
    more = np.zeros((max(row + 1, 2 * len(array)) - len(array), array.shape[1]), dtype=np.int64)
    return np.concatenate([array, more])


def _in_order(first: int, second: int, outcome: int) -> tuple[tuple[int, int], int]:
    if first == second or outcome not in {0, 1, 2}:
        raise ValueError("Two items are compared, and the outcome is 0, 1 or 2.")
    return ((first, second), outcome) if first < second else ((second, first), 2 - outcome)
