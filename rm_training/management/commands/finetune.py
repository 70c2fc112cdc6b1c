"""`manage.py finetune PROJECT FOLDER`: the whole backbone trained on a project's judgments."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from annotate.models import Project
from rm_training.actions.plan import settings_of
from rm_training.models import Tier

if TYPE_CHECKING:
    from rm_training.ml.finetune.progress import Progress
    from rm_training.ml.intervals import Interval

GIVEN = ("epochs", "max_tokens", "members", "lora_rank")
"""Options that take the place of what the project's plan says."""


class Command(BaseCommand):
    help = (
        "Fine-tunes the whole backbone on the project's judgments, here and now, and writes a "
        "reward model's folder; what is not given is as in the project's plan. Stopped, the same "
        "command goes on from the last checkpoint."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("project", help="the project's address, as in its pages' URL")
        parser.add_argument("folder", type=Path, help="the folder to write; it must not exist yet")
        parser.add_argument("--backbone", help="a model's folder; the one runs use if left out")
        parser.add_argument("--epochs", type=float, help="how often a prompt is seen")
        parser.add_argument("--max-tokens", type=int, help="tokens that are read")
        parser.add_argument("--members", type=int, help="networks that are trained and averaged")
        parser.add_argument("--lora-rank", type=int, help="rank of adapters; all weights without")

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

        given = {name: options[name] for name in GIVEN if options[name] is not None}
        try:
            tuned = finetune_project(
                project=project,
                folder=folder,
                config=FinetuneConfig.from_json(settings_of(project, Tier.FULL) | given),
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

    def _progress(self, now: Progress) -> None:
        if now.step % max(1, now.steps // 20) == 0 or now.step == now.steps:
            left = f"{now.seconds_left / 60:,.0f} minutes left"
            self.stderr.write(f"step {now.step:,} of {now.steps:,}: loss {now.loss:.3f}, {left}")


def _share(found: Interval) -> str:
    if found.value is None:
        return "an unknown share"
    if found.lower is None or found.upper is None:
        return f"{100 * found.value:.1f} %"
    return f"{100 * found.value:.1f} % ({100 * found.lower:.1f} to {100 * found.upper:.1f})"
