"""`manage.py demo`: a project to look around in."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from rm_training.actions.demo import create_demo


class Command(BaseCommand):
    help = "Make the demo project: prompts, answers, simulated raters, and a first training run."

    def handle(self, *_args: Any, **_options: Any) -> None:
        made = create_demo()
        if made is None:
            self.stdout.write("The demo project is there already; nothing was added.")
            return
        self.stdout.write(
            f"The demo project is made: {made.tasks} tasks, {made.judgments} judgments by three "
            f"simulated raters, {made.pushed} new responses in the pool. A worker trains the first "
            "reward model and then chooses a round."
        )
