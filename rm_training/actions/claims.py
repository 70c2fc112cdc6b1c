"""Who works on a job: a worker's claim, its heartbeat, and writes that only its owner can make.

Redis may hand a message out twice and a worker may die at any line. So the message is never the
proof of anything: the row is. It knows no training, no choosing and no benchmark.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from threading import Event, Thread
from typing import Any, Generic, TypeVar
from uuid import UUID, uuid4

import structlog
from django.db import DatabaseError, connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now

from rm_training.models import BenchmarkRun, Job, Round, TrainingRun

HEARTBEAT = timedelta(seconds=10)
STALE_AFTER = timedelta(seconds=60)
ATTEMPTS = 3

TRAIN = "rm_training.train"
CHOOSE = "rm_training.choose"
BENCHMARK = "rm_training.benchmark"

AnyJob = TypeVar("AnyJob", TrainingRun, Round, BenchmarkRun)
log = structlog.get_logger(__name__)


class LostJob(Exception):
    """The job was cancelled, ended, or went to another worker: whoever sees this stops quietly."""


@dataclass(frozen=True, slots=True)
class Claim(Generic[AnyJob]):
    """The right to write to one job, for as long as no other worker has taken it."""

    kind: type[AnyJob]
    pk: int
    owner: UUID

    def write(self, **changes: Any) -> None:
        """Sets fields and beats the heart; LostJob where the job is no longer this worker's."""
        own = self.kind._default_manager.filter(
            pk=self.pk, owner=self.owner, state=Job.State.RUNNING
        )
        if not own.update(heartbeat_at=Now(), **changes):
            raise LostJob

    def lock(self) -> AnyJob:
        """The row, locked until the transaction ends; LostJob as in `write`."""
        own = self.kind._default_manager.select_for_update(no_key=True, of=("self",)).filter(
            pk=self.pk, owner=self.owner, state=Job.State.RUNNING
        )
        job = own.first()
        if job is None:
            raise LostJob
        return job


def stale() -> Q:
    """Running, and silent for so long that its worker must be dead. By the database's clock."""
    return Q(state=Job.State.RUNNING, heartbeat_at__lt=Now() - STALE_AFTER)


def perform(
    kind: type[AnyJob],
    pk: int,
    work: Callable[[Claim[AnyJob]], None],
    failed: Callable[[AnyJob, Exception], None],
) -> None:
    """A worker's part in a job: any number of deliveries of its message end in one result.

    A job that is taken or has ended is left alone. What `work` raises is told to `failed`, which
    ends the job and holds its row's lock; LostJob ends the work quietly.
    """
    held = claim(kind, pk)
    told = log.bind(kind=kind.__name__, job=pk)
    if held is None:
        told.info("job is taken or has ended")
        return
    try:
        try:
            with heartbeat(held):
                work(held)
        except LostJob:
            raise
        except Exception as error:
            told.exception("job failed")
            with transaction.atomic():
                failed(held.lock(), error)
    except LostJob:
        told.info("job was cancelled or went to another worker; nothing of this attempt is kept")


def claim(kind: type[AnyJob], pk: int) -> Claim[AnyJob] | None:
    """Takes a queued or abandoned job in one statement; None where it is taken or ended.

    Of two workers with the same message one waits for the other's row and then finds it fresh.
    """
    owner = uuid4()
    taken = kind._default_manager.filter(
        Q(state=Job.State.QUEUED) | stale(), pk=pk, attempts__lt=ATTEMPTS
    ).update(
        state=Job.State.RUNNING,
        owner=owner,
        heartbeat_at=Now(),
        started_at=Coalesce("started_at", Now()),
        attempts=F("attempts") + 1,
    )
    return Claim(kind, pk, owner) if taken else None


def words_of(error: Exception) -> str:
    """The first line of what an error says, as a sentence; its type where it says nothing."""
    said = str(error).strip().splitlines()
    first = said[0].strip() if said else type(error).__name__
    return first if first[-1] in ".!?" else f"{first}."


@contextmanager
def heartbeat(claim: Claim[Any]) -> Iterator[None]:
    """Beats every 10 seconds from a thread with a connection of its own, while the body works."""
    stop = Event()
    thread = Thread(target=_beat, args=(claim, stop), name=f"heartbeat {claim.owner}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _beat(claim: Claim[Any], stop: Event) -> None:
    try:
        while not stop.wait(HEARTBEAT.total_seconds()):
            try:
                claim.write()
            except LostJob:
                return  # the body learns it at its own next write
            except DatabaseError:
                # The database may be restarting: the next beat gets a new connection.
                log.warning("heartbeat missed", job=claim.pk, exc_info=True)
                connection.close()
    finally:
        connection.close()
