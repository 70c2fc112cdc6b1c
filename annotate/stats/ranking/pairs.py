"""The distinct pairs among comparisons. Indices in, indices out; it knows no outcomes.

A million comparisons of a few hundred items are a hundred thousand pairs at most, and whatever is
done again and again is done with the pairs.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotate.stats.arrays import FloatArray, IntArray

Small = NDArray[np.int32]
"""Indices of which there are many."""

# A table over all possible pairs is quicker than sorting, and this one is 16 MB.
_TABLE_CELLS = 4_000_000


@dataclass(frozen=True, slots=True)
class Pairs:
    """Distinct pairs of different items, `low[pairs]` < `high[pairs]`, of `items` items in all."""

    low: IntArray
    high: IntArray
    items: int


def collapse(first: IntArray, second: IntArray, items: int) -> tuple[Pairs, Small]:
    """The distinct pairs of `first[n]` with `second[n]`, and which of them each row is, `[n]`.

    The pairs come in ascending order, whichever way round they were. Raises ValueError for an item
    paired with itself.
    """
    if (first == second).any():
        raise ValueError("An item can't be compared with itself.")
    key = np.minimum(first, second).astype(np.int64) * items
    key += np.maximum(first, second)
    names, index = _distinct(key, items * items)
    low, high = np.divmod(names, max(items, 1))
    return Pairs(low, high, items), index


def _distinct(key: IntArray, cells: int) -> tuple[IntArray, Small]:
    if cells > _TABLE_CELLS:
        names, index = np.unique(key, return_inverse=True)
        return names, index.astype(np.int32)
    present = np.zeros(cells, dtype=bool)
    present[key] = True
    names = np.flatnonzero(present)
    place = np.zeros(cells, dtype=np.int32)
    place[names] = np.arange(len(names), dtype=np.int32)
    return names, place[key]


def sums(index: IntArray | Small, value: FloatArray, length: int) -> FloatArray:
    """Of `value[n]` by `index[n]`, `[length]`."""
    return np.bincount(index, value, minlength=length).astype(np.float64, copy=False)
