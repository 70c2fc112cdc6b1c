"""`manage.py retrain PROJECT`: what the button does, for scripts."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from annotate.errors import Conflict
from annotate.models import Project
from rm_training.actions.runs import start_run
from rm_training.models import Trigger


class Command(BaseCommand):
    help = "Start a training run: a gpu worker retrains the project's reward model."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("project", help="the project's address, as in its pages' URL")
        parser.add_argument("--then-round", action="store_true", help="choose a round afterwards")

    def handle(self, *_args: Any, project: str, then_round: bool, **_options: Any) -> None:
        found = Project.objects.filter(slug=project).first()
        if found is None:
            raise CommandError(f"There is no project {project!r}.")
        try:
            run = start_run(project=found, by=None, trigger=Trigger.COMMAND, then_round=then_round)
        except Conflict as error:
            raise CommandError(str(error.detail)) from None
        self.stdout.write(
            f"Training run {run.pk} is queued for the gpu worker: "
            f"{settings.PUBLIC_URL}/p/{found.slug}/manage/reward-models"
        )
