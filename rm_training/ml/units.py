"""What counts as one judgment: a pair, or a task of several answers that is learnt whole.

It knows comparisons and what the loss takes, no features and no model.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import torch

from rm_training.ml.config import Strength
from rm_training.ml.data import Comparisons, Floats, Ints
from rm_training.ml.losses import Targets
from rm_training.ml.rankings import WeakOrders

MOST_WHOLE = 6
"""Answers of a task that is learnt whole: the sets of more take too long."""


@dataclass(frozen=True)
class Ranked:
    """R tasks of k answers each. `rows` [R, k]: the answers' rows in the table of texts;
    `outcomes` [R, k(k-1)/2, 3]: what is known of their pairs, zeros of those nobody compared;
    `weight`, `prompt` [R]."""

    rows: Ints
    outcomes: Floats
    weight: Floats
    prompt: Ints

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True)
class Units:
    """Comparisons that stand alone, then tasks by the number of their answers. Columns over all of
    them are in this order."""

    pairs: Comparisons
    ranked: tuple[Ranked, ...]
    _orders: dict[float, tuple[WeakOrders, ...]] = field(default_factory=dict, compare=False)

    def __len__(self) -> int:
        return len(self.pairs) + sum(map(len, self.ranked))

    def orders(self, label_smoothing: float) -> tuple[WeakOrders, ...]:
        """What is known of the whole tasks, worked out once."""
        if label_smoothing not in self._orders:
            self._orders[label_smoothing] = tuple(
                WeakOrders.of(torch.from_numpy(tasks.outcomes), label_smoothing=label_smoothing)
                for tasks in self.ranked
            )
        return self._orders[label_smoothing]

    @property
    def prompt(self) -> Ints:
        """The prompt of each unit, [u]."""
        return np.concatenate([self.pairs.prompt, *(tasks.prompt for tasks in self.ranked)])

    @property
    def weight(self) -> Floats:
        """The weight of each unit, [u]."""
        return np.concatenate([self.pairs.weight, *(tasks.weight for tasks in self.ranked)])


def units_of(comparisons: Comparisons) -> Units:
    """Tasks of three to six answers are learnt whole where all pairs of these were compared, but
    for those of answers that are below all others; what else there is, is learnt by its pairs.

    A ranking without ties says the same either way. With ties its pairs are less far apart than
    rewards that explain the whole (tests/rm_training/test_ml_recovery.py).
    """
    found: dict[int, list[tuple[Ints, Ints]]] = defaultdict(list)
    alone = np.ones(len(comparisons), np.bool_)
    for places in _tasks(comparisons):
        rows = np.unique([comparisons.first[places], comparisons.second[places]])
        if 2 < len(rows) <= MOST_WHOLE and _is_whole(comparisons, places, rows):
            found[len(rows)].append((places, rows))
            alone[places] = False
    ranked = tuple(_ranked(comparisons, found[k]) for k in sorted(found))
    return Units(comparisons.where(alone), ranked)


class Settings(Protocol):
    """What both tiers can be told about judgments."""

    @property
    def strength(self) -> Strength: ...
    @property
    def label_smoothing(self) -> float: ...


def targets_of(units: Units, settings: Settings) -> Targets:
    """What people said of the judgments, and how the settings take it."""
    smoothing = settings.label_smoothing
    return Targets(
        torch.from_numpy(units.pairs.outcomes),
        torch.from_numpy(units.pairs.strength),
        settings.strength,
        smoothing,
        units.orders(smoothing),
    )


def _tasks(comparisons: Comparisons) -> Iterator[Ints]:
    """The places of the comparisons of each task that has several, in the order of ids."""
    order = np.argsort(comparisons.task, kind="stable")
    starts = np.flatnonzero(np.diff(comparisons.task[order], prepend=-1))
    sizes = np.diff(starts, append=len(order))
    for start, size in zip(starts[sizes > 1].tolist(), sizes[sizes > 1].tolist(), strict=True):
        yield order[start : start + size]


def _is_whole(comparisons: Comparisons, places: Ints, rows: Ints) -> bool:
    lead = _leads(comparisons, places, rows)
    compared = ~np.isnan(lead)
    if compared.sum() != 2 * len(places):  # a pair is there twice
        return False
    missing = ~compared & ~np.eye(len(rows), dtype=np.bool_)
    below = missing.any(1)
    apart = int(missing.sum()) == int(below.sum()) * (int(below.sum()) - 1)
    return apart and bool((lead[np.ix_(below, ~below)] < 0).all())


def _leads(comparisons: Comparisons, places: Ints, rows: Ints) -> Floats:
    """P(better) - P(worse) of each row against each other, [k, k]; NaN where nobody compared."""
    first = np.searchsorted(rows, comparisons.first[places])
    second = np.searchsorted(rows, comparisons.second[places])
    table = np.full((len(rows), len(rows)), np.nan)
    lead = 2 * comparisons.target[places] - 1
    table[first, second], table[second, first] = lead, -lead
    return table


def _ranked(comparisons: Comparisons, tasks: list[tuple[Ints, Ints]]) -> Ranked:
    rows = np.stack([rows for _, rows in tasks])
    k = rows.shape[1]
    number = np.zeros((k, k), np.int64)
    number[np.triu_indices(k, 1)] = np.arange(k * (k - 1) // 2)
    known = comparisons.outcomes
    outcomes = np.zeros((len(tasks), k * (k - 1) // 2, 3))
    for task, (places, own) in zip(outcomes, tasks, strict=True):
        first = np.searchsorted(own, comparisons.first[places])
        second = np.searchsorted(own, comparisons.second[places])
        turned = first > second
        pair = number[np.minimum(first, second), np.maximum(first, second)]
        task[pair] = np.where(turned[:, None], known[places, ::-1], known[places])
    at = np.array([places[0] for places, _ in tasks])
    # Its pairs are weighted 1/(k - 1) each, for what a response counts in all; the whole counts 1.
    weight = np.array([comparisons.weight[places].mean() for places, _ in tasks]) * (k - 1)
    return Ranked(rows, outcomes, weight, comparisons.prompt[at])
