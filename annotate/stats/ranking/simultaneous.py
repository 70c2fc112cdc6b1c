"""Intervals that hold all at once, and the ranks they leave open. Estimates and covariances in.

A multiplier bootstrap by cluster of a one-step estimator, H⁻¹ Σ ξ_c g_c with Gaussian ξ, is
Gaussian with the clustered covariance, so it is drawn from that directly; the critical value is a
quantile of the largest |t|. The covariance is itself an estimate from C clusters, for which the
draws are from the t distribution with C − 1 degrees of freedom: better than nothing, but with fewer
than some 20 clusters the intervals are still too short.

References: Chernozhukov, Chetverikov & Kato, "Gaussian approximations and multiplier bootstrap for
maxima of sums of high-dimensional random vectors", Annals of Statistics 41 (2013); Hothorn, Bretz &
Westfall, "Simultaneous inference in general parametric models", Biometrical Journal 50 (2008);
Mogstad, Romano, Shaikh & Wilhelm, "Inference for ranks with applications to mobility across
neighbourhoods and academic achievement across countries", Review of Economic Studies 91 (2024).
"""

from dataclasses import dataclass

import numpy as np

from annotate.stats.arrays import FloatArray, IntArray

CONFIDENCE = 0.95
_DRAWS = 4000
# Numbers held at once: 2 million are 16 MB.
_BLOCK_CELLS = 2_000_000
# A smaller standard error is rounding.
_NO_ERROR = 1e-9


@dataclass(frozen=True, slots=True)
class Ranks:
    """Each item's `rank[items]` in its component, 1 the best, and those that can't be ruled out.

    `best[items]` and `worst[items]` hold for all items at once.
    """

    rank: IntArray
    best: IntArray
    worst: IntArray


def simultaneous_errors(covariance: FloatArray, freedom: float) -> FloatArray:
    """Half-widths of simultaneous 95 % intervals, `[n]`, of estimates with `covariance[n, n]`.

    `freedom` is that of the covariance: the number of clusters less one.
    """
    error = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    sure = error > _NO_ERROR
    draws = _draws(covariance[np.ix_(sure, sure)], freedom) / error[sure]
    largest = np.abs(draws).max(axis=1, initial=0.0)
    half: FloatArray = error * np.quantile(largest, CONFIDENCE)
    return half


def rank_ranges(
    score: FloatArray, covariance: FloatArray, component: IntArray, freedom: float
) -> Ranks:
    """Ranks of `score[items]` and what simultaneous intervals of all differences leave of them.

    An item can't be better than k-th where k − 1 others are better for sure: where the interval of
    the difference doesn't reach 0. Only differences within a component count, and one that has no
    error (which is rounding, not certainty) rules nothing out. Mogstad, Romano, Shaikh & Wilhelm
    (2024), section 3, in a single step.
    """
    one, other = np.nonzero(np.triu(component[:, None] == component, k=1))
    variance = np.diag(covariance)
    error = np.sqrt(np.maximum(variance[one] + variance[other] - 2 * covariance[one, other], 0.0))
    kept = error > _NO_ERROR
    one, other, error = one[kept], other[kept], error[kept]
    bound = error * _largest_difference(_draws(covariance, freedom), one, other, error)
    difference = score[one] - score[other]
    items = len(score)
    above = np.bincount(other[difference > bound], minlength=items)
    above += np.bincount(one[difference < -bound], minlength=items)
    below = np.bincount(one[difference > bound], minlength=items)
    below += np.bincount(other[difference < -bound], minlength=items)
    sizes = np.bincount(component, minlength=1)[component]
    higher = (score[:, None] < score) & (component[:, None] == component)
    return Ranks(1 + higher.sum(axis=1), 1 + above, sizes - below)


def _largest_difference(
    draws: FloatArray, one: IntArray, other: IntArray, error: FloatArray
) -> float:
    """The quantile of the largest |t| of all differences."""
    if not len(one):
        return 0.0
    largest = np.empty(len(draws))
    block = max(1, _BLOCK_CELLS // len(one))
    for start in range(0, len(draws), block):
        part = draws[start : start + block]
        largest[start : start + block] = (np.abs(part[:, one] - part[:, other]) / error).max(axis=1)
    return float(np.quantile(largest, CONFIDENCE))


def _draws(covariance: FloatArray, freedom: float) -> FloatArray:
    """`[draws, n]`. By eigenvalues: centred scores have a singular covariance."""
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    rng = np.random.default_rng(0)
    normal = rng.standard_normal((_DRAWS, len(covariance)))
    spread = np.sqrt(rng.chisquare(freedom, size=(_DRAWS, 1)) / freedom)
    drawn: FloatArray = normal @ root.T / spread
    return drawn
