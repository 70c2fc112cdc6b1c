"""What the raters of a task say together where every vote weighs the same: a smoothed majority.

Arrays in, arrays out. It does not know the raters, nor how reliable each of them is. The three
outcomes of a pair are first wins, tie, second wins, in this order everywhere.
"""

import numpy as np

from annotate.stats.arrays import FloatArray


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


def disagreement(counts: FloatArray) -> FloatArray:
    """The share of pairs of votes on a unit that differ, `[units, outcomes]` counts to `[units]`;
    NaN below two votes. It is the observed disagreement of nominal reliability coefficients, unit
    by unit (Krippendorff, Content Analysis, 4th edition, section 12.3)."""
    n = counts.sum(axis=-1)
    same = (counts * (counts - 1)).sum(axis=-1)
    pairs = n * (n - 1)
    shares: FloatArray = 1 - np.divide(same, pairs, out=np.full(n.shape, np.nan), where=pairs > 0)
    return shares
