"""The full tier on a project's judgments: snapshot, fine-tune, evaluation, folder. Loads torch.

It stores nothing but the snapshot and, until the folder is written, the checkpoints.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from annotate.actions.snapshots import take_snapshot
from annotate.models import Project
from rm_training.checkpoints import place_of, remove
from rm_training.ml.config import TrainConfig
from rm_training.ml.criteria import learnable, without_head
from rm_training.ml.evaluate import evaluate
from rm_training.ml.export import ExportMismatch
from rm_training.ml.finetune.config import FinetuneConfig
from rm_training.ml.finetune.member import OutOfMemory
from rm_training.ml.finetune.place import InUse, alone, processes
from rm_training.ml.finetune.progress import Hear
from rm_training.ml.finetune.train import OtherRun, finetune
from rm_training.ml.finetune.trainer import LossNotFinite
from rm_training.ml.finetune.write import write_finetuned
from rm_training.ml.floors import fit_floors
from rm_training.ml.gate import missing
from rm_training.ml.intervals import Interval
from rm_training.ml.loading import UnsuitableBackbone
from rm_training.pipeline import backbone_path, counts_of, dataset_of


class TooLittle(ValueError):
    """There are too few judgments; the message says what is missing."""


EXPECTED = (
    TooLittle, LossNotFinite, InUse, OtherRun, OutOfMemory, UnsuitableBackbone, ExportMismatch,
    OSError,
)  # fmt: skip
"""What may go wrong without being a defect; each has a sentence."""


@dataclass(frozen=True, slots=True)
class Tuned:
    """Accuracy on the comparisons of so many `prompts` that were set aside, beside style alone."""

    accuracy: Interval
    style: Interval
    prompts: int


def finetune_project(
    *,
    project: Project,
    folder: Path,
    config: FinetuneConfig,
    backbone: str | None,
    progress: Hear,
    report: Callable[[str], None],
) -> Tuned:
    """Trains the backbone (None: the one that runs use) and writes the model to `folder`.

    The same judgments and settings go on from the last checkpoint. Raises TooLittle, and what
    `finetune` and `write_finetuned` raise.
    """
    snapshot = take_snapshot(project=project, by=None)
    dataset = dataset_of(snapshot)
    comparisons = dataset.overall
    report(f"Snapshot {snapshot.number}: {counts_of(comparisons)}.")
    if problem := missing(comparisons):
        raise TooLittle(f"Nothing was trained: {problem}")
    base = backbone or backbone_path()
    place = place_of(base, config, snapshot)
    criteria, left_out = learnable(dataset)
    for sentence in without_head(left_out):
        report(sentence)
    meta = {
        "project": project.slug,
        "snapshot": snapshot.sha256,
        "config": config.as_json(),
        "criteria_left_out": left_out,
    }
    train = comparisons.training()
    state = processes()
    with alone(place):  # until the folder is written, which is a copy of what lies there
        tuned = finetune(
            base, train, config, place, criteria=criteria, progress=progress, report=report
        )
        if state.is_main_process:  # one process of several writes what all have
            write_finetuned(folder, tuned, meta)
        state.wait_for_everyone()  # the others may still be opening what lies there
        if state.is_main_process:
            remove(place)
    held_out, measure = comparisons.held_out(), TrainConfig()
    scores = tuned.scores(comparisons.conversations)
    return Tuned(
        evaluate(scores, held_out, measure).accuracy,
        fit_floors(comparisons, measure)["style"].evaluate(held_out, measure).accuracy,
        held_out.prompts,
    )
