"""What a fit of scores gives, whichever likelihood it had: `Ranking`, and the fit itself."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from annotate.stats.arrays import FloatArray, IntArray
from annotate.stats.ranking.components import components
from annotate.stats.ranking.curvature import Curvature, information, inverse, solve
from annotate.stats.ranking.errors import (
    DENSE_ITEMS,
    NO_CLUSTERS,
    ONE_CLUSTER,
    TOO_MANY_ITEMS,
    Errors,
    Slopes,
    centred,
    dense_errors,
    sandwich,
    sparse_errors,
)
from annotate.stats.ranking.newton import maximise
from annotate.stats.ranking.pairs import Pairs
from annotate.stats.ranking.sparse import SparseSystem

PRIOR_VARIANCE = 10.0
"""Of a score, unless the caller says otherwise: a standard deviation of 3.2 on the logit scale."""
WEAK_VARIANCE = 100.0
"""The prior variance of log ν and of the effects of covariates: it only keeps them finite."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """Scores on the logit scale, `[items]`, summing to 0 in each connected component.

    A difference of two scores is the log odds of winning, given that there is no tie. Scores of
    items with different numbers in `component[items]` can't be compared: no chain of comparisons
    joins them. `log_tie[orders]` is log ν for ties of `tie_order[orders]` items, of those orders
    that occurred. `effect[p]` is that of the covariates. `errors` come from the Hessian of the log
    posterior; `clustered` from the sandwich, None with a reason in `no_clustered`. `log_posterior`
    leaves out the constants of the prior. Where `converged` is False nothing else is to be trusted.
    """

    score: FloatArray
    errors: Errors
    clustered: Errors | None
    no_clustered: str | None
    tie_order: IntArray
    log_tie: FloatArray
    effect: FloatArray
    components: int
    component: IntArray
    log_posterior: float
    iterations: int
    converged: bool


@dataclass(frozen=True, slots=True)
class Model:
    """A likelihood of scores, log ν and effects, as `fit` needs it.

    `evaluate(theta)` gives its curvature at θ = (scores, log ν, effects), `slopes(theta)` the parts
    of the gradient by observation, and `start` where to begin.
    """

    evaluate: Callable[[FloatArray], Curvature]
    slopes: Callable[[FloatArray], Slopes]
    pairs: Pairs
    tie_order: IntArray
    start: FloatArray


def fit(model: Model, prior_variance: float, cluster: IntArray | None) -> Ranking:
    """The maximum of the posterior, with its uncertainty. `cluster` is by observation."""
    pairs, items, ties = model.pairs, model.pairs.items, len(model.tie_order)
    precision = _precision(model, prior_variance)
    count, component = components(pairs.low, pairs.high, items)
    start = np.concatenate([centred(model.start[:items], component), model.start[items:]])
    clustered: Errors | None = None
    reason: str | None = NO_CLUSTERS if cluster is None else TOO_MANY_ITEMS
    if items <= DENSE_ITEMS:
        best = maximise(model.evaluate, _dense_step(pairs, precision), start, precision)
        bread = inverse(information(pairs, best.at, precision))
        errors = dense_errors(bread, component, ties, prior_variance)
        if cluster is not None:
            clustered = _clustered(model, best.theta, bread, precision, cluster)
            reason = None if clustered else ONE_CLUSTER
    else:
        system = SparseSystem(pairs, precision)
        best = maximise(model.evaluate, system.step, start, precision)
        errors = sparse_errors(system, best.at, component, ties, prior_variance)
    return Ranking(
        score=centred(best.theta[:items], component),
        errors=errors,
        clustered=clustered,
        no_clustered=reason,
        tie_order=model.tie_order,
        log_tie=best.theta[items : items + ties],
        effect=best.theta[items + ties :],
        components=count,
        component=component,
        log_posterior=best.log_posterior,
        iterations=best.iterations,
        converged=best.converged,
    )


def check_prior(variance: float) -> None:
    """Raises ValueError unless the variance is a positive number."""
    if not 0 < variance < np.inf:
        raise ValueError("The prior variance must be a positive number.")


def check_weight(weight: FloatArray | None, n: int) -> FloatArray:
    """The weights, or ones. Raises ValueError unless there are n, all finite and none negative."""
    if weight is None:
        return np.ones(n)
    if len(weight) != n or not np.isfinite(weight).all() or (weight < 0).any():
        raise ValueError("A weight is needed for every row: a finite number, not negative.")
    return weight.astype(np.float64)


def _precision(model: Model, prior_variance: float) -> FloatArray:
    precision = np.full(len(model.start), 1 / WEAK_VARIANCE)
    precision[: model.pairs.items] = 1 / prior_variance
    return precision


def _dense_step(
    pairs: Pairs, precision: FloatArray
) -> Callable[[Curvature, FloatArray], FloatArray]:
    return lambda at, gradient: solve(information(pairs, at, precision), gradient)


def _clustered(
    model: Model, theta: FloatArray, bread: FloatArray, precision: FloatArray, cluster: IntArray
) -> Errors | None:
    """None for fewer than two clusters."""
    covariance, clusters = sandwich(bread, model.slopes(theta), cluster, precision)
    if clusters < 2:
        return None
    items = model.pairs.items
    component = components(model.pairs.low, model.pairs.high, items)[1]
    ties = len(model.tie_order)
    return dense_errors(covariance, component, ties, 1 / precision[0], clusters)
