"""Policies ranked by comparisons of their responses, with what is certain of it.

Arrays in, a frozen `Leaderboard` out. It doesn't know what the policies are, and takes the prompts
as they came: policies that met on easy prompts are not set right for it. Style control says what
the ranking would be among responses of equal style; whether style should count is not for it to
say.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from annotate.stats.arrays import FloatArray, IntArray
from annotate.stats.estimates import Estimate
from annotate.stats.ranking.bradley_terry import bradley_terry
from annotate.stats.ranking.davidson import FIRST, SECOND, TIE
from annotate.stats.ranking.pairs import sums
from annotate.stats.ranking.result import PRIOR_VARIANCE, Ranking, check_weight
from annotate.stats.ranking.standings import Standings, standings

MOST_POLICIES = 1000
"""All pairs of them are drawn thousands of times."""

SAME_STYLE = "The responses that were compared don't differ in this."
"""The reason for an effect that can't be told."""


@dataclass(frozen=True, slots=True)
class Leaderboard:
    """The ranking as it is, and among responses of equal style where features were given.

    `wins[i, j]` and `ties[i, j]` are the weights of i beating j and of their ties. `style[p]` is
    each feature's effect, with its own 95 % interval: the change in the log odds for a difference
    of one root mean square. `same_policy` counts comparisons within a policy, which say nothing
    here and are left out. `incomparable` is a sentence where no chain joins all policies.
    """

    plain: Standings
    controlled: Standings | None
    style: tuple[Estimate, ...]
    wins: FloatArray
    ties: FloatArray
    same_policy: int
    incomparable: str | None


def leaderboard(
    policy_first: IntArray,
    policy_second: IntArray,
    outcome: IntArray,
    *,
    policies: int,
    cluster: IntArray,
    weight: FloatArray | None = None,
    style: FloatArray | None = None,
    prior_variance: float = PRIOR_VARIANCE,
) -> Leaderboard:
    """The standings of `policies` policies from n comparisons of responses.

    `policy_first[n]`, `policy_second[n]`, `outcome[n]` (0 first wins, 1 tie, 2 second wins),
    `weight` and `prior_variance` are those of `bradley_terry`. `cluster[n]`, any integers, is the
    prompt: comparisons of one prompt are not independent. `style[n, p]` is the difference of the
    two responses' features, first less second (`style_difference`); it is divided by its root mean
    square, and not centred, so that it doesn't matter which response came first. Raises ValueError
    like `bradley_terry`, and for more than `MOST_POLICIES` policies.
    """
    if policies > MOST_POLICIES:
        raise ValueError(f"A leaderboard holds {MOST_POLICIES:,} policies at most.")
    lengths = {len(a) for a in (policy_second, outcome, cluster, style) if a is not None}
    if lengths != {len(policy_first)} or (style is not None and not np.isfinite(style).all()):
        raise ValueError("Every comparison needs policies, an outcome, a cluster, a finite style.")
    weight = check_weight(weight, len(policy_first))
    kept = (policy_first != policy_second) & (weight > 0)
    first, second, outcome = policy_first[kept], policy_second[kept], outcome[kept]
    weight, cluster = weight[kept], cluster[kept]
    ranked = partial(
        bradley_terry,
        first,
        second,
        outcome,
        items=policies,
        weight=weight,
        cluster=cluster,
        prior_variance=prior_variance,
    )
    plain = ranked()
    counts = np.bincount(np.append(first, second), minlength=policies)
    controlled: Standings | None = None
    effects: tuple[Estimate, ...] = ()
    if style is not None:
        scaled, differs = _scaled(style[kept], weight)
        ranking = ranked(covariate=scaled[:, differs], start=plain.score)
        controlled = standings(ranking, counts)
        effects = _effects(ranking, differs, len(first))
    wins, ties = _tables(first, second, outcome, weight, policies)
    return Leaderboard(
        plain=standings(plain, counts),
        controlled=controlled,
        style=effects,
        wins=wins,
        ties=ties,
        same_policy=int(np.count_nonzero(policy_first == policy_second)),
        incomparable=_incomparable(plain),
    )


def _scaled(style: FloatArray, weight: FloatArray) -> tuple[FloatArray, NDArray[np.bool_]]:
    """The features by their root mean square, and which of them vary at all."""
    size = np.sqrt(weight @ np.square(style) / max(weight.sum(), 1e-300))
    differs = size > 0
    return style / np.where(differs, size, 1.0), differs


def _effects(ranking: Ranking, differs: NDArray[np.bool_], n: int) -> tuple[Estimate, ...]:
    errors = ranking.clustered
    width = np.zeros(len(ranking.effect))
    if errors is not None and errors.clusters is not None:
        width = errors.effect * stdtrit(errors.clusters - 1, 0.975)
    known = zip(ranking.effect.tolist(), width.tolist(), strict=True)

    def one(has: bool) -> Estimate:
        if not has:
            return Estimate(None, None, None, n, SAME_STYLE)
        value, half = next(known)
        if errors is None:
            return Estimate(value, None, None, n)
        return Estimate(value, value - half, value + half, n)

    return tuple(one(bool(has)) for has in differs)


def _tables(
    first: IntArray, second: IntArray, outcome: IntArray, weight: FloatArray, policies: int
) -> tuple[FloatArray, FloatArray]:
    """Weights of wins, by winner and loser, and of ties, both ways."""

    def table(row: IntArray, column: IntArray, which: int) -> FloatArray:
        cell = row * policies + column
        return sums(cell, weight * (outcome == which), policies**2).reshape(policies, policies)

    ties = table(first, second, TIE)
    return table(first, second, FIRST) + table(second, first, SECOND), ties + ties.T


def _incomparable(ranking: Ranking) -> str | None:
    if ranking.components <= 1:
        return None
    return (
        f"The policies fall into {ranking.components} groups that no chain of comparisons joins. "
        "Scores and ranks hold within a group only."
    )
