"""What a form of benchmark must say of itself, and the arithmetic of its figures.

Every figure is built of ratios of sums over items (`Tally`), so that it can be resampled, and of
weighted means over such ratios (`Mean`), as the benchmarks define their sections and totals. It
knows no file and no model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, Literal

import numpy as np

from rm_training.ml.benchmarks.items import Answer, Item
from rm_training.ml.data import Floats

Values = Callable[[Answer], Floats]
Kind = Literal["part", "subset", "section", "overall"]


@dataclass(frozen=True)
class Tally:
    """What `items` items of a prompt add to each ratio they count in: (numerator, denominator)."""

    prompt: str
    ratios: Mapping[str, tuple[float, float]]
    items: int = 1


@dataclass(frozen=True)
class Mean:
    """A named figure: the weighted mean of ratios, or of other means.

    Parts without items are left out and the others' weights shared anew, as the benchmarks' own
    code does. `strict`: the plain weighted sum instead, undefined where a part is.
    """

    name: str
    kind: Kind
    parts: tuple[str | Mean, ...]
    weights: tuple[float, ...]
    strict: bool = False

    def of(self, ratios: Mapping[str, Floats]) -> Floats:
        """The figure [R] of R values of every ratio; not a number where it is undefined."""
        values = np.stack([_value(part, ratios) for part in self.parts])
        weights = np.array(self.weights)[:, None]
        if self.strict:
            total: Floats = (weights * values).sum(0)
            return total
        there = np.where(np.isfinite(values), weights, 0)
        with np.errstate(invalid="ignore"):
            mean: Floats = (there * np.nan_to_num(values)).sum(0) / there.sum(0)
        return mean

    def names(self) -> Iterator[str]:
        """The ratios it is made of."""
        for part in self.parts:
            yield from part.names() if isinstance(part, Mean) else [part]

    def missing(self, ratios: Mapping[str, Floats]) -> tuple[str, ...]:
        """The parts that are undefined, given one value of every ratio."""
        return tuple(
            part.name if isinstance(part, Mean) else part
            for part in self.parts
            if not np.isfinite(_value(part, ratios)).all()
        )


def _value(part: str | Mean, ratios: Mapping[str, Floats]) -> Floats:
    if isinstance(part, Mean):
        return part.of(ratios)
    found = ratios.get(part)
    return np.full_like(next(iter(ratios.values())), np.nan) if found is None else found


def mean(name: str, kind: Kind, parts: Sequence[str | Mean]) -> Mean:
    """The mean in which every part counts alike."""
    return Mean(name, kind, tuple(parts), (1.0,) * len(parts))


def subset(name: str) -> Mean:
    """The figure of one subset whose items count in the ratio of its name."""
    return mean(name, "subset", [name])


@dataclass(frozen=True)
class Form:
    """A benchmark's form.

    `rows`: how a row looks, in words. `matches`: whether an object is such a row, by its fields.
    `item`: the item of a row, given the file's path; raises BadItem. `tallies`: what answers count
    as, given rewards or another value of each response. `means`: the benchmark's figures, given
    the subsets that have answers; those without any item are not reported.
    """

    name: str
    rows: str
    matches: Callable[[Mapping[str, Any]], bool]
    item: Callable[[Mapping[str, Any], PurePath], Item]
    tallies: Callable[[Sequence[Answer], Values], list[Tally]]
    means: Callable[[Sequence[str]], list[Mean]]


def share_on_top(values: Floats, right: int) -> float:
    """The share of right ones among the responses with the highest value, [k] -> one number.

    For a pair that is 1, 1/2 in a tie or 0; with one right answer of four it is RewardBench 2's
    1 / (responses tied for the top).
    """
    top = values == values.max()
    return float(top[:right].sum() / top.sum())


def best_of_tallies(answers: Sequence[Answer], values: Values) -> list[Tally]:
    """Each answer counts in its subset: whether a right response has the highest value."""
    return [
        Tally(answer.prompt, {answer.subset: (share_on_top(values(answer), answer.right), 1.0)})
        for answer in answers
    ]


def named_by_folder(path: PurePath, generic: str) -> str:
    """A file's own name, or its folder's where the file is called what all are called."""
    return path.parent.name if path.stem == generic and path.parent.name else path.stem
