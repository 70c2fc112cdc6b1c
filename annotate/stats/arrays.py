"""The two array types of this package. Docstrings write a shape as `[rows, columns]`."""

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
