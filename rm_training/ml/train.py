"""Trains the heads of a reward model on frozen features. It knows no text and no files.

A whole retrain, in the order its parts are called:

    config = TrainConfig()
    dataset = read_snapshot("snapshot.jsonl")
    comparisons = dataset.overall
    problem = missing(comparisons)                    # a sentence where there is too little data
    backbone = Backbone.load(default_backbone_path(), max_tokens=config.max_tokens)
    features = embed_all(backbone, comparisons.conversations, cache)
    overall = train_heads(features, comparisons.training(), config)   # penalty, heads, temperature
    criteria = fit_criteria(features, dataset, config)                # a head each, and their sum
    ensemble = criteria.combined or overall                           # as config.combine says
    scores = ensemble.members(features).mean(1)
    result = evaluate(scores, comparisons.held_out(), config, log_tie=ensemble.log_tie)
    by_criterion = evaluate_criteria(criteria, features, dataset, config)
    floors = fit_floors(comparisons, config)          # longer wins, style, bag of words
    curve = learning_curve(features, comparisons, overall.penalty, config)
    champion = load_ensemble(champion_folder).members(features).mean(1)   # or None
    outcome = verdict(scores, champion, comparisons, style=floors["style"].scores, config=config)
    write_model(folder, backbone, ensemble, {"snapshot": digest, **config.as_json()}, criteria)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from rm_training.ml.calibrate import OutOfFold, calibrate
from rm_training.ml.config import TrainConfig
from rm_training.ml.data import Comparisons, Floats, Ints
from rm_training.ml.ensemble import HeadEnsemble
from rm_training.ml.losses import Rewards, Targets
from rm_training.ml.solve import Design, Fitted, fit_heads
from rm_training.ml.units import Units, targets_of, units_of

Features = NDArray[np.float32]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Problem:
    """Judgments as tensors: their standardised features, and how these were scaled."""

    units: Units
    design: Design
    scale: Floats

    @classmethod
    def of(cls, features: Features, comparisons: Comparisons) -> Problem:
        """Features are divided by their standard deviation over the rows that are compared."""
        scale = features[compared(comparisons)].std(0, dtype=np.float64)
        # A feature that never varies says nothing: an infinite scale makes it zero everywhere.
        scale[scale <= 1e-9 * scale.max(initial=0)] = np.inf
        units = units_of(comparisons)
        return cls(units, design_of(features, units, scale), scale)

    @property
    def prompt(self) -> Ints:
        """The prompt of each judgment."""
        return self.units.prompt

    def targets(self, config: TrainConfig) -> Targets:
        """The judgments as the loss takes them."""
        return targets_of(self.units, config)

    def fit(
        self,
        columns: Floats,
        penalty: Floats,
        config: TrainConfig,
        anchors: Floats | None = None,
    ) -> Fitted:
        """Heads [d, M] over standardised features, one for each column of weights [judgments, M].

        `penalty` [M] is in multiples of d; `anchors` [d, M] are zero where not given.
        """
        return fit_heads(
            self.design,
            self.targets(config),
            torch.from_numpy(self.units.weight[:, None] * columns),
            penalty=torch.from_numpy(penalty * len(self.scale)),
            anchors=None if anchors is None else torch.from_numpy(anchors),
            max_iterations=config.max_iterations,
        )

    def unscale(self, fitted: Fitted) -> Floats:
        """Heads [d, M] over standardised features as heads [M, d] over raw ones."""
        raw: Floats = fitted.heads.numpy().T / self.scale
        return raw


def design_of(features: Features | Floats, units: Units, scale: Floats) -> Design:
    """The features [m, d] of the table's texts that the judgments need, divided by `scale` [d]."""
    pairs, ranked = units.pairs, units.ranked
    rows = np.unique(np.concatenate([np.zeros(0, np.int64), *(t.rows.ravel() for t in ranked)]))
    return Design(
        torch.from_numpy((features[pairs.first] - features[pairs.second]) / scale),
        torch.from_numpy(features[rows] / scale),
        tuple(torch.from_numpy(np.searchsorted(rows, tasks.rows)) for tasks in ranked),
    )


def compared(comparisons: Comparisons) -> Ints:
    """The rows of the texts that are compared, each once."""
    return np.unique(np.concatenate([comparisons.first, comparisons.second]))


def train_heads(
    features: Features,
    comparisons: Comparisons,
    config: TrainConfig,
    progress: Progress = lambda done, total: None,
) -> HeadEnsemble:
    """Train the ensemble on features [m, d] of the comparisons' texts.

    `comparisons` must be the train split alone. Each head sees its own bootstrap of the prompts and
    is pulled towards its own anchor; penalty and temperature come from cross-validation between
    prompts. The same input and seed give the same heads. Raises ValueError where there is nothing
    to learn from.
    """
    if not len(comparisons):
        raise ValueError("There are no comparisons to train on.")
    problem = Problem.of(features, comparisons)
    progress(0, 2)
    penalty, left_out = cross_validate(problem, config)
    progress(1, 2)
    fitted = _fit_ensemble(problem, penalty, config)
    progress(2, 2)
    found = calibrate(left_out)
    return ensemble_of(
        problem.unscale(fitted) / found.temperature,
        features[compared(comparisons)],
        penalty=penalty,
        log_tie=fitted.pair_tie,
        temperature=found.temperature,
        calibration=found.sentence,
    )


def ensemble_of(
    heads: Floats,
    features: Features,
    *,
    penalty: float,
    log_tie: float | None,
    temperature: float,
    calibration: str,
) -> HeadEnsemble:
    """The ensemble of heads [K, d], with the statistics of its rewards over features [m, d]."""
    weights = np.ascontiguousarray(heads, np.float32)
    rewards = features @ weights.mean(0)
    mean, std = float(rewards.mean()), float(rewards.std())
    return HeadEnsemble(weights, penalty, mean, std, log_tie, temperature, calibration)


def _fit_ensemble(problem: Problem, penalty: float, config: TrainConfig) -> Fitted:
    rng = np.random.default_rng([config.seed, 1])
    columns = bootstrap_weights(problem.prompt, config.heads, rng)
    anchors = draw_anchors(len(problem.scale), config.heads, penalty, rng)
    return problem.fit(columns, np.full(config.heads, penalty), config, anchors)


def bootstrap_weights(prompt: Ints, heads: int, rng: np.random.Generator) -> Floats:
    """How often each head drew each judgment's prompt, with replacement: [n, K]."""
    _, index = np.unique(prompt, return_inverse=True)
    prompts = int(index.max()) + 1
    drawn = rng.multinomial(prompts, np.full(prompts, 1 / prompts), size=heads).T
    weights: Floats = drawn[index].astype(np.float64)
    return weights


def draw_anchors(features: int, heads: int, penalty: float, rng: np.random.Generator) -> Floats:
    """Anchors [d, K] from the prior N(0, 1 / (penalty x d)), centred over the heads.

    Centred, so that where the data say nothing the heads differ but their mean says nothing too;
    the factor keeps the spread between heads the prior's.
    """
    drawn = rng.normal(scale=(penalty * features) ** -0.5, size=(features, heads))
    centred: Floats = (drawn - drawn.mean(1, keepdims=True)) * np.sqrt(heads / (heads - 1))
    return centred


def choose_penalty(problem: Problem, config: TrainConfig) -> float:
    """The penalty (in multiples of d) with the least loss on prompts left out of the fit."""
    return cross_validate(problem, config)[0]


def cross_validate(problem: Problem, config: TrainConfig) -> tuple[float, OutOfFold | None]:
    """The best penalty, and the rewards that heads with it gave to prompts left out of their fit.

    Every fold and candidate is a head of one batched fit; the loss left out is the one that was
    fitted, without the prior. Fewer prompts than two cannot be split: they get the strongest
    penalty and no rewards.
    """
    candidates = len(config.penalties)
    fold = folds_of(problem.prompt, config, 0)
    folds = int(fold.max()) + 1
    if folds < 2:
        return max(config.penalties), None
    left_out = fold[:, None] == np.repeat(np.arange(folds), candidates)
    penalties = np.tile(config.penalties, folds)
    fitted = problem.fit((~left_out).astype(np.float64), penalties, config)
    targets = problem.targets(config)
    losses = targets.losses(problem.design.rewards(fitted.heads), fitted.log_tie).numpy()
    weight = problem.units.weight
    totals = (losses * weight[:, None] * left_out).sum(0).reshape(folds, candidates).sum(0)
    best = int(totals.argmin())
    chosen = slice(best, None, candidates)  # a head for each fold
    return float(config.penalties[best]), OutOfFold(
        rewards=own_rewards(problem.design, fitted.heads[:, chosen], fold),
        targets=replace(targets, use="ignore"),
        weight=weight,
        fold=fold,
        log_tie=None if fitted.log_tie is None else fitted.log_tie[:, chosen].mean(1, keepdim=True),
    )


def own_rewards(design: Design, heads: torch.Tensor, fold: Ints) -> Rewards:
    """What the head of its own fold [d, folds] makes of each judgment, as those of one head."""
    found = design.rewards(heads)
    number = torch.from_numpy(fold)
    n = len(found.difference)
    ranked, at = [], n
    for rewards in found.ranked:
        own = number[at : at + rewards.shape[1]]
        ranked.append(rewards[own, torch.arange(len(own))][None])
        at += len(own)
    return Rewards(found.difference.gather(1, number[:n, None]), tuple(ranked))


def folds_of(prompt: Ints, config: TrainConfig, stream: int) -> Ints:
    """The fold of each judgment [n], from 0, drawn by prompt; all 0 where there is one prompt."""
    _, index = np.unique(prompt, return_inverse=True)
    prompts = int(index.max()) + 1
    rng = np.random.default_rng([config.seed, stream])
    fold: Ints = (rng.permutation(prompts) % min(config.folds, prompts))[index]
    return fold
