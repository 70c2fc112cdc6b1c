"""Votes of raters on units, numbered and without repeats: what the rest of this package reads.

Arrays in, arrays out. It does not know which judgment is an edit of which: of two votes by one
rater on one unit the later counts.
"""

from dataclasses import dataclass

import numpy as np

from annotate.stats.arrays import FloatArray, IntArray, numbered

OUTCOMES = 3
"""First wins, tie, second wins."""
NO_MAJORITY = -1
FEWEST = 30
"""Below so many votes a share says too little of a person to be shown (a judgement)."""


@dataclass(frozen=True, slots=True)
class Votes:
    """One row a rater and unit: `rater[n]`, an index of `raters`, `unit[n]` 0 … units − 1,
    `outcome[n]`, and `kept[n]`, the row of the arrays it was read from."""

    raters: IntArray
    rater: IntArray
    unit: IntArray
    outcome: IntArray
    kept: IntArray
    units: int


def read_votes(
    rater: IntArray, unit: IntArray, outcome: IntArray, when: FloatArray | None = None
) -> Votes:
    """Number raters and units (any integers) and keep one vote of each rater on each unit.

    All `[n]`. The kept vote is the latest by `when`; equal or unknown times count as they come.
    Raises ValueError for arrays of unequal length or an outcome outside {0, 1, 2}.
    """
    if not len(rater) == len(unit) == len(outcome):
        raise ValueError("Every vote needs a rater, a unit and an outcome.")
    if outcome.size and not (outcome.min() >= 0 and outcome.max() < OUTCOMES):
        raise ValueError("An outcome is 0 (first wins), 1 (tie) or 2 (second wins).")
    raters, rater_index = numbered(rater)
    units, unit_index = numbered(unit)
    kept = _latest(rater_index * len(units) + unit_index, when)
    return Votes(raters, rater_index[kept], unit_index[kept], outcome[kept], kept, len(units))


def unit_counts(votes: Votes) -> IntArray:
    """`[units, 3]`."""
    cells = np.bincount(votes.unit * OUTCOMES + votes.outcome, minlength=votes.units * OUTCOMES)
    return cells.reshape(-1, OUTCOMES)


def others_majority(votes: Votes) -> IntArray:
    """What most of the others said of each vote's unit, `[n]`; `NO_MAJORITY` where two outcomes
    share the lead or there are no others."""
    others = unit_counts(votes)[votes.unit]
    others[np.arange(len(others)), votes.outcome] -= 1
    first, tie, second = others.T
    majority = np.full(len(others), NO_MAJORITY)
    majority[(first > tie) & (first > second)] = 0
    majority[(tie > first) & (tie > second)] = 1
    majority[(second > first) & (second > tie)] = 2
    return majority


def _latest(key: IntArray, when: FloatArray | None) -> IntArray:
    """The rows to keep, ascending: of rows with the same key the latest."""
    by_key = np.argsort(key, kind="stable")
    if not (key[by_key[1:]] == key[by_key[:-1]]).any():
        return np.arange(len(key))
    if when is not None:
        # A vote without a time doesn't displace one with a time.
        known = np.nan_to_num(when, nan=-np.inf)
        by_key = np.lexsort((np.arange(len(key)), known, key))
    is_last = np.append(key[by_key[1:]] != key[by_key[:-1]], True)
    return np.sort(by_key[is_last])
