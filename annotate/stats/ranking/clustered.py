"""Sums of scores by cluster, for covariances that don't believe that comparisons are independent.

The score here is the statistician's: the slope of a comparison's log-likelihood. One rater's, or
one prompt's, many comparisons count as one observation.
"""

import numpy as np
from scipy.sparse import coo_array

from annotate.stats.arrays import FloatArray, IntArray
from annotate.stats.ranking.pairs import Small

# Rows of a dense block of clusters: 4 million numbers are 32 MB.
_BLOCK_CELLS = 4_000_000
# A sparse product costs about this many times a dense one's multiplication.
_SPARSE_COST = 50


def cluster_products(
    cluster: IntArray,
    row: IntArray | Small,
    column: IntArray | Small,
    slope: FloatArray,
    parameters: int,
) -> tuple[FloatArray, int]:
    """Σ g gᵀ over clusters, `[parameters, parameters]`, times C/(C − 1), and C, their number.

    `cluster[n]`, any integers, is by comparison; `row[m]`, `column[m]` and `slope[m]` are the
    entries of the comparisons' scores, of which g sums those of a cluster. Liang & Zeger,
    "Longitudinal data analysis using generalized linear models", Biometrika 73 (1986); C/(C − 1)
    is for few clusters, as in Cameron & Miller, "A practitioner's guide to cluster-robust
    inference", Journal of Human Resources 50 (2015), section VI.
    """
    names, member = np.unique(cluster, return_inverse=True)
    sums = coo_array(
        (slope, (member.astype(np.int32)[row], column)), shape=(len(names), parameters)
    ).tocsr()
    filled = np.diff(sums.indptr).astype(np.float64)
    if _SPARSE_COST * np.square(filled).sum() < len(names) * parameters**2:
        products = (sums.T @ sums).toarray()
    else:
        products = np.zeros((parameters, parameters))
        block = max(1, _BLOCK_CELLS // max(parameters, 1))
        for start in range(0, len(names), block):
            dense = sums[start : start + block].toarray()
            products += dense.T @ dense
    return products * (len(names) / max(len(names) - 1, 1)), len(names)
