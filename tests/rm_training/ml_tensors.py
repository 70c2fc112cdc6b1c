"""Random tensors and gradients that the tests of the likelihood share. Knows no tests."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from rm_training.ml.rankings import WeakOrders


def numbers(*shape: int, seed: int = 0) -> Tensor:
    """Draws from the standard normal distribution, in float64."""
    return torch.from_numpy(np.random.default_rng(seed).normal(size=shape))


def gradient(loss: Callable[[Tensor], Tensor], at: Tensor) -> Tensor:
    """Of the sum of what `loss` returns."""
    (slope,) = torch.autograd.grad(loss(at.requires_grad_()).sum(), at)
    at.requires_grad_(False)
    return slope


def pair_outcomes(ranks: Tensor) -> Tensor:
    """What ranks [n, k] say about each pair, [n, k(k-1)/2, 3]: i wins, tie, j wins; one of them 1.

    Three zeros for a pair that was not compared: one of the two is 0, or both are -1, below all.
    """
    place = torch.where(ranks == -1, 1 + ranks.amax(1, keepdim=True).clamp(min=0), ranks)
    i, j = torch.triu_indices(ranks.shape[1], ranks.shape[1], 1)
    first, second = place[:, i], place[:, j]
    compared = (first != 0) & (second != 0) & ((ranks[:, i] != -1) | (ranks[:, j] != -1))
    outcome = torch.stack([first < second, first == second, first > second], 2)
    return (outcome & compared[:, :, None]).double()


def orders(ranks: Tensor) -> WeakOrders:
    """Certain weak orders of such ranks."""
    return WeakOrders.of(pair_outcomes(ranks))


def pair_probabilities(difference: Tensor, log_tie: Tensor | None = None) -> Tensor:
    """[P(i wins), P(tie), P(j wins)] of differences r_i - r_j by Davidson's model, [..., 3].

    Without log_tie there is no tie.
    """
    nu = torch.tensor(0.0) if log_tie is None else log_tie.exp()
    tie = nu.to(difference).expand_as(difference)
    odds = torch.stack([(difference / 2).exp(), tie, (-difference / 2).exp()], -1)
    return odds / odds.sum(-1, keepdim=True)
