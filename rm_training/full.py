"""The full tier: the whole network fine-tuned, to be gone on with after a kill. Loads torch."""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from rm_training.actions.progress import Reporter
from rm_training.ml.data import Dataset, Floats
from rm_training.ml.finetune.config import FinetuneConfig
from rm_training.ml.finetune.progress import Hear, Progress
from rm_training.ml.finetune.train import finetune
from rm_training.ml.finetune.write import write_finetuned
from rm_training.ml.render import Conversation
from rm_training.trained import Trained

SECONDS_BETWEEN_POINTS = 1.0
GONE = ".gone-"


def train_full(
    base: str | Path,
    dataset: Dataset,
    config: FinetuneConfig,
    *,
    place: Path,
    snapshot: str,
    report: Reporter,
) -> Trained:
    """Trains on the train split. `place` is the project's folder for checkpoints: a run on the same
    `snapshot` (its hash) with the same settings goes on from what an earlier one left there, and
    what others left is removed."""
    comparisons = dataset.overall
    report.stage("fine-tuning", 0.02, 0.75)
    own = place / _key(base, config, snapshot)
    _make_room(place, own)
    tuned = finetune(
        base, comparisons.training(), config, own, progress=_told(report), report=report.log
    )
    if tuned.truncated:
        report.log(
            f"{tuned.truncated:,} texts were longer than {tuned.backbone.max_tokens} tokens: the "
            "oldest part of the conversation was left out"
        )
    report.stage("scoring", 0.75, 0.8)

    def score(asked: Sequence[Conversation]) -> Floats:
        report.beat()
        return tuned.scores(asked)

    def write(folder: Path, meta: Mapping[str, object]) -> None:
        write_finetuned(folder, tuned, meta)

    return Trained(
        rewards=tuned.scores(comparisons.conversations),
        score=score,
        write=write,
        digest=tuned.backbone.digest,
        heads=config.members,
        seed=config.seed,
        log_tie=tuned.log_tie,
        done=lambda: _remove(own),
        own={"truncated": tuned.truncated},
    )


def _key(base: str | Path, config: FinetuneConfig, snapshot: str) -> str:
    told = json.dumps([str(base), config.as_json(), snapshot], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _make_room(place: Path, own: Path) -> None:
    """A project has one run at a time, so nobody goes on with the others any more."""
    for other in place.iterdir() if place.exists() else ():
        if other != own:
            _remove(other)


def _remove(folder: Path) -> None:
    """Checkpoints are several times the model's size. Renamed first, so that nobody goes on from a
    half of them; what a cancelled worker still writes is removed by the next run."""
    gone = folder if folder.name.startswith(GONE) else folder.with_name(f"{GONE}{folder.name}")
    folder.replace(gone)
    shutil.rmtree(gone, ignore_errors=True)


def _told(report: Reporter) -> Hear:
    """Keeps a point a second, and the last of each member."""
    last = 0.0

    def hear(now: Progress) -> None:
        nonlocal last
        if time.monotonic() - last < SECONDS_BETWEEN_POINTS and now.step < now.steps:
            return
        last = time.monotonic()
        values = asdict(now)
        report.point(**{name: values[name] for name in values if name != "members"})
        report.step(now.member * now.steps + now.step, now.members * now.steps)

    return hear
