"""Which items a chain of comparisons joins. Indices in, labels out.

Scores of items that no chain joins can't be compared, whatever the numbers are: only the prior
relates them.
"""

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from annotate.stats.arrays import IntArray


def components(first: IntArray, second: IntArray, items: int) -> tuple[int, IntArray]:
    """The number of connected components, and each item's, `[items]`, numbered from 0.

    `first[n]` and `second[n]` are the indices of items that were compared, each below `items`. An
    item that was compared with nothing is a component by itself.
    """
    if items == 0:
        return 0, np.zeros(0, dtype=np.int64)
    joined = np.ones(len(first), dtype=np.int8)
    graph = coo_array((joined, (first, second)), shape=(items, items))
    count, component = connected_components(graph.tocsr(), directed=False)
    return int(count), component.astype(np.int64)
