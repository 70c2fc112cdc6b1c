"""Answers as outcomes: rankings and labels of steps to first wins, tie, second wins.

Arrays in, arrays out. It does not know who answered, nor what the answers mean together.
"""

from collections.abc import Sequence

import numpy as np

from annotate.stats.arrays import IntArray

MISSING = -1
"""No outcome: what a vote doesn't say."""
NOT_COMPARED, BELOW = 0, -1
"""The two ranks that are no places, see `pair_outcomes`."""


def step_outcomes(labels: Sequence[int | None]) -> list[int]:
    """Labels of a solution's steps (1 right, 0 neutral, −1 wrong, None not judged) as outcomes: 0
    right, 1 neutral, 2 wrong, −1 where there is none."""
    return [MISSING if label is None else 1 - label for label in labels]


def pair_outcomes(ranks: IntArray) -> IntArray:
    """Rankings to outcomes of their pairs, `[n, k]` (1 = best, equal = tie) to `[n, k(k − 1)/2]`.

    0 where i wins, 1 for a tie, 2 where j wins, for the pairs i < j in the order (0, 1), (0, 2), …,
    (1, 2), …; −1 where the two were not compared. A rank of 0 was compared with nothing; one of −1
    stands below every placed response, and was not compared with another −1.
    """
    i, j = np.triu_indices(ranks.shape[1], k=1)
    below = np.where(ranks == BELOW, np.iinfo(ranks.dtype).max, ranks)
    outcomes: IntArray = (below[:, i] > below[:, j]).astype(np.int64) - (below[:, i] < below[:, j])
    left_out = (ranks[:, i] == NOT_COMPARED) | (ranks[:, j] == NOT_COMPARED)
    left_out |= (ranks[:, i] == BELOW) & (ranks[:, j] == BELOW)
    return np.where(left_out, MISSING, outcomes + 1)
