"""How votes on tasks of one kind spread: a Dirichlet prior learned from the first votes of all.

Arrays in, arrays out. It does not know the raters. What it is for: `stopping.final_label_chances`
needs to know how likely a task is to be a divided one before many have voted on it.
"""

import numpy as np
from scipy.optimize import minimize

from annotate.stats.arrays import FloatArray, IntArray
from annotate.stats.consensus import smoothed_majority

ENOUGH_PAIRS = 30
"""Tasks with two votes before the concentration is learned from them."""
DEFAULT_CONCENTRATION = 2.0
"""Pseudo-votes of the prior until then: two votes correlate by 1/(1 + 2), a usual α."""
ITEM_PRIOR = 10.0
"""Votes at no lead that an item is given, so that one with few votes is taken for an average."""


def learned_prior(early: IntArray, items: IntArray | None = None) -> FloatArray:
    """The Dirichlet of each task's leaning, from the first votes of all, `[tasks, K]` both.

    `early` must not depend on what was answered: the first two votes of each task, say. The mean is
    the smoothed share of each outcome or, where `items[tasks, 2]` says what a task compares (then
    K = 3: first wins, tie, second wins), what the votes of the two items elsewhere predict. The
    concentration s comes by moments: two votes on one task agree with chance Σp² + ρ(1 − Σp²),
    where ρ = 1/(1 + s) is their correlation (Mosimann, "On the compound multinomial distribution",
    Biometrika 49, 1962).
    """
    mean = _shares(early) if items is None else _predicted(early, items)
    n = early.sum(axis=1)
    twice = n >= 2
    concentration = DEFAULT_CONCENTRATION
    if np.count_nonzero(twice) >= ENOUGH_PAIRS:
        n, counts = n[twice], early[twice]
        agreeing = (counts * (counts - 1)).sum(axis=1) / (n * (n - 1))
        by_chance = np.square(mean[twice]).sum(axis=1)
        correlation = (agreeing - by_chance).sum() / (1 - by_chance).sum()
        concentration = 1 / min(max(correlation, 0.02), 0.98) - 1
    return mean * concentration


def _shares(early: IntArray) -> FloatArray:
    pooled = smoothed_majority(early.sum(axis=0, keepdims=True).astype(np.float64))
    return np.broadcast_to(pooled, early.shape)


def _predicted(early: IntArray, items: IntArray) -> FloatArray:
    """Each task's outcomes as its two items' leads elsewhere predict them, `[tasks, 3]`.

    A multinomial logistic model with logits (βx + b, c, −βx), where x is the difference of the
    items' leads: at b = 0 it is Davidson's of ties, with scores taken from the leads.
    """
    lead = _lead(early, items)
    votes = early.astype(np.float64)
    n = votes.sum(axis=1, keepdims=True)

    def cost(parameters: FloatArray) -> tuple[float, FloatArray]:
        chances = _softmax(parameters, lead)
        miss = n * chances - votes
        gradient = np.array([lead @ (miss[:, 0] - miss[:, 2]), miss[:, 0].sum(), miss[:, 1].sum()])
        value = -(votes * np.log(chances)).sum() + parameters @ parameters / 2
        return float(value), gradient + parameters

    fit = minimize(cost, np.zeros(3), jac=True, method="L-BFGS-B")
    found: FloatArray = np.asarray(fit.x, dtype=np.float64)
    return _softmax(found, lead)


def _softmax(parameters: FloatArray, lead: FloatArray) -> FloatArray:
    slope, first, tie = parameters
    logits = np.stack([slope * lead + first, np.full_like(lead, tie), -slope * lead], axis=1)
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    chances: FloatArray = np.maximum(weights / weights.sum(axis=1, keepdims=True), 1e-12)
    return chances


def _lead(early: IntArray, items: IntArray) -> FloatArray:
    """By how many of its votes the first item wins in other tasks, less the second's, `[tasks]`."""
    first, second = items[:, 0], items[:, 1]
    net, n = early[:, 0] - early[:, 2], early.sum(axis=1)
    size = int(items.max(initial=0)) + 1
    leads = np.bincount(first, net, size) - np.bincount(second, net, size)
    votes = np.bincount(first, n, size) + np.bincount(second, n, size) + ITEM_PRIOR
    # The task's own votes are taken out: they are counted as evidence of the task itself.
    lead_of_first: FloatArray = (leads[first] - net) / (votes[first] - n)
    lead_of_second: FloatArray = (leads[second] + net) / (votes[second] - n)
    return lead_of_first - lead_of_second
