"""The whole loss of a reward model's heads, in view. It knows no data and no optimiser."""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import softplus


def preference_loss(margin: Tensor, target: Tensor) -> Tensor:
    """Cross-entropy of Bradley-Terry probabilities sigmoid(margin) against soft targets.

    -[t log s(m) + (1 - t) log s(-m)] = softplus(m) - t m; at t = 1 the usual -log s(m), at a tie
    (t = 1/2) least where the two rewards are equal. Elementwise, in nats.
    """
    return softplus(margin) - target * margin


def head_losses(
    margin: Tensor,
    target: Tensor,
    weight: Tensor,
    *,
    heads: Tensor,
    anchors: Tensor,
    penalty: Tensor,
) -> Tensor:
    """The loss of each of M heads, convex in `heads`: data, plus the pull towards its anchor.

    margin, weight: [n, M]; target: [n]; heads, anchors: [d, M]; penalty: [M]. With
    anchors drawn from N(0, 1/penalty) this is randomised maximum a posteriori, whose minimisers
    spread like a posterior (Pearce et al. 2020; RewardUQ anchors its head ensemble the same way).
    """
    data = (weight * preference_loss(margin, target[:, None])).sum(0)
    return data + penalty / 2 * ((heads - anchors) ** 2).sum(0)
