"""Trains the heads of a reward model on frozen features. It knows no text and no files.

A whole retrain, in the order its parts are called:

    config = TrainConfig()
    comparisons = read_snapshot("snapshot.jsonl").overall
    problem = missing(comparisons)                    # a sentence where there is too little data
    backbone = Backbone.load(default_backbone_path(), max_tokens=config.max_tokens)
    features = embed_all(backbone, comparisons.conversations, cache)
    ensemble = train_heads(features, comparisons.training(), config)
    scores = ensemble.members(features).mean(1)
    result = evaluate(scores, comparisons.held_out(), config)
    floors = fit_floors(comparisons, config)          # longer wins, style, bag of words
    curve = learning_curve(features, comparisons, ensemble.penalty, config)
    champion = load_ensemble(champion_folder).members(features).mean(1)   # or None
    outcome = verdict(scores, champion, comparisons, style=floors["style"].scores, config=config)
    write_model(folder, backbone, ensemble, {"snapshot": digest, **config.as_json()})
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from rm_training.ml.config import TrainConfig
from rm_training.ml.data import Comparisons, Floats, Ints
from rm_training.ml.ensemble import HeadEnsemble
from rm_training.ml.losses import preference_loss
from rm_training.ml.solve import fit_heads

Features = NDArray[np.float32]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Problem:
    """Comparisons as tensors: standardised feature differences [n, d], and how they were scaled."""

    difference: torch.Tensor
    target: torch.Tensor
    weight: torch.Tensor
    scale: Floats

    @classmethod
    def of(cls, features: Features, comparisons: Comparisons) -> Problem:
        """Features are divided by their standard deviation over the rows that are compared."""
        rows = np.unique(np.concatenate([comparisons.first, comparisons.second]))
        scale = features[rows].std(0, dtype=np.float64)
        # A feature that never varies says nothing: an infinite scale makes it zero everywhere.
        scale[scale <= 1e-9 * scale.max(initial=0)] = np.inf
        difference = features[comparisons.first] - features[comparisons.second]
        return cls(
            torch.from_numpy(difference / scale),
            torch.from_numpy(comparisons.target),
            torch.from_numpy(comparisons.weight),
            scale,
        )

    def fit(
        self,
        columns: Floats,
        penalty: Floats,
        config: TrainConfig,
        anchors: Floats | None = None,
    ) -> torch.Tensor:
        """Heads [d, M] over standardised features, one for each column of weights [n, M].

        `penalty` [M] is in multiples of d; `anchors` [d, M] are zero where not given.
        """
        return fit_heads(
            self.difference,
            self.target,
            self.weight[:, None] * torch.from_numpy(columns),
            penalty=torch.from_numpy(penalty * len(self.scale)),
            anchors=None if anchors is None else torch.from_numpy(anchors),
            max_iterations=config.max_iterations,
        )

    def unscale(self, heads: torch.Tensor) -> Floats:
        """Heads [d, M] over standardised features as heads [M, d] over raw ones."""
        raw: Floats = heads.numpy().T / self.scale
        return raw


def train_heads(
    features: Features,
    comparisons: Comparisons,
    config: TrainConfig,
    progress: Progress = lambda done, total: None,
) -> HeadEnsemble:
    """Train the ensemble on features [m, d] of the comparisons' texts.

    `comparisons` must be the train split alone. Each head sees its own bootstrap of the prompts and
    is pulled towards its own anchor; the penalty comes from cross-validation between prompts. The
    same input and seed give the same heads. Raises ValueError where there is nothing to learn from.
    """
    if not len(comparisons):
        raise ValueError("There are no comparisons to train on.")
    problem = Problem.of(features, comparisons)
    progress(0, 2)
    penalty = choose_penalty(problem, comparisons.prompt, config)
    progress(1, 2)
    heads = _fit_ensemble(problem, comparisons.prompt, penalty, config)
    progress(2, 2)
    return _ensemble(heads, penalty, features, comparisons)


def _fit_ensemble(problem: Problem, prompt: Ints, penalty: float, config: TrainConfig) -> Floats:
    rng = np.random.default_rng([config.seed, 1])
    columns = bootstrap_weights(prompt, config.heads, rng)
    anchors = draw_anchors(len(problem.scale), config.heads, penalty, rng)
    penalties = np.full(config.heads, penalty)
    return problem.unscale(problem.fit(columns, penalties, config, anchors))


def bootstrap_weights(prompt: Ints, heads: int, rng: np.random.Generator) -> Floats:
    """How often each head drew each comparison's prompt, with replacement: [n, K]."""
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


def choose_penalty(problem: Problem, prompt: Ints, config: TrainConfig) -> float:
    """The penalty (in multiples of d) with the least cross-entropy on prompts left out of the fit.

    Every fold and candidate is a head of one batched fit. Fewer prompts than two cannot be split
    and get the strongest penalty.
    """
    _, index = np.unique(prompt, return_inverse=True)
    prompts = int(index.max()) + 1
    folds = min(config.folds, prompts)
    if folds < 2:
        return max(config.penalties)
    rng = np.random.default_rng([config.seed, 0])
    fold = (rng.permutation(prompts) % folds)[index]
    left_out = fold[:, None] == np.repeat(np.arange(folds), len(config.penalties))
    penalties = np.tile(config.penalties, folds)
    heads = problem.fit((~left_out).astype(np.float64), penalties, config)
    loss = preference_loss(problem.difference @ heads, problem.target[:, None]).numpy()
    loss *= problem.weight.numpy()[:, None] * left_out
    totals = loss.sum(0).reshape(folds, -1).sum(0)
    return float(config.penalties[int(totals.argmin())])


def _ensemble(
    heads: Floats, penalty: float, features: Features, comparisons: Comparisons
) -> HeadEnsemble:
    weights = np.ascontiguousarray(heads, np.float32)
    rows = np.unique(np.concatenate([comparisons.first, comparisons.second]))
    rewards = features[rows] @ weights.mean(0)
    return HeadEnsemble(weights, penalty, float(rewards.mean()), float(rewards.std()))
