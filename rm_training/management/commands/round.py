"""`manage.py round PROJECT`: one pass of the scheduler, for scripts."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from annotate.errors import Conflict
from annotate.models import Project
from rm_training.actions.rounds import start_round
from rm_training.models import Trigger


class Command(BaseCommand):
    help = "Start a round: a gpu worker chooses the next tasks from the pool of responses."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("project", help="the project's address, as in its pages' URL")
        parser.add_argument("--size", type=int, help="how many tasks; else as the project says")

    def handle(self, *_args: Any, project: str, size: int | None, **_options: Any) -> None:
        found = Project.objects.filter(slug=project).first()
        if found is None:
            raise CommandError(f"There is no project {project!r}.")
        if size is not None and not 1 <= size <= 100_000:
            raise CommandError("--size is a number of tasks from 1 to 100000.")
        try:
            made = start_round(project=found, by=None, trigger=Trigger.COMMAND, size=size)
        except Conflict as error:
            raise CommandError(str(error.detail)) from None
        self.stdout.write(
            f"Round {made.number} of {made.size} tasks is queued for the gpu worker: "
            f"{settings.PUBLIC_URL}/p/{found.slug}/manage/rounds"
        )
