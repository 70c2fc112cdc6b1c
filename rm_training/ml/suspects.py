"""Comparisons that are likely mislabelled: a model that never saw their prompt is sure of the other
side.

Confident learning (Northcutt, Jiang and Chuang 2021) takes out-of-fold probabilities and lists what
is labelled against them. Pleiss et al. 2020 rank by a label's margin during training instead; heads
solved to their optimum have no course of training, so here the out-of-fold loss ranks. It knows
features, no texts, and changes no label: what it lists is worth a second look.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from rm_training.ml.config import TrainConfig
from rm_training.ml.data import Comparisons, Floats, Ints
from rm_training.ml.likelihood import preference_log_odds
from rm_training.ml.train import Features, Problem, choose_penalty, folds_of

# Where a calibrated model gives the other side 0.7 and one label in ten is wrong, this one is wrong
# with probability 0.1 x 0.7 / (0.1 x 0.7 + 0.9 x 0.3) = 0.21, twice the base rate; at 0.9 it is one
# half. Below lies what is merely close, and a weak model is rarely surer: of 740 comparisons of
# OASST with a tenth flipped, MiniLM lists 5 at 0.7, 2 of them flipped, and none at 0.8.
SURE = 0.7


@dataclass(frozen=True)
class Suspects:
    """s comparisons by falling loss, all [s].

    `index`: positions in the comparisons that were given. `loss`: out-of-fold cross-entropy in
    nats. `predicted`, `target`: P(first over second), by the model and as labelled.
    """

    index: Ints
    loss: Floats
    predicted: Floats
    target: Floats

    def __len__(self) -> int:
        return len(self.index)


def find_suspects(
    features: Features,
    comparisons: Comparisons,
    config: TrainConfig,
    *,
    penalty: float | None = None,
    sure: float = SURE,
) -> Suspects:
    """The comparisons whose other side has an out-of-fold probability of at least `sure`.

    `features` [m, d] are of the comparisons' texts, `comparisons` must be the train split alone.
    `penalty` is the ensemble's, where it was trained on the same; else cross-validation chooses it.
    Ties have no other side. Fewer than two prompts predict nothing, so nothing is suspect. Raises
    ValueError where features are not finite numbers, or `sure` is no probability above one half.
    """
    if not 0.5 < sure <= 1:
        raise ValueError(f"The least probability must be above 1/2 and at most 1, not {sure}.")
    margin = out_of_fold_margins(features, comparisons, config, penalty)
    predicted = 1 / (1 + np.exp(-margin))
    target = comparisons.target
    loss = np.logaddexp(0, margin) - target * margin
    against = np.where(target > 0.5, 1 - predicted, predicted)
    found = np.flatnonzero((target != 0.5) & (against >= sure))
    index = found[np.argsort(-loss[found], kind="stable")]
    return Suspects(index, loss[index], predicted[index], target[index])


def out_of_fold_margins(
    features: Features,
    comparisons: Comparisons,
    config: TrainConfig,
    penalty: float | None = None,
) -> Floats:
    """Log-odds [n] of the first response, by heads that were fitted without its prompt.

    A tie is half a win. All folds are one batched fit. Fewer than two prompts have margins of 0.
    """
    if not np.isfinite(features).all():
        raise ValueError("Some features are no finite numbers.")
    if comparisons.prompts < 2:
        return np.zeros(len(comparisons))
    problem = Problem.of(features, comparisons)
    if penalty is None:
        penalty = choose_penalty(problem, config)
    fold = folds_of(problem.prompt, config, 5)
    left_out = (fold[:, None] == np.arange(fold.max() + 1)).astype(np.float64)
    fitted = problem.fit(1 - left_out, np.full(left_out.shape[1], penalty), config)
    # Of the same prompts, so the same folds: one for each pair of a task that is learnt whole.
    own = folds_of(comparisons.prompt, config, 5)
    rewards = features @ problem.unscale(fitted).T
    difference = rewards[comparisons.first, own] - rewards[comparisons.second, own]
    log_tie = None if fitted.log_tie is None else fitted.log_tie[0, torch.from_numpy(own)]
    margins: Floats = preference_log_odds(torch.from_numpy(difference), log_tie).numpy()
    return margins
