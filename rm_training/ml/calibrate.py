"""The one temperature of an ensemble's rewards, from what its heads said of prompts left out.

It knows rewards of comparisons, no features and no held-out data: figures on these stay honest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from rm_training.ml.aggregate import NoTemperature, fit_temperature
from rm_training.ml.data import Bools, Floats, Ints
from rm_training.ml.likelihood import pair_loss


@dataclass(frozen=True)
class OutOfFold:
    """n comparisons with the rewards of heads that were fitted without their prompt.

    `margin` [n]: reward of the first response minus the second's. `outcomes` [n, 3], `weight`,
    `fold` [n]. `log_tie`: the mean log nu of the folds' heads, None without ties.
    """

    margin: Floats
    outcomes: Floats
    weight: Floats
    fold: Ints
    log_tie: float | None

    @property
    def target(self) -> Floats:
        """P(first over second), ties half, [n]."""
        target: Floats = self.outcomes[:, 0] + self.outcomes[:, 1] / 2
        return target

    def nll(self, margin: Floats) -> float:
        """The mean cross-entropy of other margins [n], in nats."""
        tie = None if self.log_tie is None else torch.tensor(self.log_tie).double()
        loss = pair_loss(torch.from_numpy(margin), torch.from_numpy(self.outcomes), tie).numpy()
        return float(np.average(loss, weights=self.weight))

    def temperature(self, rows: Bools) -> float:
        """The best temperature of some comparisons. Raises NoTemperature."""
        return fit_temperature(
            self.margin[rows], self.target[rows], self.weight[rows], log_tie=self.log_tie
        )


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
    before, after = found.nll(found.margin), found.nll(tempered)
    figures = f"NLL {before:.4f} out of fold, {after:.4f} with a temperature of {temperature:.3f}"
    if after >= before:
        return Calibration(1.0, f"Rewards are as trained: {figures}.")
    return Calibration(temperature, f"Rewards are divided by a temperature: {figures}.")


def _tempered(found: OutOfFold) -> Floats:
    """Margins [n], each divided by the temperature of the other folds."""
    tempered = np.empty_like(found.margin)
    for fold in np.unique(found.fold):
        inside = found.fold == fold
        tempered[inside] = found.margin[inside] / found.temperature(~inside)
    return tempered
