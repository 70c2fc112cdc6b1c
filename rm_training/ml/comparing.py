"""Two reward models on the same held-out comparisons. It knows margins, no models and no texts.

*Accuracy* is as in `evaluate`: how often the response that scores higher is the one that the raters
favour, equal scores counting half. The difference of two accuracies is paired: each resample draws
prompts, and with them what both models say of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from rm_training.ml.data import Floats, Ints
from rm_training.ml.intervals import Interval, interval, ratio

RESAMPLES = 2_000
SEED = 0


@dataclass(frozen=True)
class Compared:
    """Figures of models a and b. `difference` is a's accuracy less b's, `agreement` the share of
    comparisons in which both prefer the same response, `rank_correlation` Spearman's of their
    margins."""

    accuracy_a: Interval
    accuracy_b: Interval
    difference: Interval
    agreement: Interval
    rank_correlation: Interval


def compare_margins(a: Floats, b: Floats, target: Floats, weight: Floats, prompt: Ints) -> Compared:
    """Compare the margins `a` and `b` [n], rewards of the first response less the second's.

    `target` [n]: P(first is preferred), none of them one half. `weight` [n] is a comparison's in
    all but the correlation; `prompt` [n] says which were asked about one prompt.
    """
    right_a, right_b = (correctness(margin, target) for margin in (a, b))
    shares = weight[:, None] * np.stack(
        [right_a, right_b, right_a - right_b, same_preference(a, b), np.ones(len(a))], axis=1
    )
    accuracy_a, accuracy_b, difference, agreement = (
        interval(shares, prompt, ratio(column, 4), resamples=RESAMPLES, seed=SEED)
        for column in range(4)
    )
    correlation = _rank_correlation(a, b, prompt)
    return Compared(accuracy_a, accuracy_b, difference, agreement, correlation)


def same_preference(a: Floats, b: Floats) -> Floats:
    """1 where both margins point the same way, or both are 0; else 0; [n]."""
    same: Floats = (np.sign(a) == np.sign(b)).astype(np.float64)
    return same


def correctness(margin: Floats, target: Floats) -> Floats:
    """1 where the margin points the target's way, 1/2 where it is 0, else 0; [n]."""
    right: Floats = (1 + np.sign(margin) * np.sign(target - 0.5)) / 2
    return right


def _rank_correlation(a: Floats, b: Floats, prompt: Ints) -> Interval:
    """Spearman's, as Pearson's of the ranks, which resamples keep from the whole."""
    x, y = (rankdata(margin) - (len(margin) + 1) / 2 for margin in (a, b))
    columns = np.stack([x, y, x * x, y * y, x * y, np.ones(len(x))], axis=1)
    return interval(columns, prompt, _correlation, resamples=RESAMPLES, seed=SEED)


def _correlation(sums: Floats) -> Floats:
    x, y, xx, yy, xy, n = sums.T
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Floats = (n * xy - x * y) / np.sqrt((n * xx - x * x) * (n * yy - y * y))
    return found
