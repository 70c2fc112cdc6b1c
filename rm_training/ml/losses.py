"""The whole loss of a reward model's heads, in view. It knows no features and no optimiser.

A judgment is a pair, or a task of several answers whose weak order is learnt whole; the likelihood
of the second is that of the first where there are two answers (`likelihood`). Pairs of a task that
is not learnt whole are a composite likelihood, whose maximum is consistent though its terms are not
independent (Varin, Reid & Firth, "An overview of composite likelihood methods", 2011).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import softplus

from rm_training.ml.config import Strength
from rm_training.ml.likelihood import pair_loss, ranking_loss
from rm_training.ml.rankings import WeakOrders

TIE_VARIANCE = 100.0
"""Of log nu's prior, the one that the project's statistics have: it only keeps log nu finite."""
ROUNDS, LARGEST = 50, 5.0
"""Of the search for log nu at equal rewards, and the largest number that it may come to."""


def preference_loss(margin: Tensor, target: Tensor) -> Tensor:
    """Cross-entropy of Bradley-Terry probabilities sigmoid(margin) against soft targets.

    -[t log s(m) + (1 - t) log s(-m)] = softplus(m) - t m; at t = 1 the usual -log s(m), at a tie
    (t = 1/2) least where the two rewards are equal. Elementwise, in nats.
    """
    return softplus(margin) - target * margin


class Rewards(NamedTuple):
    """What M heads make of the judgments. `difference` [n, M]: of pairs, the first response's
    reward less the second's. `ranked`: of the answers of whole tasks, [M, R, k] for each k."""

    difference: Tensor
    ranked: tuple[Tensor, ...] = ()


@dataclass(frozen=True)
class Targets:
    """What people said of n pairs and some whole tasks, and how the loss takes it.

    `outcomes` [n, 3]: P(first wins), P(tie), P(second wins). `strength` [n]: above 0 for the first,
    below for the second, 0 where unknown; nobody is asked for it where there are more than two.
    `orders`: of the whole tasks, by the number of answers, smoothed already.
    """

    outcomes: Tensor
    strength: Tensor
    use: Strength = "ignore"
    label_smoothing: float = 0.0
    orders: tuple[WeakOrders, ...] = ()

    @property
    def ties(self) -> Tensor:
        """How often 2, 3, ... answers tie, up to the most that ever do; empty without any tie.

        So many numbers log nu has: the model is then Davidson's, else Bradley and Terry's.
        """
        most = max([1, *(orders.ties.shape[0] for orders in self.orders)])
        ties = self.outcomes.new_zeros(most)
        ties[0] += self.outcomes[:, 1].sum()
        for orders in self.orders:
            ties[: len(orders.ties)] += orders.ties
        return ties[: int(ties.nonzero().max()) + 1] if ties.any() else ties[:0]

    @property
    def choices(self) -> Tensor:
        """How often there were 2, 3, ... answers to choose from."""
        most = max([2, *(int(orders.sets.size.max()) for orders in self.orders)])
        choices = self.outcomes.new_zeros(most - 1)
        choices[0] += self.outcomes.sum()
        for orders in self.orders:
            how_often, size = orders.left.sum(0), orders.sets.size
            choices.index_add_(0, (size[size > 1] - 2).to(choices.device), how_often[size > 1])
        return choices

    def equal_log_tie(self) -> Tensor:
        """log nu [T - 1] with which answers of equal reward would tie as often as all do.

        Each nu is raised or lowered by how far the ties that it predicts fall short, by turns: the
        maximum of the likelihood at equal rewards. Half a tie is added of each size, so that none
        is impossible.
        """
        ties, choices = self.ties + 0.5, self.choices + 0.5
        sizes, left = torch.arange(2, len(ties) + 2), torch.arange(2, len(choices) + 2)
        ways = torch.tensor([[math.comb(m, s) for s in sizes.tolist()] for m in left.tolist()])
        ways = ways.to(ties)
        log_nu = torch.zeros_like(ties)
        for _ in range(ROUNDS):
            worth = ways * log_nu.exp()
            share = worth / (left.to(ties)[:, None] + worth.sum(1, keepdim=True))
            log_nu = (log_nu + ties.log() - (choices @ share).log()).clamp(-LARGEST, LARGEST)
        return log_nu

    def losses(self, rewards: Rewards, log_tie: Tensor | None) -> Tensor:
        """The loss of each judgment by each head, [n + all R, M] in nats; log_tie: [T - 1, M]."""
        strength = self.strength[:, None]
        pairs = pair_loss(
            rewards.difference,
            self.outcomes[:, None],
            None if log_tie is None else log_tie[0],
            margin=strength if self.use == "margin" else 0.0,
            # Unknown or mixed strength counts as the slightest.
            scale=strength.abs().clamp(min=1) if self.use == "scale" else 1.0,
            label_smoothing=self.label_smoothing,
        )
        whole = [
            ranking_loss(ranked, orders, None if log_tie is None else log_tie.T).T
            for ranked, orders in zip(rewards.ranked, self.orders, strict=True)
        ]
        return torch.cat([pairs, *whole])


def head_losses(
    rewards: Rewards,
    targets: Targets,
    weight: Tensor,
    *,
    heads: Tensor,
    anchors: Tensor,
    penalty: Tensor,
    log_tie: Tensor | None = None,
) -> Tensor:
    """The loss of each of M heads, convex in `heads` and `log_tie` together.

        sum over pairs of weight pair_loss(difference, outcomes, log_tie)
        + sum over whole tasks of weight ranking_loss(rewards, orders, log_tie)
        + penalty/2 |head - anchor|^2 + sum of log_tie^2 / (2 * 100)

    weight: [judgments, M]; heads, anchors: [d, M]; penalty: [M]; log_tie: [T - 1, M]; returns [M].
    With anchors drawn from N(0, 1/penalty) this is randomised maximum a posteriori, whose
    minimisers spread like a posterior (Pearce et al. 2020; RewardUQ anchors its head ensemble the
    same way).
    """
    data = (weight * targets.losses(rewards, log_tie)).sum(0)
    loss = data + penalty / 2 * ((heads - anchors) ** 2).sum(0)
    return loss if log_tie is None else loss + (log_tie**2).sum(0) / (2 * TIE_VARIANCE)
