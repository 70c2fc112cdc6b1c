"""Systems of many items: a graph's Laplacian with a prior, bordered by a few shared parameters.

Conjugate gradients, preconditioned by the diagonal, need few steps where many comparisons hold the
graph together. Where they don't get there, the graph is loose (a chain, a row of clusters), and
there a sparse factor stays small: so the one method works where the other doesn't.

References: Golub & Van Loan, Matrix Computations (4th edition), section 11.5; Bekas, Kokiopoulou &
Saad, "An estimator for the diagonal of a matrix", Applied Numerical Mathematics 57 (2007); Tang &
Saad, "A probing method for computing the diagonal of a matrix inverse", Numerical Linear Algebra
with Applications 19 (2012).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.linalg import splu

from annotate.stats.arrays import FloatArray, IntArray
from annotate.stats.ranking.curvature import Curvature, degrees
from annotate.stats.ranking.pairs import Pairs

_MOST_STEPS = 200
_STEP_TOLERANCE = 1e-4
_FINAL_TOLERANCE = 1e-7
# Components up to this size get exact variances, one right-hand side for each place in them.
_PROBED = 64
_PROBES = 32
_COLUMNS = 16


@dataclass(frozen=True, slots=True)
class Variances:
    """Of scores about the mean of their component `[items]`, and of the shared parameters `[q]`.

    `accuracy` is the relative standard error of the scores' variances, root mean square; 0 is
    exact.
    """

    score: FloatArray
    shared: FloatArray
    accuracy: float


class SparseSystem:
    """The information of `pairs` with its prior: solutions, and the diagonal of its inverse."""

    def __init__(self, pairs: Pairs, precision: FloatArray) -> None:
        """`precision[items + q]` is the prior's; the scores' must all be alike."""
        self.pairs, self.precision = pairs, precision
        everyone = np.arange(pairs.items)
        rows = np.concatenate([pairs.low, pairs.high, everyone])
        columns = np.concatenate([pairs.high, pairs.low, everyone])
        places = np.arange(len(rows), dtype=np.float64)
        pattern = coo_array((places, (rows, columns)), shape=(pairs.items, pairs.items)).tocsr()
        self._indptr, self._indices = pattern.indptr, pattern.indices
        self._place = pattern.data.astype(np.int64)

    def step(self, at: Curvature, gradient: FloatArray) -> FloatArray:
        """The information's inverse times the gradient, to four digits: enough for Newton."""
        items = self.pairs.items
        matrix = self._matrix(at)
        solved = _solve(matrix, np.column_stack([gradient[:items], at.border]), _STEP_TOLERANCE)
        border = solved[:, 1:]
        schur = self._corner(at) - at.border.T @ border
        shared = np.linalg.solve(schur, gradient[items:] - at.border.T @ solved[:, 0])
        return np.concatenate([solved[:, 0] - border @ shared, shared])

    def variances(self, at: Curvature, component: IntArray) -> Variances:
        """The diagonal of the inverse, less what only the prior says about a component's mean."""
        matrix = self._matrix(at)
        border = _solve(matrix, at.border, _FINAL_TOLERANCE)
        shared = np.linalg.inv(self._corner(at) - at.border.T @ border)
        if np.bincount(component).max() <= _PROBED:
            score, accuracy = _exact_diagonal(matrix, component), 0.0
            score -= 1 / (self.precision[0] * np.bincount(component)[component])
        else:
            score, accuracy = _estimated_diagonal(matrix, component)
        score += np.einsum("ip,pq,iq->i", border, shared, border)
        return Variances(score, np.diag(shared).copy(), accuracy)

    def _matrix(self, at: Curvature) -> csr_array:
        diagonal = degrees(self.pairs, at.coupling) + self.precision[: self.pairs.items]
        data = np.concatenate([-at.coupling, -at.coupling, diagonal])[self._place]
        return csr_array((data, self._indices, self._indptr), shape=(self.pairs.items,) * 2)

    def _corner(self, at: Curvature) -> FloatArray:
        corner: FloatArray = at.corner + np.diag(self.precision[self.pairs.items :])
        return corner


def _solve(matrix: csr_array, right: FloatArray, tolerance: float) -> FloatArray:
    """`[n, n]`, `[n, columns]` to `[n, columns]`."""
    if not right.shape[1]:
        return right
    solution = conjugate_gradients(matrix, right, tolerance)
    return _factor(matrix).solve(right) if solution is None else solution


def _factor(matrix: csr_array) -> Any:
    options = {"SymmetricMode": True}
    return splu(matrix.tocsc(), permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options=options)


def conjugate_gradients(
    matrix: csr_array, right: FloatArray, tolerance: float
) -> FloatArray | None:
    """Solutions for all columns of `right[n, columns]` at once; None where 200 steps don't do.

    Done when each residual's norm is `tolerance` times that of its right-hand side.
    """
    scale = 1 / matrix.diagonal()[:, None]
    goal = tolerance * np.linalg.norm(right, axis=0)
    solution, residual = np.zeros_like(right), right.copy()
    direction = scale * residual
    size = (residual * direction).sum(axis=0)
    for _ in range(_MOST_STEPS):
        if (np.linalg.norm(residual, axis=0) <= goal).all():
            return solution
        image = matrix @ direction
        length = _ratio(size, (direction * image).sum(axis=0))
        solution += length * direction
        residual -= length * image
        preconditioned = scale * residual
        size, before = (residual * preconditioned).sum(axis=0), size
        direction = preconditioned + _ratio(size, before) * direction
    return None


def _ratio(above: FloatArray, below: FloatArray) -> FloatArray:
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0)


def _exact_diagonal(matrix: csr_array, component: IntArray) -> FloatArray:
    """One item of every component to a right-hand side: no two get into each other's way."""
    items = len(component)
    order = np.argsort(component, kind="stable")
    starts = np.cumsum(np.bincount(component)) - np.bincount(component)
    place = np.empty(items, dtype=np.int64)
    place[order] = np.arange(items) - starts[component[order]]
    diagonal = np.empty(items)
    columns = min(int(place.max()) + 1, _COLUMNS)
    for start in range(0, int(place.max()) + 1, columns):
        probed = np.flatnonzero((place >= start) & (place < start + columns))
        right = np.zeros((items, columns))
        right[probed, place[probed] - start] = 1
        solved = _solve(matrix, right, _FINAL_TOLERANCE)
        diagonal[probed] = solved[probed, place[probed] - start]
    return diagonal


def _estimated_diagonal(matrix: csr_array, component: IntArray) -> tuple[FloatArray, float]:
    """Bekas, Kokiopoulou & Saad: the mean of v · M⁻¹v over random signs v, and its accuracy.

    The constant vector of a component is an eigenvector that only the prior holds. It is taken out
    of the signs, since it is what would make the estimate noisy.
    """
    rng = np.random.default_rng(0)
    sizes = np.bincount(component)
    products = np.empty((len(component), _PROBES))
    for start in range(0, _PROBES, _COLUMNS):
        signs = rng.choice([-1.0, 1.0], size=(len(component), _COLUMNS))
        centred = np.column_stack(
            [v - (np.bincount(component, v) / sizes)[component] for v in signs.T]
        )
        solved = _solve(matrix, centred, 1e-4)
        products[:, start : start + _COLUMNS] = signs * solved
    mean = products.mean(axis=1)
    error = products.std(axis=1, ddof=1) / np.sqrt(_PROBES)
    joined = mean > 0
    relative = error[joined] / mean[joined]
    return np.maximum(mean, 0.0), float(np.sqrt(np.mean(np.square(relative))))
