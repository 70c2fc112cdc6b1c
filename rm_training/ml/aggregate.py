"""Makes one reward of an ensemble's many, and log-odds of rewards. It trains no heads.

Coste, Anwar, Kirk & Krueger, "Reward model ensembles help mitigate overoptimization" (2023),
arXiv:2310.02743; Guo, Pleiss, Sun & Weinberger, "On calibration of modern neural networks" (2017),
arXiv:1706.04599.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import torch
from scipy.optimize import brentq

from rm_training.ml.data import Floats, Ints
from rm_training.ml.ensemble import group_means
from rm_training.ml.likelihood import pair_probabilities


class NoTemperature(ValueError):
    """No temperature between 0 and infinity is best; the message says which of them it would be."""


Aggregate = Literal["mean", "worst_case", "uncertainty_weighted"]
COEFFICIENT = 0.5
"""Of the variance, in uncertainty-weighted rewards: what Coste et al. use most."""


def aggregated(members: Floats, how: Aggregate) -> Floats:
    """The reward [n] of members [n, K] by the aggregation of that name."""
    match how:
        case "mean":
            return mean(members)
        case "worst_case":
            return worst_case(members)
        case "uncertainty_weighted":
            return uncertainty_weighted(members, COEFFICIENT)


def mean(members: Floats) -> Floats:
    """The members' mean reward, [n] of [n, K]."""
    rewards: Floats = members.mean(1)
    return rewards


def worst_case(members: Floats) -> Floats:
    """The reward of the least sanguine member, [n] of [n, K] (Coste et al.: WCO).

    Only differences within a prompt are learnt: take the members as `levelled`, or some member that
    happens to lie low speaks for all.
    """
    rewards: Floats = members.min(1)
    return rewards


def uncertainty_weighted(members: Floats, coefficient: float) -> Floats:
    """Mean less coefficient times variance, [n] of [n, K] (Coste et al.: UWO).

    The variance divides by K. The members should be `levelled`, or it is about their levels.
    """
    if coefficient < 0:
        raise ValueError(f"The coefficient must not be negative, as {coefficient} is.")
    rewards: Floats = members.mean(1) - coefficient * members.var(1)
    return rewards


def levelled(members: Floats, group: Ints) -> Floats:
    """Members [n, K] moved so that all have the ensemble's mean in each group [n] (a prompt)."""
    means = group_means(members, group)
    moved: Floats = members - means + means.mean(1, keepdims=True)
    return moved


def fit_temperature(
    difference: Floats,
    target: Floats,
    weight: Floats | None = None,
    *,
    log_tie: float | None = None,
) -> float:
    """The temperature T at which rewards / T have the least cross-entropy on held-out comparisons.

    difference: [n], r_i - r_j; target: [n], P(i over j), ties half; weight: [n]. With log_tie the
    probabilities are Davidson's, and nu stays as it is. The loss is convex in 1/T, so its slope
    there has one zero. Raises NoTemperature where that lies at no finite T above 0.
    """
    weight = np.ones(len(target)) if weight is None else weight
    unit = float(np.abs(difference).max(initial=0)) or 1.0
    scaled = difference / unit

    def slope(lead: Floats) -> float:
        """Of the loss in 1/T, where `lead` [n] is P(i wins) - P(j wins)."""
        return float((weight * (lead - (2 * target - 1)) * scaled).sum() / 2)

    def slope_at(inverse: float) -> float:
        return slope(_lead(scaled * inverse, log_tie))

    if slope_at(0) >= 0:
        raise NoTemperature("The rewards do not point the judgments' way: T would be infinite.")
    if slope(np.sign(scaled)) <= 0:
        raise NoTemperature("No judgment contradicts the rewards: T would be 0.")
    high = 1.0
    while slope_at(high) < 0:
        high *= 2
    return unit / float(brentq(slope_at, 0, high))


def _lead(difference: Floats, log_tie: float | None) -> Floats:
    """P(i wins) - P(j wins), [n]."""
    tie = None if log_tie is None else torch.tensor(log_tie, dtype=torch.float64)
    win, _, lose = pair_probabilities(torch.from_numpy(difference), tie).numpy().T
    lead: Floats = win - lose
    return lead
