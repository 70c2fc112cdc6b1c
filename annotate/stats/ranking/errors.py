"""The uncertainty of a fit: from the curvature of the log posterior, and clustered.

The prior says nothing of interest about where a whole component lies, so every error is that of a
score about the mean of its component. Differences within a component are not touched by this.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from annotate.stats.arrays import FloatArray, IntArray
from annotate.stats.ranking.clustered import cluster_products
from annotate.stats.ranking.curvature import Curvature
from annotate.stats.ranking.pairs import Small
from annotate.stats.ranking.sparse import SparseSystem

DENSE_ITEMS = 2000
"""Up to here matrices over all items are made, and with them covariances and clustered errors."""

TOO_MANY_ITEMS = (
    f"Above {DENSE_ITEMS:,} items clustered errors would need more memory than they are worth."
)
NO_CLUSTERS = "Nobody said which comparisons belong together."
ONE_CLUSTER = "All comparisons belong together, so there is no telling how much they vary."
"""Reasons for `Ranking.no_clustered`."""


@dataclass(frozen=True, slots=True)
class Errors:
    """Standard errors of scores `[items]`, log ν `[orders]` and covariates' effects `[p]`.

    A score's is that of its difference from the mean of its component, which is the part that the
    comparisons tell; of an item that was compared with nothing it is the prior's. `covariance` is
    that of all of them in this order; None above `DENSE_ITEMS` items. `accuracy` is the relative
    error of the scores' standard errors: 0 is exact, other values are those of a random estimate
    (from `sparse.py`; it grows where long chains hold the items together). `clusters` is how many
    there were; None where the errors are not clustered.
    """

    score: FloatArray
    log_tie: FloatArray
    effect: FloatArray
    covariance: FloatArray | None
    accuracy: float
    clusters: int | None = None


@dataclass(frozen=True, slots=True)
class Slopes:
    """The entries of the observations' scores (in the statistician's sense, slopes of the
    log-likelihood): `row[m]`, which observation, `parameter[m]`, and `value[m]`."""

    row: IntArray | Small
    parameter: IntArray | Small
    value: FloatArray


def dense_errors(
    covariance: FloatArray,
    component: IntArray,
    ties: int,
    prior: float,
    clusters: int | None = None,
) -> Errors:
    """From the covariance of all parameters; `prior` is the variance of one score."""
    items = len(component)
    about_means = covariance.copy()
    about_means[:items] -= _means(about_means[:items], component)
    about_means[:, :items] -= _means(about_means[:, :items].T, component).T
    alone = np.flatnonzero(np.bincount(component, minlength=1)[component] == 1)
    about_means[alone, alone] = prior
    error = np.sqrt(np.maximum(np.diag(about_means), 0.0))
    return Errors(
        score=error[:items],
        log_tie=error[items : items + ties],
        effect=error[items + ties :],
        covariance=about_means,
        accuracy=0.0,
        clusters=clusters,
    )


def sparse_errors(
    system: SparseSystem, at: Curvature, component: IntArray, ties: int, prior: float
) -> Errors:
    """Exact where all components are small, else estimated: see `accuracy`."""
    found = system.variances(at, component)
    alone = np.bincount(component)[component] == 1
    score = np.sqrt(np.where(alone, prior, np.maximum(found.score, 0.0)))
    shared = np.sqrt(found.shared)
    # The relative error of a root is half that of what is under it.
    return Errors(score, shared[:ties], shared[ties:], None, found.accuracy / 2)


def sandwich(
    bread: FloatArray, slopes: Slopes, cluster: IntArray, precision: FloatArray
) -> tuple[FloatArray, int]:
    """H⁻¹ (Σ g gᵀ + prior) H⁻¹ from `bread`, H⁻¹, and the number of clusters.

    White, "Maximum likelihood estimation of misspecified models", Econometrica 50 (1982), with g
    summed by cluster. The prior counts as one more observation: where the model holds the sandwich
    is then the inverse Hessian, and what was compared with nothing is as uncertain as the prior.
    """
    products, clusters = cluster_products(
        cluster, slopes.row, slopes.parameter, slopes.value, len(bread)
    )
    covariance: FloatArray = bread @ (products + np.diag(precision)) @ bread
    return covariance, clusters


def centred(score: FloatArray, component: IntArray) -> FloatArray:
    """Scores `[items]` less the mean of their component."""
    return score - _means(score[:, None], component)[:, 0]


def _means(rows: FloatArray, component: IntArray) -> FloatArray:
    """Each row's mean over its component, `[items, columns]` to the same."""
    if not len(component):
        return rows
    sizes = np.bincount(component)
    items = np.arange(len(component))
    members = csr_array((np.ones(len(items)), (component, items)), shape=(len(sizes), len(items)))
    means: FloatArray = ((members @ rows) / sizes[:, None])[component]
    return means
