"""A retrain, in order: snapshot, embeddings, heads, evaluation, verdict, files. Loads torch.

It reports as it goes and changes nothing that anybody sees: `rm_training.actions.runs` stores what
comes out. What each step computes is in `rm_training.ml`.
"""

from __future__ import annotations

import gzip
import hashlib
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from annotate import artifacts
from annotate.actions.snapshots import take_snapshot
from annotate.models import Snapshot
from annotate.queries.snapshots import Damaged
from rm_training.actions.claims import Claim
from rm_training.actions.progress import Reporter
from rm_training.embeddings import DatabaseCache
from rm_training.figures import figures
from rm_training.ml.backbone import Backbone, default_backbone_path, embed_all
from rm_training.ml.config import TrainConfig
from rm_training.ml.data import Comparisons, Dataset, Floats
from rm_training.ml.ensemble import HeadEnsemble
from rm_training.ml.evaluate import evaluate, learning_curve
from rm_training.ml.export import write_model
from rm_training.ml.floors import fit_floors
from rm_training.ml.forward import Features
from rm_training.ml.gate import missing, verdict
from rm_training.ml.probes import ProbeResult, passes, run_probes
from rm_training.ml.render import Conversation
from rm_training.ml.snapshot import read_snapshot
from rm_training.ml.suspects import find_suspects
from rm_training.ml.train import train_heads
from rm_training.models import RewardModel, TrainingRun
from rm_training.scoring import Served

PROBED = 60
"""Responses that are probed, in eight versions each: some seconds on two cores."""
LISTED = 50
"""Doubted labels that are listed, the worst first."""


@dataclass(frozen=True, slots=True)
class Made:
    """A reward model in the artifact store."""

    path: str
    backbone: str
    backbone_digest: str
    heads: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended. `opponent` is the id of the champion it was compared with, if any; without
    enough data there is no evaluation and nothing was made."""

    decision: str
    sentence: str
    opponent: int | None = None
    evaluation: dict[str, Any] | None = None
    made: Made | None = None


def retrain(*, run: TrainingRun, held: Claim[TrainingRun], report: Reporter) -> Outcome:
    """Everything a run computes. Raises LostJob as soon as the run is no longer this worker's."""
    config = TrainConfig()
    held.write(config=config.as_json())
    report.stage("snapshot", 0.0, 0.02)
    dataset = dataset_of(_snapshot(run, held))
    comparisons = dataset.overall
    report.log(counts_of(comparisons))
    if problem := missing(comparisons):
        return Outcome("inconclusive", f"Inconclusive: {problem}")
    report.stage("embeddings", 0.02, 0.7)
    backbone = Backbone.load(backbone_path(), max_tokens=config.max_tokens)
    features = _embed(backbone, comparisons, report)
    report.stage("heads", 0.7, 0.8)
    ensemble = train_heads(features, comparisons.training(), config, report.step)
    scores = ensemble.members(features).mean(1)
    report.stage("evaluation", 0.8, 0.86)
    floors = fit_floors(comparisons, config)
    result = evaluate(scores, comparisons.held_out(), config)
    curve = learning_curve(features, comparisons, ensemble.penalty, config)
    doubted = _suspects(features, comparisons.training(), ensemble, config)
    report.stage("probes for reward hacking", 0.86, 0.92)
    probes = _probed(backbone, ensemble, comparisons.held_out(), config, report)
    report.stage("verdict", 0.92, 0.95)
    champion = RewardModel.objects.filter(project=run.project, champion=True).first()
    opponent = _champion_scores(champion, backbone, features, comparisons, report)
    found = verdict(
        scores,
        opponent,
        comparisons,
        config=config,
        style=floors["style"].scores,
        hacking=passes(probes),
    )
    report.log(found.sentence)
    report.stage("saving the model", 0.95, 1.0)
    return Outcome(
        found.decision,
        found.sentence,
        opponent=champion.pk if champion else None,
        evaluation=figures(
            scores,
            comparisons,
            config,
            result=result,
            floors=floors,
            curve=curve,
            probes=probes,
            suspects=doubted,
        ),
        made=_write(run, held, backbone, ensemble, config),
    )


def _snapshot(run: TrainingRun, held: Claim[TrainingRun]) -> Snapshot:
    """The run's snapshot, taken by its first attempt: a later one trains on the same rows."""
    if run.snapshot is None:
        with transaction.atomic():
            run.snapshot = take_snapshot(project=run.project, by=run.by)
            held.write(snapshot=run.snapshot)
    return run.snapshot


def dataset_of(snapshot: Snapshot) -> Dataset:
    """The snapshot's comparisons; Damaged where the stored rows are not those that were hashed."""
    digest = hashlib.sha256()
    with tempfile.TemporaryDirectory() as folder:
        rows = Path(folder) / "rows.jsonl"
        with (
            artifacts.open_read(snapshot.path) as raw,
            gzip.GzipFile(fileobj=raw) as packed,
            rows.open("wb") as sink,
        ):
            while chunk := packed.read(2**20):
                digest.update(chunk)
                sink.write(chunk)
        if digest.hexdigest() != snapshot.sha256:
            raise Damaged(f"Snapshot {snapshot.number} is damaged: its rows don't have its hash.")
        return read_snapshot(rows)


def counts_of(comparisons: Comparisons) -> str:
    train, held_out = comparisons.training(), comparisons.held_out()
    return (
        f"{len(comparisons):,} comparisons of {len(comparisons.conversations):,} responses; "
        f"{len(train):,} from {train.prompts:,} prompts to learn from, "
        f"{len(held_out):,} from {held_out.prompts:,} held out"
    )


def backbone_path() -> Path | str:
    return settings.BACKBONE or default_backbone_path()


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


def _probed(
    backbone: Backbone,
    ensemble: HeadEnsemble,
    held_out: Comparisons,
    config: TrainConfig,
    report: Reporter,
) -> list[ProbeResult]:
    """The probes' texts are mostly those of the night before, so the cache has them."""
    cache = DatabaseCache(backbone.digest)

    def score(asked: Sequence[Conversation]) -> Floats:
        features = embed_all(backbone, asked, cache, progress=report.step)
        rewards: Floats = ensemble.members(features).mean(1)
        return rewards

    return run_probes(score, held_out, config, responses=PROBED)


def _suspects(
    features: Features, train: Comparisons, ensemble: HeadEnsemble, config: TrainConfig
) -> list[dict[str, Any]]:
    """The tasks whose label the model doubts most, where it has not seen their prompt."""
    found = find_suspects(features, train, config, penalty=ensemble.penalty)
    return [
        {
            "task": int(train.task[at]),
            "labelled": float(target),
            "predicted": float(predicted),
        }
        for at, target, predicted in zip(
            found.index[:LISTED], found.target, found.predicted, strict=False
        )
    ]


def _champion_scores(
    champion: RewardModel | None,
    backbone: Backbone,
    features: Features,
    comparisons: Comparisons,
    report: Reporter,
) -> Floats | None:
    """The champion's rewards [m] of the same texts, by its own backbone where that is another."""
    if champion is None:
        return None
    served = Served(champion)
    same = champion.backbone_digest == backbone.digest
    if not same or served.max_tokens != backbone.max_tokens:
        features = served.embed(comparisons.conversations, report.step)
    scores: Floats = served.ensemble.members(features).mean(1)
    return scores


def _write(
    run: TrainingRun,
    held: Claim[TrainingRun],
    backbone: Backbone,
    ensemble: HeadEnsemble,
    config: TrainConfig,
) -> Made:
    """Stores the model's folder. Named by run and worker, so two workers never share one."""
    assert run.snapshot is not None
    meta = {
        "project": run.project.slug,
        "run": run.pk,
        "snapshot": run.snapshot.sha256,
        "config": config.as_json(),
    }
    path = f"reward-models/{run.pk}-{held.owner.hex[:8]}"
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "model"
        write_model(folder, backbone, ensemble, meta)
        held.write()  # not worth storing where the run was lost meanwhile
        artifacts.put(folder, path)
    return Made(path, _name(), backbone.digest, len(ensemble.weights))


def _name() -> str:
    return settings.BACKBONE or "all-MiniLM-L6-v2"
