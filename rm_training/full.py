"""The full tier: the whole network fine-tuned, to be gone on with after a kill. Loads torch."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rm_training.actions.claims import LostJob
from rm_training.actions.progress import Reporter
from rm_training.checkpoints import make_room, remove
from rm_training.figures import by_criterion
from rm_training.ml.config import TrainConfig
from rm_training.ml.criteria import (
    OVERALL,
    CriteriaHeads,
    evaluate_criteria,
    learnable,
    without_head,
)
from rm_training.ml.data import Dataset, Floats
from rm_training.ml.finetune.config import FinetuneConfig
from rm_training.ml.finetune.place import InUse
from rm_training.ml.finetune.progress import Hear, Progress
from rm_training.ml.finetune.train import finetune
from rm_training.ml.finetune.tuned import FineTuned, reward_of
from rm_training.ml.finetune.write import write_finetuned
from rm_training.ml.forward import Features
from rm_training.ml.render import Conversation
from rm_training.trained import Trained

SECONDS_BETWEEN_POINTS = 1.0


def train_full(
    base: str | Path,
    dataset: Dataset,
    config: FinetuneConfig,
    *,
    place: Path,
    report: Reporter,
    check: Callable[[], None],
    retry: bool,
) -> Trained:
    """Trains on the train split, from what an earlier run left in the folder `place`; what those in
    the folders beside it left is removed. `check` is called after every step and may raise.

    `retry`: whether an attempt came before and another may follow. Raises InUse, or LostJob then.
    """
    comparisons = dataset.overall
    report.stage("fine-tuning", 0.02, 0.75)
    make_room(place)
    criteria, left_out = learnable(dataset)
    with _lost_where_in_use(report, retry=retry):
        tuned = finetune(
            base,
            comparisons.training(),
            config,
            place,
            criteria=criteria,
            progress=_told(report, check),
            report=report.log,
        )
    _tell(tuned, left_out, report)
    report.stage("scoring", 0.75, 0.8)
    features = tuned.backbone.embed(comparisons.conversations)

    def score(asked: Sequence[Conversation]) -> Floats:
        report.beat()
        return tuned.scores(asked)

    def write(folder: Path, meta: Mapping[str, object]) -> None:
        write_finetuned(folder, tuned, {**meta, "criteria_left_out": left_out})

    return Trained(
        rewards=reward_of(tuned.backbone, features),
        score=score,
        write=write,
        digest=tuned.backbone.digest,
        heads=config.members,
        seed=config.seed,
        log_tie=tuned.log_tie,
        done=lambda: remove(place),
        own={
            "truncated": tuned.truncated,
            **_by_criterion(tuned, left_out, features, dataset),
        },
    )


def _tell(tuned: FineTuned, left_out: Mapping[str, str], report: Reporter) -> None:
    for sentence in without_head(left_out):
        report.log(sentence)
    if tuned.truncated:
        report.log(
            f"{tuned.truncated:,} texts were longer than {tuned.backbone.max_tokens} tokens: the "
            "oldest part of the conversation was left out"
        )


def _by_criterion(
    tuned: FineTuned, left_out: Mapping[str, str], features: Features, dataset: Dataset
) -> dict[str, Any]:
    """The criteria's figures, as a nightly run has them."""
    found = CriteriaHeads(tuned.criteria, left_out, {}, f"{OVERALL}.", None)
    results = evaluate_criteria(found, features, dataset, TrainConfig())
    return {
        "criteria": by_criterion(found, results),
        "criteria_sentence": found.sentence if dataset.criteria else "",
    }


@contextmanager
def _lost_where_in_use(report: Reporter, *, retry: bool) -> Iterator[None]:
    """Where a run is tried again, a folder in use is no failure: most likely its attempt before
    holds it, in a worker that stood still. If that wakes, it learns that it lost the run, and lets
    go. So this attempt ends like one whose worker was lost, and the watch sends the run again in
    about a minute. At the first attempt, and at the last, it is for a person to end what is there.
    """
    try:
        yield
    except InUse as error:
        if not retry:
            raise
        report.log(str(error))
        raise LostJob from error


def _told(report: Reporter, check: Callable[[], None]) -> Hear:
    """Keeps a point a second, and the last of each member."""
    last = 0.0

    def hear(now: Progress) -> None:
        nonlocal last
        check()
        if time.monotonic() - last < SECONDS_BETWEEN_POINTS and now.step < now.steps:
            return
        last = time.monotonic()
        values = asdict(now)
        report.point(**{name: values[name] for name in values if name != "members"})
        report.step(now.member * now.steps + now.step, now.members * now.steps)

    return hear
