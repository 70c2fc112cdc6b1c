"""How far raters agree who all rank the same items: Kendall's W and mean τ-b, of one such panel or
on average over tasks that were each ranked by a panel.

Ranks are 1 = best, equal numbers a tie; only their order counts. Arrays in, numbers out. The larger
a panel by chance, the smaller W: panels of two agree with .5 when they guess. τ-b is 0 then.
"""

from dataclasses import dataclass

import numpy as np

from annotate.stats.arrays import FloatArray, IntArray, numbered
from annotate.stats.estimates import Estimate
from annotate.stats.proportions import Z95
from annotate.stats.reliability.reasons import (
    ALL_TIED,
    NONE_JUDGED_TWICE,
    ONE_ITEM,
    ONE_RATER,
)


@dataclass(frozen=True, slots=True)
class Concordance:
    """The means over tasks, whose number is their `n`."""

    kendall_w: Estimate
    tau_b: Estimate


def kendall_w(ranks: IntArray) -> Estimate:
    """Kendall's coefficient of concordance of complete rankings `ranks[raters, items]`.

    12 S / (m²(n³ − n) − m Σ(t³ − t)) over mean ranks, with S the squared deviations of the items'
    sums of ranks and t the sizes of the ties (Kendall & Gibbons, Rank Correlation Methods, 5th
    edition, chapter 6). `n` is the number of raters. No interval: a bootstrap draws some rater
    twice, who agrees with themselves. Raises ValueError for a rank below 1.
    """
    reason = _why_no_panel(ranks)
    if reason is not None:
        return Estimate(None, None, None, len(ranks), reason)
    [w] = _w(ranks[None])
    if np.isnan(w):
        return Estimate(None, None, None, len(ranks), ALL_TIED)
    return Estimate(float(w), None, None, len(ranks))


def mean_tau_b(ranks: IntArray) -> Estimate:
    """Kendall's τ-b of complete rankings `ranks[raters, items]`, the mean over pairs of raters.

    A pair with a rater who ties everything has none and is left out; `n` counts the other pairs. No
    interval, for the reason that W has none. Raises ValueError for a rank below 1.
    """
    reason = _why_no_panel(ranks)
    if reason is not None:
        return Estimate(None, None, None, 0, reason)
    [total], [pairs] = _taus(ranks[None])
    if not pairs:
        return Estimate(None, None, None, 0, ALL_TIED)
    return Estimate(float(total / pairs), None, None, int(pairs))


def concordance(unit: IntArray, ranks: IntArray) -> Concordance:
    """W and τ-b averaged over units, `unit[n]` (any integers) ranked as `ranks[n, k]`.

    Of the units that two or more ranked completely; partial rankings, those with a rank below 1,
    are left out. A unit where everything is tied has no W and no τ, and counts for neither. The
    intervals are those of a mean of independent units, 1.96 standard errors each way.
    """
    complete = (ranks >= 1).all(axis=1)
    names, index = numbered(unit[complete])
    order = np.argsort(index, kind="stable")
    ranks, raters = ranks[complete][order], np.bincount(index, minlength=len(names))
    starts = np.cumsum(raters) - raters
    w, tau = [np.zeros(0)], [np.zeros(0)]
    for size in np.unique(raters[raters >= 2]):
        panels = ranks[starts[raters == size, None] + np.arange(size)]
        total, pairs = _taus(panels)
        w.append(_w(panels))
        tau.append(total[pairs > 0] / pairs[pairs > 0])
    reason = ALL_TIED if (raters >= 2).any() else NONE_JUDGED_TWICE
    return Concordance(
        _mean(np.concatenate(w), 0.0, reason), _mean(np.concatenate(tau), -1.0, reason)
    )


def _mean(values: FloatArray, least: float, reason: str) -> Estimate:
    """Of what is not NaN; the reason where that is nothing."""
    values = values[~np.isnan(values)]
    n = len(values)
    if not n:
        return Estimate(None, None, None, 0, reason)
    mean = float(values.mean())
    if n < 2:
        return Estimate(mean, None, None, n)
    half = Z95 * float(values.std(ddof=1)) / n**0.5
    return Estimate(mean, max(least, mean - half), min(1.0, mean + half), n)


def _w(ranks: IntArray) -> FloatArray:
    """W of each panel, `[panels, raters, items]` to `[panels]`; NaN where all is tied."""
    panels, raters, items = ranks.shape
    sums, ties = np.zeros((panels, items)), np.zeros(panels)
    for item in range(items):
        own = ranks[:, :, item : item + 1]
        tied = (ranks == own).sum(axis=2)
        sums[:, item] = ((ranks < own).sum(axis=2) + (tied + 1) / 2).sum(axis=1)
        # Summed over the t items of a tie, t² − 1 is t³ − t.
        ties += (tied**2 - 1).sum(axis=1)
    possible = raters**2 * (items**3 - items) - raters * ties
    spread = 12 * np.square(sums - sums.mean(axis=1, keepdims=True)).sum(axis=1)
    w: FloatArray = np.full(panels, np.nan)
    np.divide(spread, possible, out=w, where=possible > 0)
    return w


def _taus(ranks: IntArray) -> tuple[FloatArray, IntArray]:
    """τ-b of each panel summed over the pairs of its raters who have one, and how many these are;
    `[panels, raters, items]` to `[panels]` each."""
    _, raters, items = ranks.shape
    i, j = np.triu_indices(items, k=1)
    signs = np.sign(ranks[:, :, j] - ranks[:, :, i]).astype(np.float64)
    # Concordant less discordant pairs of items, of all raters with all.
    score = signs @ signs.transpose(0, 2, 1)
    untied = np.diagonal(score, axis1=1, axis2=2)
    first, second = np.triu_indices(raters, k=1)
    scale = np.sqrt(untied[:, first] * untied[:, second])
    tau = np.divide(score[:, first, second], scale, out=np.zeros_like(scale), where=scale > 0)
    return tau.sum(axis=1), (scale > 0).sum(axis=1)


def _why_no_panel(ranks: IntArray) -> str | None:
    if ranks.size and not ranks.min() >= 1:
        raise ValueError("Complete rankings are needed: every rank is 1 or more.")
    if len(ranks) < 2:
        return ONE_RATER
    return ONE_ITEM if ranks.shape[1] < 2 else None
