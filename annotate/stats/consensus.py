"""What the raters of a task say together: a posterior over outcomes by smoothed majority.

Arrays in, arrays out. Every vote weighs the same: it does not know the raters, nor how reliable
each of them is. The three outcomes of a pair are first wins, tie, second wins, in this order
everywhere.
"""

import numpy as np

from annotate.stats.arrays import FloatArray, IntArray


def smoothed_majority(counts: FloatArray, *, prior: float = 1.0) -> FloatArray:
    """The posterior mean of the outcomes' probabilities, `[tasks, 3]` votes to `[tasks, 3]`.

    The prior is a symmetric Dirichlet with `prior` pseudo-votes in all, `prior / 3` an outcome, so
    the result is (votes + prior/3) / (all votes + prior); without votes it is a third each.
    `counts` may hold fractions. Raises ValueError unless `prior` is positive: without one, a single
    vote would be certainty and no vote 0/0. Gelman et al., Bayesian Data Analysis (3rd edition),
    section 3.4.
    """
    if not prior > 0:
        raise ValueError("The prior must be a positive number of votes.")
    votes = counts.sum(axis=-1, keepdims=True)
    posterior: FloatArray = (counts + prior / counts.shape[-1]) / (votes + prior)
    return posterior


def entropy(posterior: FloatArray) -> FloatArray:
    """Shannon entropy in nats, `[tasks, outcomes]` to `[tasks]`; log 3 is knowing nothing of 3."""
    logs = np.log(posterior, out=np.zeros_like(posterior), where=posterior > 0)
    nats: FloatArray = np.sum(posterior * logs, axis=-1)
    # Not −nats, which is −0.0 for a certain outcome.
    return 0 - nats


def pair_outcomes(ranks: IntArray) -> IntArray:
    """Rankings to outcomes of their pairs, `[n, k]` (1 = best, equal = tie) to `[n, k(k − 1)/2]`.

    0 where i wins, 1 for a tie, 2 where j wins, for the pairs i < j in the order (0, 1), (0, 2), …,
    (1, 2), ….
    """
    i, j = np.triu_indices(ranks.shape[1], k=1)
    outcomes: IntArray = np.sign(ranks[:, i] - ranks[:, j]) + 1
    return outcomes
