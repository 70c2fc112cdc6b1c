"""Rankings as sequences of choices. Indices in, indices out; it knows no scores.

A ranking is read as stages: of all its items the best ones are chosen; of the rest, the next best.
Stages of one shape, c chosen of m, are kept together, so that what is computed for one is computed
for all of them at once.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from annotate.stats.arrays import IntArray
from annotate.stats.ranking.pairs import Pairs, Small, collapse

NOT_COMPARED, BELOW = 0, -1
"""The two ranks that are no places: not in this ranking, and below every placed item."""

# Rows put in order at once.
_BLOCK = 65_536


@dataclass(frozen=True, slots=True)
class Choice:
    """The rankings `row[stages]` with a stage in which `chosen` items come first of `among`."""

    chosen: int
    among: int
    row: Small


@dataclass(frozen=True, slots=True)
class Stages:
    """n rankings of up to k items.

    `item[k, n]` holds each ranking's items, those left out first, then from the best to the worst:
    a stage of m items is about the last m rows, and its chosen items come first of these.
    `pair[k(k − 1)/2, n]` says for rows (0, 1), (0, 2), …, (1, 2), … which of `pairs` their items
    are; it means nothing where one of the two was left out.
    """

    item: Small
    pair: Small
    pairs: Pairs
    choices: tuple[Choice, ...]


def stages(items: IntArray, ranks: IntArray, count: int) -> Stages:
    """From `items[n, k]`, indices below `count`, and `ranks[n, k]`: 1 is best, equal is a tie.

    A rank of 0 is not in the ranking; one of −1 is below all that have a place, and not compared
    with another −1. Rankings in which nothing was compared have no stage. Raises ValueError for an
    item that comes twice in a ranking.
    """
    item, chosen = _in_order(items, ranks)
    pairs, pair = _all_pairs(item, chosen, count)
    k = len(item)
    choices = [
        Choice(int(c), k - place, np.flatnonzero(chosen[place] == c).astype(np.int32))
        for place in range(k - 1)
        for c in np.unique(chosen[place])
        if c
    ]
    return Stages(item, pair, pairs, tuple(choices))


def _in_order(items: IntArray, ranks: IntArray) -> tuple[Small, NDArray[np.int8]]:
    """`item[k, n]`, and `chosen[k, n]`: how many come first where a stage starts, 0 elsewhere."""
    n, k = items.shape
    item, chosen = np.empty((k, n), dtype=np.int32), np.empty((k, n), dtype=np.int8)
    for start in range(0, n, _BLOCK):
        block = slice(start, start + _BLOCK)
        key = np.where(ranks[block] == BELOW, np.iinfo(np.int64).max, ranks[block])
        order = np.argsort(key, axis=1, kind="stable")
        item[:, block] = np.take_along_axis(items[block], order, axis=1).T
        chosen[:, block] = _starts(np.take_along_axis(key, order, axis=1).T)
    return item, chosen


def _starts(key: IntArray) -> NDArray[np.int8]:
    """From ordered ranks `[k, rows]`. The last item of a ranking is no choice."""
    chosen = np.zeros(key.shape, dtype=np.int8)
    run = np.ones(key.shape[1], dtype=np.int8)
    for place in range(len(key) - 2, -1, -1):
        run = np.where(key[place] == key[place + 1], run + 1, 1).astype(np.int8)
        chosen[place] = run
    chosen[1:][key[1:] == key[:-1]] = 0
    chosen[-1:] = 0
    chosen[(key == NOT_COMPARED) | (key == np.iinfo(np.int64).max)] = 0
    return chosen


def _all_pairs(item: Small, chosen: NDArray[np.int8], count: int) -> tuple[Pairs, Small]:
    """The pairs of items that are in one stage: all from a ranking's first stage on."""
    k, n = item.shape
    columns = list(combinations(range(k), 2))
    joined = np.logical_or.accumulate(chosen > 0, axis=0)
    present = [joined[a] for a, _ in columns]
    first = np.concatenate([item[a][joined[a]] for a, _ in columns] or [item[:0].ravel()])
    second = np.concatenate([item[b][joined[a]] for a, b in columns] or [item[:0].ravel()])
    pairs, index = collapse(first, second, count)
    pair = np.zeros((len(columns), n), dtype=np.int32)
    start: int = 0
    for row, filled in zip(pair, present, strict=True):
        stop = start + int(np.count_nonzero(filled))
        row[filled] = index[start:stop]
        start = stop
    return pairs, pair
