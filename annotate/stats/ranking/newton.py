"""Newton's method for a concave log posterior. It knows no model: functions in, an optimum out."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from annotate.stats.arrays import FloatArray
from annotate.stats.ranking.curvature import Curvature

# Convergence is quadratic, so a last step of this size leaves an error of about its square.
_LAST_STEP = 1e-6
_MOST_ITERATIONS = 100
_SHORTEST_STEP = 1e-9


@dataclass(frozen=True, slots=True)
class Optimum:
    """`theta[parameters]` at the maximum, and the likelihood's curvature within 1e-6 of it."""

    theta: FloatArray
    at: Curvature
    log_posterior: float
    iterations: int
    converged: bool


def maximise(
    evaluate: Callable[[FloatArray], Curvature],
    solve: Callable[[Curvature, FloatArray], FloatArray],
    start: FloatArray,
    precision: FloatArray,
) -> Optimum:
    """The maximum of log-likelihood − Σ precision θ²/2, by Newton steps that are halved if need be.

    `evaluate(theta)` gives the likelihood's curvature, `solve(curvature, gradient)` the step: the
    information's inverse, with the prior, times the gradient. Boyd & Vandenberghe, Convex
    Optimization (2004), section 9.5.
    """

    def posterior(theta: FloatArray) -> Curvature:
        at, pull = evaluate(theta), precision * theta
        return replace(at, value=at.value - float(pull @ theta) / 2, gradient=at.gradient - pull)

    theta, at = start, posterior(start)
    for iteration in range(1, _MOST_ITERATIONS + 1):
        step = solve(at, at.gradient)
        rise = float(at.gradient @ step)
        if np.abs(step).max(initial=0.0) <= _LAST_STEP:
            return Optimum(theta + step, at, at.value + rise / 2, iteration, True)
        found = _search(posterior, theta, at, step)
        if found is None:
            break
        theta, at = found
    return Optimum(theta, at, at.value, iteration, False)


def _search(
    posterior: Callable[[FloatArray], Curvature],
    theta: FloatArray,
    at: Curvature,
    step: FloatArray,
) -> tuple[FloatArray, Curvature] | None:
    """The first of the step, its half, its quarter, … that gains enough."""
    share, rise = 1.0, float(at.gradient @ step)
    rounding = 1e-12 * (1 + abs(at.value))
    while share > _SHORTEST_STEP:
        new = posterior(theta + share * step)
        if new.value >= at.value + 1e-4 * share * rise - rounding:
            return theta + share * step, new
        share /= 2
    return None
