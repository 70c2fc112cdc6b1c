"""A run, in order: snapshot, training by its tier, evaluation, verdict, files. Loads torch.

It reports as it goes and changes nothing that anybody sees: `rm_training.actions.runs` stores what
comes out. What each step computes is in `rm_training.ml`; how the tiers train in
`rm_training.nightly` and `rm_training.full`.
"""

from __future__ import annotations

import gzip
import hashlib
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from annotate import artifacts
from annotate.actions.snapshots import take_snapshot
from annotate.models import Snapshot
from annotate.queries.snapshots import Damaged
from rm_training.actions.claims import ATTEMPTS, Claim
from rm_training.actions.limits import check_epochs, check_time
from rm_training.actions.progress import Reporter
from rm_training.checkpoints import place_of
from rm_training.figures import figures
from rm_training.full import train_full
from rm_training.ml.backbone import default_backbone_path
from rm_training.ml.config import TrainConfig
from rm_training.ml.data import Comparisons, Dataset
from rm_training.ml.evaluate import evaluate
from rm_training.ml.finetune.config import FinetuneConfig
from rm_training.ml.floors import fit_floors
from rm_training.ml.gate import missing, verdict
from rm_training.ml.probes import passes, run_probes
from rm_training.ml.snapshot import read_snapshot
from rm_training.models import Failure, RewardModel, Tier, TrainingRun
from rm_training.nightly import train_nightly
from rm_training.provenance import provenance
from rm_training.scoring import Served
from rm_training.trained import Trained

OUTSIDE = {Failure.DISK_FULL, Failure.OUT_OF_MEMORY, Failure.WORKER_LOST, Failure.OVER_LIMIT}
"""Failures that lie neither in the data nor in the settings: the same training may well end."""
PROBED = 60
"""Responses that are probed, in eight versions each: some seconds on two cores."""


@dataclass(frozen=True, slots=True)
class Made:
    """A reward model in the artifact store."""

    path: str
    backbone: str
    backbone_digest: str
    heads: int
    provenance: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended. `opponent` is the id of the champion it was compared with, if any; without
    enough data there is no evaluation and nothing was made. `done` is called once all is stored."""

    decision: str
    sentence: str
    opponent: int | None = None
    evaluation: dict[str, Any] | None = None
    made: Made | None = None
    done: Callable[[], None] = lambda: None


def retrain(*, run: TrainingRun, held: Claim[TrainingRun], report: Reporter) -> Outcome:
    """Everything a run computes. Raises LostJob as soon as the run is no longer this worker's."""
    report.stage("snapshot", 0.0, 0.02)
    check_epochs(run)
    dataset = dataset_of(_snapshot(run, held))
    comparisons = dataset.overall
    report.log(counts_of(comparisons))
    if problem := missing(comparisons):
        return Outcome("inconclusive", f"Inconclusive: {problem}")
    champion = RewardModel.objects.filter(project=run.project, champion=True).first()
    serving = Served(champion) if champion else None
    trained = _train(run, held, dataset, report)
    config = TrainConfig()
    report.stage("evaluation", 0.8, 0.86)
    floors = fit_floors(comparisons, config)
    result = evaluate(trained.rewards, comparisons.held_out(), config, log_tie=trained.log_tie)
    report.stage("probes for reward hacking", 0.86, 0.92)
    probes = run_probes(trained.score, comparisons.held_out(), config, responses=PROBED)
    report.stage("verdict", 0.92, 0.95)
    opponent = serving.rewards(comparisons.conversations, progress=report.step) if serving else None
    found = verdict(
        trained.rewards,
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
            trained.rewards,
            comparisons,
            config,
            result=result,
            floors=floors,
            curve=trained.curve,
            probes=probes,
            suspects=trained.suspects,
            champion=opponent,
        )
        | {"champion_number": champion.number if champion else None}
        | dict(trained.own),
        made=_write(run, held, trained),
        done=trained.done,
    )


def _train(
    run: TrainingRun, held: Claim[TrainingRun], dataset: Dataset, report: Reporter
) -> Trained:
    """By the run's tier, with what was asked for."""
    if run.tier == Tier.NIGHTLY:
        config = TrainConfig(**run.asked)
        held.write(config=config.as_json())
        return train_nightly(backbone_path(), dataset, config, report)
    assert run.snapshot is not None
    tuning = FinetuneConfig.from_json(run.asked)
    held.write(config=tuning.as_json())
    base = backbone_path()
    place = place_of(base, tuning, run.snapshot)
    return train_full(
        base,
        dataset,
        tuning,
        place=place,
        report=report,
        check=lambda: check_time(run),
        retry=1 < run.attempts < ATTEMPTS,
    )


def _snapshot(run: TrainingRun, held: Claim[TrainingRun]) -> Snapshot:
    """The run's snapshot, taken by its first attempt: a later one trains on the same rows. A full
    run takes up that of one that a full disk or the like ended, with it the checkpoints."""
    if run.snapshot is None:
        with transaction.atomic():
            before = _failed_like(run) if run.tier == Tier.FULL else None
            run.snapshot = before or take_snapshot(project=run.project, by=run.by)
            held.write(snapshot=run.snapshot)
    return run.snapshot


def _failed_like(run: TrainingRun) -> Snapshot | None:
    full = TrainingRun.objects.filter(
        project=run.project, tier=Tier.FULL, pk__lt=run.pk, snapshot__isnull=False
    )
    last = full.select_related("snapshot").order_by("-pk").first()
    same = last is not None and last.failure in OUTSIDE and last.asked == run.asked
    return last.snapshot if last and same else None


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


def _write(run: TrainingRun, held: Claim[TrainingRun], trained: Trained) -> Made:
    """Stores the model's folder. Named by run and worker, so two workers never share one."""
    run.refresh_from_db(fields=["config"])
    assert run.snapshot is not None
    made_by = provenance(seed=trained.seed)
    meta = {
        "project": run.project.slug,
        "run": run.pk,
        "snapshot": run.snapshot.sha256,
        "config": run.config,
        "provenance": made_by,
    }
    path = f"reward-models/{run.pk}-{held.owner.hex[:8]}"
    # Beside the data: /tmp is often memory, and a model with its members is large.
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.DATA_DIR, prefix="model-") as place:
        folder = Path(place) / "model"
        trained.write(folder, meta)
        held.write()  # not worth storing where the run was lost meanwhile
        artifacts.put(folder, path)
    return Made(path, _name(), trained.digest, trained.heads, made_by)


def _name() -> str:
    return settings.BACKBONE or "all-MiniLM-L6-v2"
