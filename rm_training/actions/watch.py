"""Finds jobs whose worker died or whose message was lost, and sends them again; not for ever."""

from __future__ import annotations

from datetime import timedelta

import structlog
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce, Now

from annotate.jobs import enqueue
from rm_training.actions import benchmarks, rounds, runs
from rm_training.actions.claims import ATTEMPTS, BENCHMARK, CHOOSE, TRAIN, AnyJob, stale
from rm_training.models import BenchmarkRun, Job, Round, TrainingRun

# A queued job usually waits behind another one, so its message is sent again only now and then.
RESEND_AFTER = timedelta(minutes=10)
GAVE_UP = (
    f"Gave up after {ATTEMPTS} attempts: each time the worker stopped answering, as it does when "
    "it is killed or runs out of memory. Nothing was changed. See the gpu worker's log, then start "
    "again."
)
log = structlog.get_logger(__name__)


def watch() -> int:
    """Sends abandoned jobs of every kind again, or gives up on them; how many it touched."""
    return _watch(TrainingRun, TRAIN) + _watch(Round, CHOOSE) + _watch(BenchmarkRun, BENCHMARK)


@transaction.atomic
def _watch(kind: type[AnyJob], task: str) -> int:
    waiting = Q(state=Job.State.QUEUED, sent__lt=Now() - RESEND_AFTER)
    abandoned = list(
        kind._default_manager.alias(sent=Coalesce("heartbeat_at", "created_at"))
        .filter(stale() | waiting)
        .select_for_update(skip_locked=True, no_key=True, of=("self",))
    )
    for job in abandoned:
        if job.attempts >= ATTEMPTS:
            _give_up(job)
        else:
            _send_again(kind, job.pk, task)
    return len(abandoned)


def _send_again(kind: type[AnyJob], pk: int, task: str) -> None:
    """Back to the queue, and away from the old worker should it still live."""
    kind._default_manager.filter(pk=pk).update(
        state=Job.State.QUEUED, owner=None, heartbeat_at=Now()
    )
    enqueue(task, pk)
    log.warning("a job was abandoned; sent again", task=task, job=pk)


def _give_up(job: TrainingRun | Round | BenchmarkRun) -> None:
    log.error("a job was abandoned too often; given up", job=job.pk)
    if isinstance(job, TrainingRun):
        runs.fail(job, GAVE_UP)
    elif isinstance(job, Round):
        rounds.fail(job, GAVE_UP)
    else:
        benchmarks.fail(job, GAVE_UP)
