"""An ensemble of linear heads: how its members' rewards become a mean and an interval."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class HeadEnsemble:
    """K heads over raw features (no bias; the scaling of training is folded in).

    `weights` [K, d] float32; `penalty`: what cross-validation chose, in multiples of d, of a
    sum of ensembles the largest of theirs, and 0 of a head that was trained with its network;
    `mean`, `std`: of the mean reward over the training texts, for whoever wants to standardise it.
    `log_tie`: the heads' mean log nu of Davidson's ties, None where nothing was a tie.
    `temperature`: what the weights were divided by, with the sentence `calibration` on why.
    """

    weights: NDArray[np.float32]
    penalty: float
    mean: float
    std: float
    log_tie: float | None = None
    temperature: float = 1.0
    calibration: str = ""

    def members(self, features: NDArray[np.float32]) -> Floats:
        """The reward of each head, [n, K], for features [n, d]."""
        return np.asarray(features, np.float64) @ np.asarray(self.weights, np.float64).T

    def head(self) -> NDArray[np.float32]:
        """The head [d] of the exported model: the mean of all, whose reward is the mean reward."""
        mean: NDArray[np.float32] = self.weights.astype(np.float64).mean(0).astype(np.float32)
        return mean

    def score(
        self, features: NDArray[np.float32], group: NDArray[np.int64] | None = None
    ) -> tuple[Floats, Floats, Floats]:
        """Mean, lower and upper reward [n] of each row: a 95 % interval, as `intervals` says.

        Only differences within a prompt are learnt, so heads disagree about a prompt's level, which
        no choice between its responses depends on. `group` [n] (prompts, numbered from 0) leaves
        that part out of the interval: it is then about a response beside the others of its group.
        """
        return intervals(self.members(features), group)


def intervals(
    rewards: Floats, group: NDArray[np.int64] | None = None
) -> tuple[Floats, Floats, Floats]:
    """Mean, lower and upper [n] of members' rewards [n, K]: the mean -/+ so many deviations as
    `half_width` says; of one member all three are its reward. `group` is as in
    `HeadEnsemble.score`.
    """
    mean, members = rewards.mean(1), rewards.shape[1]
    if members == 1:
        return mean, mean, mean
    if group is not None:
        rewards = rewards - group_means(rewards, group)
    half = half_width(members) * rewards.std(1, ddof=1)
    return mean, mean - half, mean + half


def half_width(members: int) -> float:
    """Half of a 95 % interval in deviations of K members, two at least.

    The truth is taken as one more draw of what the members are drawn from, so it is Student's
    97.5 % quantile for K - 1 degrees of freedom times sqrt(1 + 1/K), and not the normal's 1.96: the
    mean and the deviation of few members are themselves hardly known. 15.6 for 2 networks, 5.0 for
    3, 2.5 for 8 heads, 2.1 for 32.
    """
    return float(stdtrit(members - 1, 0.975)) * math.sqrt(1 + 1 / members)


def group_means(rewards: Floats, group: NDArray[np.int64]) -> Floats:
    """The means [n, K] of rewards [n, K] over the rows of the same group [n]."""
    sums = np.zeros((int(group.max(initial=-1)) + 1, rewards.shape[1]))
    np.add.at(sums, group, rewards)
    counts = np.bincount(group, minlength=len(sums))
    means: Floats = sums[group] / counts[group, None]
    return means
