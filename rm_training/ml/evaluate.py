"""How well scores agree with held-out judgments, with intervals. It trains only the learning curve.

Definitions. *Accuracy*: how often the higher-scored response is the one that the posterior
favours; equal scores count as half right, comparisons whose target is exactly one half favour
neither and are skipped and counted. *NLL*: cross-entropy against the soft target, in nats (a coin
has ln 2 = 0.693). *Brier score*: the squared gap between predicted probability and soft target (a
coin has 0.25 where targets are certain). *ECE*: over ten equal bins of the predicted winner's
probability, the mean gap between that probability and the soft target. A target counts a tie as
half a win, whatever the model makes of ties, so that models compare: what is predicted is P(first
wins) + P(tie)/2, which is sigmoid(margin) unless the model has a log nu of its own. Means are
weighted by the comparisons' weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import torch
from scipy.special import expit

from rm_training.ml.comparing import correctness
from rm_training.ml.config import TrainConfig
from rm_training.ml.data import Comparisons, Floats, Ints
from rm_training.ml.intervals import Interval, interval, ratio
from rm_training.ml.likelihood import preference_log_odds
from rm_training.ml.losses import preference_loss
from rm_training.ml.train import Features, Problem

BINS = 10
FRACTIONS = (1 / 16, 1 / 8, 1 / 4, 1 / 2, 1.0)


@dataclass(frozen=True)
class Bin:
    """One bar of a reliability diagram: mean predicted probability, mean target, total weight."""

    predicted: float
    observed: float
    weight: float


@dataclass(frozen=True)
class Evaluation:
    """Figures of one model. Scores that are no log-odds have accuracy alone.

    `comparisons` counts those with a direction, on which accuracy rests; `undecided` the others.
    """

    accuracy: Interval
    nll: Interval | None
    brier: Interval | None
    ece: Interval | None
    calibration: list[Bin]
    comparisons: int
    undecided: int
    prompts: int

    def as_json(self) -> dict[str, object]:
        """The figures as JSON takes them."""
        return asdict(self)


def evaluate(
    scores: Floats,
    comparisons: Comparisons,
    config: TrainConfig,
    *,
    log_odds: bool = True,
    log_tie: float | None = None,
) -> Evaluation:
    """Evaluate rewards [m] of the comparisons' texts; `comparisons` is the held-out split.

    `log_odds`: whether a difference of rewards claims to be the log-odds of a judgment; `log_tie`:
    the model's log nu, where it has Davidson's ties.
    """
    margin = _preference(margins(scores, comparisons), log_tie)
    decided = comparisons.target != 0.5
    return Evaluation(
        accuracy=_accuracy(margin, comparisons, config),
        nll=_mean(_nll(margin, comparisons), comparisons, config) if log_odds else None,
        brier=_mean(_brier(margin, comparisons), comparisons, config) if log_odds else None,
        ece=_ece(margin, comparisons, config) if log_odds else None,
        calibration=_calibration(margin, comparisons) if log_odds else [],
        comparisons=int(decided.sum()),
        undecided=int((~decided).sum()),
        prompts=comparisons.prompts,
    )


def margins(scores: Floats, comparisons: Comparisons) -> Floats:
    """Reward of the first response minus the second's, [n]."""
    difference: Floats = scores[comparisons.first] - scores[comparisons.second]
    return difference


def _preference(margin: Floats, log_tie: float | None) -> Floats:
    """Log-odds [n] of the first, a tie being half a win; in the order of the margins."""
    tie = None if log_tie is None else torch.tensor(log_tie, dtype=torch.float64)
    odds: Floats = preference_log_odds(torch.from_numpy(margin), tie).numpy()
    return odds


def accuracy_columns(margin: Floats, comparisons: Comparisons) -> Floats:
    """Weight of the comparisons that are right and of all that have a direction, [n, 2]."""
    weight = comparisons.weight * (comparisons.target != 0.5)
    return np.stack([weight * correctness(margin, comparisons.target), weight], axis=1)


def _accuracy(margin: Floats, comparisons: Comparisons, config: TrainConfig) -> Interval:
    return interval(
        accuracy_columns(margin, comparisons),
        comparisons.prompt,
        ratio(0, 1),
        resamples=config.resamples,
        seed=config.seed,
    )


def _nll(margin: Floats, comparisons: Comparisons) -> Floats:
    target = torch.from_numpy(comparisons.target)
    loss: Floats = preference_loss(torch.from_numpy(margin), target).numpy()
    return loss


def _brier(margin: Floats, comparisons: Comparisons) -> Floats:
    gap: Floats = (expit(margin) - comparisons.target) ** 2
    return gap


def _mean(loss: Floats, comparisons: Comparisons, config: TrainConfig) -> Interval:
    """The weighted mean of a loss [n]."""
    weight = comparisons.weight
    return interval(
        np.stack([weight * loss, weight], axis=1),
        comparisons.prompt,
        ratio(0, 1),
        resamples=config.resamples,
        seed=config.seed,
    )


def _ece(margin: Floats, comparisons: Comparisons, config: TrainConfig) -> Interval:
    return interval(
        _bin_columns(margin, comparisons),
        comparisons.prompt,
        expected_calibration_error,
        resamples=config.resamples,
        seed=config.seed,
    )


def expected_calibration_error(sums: Floats) -> Floats:
    """ECE [R] of per-bin sums [R, 3 x BINS]: weight, weight x predicted, weight x target."""
    weight, predicted, target = np.split(sums, 3, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        error: Floats = np.abs(predicted - target).sum(1) / weight.sum(1)
    return error


def _bin_columns(margin: Floats, comparisons: Comparisons) -> Floats:
    """Columns for `expected_calibration_error`, [n, 3 x BINS], seen from the predicted winner."""
    predicted = 1 / (1 + np.exp(-np.abs(margin)))
    target = np.where(margin >= 0, comparisons.target, 1 - comparisons.target)
    # Probabilities run from 1/2 to 1, so the response that comes first makes no difference.
    number = np.minimum(((predicted - 0.5) * 2 * BINS).astype(int), BINS - 1)
    member = (number[:, None] == np.arange(BINS)) * comparisons.weight[:, None]
    return np.hstack([member, member * predicted[:, None], member * target[:, None]])


def _calibration(margin: Floats, comparisons: Comparisons) -> list[Bin]:
    weight, predicted, target = np.split(_bin_columns(margin, comparisons).sum(0), 3)
    return [
        Bin(float(p / w), float(t / w), float(w))
        for w, p, t in zip(weight, predicted, target, strict=True)
        if w > 0
    ]


@dataclass(frozen=True)
class CurvePoint:
    """Held-out accuracy of a head trained on a part of the train split."""

    fraction: float
    prompts: int
    comparisons: int
    accuracy: Interval


def learning_curve(
    features: Features,
    comparisons: Comparisons,
    penalty: float,
    config: TrainConfig,
    fractions: Sequence[float] = FRACTIONS,
) -> list[CurvePoint]:
    """Accuracy against the share of train prompts: nested parts, a head each, fitted together.

    `penalty` is the full ensemble's. The heads are single ones without bootstrap, so the last point
    is close to the ensemble's accuracy, not equal to it. `comparisons` holds both splits.
    """
    train, held_out = comparisons.training(), comparisons.held_out()
    problem = Problem.of(features, train)
    columns, pairs = (
        _parts(prompt, fractions, config) for prompt in (problem.prompt, train.prompt)
    )
    heads = problem.unscale(problem.fit(columns, np.full(columns.shape[1], penalty), config))
    scores = features.astype(np.float64) @ heads.T
    return [
        CurvePoint(
            fraction=fraction,
            prompts=train.where(part > 0).prompts,
            comparisons=int(part.sum()),
            accuracy=_accuracy(margins(score, held_out), held_out, config),
        )
        for fraction, part, score in zip(fractions, pairs.T, scores.T, strict=True)
    ]


def _parts(prompt: Ints, fractions: Sequence[float], config: TrainConfig) -> Floats:
    """1 where a prompt [n] is among the first fraction in a shuffled order, [n, F]."""
    _, index = np.unique(prompt, return_inverse=True)
    prompts = int(index.max()) + 1
    place = np.random.default_rng([config.seed, 3]).permutation(prompts)[index]
    sizes = np.maximum(1, np.round(np.array(fractions) * prompts))
    return (place[:, None] < sizes).astype(np.float64)
