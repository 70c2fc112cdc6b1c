"""What a fine-tune gives: one network, or several with the average of their weights.

It knows no comparisons. Members lie in folders and are opened one after another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch

from rm_training.ml.backbone import Backbone
from rm_training.ml.data import Floats
from rm_training.ml.ensemble import HeadEnsemble
from rm_training.ml.export import load_criteria
from rm_training.ml.forward import Features
from rm_training.ml.loading import head_of, load_classifier
from rm_training.ml.render import Conversation


@dataclass(frozen=True)
class Run:
    """How the training of one network went.

    `losses`: the mean training loss of each of up to a hundred equal stretches of steps, in nats.
    `prompts_per_batch`: what memory allowed, at most what the configuration asked for. `log_tie`:
    Davidson's log nu, None without ties. `truncated`: training texts that lost their beginning.
    """

    losses: tuple[float, ...]
    prompts_per_batch: int
    log_tie: float | None
    truncated: int


@dataclass(frozen=True)
class FineTuned:
    """The network to use, `mean` and `std` of its reward over training texts, and how it was made.

    `runs`: one a member. `folders`: of the members, none where `backbone` is the only one; they
    must be there until the model is written. `criteria`: the head of each criterion over the
    network's features, an ensemble of one.
    """

    backbone: Backbone
    mean: float
    std: float
    runs: tuple[Run, ...]
    folders: tuple[Path, ...] = ()
    criteria: Mapping[str, HeadEnsemble] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        backbone: Backbone,
        criteria: Mapping[str, HeadEnsemble],
        runs: tuple[Run, ...],
        folders: tuple[Path, ...] = (),
        *,
        texts: Sequence[Conversation],
    ) -> FineTuned:
        """A network and its heads, whose rewards have the mean and the deviation of `texts`."""
        features = backbone.embed(texts)
        reward = reward_of(backbone, features)
        by_criterion = {name: head.members(features) for name, head in criteria.items()}
        heads = {
            name: replace(criteria[name], mean=float(own.mean()), std=float(own.std()))
            for name, own in by_criterion.items()
        }
        return cls(backbone, float(reward.mean()), float(reward.std()), runs, folders, heads)

    @property
    def log_tie(self) -> float | None:
        """The members' mean log nu, None where there were no ties."""
        found = [run.log_tie for run in self.runs if run.log_tie is not None]
        return float(np.mean(found)) if found else None

    @property
    def truncated(self) -> int:
        """Training texts that lost their beginning."""
        return max((run.truncated for run in self.runs), default=0)

    def scores(self, conversations: Sequence[Conversation]) -> Floats:
        """The reward of each conversation, [n]."""
        return scores_of(self.backbone, conversations)

    def answer(self, conversations: Sequence[Conversation]) -> tuple[Floats, dict[str, Floats]]:
        """The same, and by each criterion."""
        features = self.backbone.embed(conversations)
        by_criterion = {name: head.members(features)[:, 0] for name, head in self.criteria.items()}
        return reward_of(self.backbone, features), by_criterion


def scores_of(backbone: Backbone, conversations: Sequence[Conversation]) -> Floats:
    """The reward of each conversation by the backbone's own head, [n]."""
    return reward_of(backbone, backbone.embed(conversations))


def reward_of(backbone: Backbone, features: Features) -> Floats:
    """The reward [n] of its features [n, d] by the backbone's own head."""
    head = head_of(backbone.model).weight.detach().cpu().numpy()[0]
    rewards: Floats = features.astype(np.float64) @ head.astype(np.float64)
    return rewards


@torch.no_grad()
def averaged(folders: Sequence[Path], max_tokens: int) -> Backbone:
    """The network whose weights, the head's among them, are the mean of those in the folders.

    WARM (Rame et al. 2024, arXiv:2401.12187), which needs networks that were fine-tuned from the
    same weights. At most two of them are in memory at once.
    """
    first, *others = folders
    found = Backbone.load(first, max_tokens=max_tokens)
    for n, folder in enumerate(others, start=2):
        weights = load_classifier(folder, max_tokens)[0].state_dict()
        for name, mean in found.model.state_dict().items():
            if mean.is_floating_point():
                mean.lerp_(weights[name].to(mean.device), 1 / n)
    return Backbone(found.model, found.tokenizer) if others else found


def averaged_heads(folders: Sequence[Path]) -> dict[str, HeadEnsemble]:
    """The criteria's heads for the network that `averaged` makes: the means of those in the
    folders."""
    found = [load_criteria(folder) for folder in folders]
    return {name: _mean([heads[name] for heads in found]) for name in found[0]}


def _mean(heads: Sequence[HeadEnsemble]) -> HeadEnsemble:
    ties = [head.log_tie for head in heads if head.log_tie is not None]
    weights = np.mean([head.weights for head in heads], axis=0)
    return replace(heads[0], weights=weights, log_tie=float(np.mean(ties)) if ties else None)
