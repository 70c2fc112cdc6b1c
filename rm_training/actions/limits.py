"""The operator's limits on full runs, which keep one project from holding a worker for days."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from rm_training.ml.finetune.config import FinetuneConfig
from rm_training.models import Tier, TrainingRun


class OverLimit(Exception):
    """A full run takes more than the operator allows; the message names the limit."""


def excess(config: FinetuneConfig) -> str | None:
    """Why these settings take more than a full run may; None where they do not."""
    most = settings.FULL_RUN_EPOCHS_LIMIT
    if config.members * config.epochs <= most:
        return None
    return (
        f"Networks times epochs, {config.members} × {config.epochs:g}, is more than the operator's "
        f"limit for a full run, {most:g} (FULL_RUN_EPOCHS_LIMIT). Lower either."
    )


def check_epochs(run: TrainingRun) -> None:
    """Raises OverLimit: the limit may have been lowered since the plan was made."""
    problem = excess(FinetuneConfig.from_json(run.asked)) if run.tier == Tier.FULL else None
    if problem:
        raise OverLimit(problem)


def check_time(run: TrainingRun) -> None:
    """Raises OverLimit where it is too long ago that the run's first attempt began."""
    most = settings.FULL_RUN_HOURS_LIMIT
    if run.started_at is not None and timezone.now() - run.started_at > timedelta(hours=most):
        raise OverLimit(
            f"The run took longer than the operator's limit for a full run, {most:g} hours "
            "(FULL_RUN_HOURS_LIMIT). The last checkpoint was kept."
        )
