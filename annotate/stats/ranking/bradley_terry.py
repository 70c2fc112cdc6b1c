"""Bradley–Terry scores with Davidson's ties, from comparisons of two.

The likelihood is in `davidson.py`. A Gaussian prior on the scores keeps every answer finite: one
that always wins, a chain of wins, items that nothing joins. Arrays in, a `Ranking` out. It doesn't
know raters but for the clusters of the errors, and believes all of them alike; a weight is how
often a row counts, so several rows with fractions for weights say a mixture of outcomes.

References: Bradley & Terry, "Rank analysis of incomplete block designs: I", Biometrika 39 (1952);
Davidson, "On extending the Bradley-Terry model to accommodate ties in paired comparison
experiments", JASA 65 (1970).
"""

import numpy as np

from annotate.stats.arrays import FloatArray, IntArray
from annotate.stats.ranking.davidson import FIRST, SECOND, Rows, model
from annotate.stats.ranking.result import (
    PRIOR_VARIANCE,
    Ranking,
    check_prior,
    check_weight,
    fit,
)


def bradley_terry(
    first: IntArray,
    second: IntArray,
    outcome: IntArray,
    *,
    items: int,
    weight: FloatArray | None = None,
    cluster: IntArray | None = None,
    covariate: FloatArray | None = None,
    prior_variance: float = PRIOR_VARIANCE,
    start: FloatArray | None = None,
) -> Ranking:
    """The scores of `items` items from n comparisons, by the maximum of the posterior.

    `first[n]` and `second[n]` are indices below `items`; `outcome[n]` is 0 where the first won, 1
    for a tie, 2 where the second won; `weight[n]` is how often the row counts (1). `cluster[n]`,
    any integers, names what isn't independent (the rater, or the prompt), for the clustered errors.
    `covariate[n, p]` is added to the difference of the scores, times an effect that is fitted.

    The prior is Gaussian around 0 with `prior_variance` for each score, on the logit scale: a ridge
    penalty of λ/2 · s² with λ = 1/`prior_variance`. log ν has a weak prior (variance 100), and
    without ties there is no ν: this is then Bradley–Terry itself. `start[items]` are scores to
    begin from, those of an earlier fit; they change the time it takes, not the result. Rows of
    weight 0 are not there.

    Raises ValueError for indices, outcomes, weights or covariates out of range, for arrays of
    different lengths and for an item compared with itself.
    """
    check_prior(prior_variance)
    weight = check_weight(weight, len(first))
    _check_lengths(first, second, outcome, cluster, covariate)
    _check_values(first, second, outcome, items)
    if covariate is not None and not np.isfinite(covariate).all():
        raise ValueError("A covariate must be a finite number.")
    if not weight.all():
        kept = weight > 0
        first, second, outcome, weight = first[kept], second[kept], outcome[kept], weight[kept]
        cluster = None if cluster is None else cluster[kept]
        covariate = None if covariate is None else covariate[kept]
    rows = Rows(first, second, outcome, weight, covariate)
    return fit(model(rows, items, start), prior_variance, cluster)


def _check_lengths(first: IntArray, *others: IntArray | FloatArray | None) -> None:
    if any(len(other) != len(first) for other in others if other is not None):
        raise ValueError("Every comparison needs two items, an outcome, and the rest if given.")


def _check_values(first: IntArray, second: IntArray, outcome: IntArray, items: int) -> None:
    if not len(first):
        return
    if min(first.min(), second.min()) < 0 or max(first.max(), second.max()) >= items:
        raise ValueError("An item is an index from 0 to below the number of items.")
    if outcome.min() < FIRST or outcome.max() > SECOND:
        raise ValueError("An outcome is 0 (first wins), 1 (tie) or 2 (second wins).")
