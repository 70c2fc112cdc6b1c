"""Drawing a fixed number of things with known, unequal chances.

It knows weights and probabilities, not what they belong to. Inclusion probabilities proportional to
size, and randomised systematic sampling that meets them exactly: Madow (1949), On the theory of
systematic sampling, II; Hartley & Rao (1962), Sampling with unequal probabilities and without
replacement.
"""

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]

# This close to 1 is certain: far above the rounding of a sum, far below any chance that matters.
_CERTAIN = 1 - 1e-9
_ROUNDING = 1e-6


def inclusion_probabilities(weights: FloatArray, size: int) -> FloatArray:
    """The chance of each to be among `size` drawn, `[n]` to `[n]`: in (0, 1] and summing to `size`.

    Proportional to the weight, except that what would exceed 1 is certain and the rest share what
    is left, again in proportion. With `size` ≥ n all are certain. Raises ValueError unless every
    weight is positive and finite and `size` is positive.
    """
    if size < 1 or not (np.isfinite(weights) & (weights > 0)).all():
        raise ValueError("Every weight must be a positive number, and the size at least 1.")
    if size >= len(weights):
        return np.ones(len(weights))
    descending = np.argsort(-weights, kind="stable")
    ordered = weights[descending]
    # With the c heaviest certain, the next has (size − c) · weight / (sum of the rest).
    remaining = np.cumsum(ordered[::-1])[::-1][:size]
    places = size - np.arange(size)
    # One place at least is always drawn for, so that no probability is zero.
    certain = min(int(np.count_nonzero(places * ordered[:size] >= remaining)), size - 1)
    probabilities = np.ones(len(weights))
    probabilities[descending[certain:]] = places[certain] * ordered[certain:] / remaining[certain]
    return probabilities


def systematic_sample(probabilities: FloatArray, rng: np.random.Generator) -> IntArray:
    """Indices of a sample that includes each with exactly its own probability, in random order.

    `probabilities[n]` in (0, 1] must sum to a whole number, the size of every sample, else
    ValueError. They are laid end to end in random order, and points one apart from a uniform start
    pick what they fall on.
    """
    total = float(probabilities.sum())
    if abs(total - round(total)) > _ROUNDING:
        raise ValueError("The probabilities must sum to a whole number, the size of the sample.")
    certain = np.flatnonzero(probabilities >= _CERTAIN)
    uncertain = rng.permutation(np.flatnonzero(probabilities < _CERTAIN))
    places = round(total) - len(certain)
    if not places:
        return rng.permutation(certain)
    ends = np.cumsum(probabilities[uncertain])
    ends *= places / ends[-1]
    points = np.arange(places) + rng.random()
    # Rounding may put the last point on the very end, which belongs to the last.
    picked = np.minimum(np.searchsorted(ends, points, side="right"), len(ends) - 1)
    return rng.permutation(np.concatenate([certain, uncertain[picked]]))
