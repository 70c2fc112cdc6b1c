"""What a judgment of a pair would teach the reward model: the weight of the active part.

It knows rewards and their intervals, not the model that gave them.

The difference of two rewards is taken as normal, d ~ N(μ, s²), with μ the difference of the means
and s² = s_i² + s_j², each s the deviation of the ensemble. The weight of the pair is BALD, the
mutual information between the rater's choice and the reward model,

    w = H(E[σ(d)]) − E[H(σ(d))],    H(p) = −p log p − (1 − p) log(1 − p), in nats,

Houlsby et al. (2011), Bayesian Active Learning for Classification and Preference Learning,
arXiv:1112.5745. It is high where the heads disagree about who wins, and low both for a near tie
that the heads agree on, which is the raters' noise and not the model's ignorance, and for a gap so
wide that its uncertainty changes nothing, which is where the plain variance s² goes wrong.

To each weight a tenth of the mean weight is added, so no pair is impossible and no inverse
probability is large: what is chosen can be weighted back (Farquhar et al. 2021, On Statistical Bias
in Active Learning, arXiv:2101.11665).

The interval of each response alone leaves out how the heads' errors go together within a prompt, so
s is on the large side for responses that are alike.
"""

import numpy as np

from rm_training.acquisition.pairs import Pairs, Pool
from rm_training.acquisition.systematic import FloatArray

_FLOOR = 0.1
_NODES, _NODE_WEIGHTS = np.polynomial.hermite_e.hermegauss(32)


def pair_weights(pool: Pool, pairs: Pairs) -> FloatArray:
    """The weight of each pair, `[pairs]`, positive, in nats. All their responses must be scored.

    Where no pair has anything to teach (all intervals have no width), all weigh the same.
    """
    deviation = (pool.upper - pool.lower) / (2 * pool.half_width)
    difference = pool.mean[pairs.first] - pool.mean[pairs.second]
    information = bald(difference, np.hypot(deviation[pairs.first], deviation[pairs.second]))
    average = information.mean() if len(information) else 0.0
    return information + _FLOOR * average if average > 0 else np.ones(len(pairs))


def bald(mean: FloatArray, deviation: FloatArray) -> FloatArray:
    """What a choice with log-odds N(mean, deviation²) tells, in nats: `[n], [n]` to `[n]`.

    By Gauss–Hermite quadrature with 32 nodes; never negative.
    """
    marginal = np.zeros_like(mean)
    conditional = np.zeros_like(mean)
    for node, share in zip(_NODES, _NODE_WEIGHTS / _NODE_WEIGHTS.sum(), strict=True):
        log_odds = mean + deviation * node
        probability = np.exp(-np.logaddexp(0, -log_odds))
        marginal += share * probability
        conditional += share * _entropy(probability)
    return np.maximum(_entropy(marginal) - conditional, 0)


def _entropy(probability: FloatArray) -> FloatArray:
    # Rounding may put a sum of probabilities a hair above 1.
    p = np.clip(probability, np.finfo(np.float64).tiny, 1)
    q = np.clip(1 - p, np.finfo(np.float64).tiny, 1)
    return -(p * np.log(p) + q * np.log(q))
