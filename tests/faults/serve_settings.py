"""The settings as they are, and one task more: a run that takes as long as it is told."""

import time
from pathlib import Path

from celery import shared_task

from annotate.settings import *  # noqa: F403 -- everything as it is, and the task below


@shared_task(name="rm_training.nap")
def nap(seconds: float, diary: str) -> None:
    """Note the beginning and the end in the file `diary`; the gpu worker takes it by its name."""
    with Path(diary).open("a") as file:
        file.write("begun\n")
    time.sleep(seconds)
    with Path(diary).open("a") as file:
        file.write("ended\n")
