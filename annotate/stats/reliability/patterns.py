"""Votes to counts, and counts to the few distinct rows they come in.

A million units judged four times come in a few hundred distinct rows of counts. What a unit adds to
a coefficient depends on its row alone, so everything in this package is worked out once a distinct
row, its pattern, and weighed by how many units have it. Arrays in, arrays out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotate.stats.arrays import IntArray

Counts = NDArray[np.integer[Any]]
"""Whole numbers of any width: a million units of seven values are 56 MB as int64, 7 MB as uint8."""

# A product of two numbers below it fits an int64.
_NARROW = 2**31
# A table of at most so many places an entry is quicker than sorting.
_PLACES, _PLACES_AT_LEAST = 4, 65_536


@dataclass(frozen=True, slots=True)
class Patterns:
    """Units by their counts: the distinct rows `counts[patterns, values]`, `times[patterns]` how
    many units have each, `of_unit[units]` which one a unit has, −1 where it was left out."""

    counts: IntArray
    times: IntArray
    of_unit: IntArray

    def only(self, kept: NDArray[np.bool_]) -> Patterns:
        """The units whose pattern is in `kept[patterns]`."""
        if kept.all():
            return self
        # The last place is the one that −1 points to.
        number = np.append(np.where(kept, np.cumsum(kept) - 1, -1), -1)
        return Patterns(self.counts[kept], self.times[kept], number[self.of_unit])


def counts_of(unit: IntArray, value: IntArray, values: int) -> IntArray:
    """Votes to counts: `unit[n]` (any integers) and `value[n]` in 0 … values − 1 to
    `[units, values]`, one row a distinct unit, in ascending order of its number.

    Raises ValueError for any other value.
    """
    if value.size and not (value.min() >= 0 and value.max() < values):
        raise ValueError(f"A value is a whole number from 0 to {values - 1}.")
    names, index = numbered(unit)
    cells = np.bincount(index * values + value, minlength=values * len(names))
    return cells.reshape(len(names), values)


def outcome_counts(task: IntArray, outcome: IntArray) -> IntArray:
    """Votes to counts: `task[n]` (any integers) and `outcome[n]` in {0, 1, 2} to `[units, 3]`.

    One row a distinct task, in ascending order of its number; the columns are first wins, tie,
    second wins, in this order ordinal (read backwards, which is the same α, they are lose < tie <
    win of the first response). Raises ValueError for an outcome outside {0, 1, 2}.
    """
    if outcome.size and not (outcome.min() >= 0 and outcome.max() <= 2):
        raise ValueError("An outcome is 0 (first wins), 1 (tie) or 2 (second wins).")
    return counts_of(task, outcome, 3)


def find_patterns(counts: Counts) -> Patterns:
    """The distinct rows of `counts[units, values]`; exact, whatever the counts.

    Raises ValueError unless they are whole numbers from 0.
    """
    if counts.ndim != 2 or counts.dtype.kind not in "iu":
        raise ValueError("Counts are a table of whole numbers, one row a unit.")
    if counts.size and counts.min() < 0:
        raise ValueError("A count can't be negative.")
    keys, of_unit = numbered(_row_keys(counts))
    example = np.empty(len(keys), dtype=np.int64)
    example[of_unit] = np.arange(len(of_unit))
    times = np.bincount(of_unit, minlength=len(keys))
    return Patterns(counts[example].astype(np.int64), times, of_unit)


def numbered(names: IntArray) -> tuple[IntArray, IntArray]:
    """The distinct `names[n]` in ascending order and the place `[n]` of each among them.

    `np.unique` with its inverse, without its sorting where the names lie close together.
    """
    if not names.size:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    lowest, highest = int(names.min()), int(names.max())
    if highest - lowest >= max(_PLACES * len(names), _PLACES_AT_LEAST):
        distinct, index = np.unique(names, return_inverse=True)
        return distinct, index
    place = names - lowest
    taken = np.zeros(highest - lowest + 1, dtype=np.bool_)
    taken[place] = True
    return np.flatnonzero(taken) + lowest, (np.cumsum(taken) - 1)[place]


def cluster_of_units(cluster: IntArray, index: IntArray, units: int) -> IntArray:
    """The cluster of each unit from that of each of its votes, `cluster[n]` and the unit's place
    `index[n]` to `[units]`."""
    of_unit = np.empty(units, dtype=np.int64)
    of_unit[index] = cluster
    return of_unit


def _row_keys(counts: Counts) -> IntArray:
    """A number for each row, equal for equal rows only: its counts are the digits.

    Where the next digit no longer fits, the numbers so far are replaced by their places.
    """
    keys, space = np.zeros(len(counts), dtype=np.int64), 1
    for column in counts.T if len(counts) else ():
        digit, base = column, int(column.max()) + 1
        if base > _NARROW:
            names, digit = np.unique(column, return_inverse=True)
            base = len(names)
        if space * base > _NARROW**2:
            names, keys = numbered(keys)
            space = len(names)
        keys *= base
        np.add(keys, digit, out=keys, casting="unsafe")
        space *= base
    return keys
