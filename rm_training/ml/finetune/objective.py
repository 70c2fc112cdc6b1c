"""The whole loss of a fine-tune, in view, with the few weights that serve training alone.

It knows no data beyond one batch, no optimiser and no files.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, dropout, normalize

from rm_training.ml.finetune.config import ObjectiveConfig
from rm_training.ml.finetune.pack import Block, Judgments, Whole
from rm_training.ml.finetune.packed import PackedReward
from rm_training.ml.likelihood import centring_penalty
from rm_training.ml.loading import head_of
from rm_training.ml.losses import TIE_VARIANCE, Rewards, Targets
from rm_training.ml.rankings import WeakOrders

DROPOUT, TEMPERATURE = 0.1, 0.05  # SimCSE's


class Objective(nn.Module):
    """A packed reward model whose output is the loss of a batch.

    `log_tie` [T - 1]: where log nu of ties of 2, 3, ... answers begins; without any, ties are left
    out of the model, which is then Bradley and Terry's. `criteria`: the same of the judgments by
    each criterion. `prompts`: how many are trained on.
    """

    def __init__(
        self,
        reward: PackedReward,
        config: ObjectiveConfig,
        *,
        log_tie: Tensor,
        prompts: int,
        criteria: Sequence[Tensor] = (),
    ) -> None:
        super().__init__()
        self.reward = reward
        self.settings = config
        self.prompts = prompts
        self.log_tie = nn.Parameter(log_tie.float()) if len(log_tie) else None
        size = head_of(reward.model).in_features
        self.length_head = nn.Linear(size, 1, bias=False) if config.length_penalty else None
        self.heads = nn.ModuleList(CriterionHead(size, own) for own in criteria)
        self.config = reward.model.config
        self._no_split_modules = reward.model._no_split_modules  # what FSDP wraps

    def forward(
        self,
        *,
        input_ids: Tensor,
        position_ids: Tensor,
        read: Tensor,
        layout: Sequence[Block],
        judged: Sequence[Judgments],
        lengths: Tensor,
        prompts: int,
    ) -> Tensor:
        """The loss of a batch, whose fields `pack.Batch` explains: a scalar in nats.

            loss = sum over the overall judgments and those by each criterion of
                       1/prompts sum over comparisons of
                           weight (pair_loss(s_i - s_j, outcomes) + centring (r_i + r_j)^2)
                       + 1/prompts sum over whole tasks of
                           weight (ranking_loss(s, orders) + centring (2 mean of r)^2)
                       + sum of log_tie^2 / (2 * 100 * all prompts)
                   + length_penalty * length_loss + contrastive * contrastive_loss

        r: rewards, by a criterion's judgments those of its own head; s: r, and overall with a
        length penalty r plus the length head's reward. A prompt of which a criterion was not asked
        has no terms of it. Every log_tie is a group's own, and its part a normal prior on log nu,
        of standard deviation 10.
        """
        chosen = self.settings
        features = self.reward(input_ids, position_ids, read, layout)
        quality = self.reward.score(features)
        length = None if self.length_head is None else self.length_head(features)[:, 0].float()
        shown = quality if length is None else quality + length
        overall, *by_criterion = judged
        loss = self._likelihood(overall, shown, quality, self.log_tie, prompts)
        for own, head in zip(by_criterion, self.criteria, strict=True):
            rewards = head(features)
            loss = loss + self._likelihood(own, rewards, rewards, head.log_tie, prompts)
        if length is not None and self.length_head is not None:
            heads = head_of(self.reward.model).weight, self.length_head.weight
            loss = loss + chosen.length_penalty * length_loss(quality, length, lengths, *heads)
        if chosen.contrastive:
            loss = loss + chosen.contrastive * contrastive_loss(features)
        return loss

    def _likelihood(
        self,
        judged: Judgments,
        shown: Tensor,
        quality: Tensor,
        log_tie: nn.Parameter | None,
        prompts: int,
    ) -> Tensor:
        """The loss's part of one group of judgments, by s and r of all answers, [n] each."""
        chosen, whole = self.settings, judged["whole"]
        first, second = judged["first"], judged["second"]
        targets = Targets(
            judged["outcomes"],
            judged["strength"],
            chosen.strength,
            chosen.label_smoothing,
            _orders(whole),
        )
        found = Rewards(
            (shown[first] - shown[second])[:, None], tuple(shown[at][None] for at, *_ in whole)
        )
        losses = targets.losses(found, None if log_tie is None else log_tie[:, None])[:, 0]
        if chosen.centring:
            ends = (torch.stack([first, second], 1), *(at for at, *_ in whole))
            levels = torch.cat([centring_penalty(quality[at]) for at in ends])
            losses = losses + chosen.centring * levels
        weights = torch.cat([judged["weight"], *(own for *_, own in whole)])
        loss = (weights * losses).sum() / prompts
        if log_tie is None:
            return loss
        return loss + log_tie.square().sum() / (2 * TIE_VARIANCE * self.prompts)

    @property
    def criteria(self) -> list[CriterionHead]:
        """The heads of the criteria, in their order."""
        return cast("list[CriterionHead]", [*self.heads])

    @property
    def log_ties(self) -> list[nn.Parameter]:
        """Every log nu that there is."""
        found = [self.log_tie, *(head.log_tie for head in self.criteria)]
        return [one for one in found if one is not None]

    def activation_checkpointing_enable(self, **options: Any) -> None:
        """What transformers' Trainer calls where activations are to be computed twice."""
        self.reward.model.activation_checkpointing_enable(**options)


class CriterionHead(nn.Module):
    """A reward by one criterion over the features that all share, with a log nu of its own."""

    def __init__(self, size: int, log_tie: Tensor) -> None:
        super().__init__()
        self.linear = nn.Linear(size, 1, bias=False)
        self.log_tie = nn.Parameter(log_tie.float()) if len(log_tie) else None

    def forward(self, features: Tensor) -> Tensor:
        """Rewards [n] in float32 of features [n, d]."""
        rewards: Tensor = self.linear(features)[:, 0]
        return rewards.float()


def _orders(whole: Sequence[Whole]) -> tuple[WeakOrders, ...]:
    """All answers of a whole task were compared."""
    return tuple(
        WeakOrders(left, chosen, torch.zeros_like(places, dtype=torch.bool))
        for places, left, chosen, _ in whole
    )


def length_loss(
    quality: Tensor, length: Tensor, lengths: Tensor, quality_head: Tensor, length_head: Tensor
) -> Tensor:
    """What makes one head's reward follow the length of answers and the other's not, a scalar.

        |corr(r_Q, lengths)| + (1 - corr(r_L, lengths)) + |cos(W_Q, W_L)|

    quality, length: r_Q, r_L, [n]; lengths: [n], in tokens; heads: W_Q, W_L, [1, d]. Preferences
    are learnt by r_Q + r_L, and r_Q alone is used (ODIN: Chen et al. 2024, arXiv:2402.07319). The
    parts are those of the authors' code, github.com/Lichang-Chen/ODIN, weighted 1 each as there;
    the orthogonality is that of directions, which shrinking the weights does not satisfy.
    Correlations are Pearson's over the answers of one batch: the smaller it is, the noisier.
    """
    follows = 1 - correlation(length, lengths)
    apart = head_cosine(quality_head, length_head)
    return correlation(quality, lengths).abs() + follows + apart


def head_cosine(first: Tensor, second: Tensor) -> Tensor:
    """The absolute cosine of the angle between two heads, [1, d] each."""
    cosine: Tensor = normalize(first.float(), dim=-1)[0] @ normalize(second.float(), dim=-1)[0]
    return cosine.abs()


def correlation(x: Tensor, y: Tensor) -> Tensor:
    """Pearson's correlation of two vectors [n]; 0 where one does not vary."""
    x, y = x - x.mean(), y - y.mean()
    lengths: Tensor = x.norm() * y.norm()
    return (x * y).sum() / lengths.clamp(min=1e-8)


def contrastive_loss(features: Tensor) -> Tensor:
    """InfoNCE between two views of each answer's features [n, d], a scalar in nats.

        -mean over i of log(exp(cos(a_i, b_i) / 0.05) / sum over j of exp(cos(a_i, b_j) / 0.05))

    It keeps the features of different answers apart (SimCSE on a reward model: Wang et al. 2024,
    arXiv:2401.06080, section 3). There the views are two passes through the network's dropout.
    Packed training has none, so that here a and b are the features under two masks that drop a
    tenth of them: a view that costs no second pass, and disturbs the head's input alone.
    """
    with torch.autocast(features.device.type, enabled=False):
        first, second = (normalize(dropout(features.float(), DROPOUT), dim=-1) for _ in range(2))
        own = torch.arange(len(features), device=features.device)
        return cross_entropy(first @ second.T / TEMPERATURE, own)
