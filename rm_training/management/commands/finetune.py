"""`manage.py finetune PROJECT FOLDER`: the whole backbone trained on a project's judgments."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from annotate.models import Project

if TYPE_CHECKING:
    from rm_training.ml.intervals import Interval


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
        # It loads torch, which is for workers and such commands only.
        from rm_training.finetuning import EXPECTED, finetune_project  # noqa: PLC0415
        from rm_training.ml.finetune.config import FinetuneConfig  # noqa: PLC0415

        try:
            tuned = finetune_project(
                project=project,
                folder=folder,
                config=FinetuneConfig(epochs=options["epochs"], max_tokens=options["max_tokens"]),
                backbone=options["backbone"],
                progress=self._progress,
                report=self.stdout.write,
            )
        except EXPECTED as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"Right on {_share(tuned.accuracy)} of the comparisons of {tuned.prompts:,} prompts "
            f"set aside; style alone on {_share(tuned.style)}. Written to {folder}. To train the "
            f"nightly heads on it, set BACKBONE={folder.absolute()} and start the workers anew."
        )

    def _progress(self, done: int, total: int) -> None:
        if done % max(1, total // 20) == 0 or done == total:
            self.stderr.write(f"step {done:,} of {total:,}")


def _share(found: Interval) -> str:
    if found.value is None:
        return "an unknown share"
    if found.lower is None or found.upper is None:
        return f"{100 * found.value:.1f} %"
    return f"{100 * found.value:.1f} % ({100 * found.lower:.1f} to {100 * found.upper:.1f})"
