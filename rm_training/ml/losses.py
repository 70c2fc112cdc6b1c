"""The whole loss of a reward model's heads, in view. It knows no features and no optimiser.

A task of k answers comes as the pairs of it that were compared, at most k(k-1)/2, each weighted
1/(k-1): a composite likelihood, whose maximum is consistent though its terms are not independent
(Varin, Reid & Firth, "An overview of composite likelihood methods", 2011). It is not the
Plackett-Luce likelihood of rankings because the consensus of raters is a posterior over the
outcomes of pairs, not over rankings. For data that are rankings, `likelihood.ranking_loss` is that
likelihood, of which `pair_loss` is the case of two answers.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor
from torch.nn.functional import softplus

from rm_training.ml.config import Strength
from rm_training.ml.likelihood import pair_loss

TIE_VARIANCE = 100.0
"""Of log nu's prior, the one that the project's statistics have: it only keeps log nu finite."""


def preference_loss(margin: Tensor, target: Tensor) -> Tensor:
    """Cross-entropy of Bradley-Terry probabilities sigmoid(margin) against soft targets.

    -[t log s(m) + (1 - t) log s(-m)] = softplus(m) - t m; at t = 1 the usual -log s(m), at a tie
    (t = 1/2) least where the two rewards are equal. Elementwise, in nats.
    """
    return softplus(margin) - target * margin


@dataclass(frozen=True)
class Targets:
    """What people said of n pairs, and how the loss takes it.

    `outcomes` [n, 3]: P(first wins), P(tie), P(second wins). `strength` [n]: above 0 for the first,
    below for the second, 0 where unknown.
    """

    outcomes: Tensor
    strength: Tensor
    use: Strength = "ignore"
    label_smoothing: float = 0.0

    @property
    def tied(self) -> bool:
        """Whether the model is Davidson's; without any tie it is Bradley and Terry's."""
        return bool(self.outcomes[:, 1].sum() > 0)

    def losses(self, difference: Tensor, log_tie: Tensor | None) -> Tensor:
        """`pair_loss` of M heads' differences of rewards [n, M] and log nu [M]; [n, M], in nats."""
        strength = self.strength[:, None]
        return pair_loss(
            difference,
            self.outcomes[:, None],
            log_tie,
            margin=strength if self.use == "margin" else 0.0,
            # Unknown or mixed strength counts as the slightest.
            scale=strength.abs().clamp(min=1) if self.use == "scale" else 1.0,
            label_smoothing=self.label_smoothing,
        )


def head_losses(
    difference: Tensor,
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
        + penalty/2 |head - anchor|^2 + log_tie^2 / (2 * 100)

    difference, weight: [n, M]; heads, anchors: [d, M]; penalty, log_tie: [M]; returns [M]. With
    anchors drawn from N(0, 1/penalty) this is randomised maximum a posteriori, whose minimisers
    spread like a posterior (Pearce et al. 2020; RewardUQ anchors its head ensemble the same way).
    """
    data = (weight * targets.losses(difference, log_tie)).sum(0)
    loss = data + penalty / 2 * ((heads - anchors) ** 2).sum(0)
    return loss if log_tie is None else loss + log_tie**2 / (2 * TIE_VARIANCE)
