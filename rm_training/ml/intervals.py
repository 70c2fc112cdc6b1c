"""Bootstrap intervals that resample prompts, not comparisons. It knows sums, not what they mean.

Comparisons of one prompt share its difficulty and its texts, so they are drawn together (a cluster
bootstrap, Field and Welsh 2007); every figure here is a function of column sums, so a resample
costs one row of a matrix product. The same seed draws the same prompts: figures of two models on
the same comparisons are paired.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rm_training.ml.data import Floats, Ints

# How many prompts' draws are held at a time, over all resamples: 32 MB.
DRAWS_AT_ONCE = 4_000_000


@dataclass(frozen=True)
class Interval:
    """A figure with its 95 % interval; None where it is undefined or prompts are too few."""

    value: float | None
    lower: float | None
    upper: float | None


def interval(
    columns: Floats,
    prompt: Ints,
    figure: Callable[[Floats], Floats],
    *,
    resamples: int,
    seed: int,
) -> Interval:
    """The figure of the column sums, with the 2.5th and 97.5th percentiles over resampled prompts.

    columns: [n, c]; prompt: [n]; figure: [R, c] -> [R], not finite where undefined. Resamples
    without a figure are left out; fewer than two prompts have no interval.
    """
    value = float(figure(columns.sum(0)[None])[0])
    if not np.isfinite(value):
        return Interval(None, None, None)
    if len(np.unique(prompt)) < 2:
        return Interval(value, None, None)
    figures = figure(resampled_sums(columns, prompt, resamples=resamples, seed=seed))
    lower, upper = np.percentile(figures[np.isfinite(figures)], [2.5, 97.5])
    return Interval(value, float(lower), float(upper))


def resampled_sums(columns: Floats, prompt: Ints, *, resamples: int, seed: int) -> Floats:
    """Column sums [R, c] over prompts drawn with replacement, as many as there are."""
    _, index = np.unique(prompt, return_inverse=True)
    prompts = int(index.max()) + 1
    clusters = np.zeros((prompts, columns.shape[1]))
    np.add.at(clusters, index, columns)
    rng = np.random.default_rng([seed, 2])
    sums = np.empty((resamples, columns.shape[1]))
    step = max(1, DRAWS_AT_ONCE // prompts)
    for start in range(0, resamples, step):
        rows = slice(start, min(start + step, resamples))
        sums[rows] = _counts(rng, rows.stop - rows.start, prompts) @ clusters
    return sums


def _counts(rng: np.random.Generator, resamples: int, prompts: int) -> Floats:
    """How often each prompt is drawn in each resample, [R, P]; a row sums to P."""
    drawn = rng.integers(prompts, size=(resamples, prompts))
    drawn += np.arange(resamples)[:, None] * prompts
    counts = np.bincount(drawn.ravel(), minlength=resamples * prompts)
    shaped: Floats = counts.reshape(resamples, prompts).astype(np.float64)
    return shaped


def ratio(over: int, under: int) -> Callable[[Floats], Floats]:
    """The figure column `over` / column `under`, nan where the latter is 0."""

    def figure(sums: Floats) -> Floats:
        with np.errstate(invalid="ignore", divide="ignore"):
            quotient: Floats = sums[:, over] / sums[:, under]
        return quotient

    return figure
