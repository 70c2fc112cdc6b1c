"""A log-likelihood at a point: its value, slope and observed information. Small models only.

The parameters θ are the scores of the items, then q further ones that all comparisons share (tie
prevalences, effects of style). The likelihoods here depend on differences of scores alone, so the
information of the scores is a graph's Laplacian: one coupling a pair is all there is to keep.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from annotate.stats.arrays import FloatArray
from annotate.stats.ranking.pairs import Pairs, sums


@dataclass(frozen=True, slots=True)
class Curvature:
    """`value` and `gradient[items + q]` of a log-likelihood, and its negative second derivatives.

    `coupling[pairs]` is minus the information's entry of the two items of a pair; each row of the
    scores' block sums to zero. `border[items, q]` and `corner[q, q]` are the other blocks.
    """

    value: float
    gradient: FloatArray
    coupling: FloatArray
    border: FloatArray
    corner: FloatArray


def degrees(pairs: Pairs, coupling: FloatArray) -> FloatArray:
    """The diagonal of the scores' block, `[items]`."""
    return ends(pairs, coupling, coupling)


def ends(pairs: Pairs, at_low: FloatArray, at_high: FloatArray) -> FloatArray:
    """Sums by item of what each pair adds to its two items, `[pairs]` twice to `[items]`."""
    return sums(pairs.low, at_low, pairs.items) + sums(pairs.high, at_high, pairs.items)


def information(pairs: Pairs, at: Curvature, precision: FloatArray) -> FloatArray:
    """The negative Hessian of the log posterior as a matrix, `[items + q, items + q]`.

    `precision[items + q]` is the inverse variance of the Gaussian prior.
    """
    items, size = pairs.items, len(precision)
    matrix = np.zeros((size, size))
    matrix[pairs.low, pairs.high] = -at.coupling
    matrix[pairs.high, pairs.low] = -at.coupling
    matrix[:items, items:] = at.border
    matrix[items:, :items] = at.border.T
    matrix[items:, items:] = at.corner
    matrix[np.arange(items), np.arange(items)] = degrees(pairs, at.coupling)
    matrix[np.arange(size), np.arange(size)] += precision
    return matrix


def solve(matrix: FloatArray, right: FloatArray) -> FloatArray:
    """The solution of a positive definite system."""
    solution: FloatArray = cho_solve(cho_factor(matrix, lower=True, check_finite=False), right)
    return solution


def inverse(matrix: FloatArray) -> FloatArray:
    """The inverse of a positive definite matrix, symmetric to the last bit."""
    inverted = solve(matrix, np.eye(len(matrix)))
    symmetric: FloatArray = (inverted + inverted.T) / 2
    return symmetric
