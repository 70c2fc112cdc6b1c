"""The one temperature of an ensemble's rewards, from what its heads said of prompts left out.

It knows rewards of judgments, no features and no held-out data: figures on these stay honest.
Guo, Pleiss, Sun & Weinberger, "On calibration of modern neural networks" (2017), arXiv:1706.04599.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from scipy.optimize import brentq
from torch import Tensor

from rm_training.ml.data import Bools, Floats, Ints
from rm_training.ml.losses import Rewards, Targets

LARGEST = 512.0
"""Log-odds that no two answers are thought to be further apart than."""


class NoTemperature(ValueError):
    """No temperature between 0 and infinity is best; the message says which of them it would be."""


@dataclass(frozen=True)
class OutOfFold:
    """Judgments with the rewards of heads that were fitted without their prompt.

    `rewards`: as those of one head. `targets`: what people said, of the same judgments. `weight`,
    `fold` [n]. `log_tie` [T - 1, 1]: the mean log nu of the folds' heads, None without ties.
    """

    rewards: Rewards
    targets: Targets
    weight: Floats
    fold: Ints
    log_tie: Tensor | None

    def losses(self, inverse: Tensor) -> Tensor:
        """The cross-entropy of each judgment with rewards times `inverse`, [n] in nats."""
        ranked = tuple(rewards * inverse for rewards in self.rewards.ranked)
        scaled = Rewards(self.rewards.difference * inverse, ranked)
        return self.targets.losses(scaled, self.log_tie)[:, 0]

    def temperature(self, rows: Bools) -> float:
        """The temperature T at which the rewards / T of some judgments have the least loss.

        The loss is convex in 1/T, so its slope there has one zero; nu stays as it is. Raises
        NoTemperature where that lies at no finite T above 0.
        """
        weight = torch.from_numpy(np.where(rows, self.weight, 0))
        unit = self._largest() or 1.0

        def slope(inverse: float) -> float:
            at = torch.tensor(inverse / unit, dtype=torch.float64, requires_grad=True)
            (found,) = torch.autograd.grad(weight @ self.losses(at), at)
            return float(found)

        start = slope(0)
        if start >= 0:
            raise NoTemperature("The rewards do not point the judgments' way: T would be infinite.")
        high = 1.0
        while slope(high) <= -1e-9 * start:
            high *= 2
            if high > LARGEST:
                raise NoTemperature("No judgment contradicts the rewards: T would be 0.")
        return unit / float(brentq(slope, 0, high))

    def _largest(self) -> float:
        """The largest difference of two rewards."""
        spans = [rewards.amax(-1) - rewards.amin(-1) for rewards in self.rewards.ranked]
        gaps = torch.cat([x.abs().ravel() for x in (self.rewards.difference, *spans)])
        return float(gaps.max()) if len(gaps) else 0.0


@dataclass(frozen=True)
class Calibration:
    """By what the rewards are to be divided, and a sentence on why."""

    temperature: float
    sentence: str


def calibrate(found: OutOfFold | None) -> Calibration:
    """The temperature of the least cross-entropy where it also helps where it was not fitted.

    Each fold is judged with the temperature of the others (Guo et al. 2017 fit on a split apart).
    """
    if found is None:
        return Calibration(1.0, "Rewards are as trained: fewer than two prompts give no folds.")
    try:
        tempered = _tempered(found)
        temperature = found.temperature(np.ones(len(found.fold), bool))
    except NoTemperature as error:
        return Calibration(1.0, f"Rewards are as trained. {error}")
    before, after = (np.average(x, weights=found.weight) for x in (_losses(found, 1.0), tempered))
    figures = f"NLL {before:.4f} out of fold, {after:.4f} with a temperature of {temperature:.3f}"
    if after >= before:
        return Calibration(1.0, f"Rewards are as trained: {figures}.")
    return Calibration(temperature, f"Rewards are divided by a temperature: {figures}.")


def _tempered(found: OutOfFold) -> Floats:
    """The loss of each judgment with the temperature of the other folds, [n]."""
    losses = np.empty(len(found.fold))
    for fold in np.unique(found.fold):
        inside = found.fold == fold
        losses[inside] = _losses(found, 1 / found.temperature(~inside))[inside]
    return losses


def _losses(found: OutOfFold, inverse: float) -> Floats:
    losses: Floats = found.losses(torch.tensor(inverse, dtype=torch.float64)).numpy()
    return losses
