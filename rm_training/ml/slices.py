"""Accuracy on parts of the held-out comparisons, where one figure for all may hide a weakness.

Parts are prompt groups, how clear the consensus is, and how the lengths of the two responses go
with it: a model that has learnt length is right on the *length-friendly* and wrong on the
*length-adverse* (RM-Bench makes the same of style, Liu et al. 2024). It knows scores, no model.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from rm_training.ml.config import TrainConfig
from rm_training.ml.data import Bools, Comparisons, Floats
from rm_training.ml.evaluate import accuracy_columns, margins
from rm_training.ml.intervals import Interval, interval, ratio

# The interval of a share of 30 is some 35 points wide: fewer tell nothing.
MIN_COMPARISONS = 30
# Least probability of the favoured response where the consensus is called clear, and leaning.
CLEAR = 0.9
LEANING = 0.7
# Lengths that differ by at most this share of the longer one are matched.
MATCHED = 0.1


@dataclass(frozen=True)
class Slice:
    """Accuracy on one part of the comparisons; a `reason` says why a figure or interval lacks.

    `dimension`: "group", "margin" or "length"; `n`: comparisons with a direction, of `prompts`
    prompts.
    """

    dimension: str
    name: str
    accuracy: Interval
    n: int
    prompts: int
    reason: str | None

    def as_json(self) -> dict[str, object]:
        """The fields as JSON takes them."""
        return asdict(self)


def slices(
    scores: Floats,
    comparisons: Comparisons,
    config: TrainConfig,
    *,
    groups: Sequence[str | None] | None = None,
) -> list[Slice]:
    """Slices of rewards [m] of the comparisons' texts; `comparisons` is the held-out split.

    groups: [n], the group of each comparison's prompt, None where it has none. The slices of one
    dimension share no comparison, and ties are in none. Raises ValueError where the reward of a
    compared response is not a finite number, or the groups are of other comparisons.
    """
    margin = margins(scores, comparisons)
    if not np.isfinite(margin).all():
        wrong = int((~np.isfinite(margin)).sum())
        raise ValueError(f"{wrong:,} of {len(margin):,} comparisons have no finite scores.")
    if groups is not None and len(groups) != len(comparisons):
        raise ValueError(f"{len(groups)} groups were given for {len(comparisons)} comparisons.")
    parts = [*_by_group(groups or []), *_by_margin(comparisons), *_by_length(comparisons)]
    return [_slice(part, margin, comparisons, config) for part in parts]


Part = tuple[str, str, Bools]


def _by_group(groups: Sequence[str | None]) -> Iterator[Part]:
    for name in sorted({group for group in groups if group is not None}):
        yield "group", name, np.array([group == name for group in groups], np.bool_)


def _by_margin(comparisons: Comparisons) -> Iterator[Part]:
    favoured = np.maximum(comparisons.target, 1 - comparisons.target)
    yield "margin", "clear", favoured >= CLEAR
    yield "margin", "leaning", (favoured >= LEANING) & (favoured < CLEAR)
    yield "margin", "close", favoured < LEANING


def _by_length(comparisons: Comparisons) -> Iterator[Part]:
    """Lengths are in characters, so they mean the same whatever model reads them."""
    lengths = np.array([len(c.response) for c in comparisons.conversations], np.int64)
    first, second = lengths[comparisons.first], lengths[comparisons.second]
    matched = np.abs(first - second) <= MATCHED * np.maximum(first, second)
    favoured_longer = (first > second) == (comparisons.target > 0.5)
    yield "length", "length-matched", matched
    yield "length", "length-adverse", ~matched & ~favoured_longer
    yield "length", "length-friendly", ~matched & favoured_longer


def _slice(part: Part, margin: Floats, comparisons: Comparisons, config: TrainConfig) -> Slice:
    dimension, name, members = part
    kept = members & (comparisons.target != 0.5)
    chosen = comparisons.where(kept)
    accuracy = Interval(None, None, None)
    if len(chosen) >= MIN_COMPARISONS:
        accuracy = interval(
            accuracy_columns(margin[kept], chosen),
            chosen.prompt,
            ratio(0, 1),
            resamples=config.resamples,
            seed=config.seed,
        )
    return Slice(dimension, name, accuracy, len(chosen), chosen.prompts, _reason(chosen))


def _reason(part: Comparisons) -> str | None:
    if len(part) < MIN_COMPARISONS:
        return f"Hidden: it takes {MIN_COMPARISONS} comparisons to tell, and these are {len(part)}."
    if part.prompts < 2:
        return "No interval: all of these comparisons are about one prompt."
    return None
