"""One likelihood for all comparisons: rankings with ties, of which a pair is the smallest.

From the answers A left at a choice a set S is chosen with the probability

    P(S | A) = nu_|S| exp(mean of r over S) / sum over S' in A of nu_|S'| exp(mean of r over S'),

where r are rewards and nu of one answer is 1. Of two answers this is Davidson's model of pairs with
ties (1970), without ties it is Plackett (1975) and Luce's (1959), with neither it is Bradley and
Terry's: a difference of rewards is the log-odds of winning, given that there is no tie. It knows no
data, no model, no optimiser and no prior. In log nu and in rewards that are linear in a head every
loss here is convex.

Firth, Kosmidis & Turner, "Davidson-Luce model for multi-item choice with ties" (2019),
arXiv:1909.07123.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn.functional import softplus

from rm_training.ml.rankings import WeakOrders

SMALLEST = torch.finfo(torch.float64).tiny


def ranking_loss(rewards: Tensor, orders: WeakOrders, log_tie: Tensor | None = None) -> Tensor:
    """The cross-entropy of distributions over weak orders, in nats.

        loss = sum over sets A of P(A is left) log(sum over S in A of nu_|S| exp(mean of r over S))
               - sum over sets S of P(S is chosen) (mean of r over S + log nu_|S|)

    rewards: [..., n, k], of whatever value where an answer was left out; leading dimensions are
    heads. log_tie: log nu of ties of 2, 3, ... answers, [T - 1], or [..., T - 1] for one a head;
    larger ties are impossible, and without it every tie. Returns [..., n] in the rewards' type, 0
    where nothing was compared. Where all is certain it is minus the log-likelihood of a ranking.
    It is computed in float64, where rewards may lie 700 apart: farther, a loss is finite but too
    small. Time and memory are some 4^k numbers a task and head.
    """
    _check(rewards, orders, log_tie)
    sets = orders.sets
    log_nu = _log_nu(rewards.new_zeros(0) if log_tie is None else log_tie).double()
    possible = (sets.size <= log_nu.shape[-1]).nonzero()[:, 0]
    share, inside = sets.share[possible].to(log_nu), sets.inside[possible].to(log_nu)
    reward = _levelled(rewards, orders.left_out.to(rewards.device)).double()
    nu = log_nu[..., None, (sets.size[possible] - 1).to(log_nu.device)]
    worth = reward @ share.T + nu
    level = worth.detach().amax(-1, keepdim=True)
    total = (worth - level).exp() @ inside
    left, chosen = orders.left.to(total), orders.chosen[:, possible].to(total)
    # Of sets that nothing is chosen from the total may be 0.
    log_total = torch.where(left > 0, total, 1).clamp(min=SMALLEST).log() + level
    loss = (left * log_total).sum(-1) - torch.where(chosen > 0, chosen * worth, 0).sum(-1)
    return loss.to(rewards)


def pair_loss(
    difference: Tensor,
    target: Tensor,
    log_tie: Tensor | None = None,
    *,
    margin: Tensor | float = 0.0,
    scale: Tensor | float = 1.0,
    label_smoothing: float = 0.0,
) -> Tensor:
    """Cross-entropy of Davidson's probabilities with soft targets, in nats.

        P(i wins) : P(tie) : P(j wins) = exp(d/2) : nu : exp(-d/2),   d = r_i - r_j - margin
        loss = -scale sum over outcomes of target log P

    difference: [...], r_i - r_j; target: [..., 3], probabilities or votes, three zeros where nobody
    compared the two, whose loss is 0 whatever the difference. log_tie, margin and scale broadcast
    against `difference`. Without log_tie a tie is half a win of each, and the loss is
    softplus(d) - (P(i) + P(tie)/2) d. Elementwise.

    margin: how far a strong preference must lie apart, above 0 where i is the better one and below
    where j is (Llama 2, arXiv:2307.09288, eq. 2; margin_bt of NeMo). scale: how much a strong
    preference counts (HelpSteer2-Preference, arXiv:2410.01257, "scaled Bradley-Terry").
    label_smoothing: the share of judgments taken to be the wrong way round (conservative DPO:
    Mitchell, "A note on DPO with noisy preferences and relationship to IPO", 2023).
    """
    target = (1 - label_smoothing) * target + label_smoothing * target.flip(-1)
    votes = target.sum(-1)
    d = torch.where(votes == 0, 0, difference - margin)
    expected = votes * _log_total(d, log_tie)
    observed = (target[..., 0] - target[..., 2]) * d / 2
    if log_tie is not None:
        observed = observed + target[..., 1] * log_tie
    return scale * (expected - observed)


def preference_log_odds(difference: Tensor, log_tie: Tensor | None = None) -> Tensor:
    """Log-odds of P(i wins) + P(tie)/2, elementwise: the difference itself where there is no tie.

    With ties they are closer to 0 than the difference, which is the log-odds given that no tie is.
    """
    if log_tie is None:
        return difference
    half = log_tie - math.log(2)
    return torch.logaddexp(difference / 2, half) - torch.logaddexp(-difference / 2, half)


def centring_penalty(rewards: Tensor) -> Tensor:
    """(r_i + r_j)^2 of a pair, and of k answers (twice their mean)^2, to be times a coefficient.

    It fixes the level of rewards, which no comparison says anything about (Eisenstein et al. 2023,
    arXiv:2312.09244). rewards: [..., n, k]; returns [..., n].
    """
    return (2 * rewards.mean(-1)) ** 2


def _log_total(d: Tensor, log_tie: Tensor | None) -> Tensor:
    """The log of exp(d/2) + nu + exp(-d/2), in less memory than by its three terms."""
    decided = softplus(d) - d / 2
    return decided if log_tie is None else torch.logaddexp(decided, log_tie)


def _check(rewards: Tensor, orders: WeakOrders, log_tie: Tensor | None) -> None:
    if rewards.shape[-2:] != orders.left_out.shape:
        raise ValueError(
            f"Rewards {list(rewards.shape)} do not end in the shape of the rankings, "
            f"{list(orders.left_out.shape)}."
        )
    largest = 1 if log_tie is None else 1 + log_tie.shape[-1]
    if orders.ties[largest - 1 :].any():
        raise ValueError(
            f"Answers tie, but log_tie makes ties of more than {largest} impossible. Give it a "
            "number for each size from 2 up."
        )


def _log_nu(log_tie: Tensor) -> Tensor:
    """log nu of sets of 1, 2, ..., T answers, [..., T]."""
    return torch.cat([log_tie.new_zeros(*log_tie.shape[:-1], 1), log_tie], -1)


def _levelled(rewards: Tensor, left_out: Tensor) -> Tensor:
    """Rewards less the row's largest, 0 where an answer was left out.

    The likelihood does not see the level, and near 0 there are more digits.
    """
    level = rewards.detach().masked_fill(left_out, -torch.inf).amax(-1, keepdim=True)
    return (rewards - level).masked_fill(left_out, 0)
