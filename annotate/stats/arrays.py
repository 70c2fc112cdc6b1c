"""The two array types of this package, and names as numbers.

Docstrings write a shape as `[rows, columns]`.
"""

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]

# A table of at most so many places an entry is quicker than sorting.
_PLACES, _PLACES_AT_LEAST = 4, 65_536


def numbered(names: IntArray) -> tuple[IntArray, IntArray]:
    """The distinct `names[n]` in ascending order and the place `[n]` of each among them.

    `np.unique` with its inverse, without its sorting where the names lie close together.
    """
    if not names.size:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    lowest, highest = int(names.min()), int(names.max())
    if highest - lowest >= max(_PLACES * len(names), _PLACES_AT_LEAST):
        distinct, index = np.unique(names, return_inverse=True)
        return distinct, index
    place = names - lowest
    taken = np.zeros(highest - lowest + 1, dtype=np.bool_)
    taken[place] = True
    return np.flatnonzero(taken) + lowest, (np.cumsum(taken) - 1)[place]
