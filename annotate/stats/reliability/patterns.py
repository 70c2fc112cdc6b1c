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

from annotate.stats.arrays import IntArray, numbered

Counts = NDArray[np.integer[Any]]
"""Whole numbers of any width: a million units of seven values are 56 MB as int64, 7 MB as uint8."""

# A product of two numbers below it fits an int64.
_NARROW = 2**31


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
