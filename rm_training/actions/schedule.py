"""The nightly schedule of a project: one row of beat's own tables, edited here and nowhere else."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django_celery_beat.models import CrontabSchedule, PeriodicTask

from annotate.actions.audit import record
from annotate.models import Project, User

NIGHTLY = "rm_training.nightly"
# When few people rate and before the first of them comes; by the server's clock, which is UTC.
DEFAULT_HOUR, DEFAULT_MINUTE = 2, 30


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a project retrains and chooses a round, every day, in UTC."""

    enabled: bool
    hour: int
    minute: int

    @property
    def next_run_at(self) -> datetime | None:
        """The next time after now; None while it is off."""
        if not self.enabled:
            return None
        now = timezone.now().astimezone(UTC)
        today = now.replace(hour=self.hour, minute=self.minute, second=0, microsecond=0)
        return today if today > now else today + timedelta(days=1)


@transaction.atomic
def ensure_schedule(*, project: Project) -> Schedule:
    """The project's schedule; made, and on, at 02:30 UTC where there is none yet."""
    task, _ = PeriodicTask.objects.select_related("crontab").get_or_create(
        name=_name(project),
        defaults={
            "task": NIGHTLY,
            "crontab": _crontab(DEFAULT_HOUR, DEFAULT_MINUTE),
            "args": json.dumps([project.pk]),
            # Only starts the run, so it must not wait behind one on the gpu queue.
            "queue": "default",
            "description": f"Retrain the reward model of {project.slug}, then choose a round.",
        },
    )
    return _schedule(task)


@transaction.atomic
def change_schedule(
    *, project: Project, by: User, enabled: bool, hour: int, minute: int
) -> Schedule:
    """Sets the time (UTC); beat sees it within seconds."""
    ensure_schedule(project=project)
    task = PeriodicTask.objects.select_for_update().get(name=_name(project))
    task.enabled = enabled
    task.crontab = _crontab(hour, minute)
    # Else beat would make up for a time of today that has passed already.
    task.last_run_at = timezone.now()
    task.save()
    record(
        project=project,
        actor=by,
        action="schedule changed",
        enabled=enabled,
        time=f"{hour:02d}:{minute:02d} UTC",
    )
    return _schedule(task)


def _name(project: Project) -> str:
    return f"nightly retrain of project {project.pk}"


def _crontab(hour: int, minute: int) -> CrontabSchedule:
    crontab, _ = CrontabSchedule.objects.get_or_create(
        hour=str(hour),
        minute=str(minute),
        day_of_week="*",
        day_of_month="*",
        month_of_year="*",
        timezone="UTC",
    )
    return crontab


def _schedule(task: PeriodicTask) -> Schedule:
    return Schedule(
        enabled=task.enabled, hour=int(task.crontab.hour), minute=int(task.crontab.minute)
    )
