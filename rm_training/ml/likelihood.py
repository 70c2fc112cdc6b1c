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
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import softplus

from rm_training.ml.rankings import Rankings


def ranking_loss(rewards: Tensor, rankings: Rankings, log_tie: Tensor | None = None) -> Tensor:
    """Minus the log-likelihood of each ranking, in nats.

        loss = sum over choices S of A of
               log(sum over S' in A of nu_|S'| exp(mean of r over S'))
               - mean of r over S - log nu_|S|

    rewards: [..., n, k], in float32 or float64, of whatever value where an answer was left out;
    leading dimensions are heads. log_tie: log nu of ties of 2, 3, ... answers, [T - 1], or
    [..., T - 1] for one a head; larger ties are impossible, and without it every tie. Returns
    [..., n], 0 where nothing was compared. A posterior over several rankings is as many rows, each
    weighted with its probability. Time and memory are some k T^2 / 2 numbers a ranking and head.
    """
    _check(rewards, rankings, log_tie)
    log_nu = _log_nu(rewards.new_zeros(0) if log_tie is None else log_tie)
    reward = _in_order(rewards, rankings)
    total = _log_totals(reward, log_nu).masked_fill(rankings.chosen == 0, 0).sum(-1)
    chosen = (rankings.share.to(reward.dtype) * reward).sum(-1)
    # Where no choice starts this is the log nu of one, which is 0.
    tied = log_nu[..., rankings.chosen.clamp(min=1) - 1].sum(-1)
    return total - chosen - tied


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


def pair_probabilities(difference: Tensor, log_tie: Tensor | None = None) -> Tensor:
    """[P(i wins), P(tie), P(j wins)] of differences r_i - r_j, [..., 3]; without log_tie no tie."""
    win, lose, *tie = _outcomes(difference, log_tie).softmax(-1).unbind(-1)
    return torch.stack([win, tie[0] if tie else torch.zeros_like(win), lose], -1)


def preference_log_odds(difference: Tensor, log_tie: Tensor | None = None) -> Tensor:
    """Log-odds of P(i wins) + P(tie)/2, elementwise: the difference itself where there is no tie.

    With ties they are closer to 0 than the difference, which is the log-odds given that no tie is.
    """
    if log_tie is None:
        return difference
    half = log_tie - math.log(2)
    return torch.logaddexp(difference / 2, half) - torch.logaddexp(-difference / 2, half)


def pair_differences(rewards: Tensor) -> Tensor:
    """r_i - r_j of the pairs (0, 1), (0, 2), ..., (1, 2), ...: [..., k] to [..., k(k-1)/2]."""
    k = rewards.shape[-1]
    i, j = torch.triu_indices(k, k, 1, device=rewards.device)
    return rewards[..., i] - rewards[..., j]


def robust_targets(target: Tensor, flip_rate: float) -> Tensor:
    """Targets [..., 3] whose expected loss, where judgments flip at that rate, is that without.

    Robust DPO (Chowdhury et al. 2024, arXiv:2403.00409): the inverse of what label smoothing does.
    Such a loss has no lower bound, so rewards need a penalty.
    """
    if not 0 <= flip_rate < 0.5:
        raise ValueError(f"A flip rate must be at least 0 and below 1/2, not {flip_rate}.")
    return ((1 - flip_rate) * target - flip_rate * target.flip(-1)) / (1 - 2 * flip_rate)


def centring_penalty(rewards: Tensor, left_out: Tensor | None = None) -> Tensor:
    """(r_i + r_j)^2 of a pair, and of k answers (twice their mean)^2, to be times a coefficient.

    It fixes the level of rewards, which no comparison says anything about (Eisenstein et al. 2023,
    arXiv:2312.09244). rewards: [..., n, k]; left_out: [n, k]; returns [..., n].
    """
    if left_out is None:
        return (2 * rewards.mean(-1)) ** 2
    count = (~left_out).sum(-1).clamp(min=1)
    return (2 * rewards.masked_fill(left_out, 0).sum(-1) / count) ** 2


def weighted_mean(loss: Tensor, weight: Tensor) -> Tensor:
    """The mean over the last dimension, weighted by raters or comparisons; 0 if none has weight.

    loss: [..., n]; weight: [n] or [..., n], not negative. A pair's `scale` is not among the
    weights, so that a batch of strong preferences has the larger loss.
    """
    total = weight.sum(-1)
    return (weight * loss).sum(-1) / torch.where(total > 0, total, 1)


def _log_total(d: Tensor, log_tie: Tensor | None) -> Tensor:
    """The log of exp(d/2) + nu + exp(-d/2), in less memory than by its three terms."""
    decided = softplus(d) - d / 2
    return decided if log_tie is None else torch.logaddexp(decided, log_tie)


def _outcomes(d: Tensor, log_tie: Tensor | None) -> Tensor:
    """The logits of win, loss and tie, [..., 3]; of win and loss where there are no ties."""
    logits = [d / 2, -d / 2]
    if log_tie is not None:
        logits.append(log_tie.expand_as(d))
    return torch.stack(logits, -1)


def _check(rewards: Tensor, rankings: Rankings, log_tie: Tensor | None) -> None:
    if rewards.shape[-2:] != rankings.order.shape:
        raise ValueError(
            f"Rewards {list(rewards.shape)} do not end in the shape of the rankings, "
            f"{list(rankings.order.shape)}."
        )
    largest = 1 if log_tie is None else 1 + log_tie.shape[-1]
    if rankings.largest_tie > largest:
        raise ValueError(
            f"{rankings.largest_tie} answers tie, but log_tie makes ties of more than {largest} "
            "impossible. Give it a number for each size from 2 up."
        )


def _log_nu(log_tie: Tensor) -> Tensor:
    """log nu of sets of 1, 2, ..., T answers, [..., T]."""
    return torch.cat([log_tie.new_zeros(*log_tie.shape[:-1], 1), log_tie], -1)


def _in_order(rewards: Tensor, rankings: Rankings) -> Tensor:
    """Rewards from best to worst place, less the row's largest; 0 where an answer was left out.

    The likelihood does not see the level, and near 0 there are more digits.
    """
    level = rewards.detach().masked_fill(rankings.left_out, -torch.inf).amax(-1, keepdim=True)
    reward = (rewards - level).masked_fill(rankings.left_out, 0)
    return torch.take_along_dim(reward, rankings.order.expand(reward.shape), -1)


def _log_totals(reward: Tensor, log_nu: Tensor) -> Tensor:
    """At each place, the log of the sum over all sets of the answers from there to the end.

    [..., n, k] and [..., T] to [..., n, k].
    """
    k, sizes = reward.shape[-1], range(1, log_nu.shape[-1] + 1)
    sums = [_log_sums((reward / size).unbind(-1), size) for size in sizes]
    totals = []
    for left in range(k, 0, -1):
        by_size = [
            log_nu[..., size - 1, None] + of_size[left - size]
            for size, of_size in zip(sizes, sums, strict=True)
            if size <= left
        ]
        totals.append(torch.stack(by_size).logsumexp(0))
    return torch.stack(totals, -1)


def _log_sums(worth: Sequence[Tensor], size: int) -> list[Tensor]:
    """The log of the sum over all sets of a size of the last m answers, for m = size, ..., k.

    Of logs of worths, k times [..., n]. These are elementary symmetric polynomials: each answer
    from the last one on adds, degree by degree, the sets that hold it to those that do not, so that
    no sets are listed.
    """
    degrees = [torch.zeros_like(worth[0])]
    sums = []
    for one in reversed(worth):
        holding = [one + fewer for fewer in degrees[:size]]
        without, new = degrees[1:], holding[len(degrees) - 1 :]
        # Unlike logaddexp this has second derivatives at any distance.
        both = [torch.stack(pair).logsumexp(0) for pair in zip(without, holding, strict=False)]
        degrees = [degrees[0], *both, *new]
        sums += degrees[size:]
    return sums
