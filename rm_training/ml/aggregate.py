"""Makes one reward of an ensemble's many. It trains no heads.

Coste, Anwar, Kirk & Krueger, "Reward model ensembles help mitigate overoptimization" (2023),
arXiv:2310.02743.
"""

from __future__ import annotations

from typing import Literal

from rm_training.ml.data import Floats, Ints
from rm_training.ml.ensemble import group_means

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
