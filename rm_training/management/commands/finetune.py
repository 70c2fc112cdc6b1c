"""`manage.py finetune PROJECT FOLDER`: the whole backbone trained on a project's judgments."""

from __future__ import annotations

import shutil
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from annotate.actions.snapshots import take_snapshot
from annotate.models import Project


class Command(BaseCommand):
    help = (
        "Fine-tunes the whole backbone on the project's judgments, here and now, and writes a "
        "reward model's folder. Stopped, the same command goes on from the last checkpoint."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("project", help="the project's address, as in its pages' URL")
        parser.add_argument("folder", type=Path, help="the folder to write; it must not exist yet")
        parser.add_argument("--backbone", help="a model's folder; the one runs use if left out")
        parser.add_argument("--epochs", type=float, default=1.0, help="how often a prompt is seen")
        parser.add_argument("--max-tokens", type=int, default=512, help="tokens that are read")

    def handle(self, *_args: Any, **options: Any) -> None:
        project = Project.objects.filter(slug=options["project"]).first()
        folder: Path = options["folder"]
        if project is None:
            raise CommandError(f"There is no project {options['project']!r}.")
        if folder.exists():
            raise CommandError(f"{folder} exists already. Nothing was trained: choose another.")
        # Both load torch, which is for workers and such commands only.
        from rm_training.ml.finetune.config import FinetuneConfig  # noqa: PLC0415
        from rm_training.ml.finetune.train import LossNotFinite, OtherRun, OutOfMemory  # noqa: PLC0415
        from rm_training.ml.loading import UnsuitableBackbone  # noqa: PLC0415

        try:
            config = FinetuneConfig(epochs=options["epochs"], max_tokens=options["max_tokens"])
            self._finetune(project, folder, options["backbone"], config)
        except (LossNotFinite, OtherRun, OutOfMemory, UnsuitableBackbone, OSError) as error:
            raise CommandError(str(error)) from error

    def _finetune(self, project: Project, folder: Path, backbone: str | None, config: Any) -> None:
        from rm_training.ml.config import TrainConfig  # noqa: PLC0415
        from rm_training.ml.evaluate import evaluate  # noqa: PLC0415
        from rm_training.ml.finetune.train import finetune  # noqa: PLC0415
        from rm_training.ml.finetune.write import write_finetuned  # noqa: PLC0415
        from rm_training.ml.floors import fit_floors  # noqa: PLC0415
        from rm_training.ml.gate import missing  # noqa: PLC0415
        from rm_training.pipeline import backbone_path, comparisons_of, counts_of  # noqa: PLC0415

        snapshot = take_snapshot(project=project, by=None)
        comparisons = comparisons_of(snapshot)
        self.stdout.write(f"Snapshot {snapshot.number}: {counts_of(comparisons)}.")
        if problem := missing(comparisons):
            raise CommandError(f"Nothing was trained: {problem}")
        place = settings.DATA_DIR / "finetune" / snapshot.sha256[:16]
        tuned = finetune(
            backbone or backbone_path(),
            comparisons.training(),
            config,
            place,
            progress=self._progress,
            report=self.stderr.write,
        )
        held_out, measure = comparisons.held_out(), TrainConfig()
        found = evaluate(tuned.scores(comparisons.conversations), held_out, measure).accuracy
        style = fit_floors(comparisons, measure)["style"].evaluate(held_out, measure).accuracy
        meta = {"project": project.slug, "snapshot": snapshot.sha256, "config": config.as_json()}
        write_finetuned(folder, tuned, meta)
        shutil.rmtree(place)  # checkpoints are several times the model's size
        self.stdout.write(
            f"Right on {_share(found)} of the comparisons of {held_out.prompts:,} prompts set "
            f"aside; style alone on {_share(style)}. Written to {folder}. To train the nightly "
            f"heads on it, set BACKBONE={folder.absolute()} and start the workers anew."
        )

    def _progress(self, done: int, total: int) -> None:
        if done % max(1, total // 20) == 0 or done == total:
            self.stderr.write(f"step {done:,} of {total:,}")


def _share(found: Any) -> str:
    if found.value is None:
        return "an unknown share"
    if found.lower is None:
        return f"{100 * found.value:.1f} %"
    return f"{100 * found.value:.1f} % ({100 * found.lower:.1f} to {100 * found.upper:.1f})"
