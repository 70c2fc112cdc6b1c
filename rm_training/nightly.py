"""The nightly tier: heads over a frozen backbone whose features are kept. Loads torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rm_training.actions.progress import Reporter
from rm_training.embeddings import DatabaseCache
from rm_training.figures import by_criterion
from rm_training.ml.backbone import Backbone, embed_all
from rm_training.ml.config import TrainConfig
from rm_training.ml.criteria import CriteriaHeads, evaluate_criteria, fit_criteria, without_head
from rm_training.ml.data import Comparisons, Dataset, Floats
from rm_training.ml.ensemble import HeadEnsemble
from rm_training.ml.evaluate import learning_curve
from rm_training.ml.export import write_model
from rm_training.ml.forward import Features
from rm_training.ml.render import Conversation
from rm_training.ml.suspects import find_suspects
from rm_training.ml.train import Problem, choose_penalty, train_heads
from rm_training.queries.places import places_of
from rm_training.trained import Trained

LISTED = 50
"""Doubted labels that are listed, the worst first."""


def train_nightly(
    base: str | Path, dataset: Dataset, config: TrainConfig, report: Reporter
) -> Trained:
    """Embeds what is not known yet and fits the heads on the train split."""
    comparisons = dataset.overall
    report.stage("embeddings", 0.02, 0.7)
    backbone = Backbone.load(base, max_tokens=config.max_tokens)
    features = _embed(backbone, comparisons, report)
    report.stage("heads", 0.7, 0.78)
    criteria = fit_criteria(features, dataset, config)
    ensemble = criteria.combined or train_heads(
        features, comparisons.training(), config, report.step
    )
    _tell(ensemble, criteria, report)
    # That of a sum of criteria was chosen for none of them.
    train = comparisons.training()
    penalty = (
        choose_penalty(Problem.of(features, train), config)
        if criteria.combined
        else ensemble.penalty
    )
    report.stage("learning curve", 0.78, 0.8)
    # The probes' texts are mostly those of the night before, so the cache has them.
    cache = DatabaseCache(backbone.digest)

    def score(asked: Sequence[Conversation]) -> Floats:
        found = embed_all(backbone, asked, cache, progress=report.step)
        rewards: Floats = ensemble.members(found).mean(1)
        return rewards

    def write(folder: Path, meta: Mapping[str, object]) -> None:
        write_model(folder, backbone, ensemble, meta, criteria)

    return Trained(
        rewards=ensemble.members(features).mean(1),
        score=score,
        write=write,
        digest=backbone.digest,
        heads=len(ensemble.weights),
        seed=config.seed,
        log_tie=ensemble.log_tie,
        curve=learning_curve(features, comparisons, penalty, config),
        suspects=_suspects(features, train, penalty, config),
        own={
            "temperature": ensemble.temperature,
            "criteria": by_criterion(
                criteria, evaluate_criteria(criteria, features, dataset, config)
            ),
            "criteria_sentence": criteria.sentence if dataset.criteria else "",
        },
    )


def _tell(ensemble: HeadEnsemble, criteria: CriteriaHeads, report: Reporter) -> None:
    report.log(ensemble.calibration)
    for sentence in without_head(criteria.left_out):
        report.log(sentence)


def _embed(backbone: Backbone, comparisons: Comparisons, report: Reporter) -> Features:
    cached: list[int] = []

    def step(done: int, total: int) -> None:
        if not cached:  # the first call counts what the cache had
            cached.append(done)
            report.log(f"{total:,} responses, {done:,} of them known from before")
        report.step(done, total)

    cache = DatabaseCache(backbone.digest)
    features = embed_all(backbone, comparisons.conversations, cache, progress=step)
    if backbone.truncated:
        report.log(
            f"{backbone.truncated:,} were longer than {backbone.max_tokens} tokens: the oldest "
            "part of the conversation was left out"
        )
    return features


def _suspects(
    features: Features, train: Comparisons, penalty: float, config: TrainConfig
) -> list[dict[str, Any]]:
    """The tasks whose label the model doubts most, where it has not seen their prompt."""
    found = find_suspects(features, train, config, penalty=penalty)
    listed = found.index[:LISTED]
    text = [one.response for one in train.conversations]
    places = places_of(
        [(int(train.task[at]), text[train.first[at]], text[train.second[at]]) for at in listed]
    )
    return [
        {
            "task": int(train.task[at]),
            "labelled": float(target),
            "predicted": float(predicted),
            "places": place,
        }
        for at, target, predicted, place in zip(
            listed, found.target, found.predicted, places, strict=False
        )
    ]
