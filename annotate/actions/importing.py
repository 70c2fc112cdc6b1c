"""Imports files of prompts, responses and votes: streamed, batch by batch, each batch whole.

A thread reads and parses while this one writes, so that both cores work and memory stays at a few
batches. What a line holds is `annotate.formats`' business, how it is stored is
`annotate.actions.corpus`'; this module keeps count and reports.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from queue import Full, Queue
from threading import Event, Thread
from typing import BinaryIO, cast

from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.utils import timezone

from annotate import artifacts, formats
from annotate.actions.audit import record
from annotate.actions.corpus import NewTask, write_tasks
from annotate.actions.votes import VotesOf, write_votes
from annotate.jobs import enqueue, enqueue_coalesced
from annotate.models import Import, Project, Question, User
from annotate.queries.projects import current_question

BATCH = 4_000
ERRORS_KEPT = 200
Item = tuple[formats.Record, NewTask] | formats.BadLine
OnProgress = Callable[["Report"], None]


class Cancelled(Exception):
    """Somebody cancelled the import; whole batches written so far stay."""


@dataclass(slots=True)
class Report:
    """What an import has done so far. `errors` keeps the first 200 bad lines."""

    bytes_read: int = 0
    tasks_added: int = 0
    tasks_known: int = 0
    votes_added: int = 0
    bad_lines: int = 0
    errors: list[dict[str, object]] = field(default_factory=list)

    def bad(self, line: int, reason: str) -> None:
        self.bad_lines += 1
        if len(self.errors) < ERRORS_KEPT:
            self.errors.append({"line": line, "reason": reason})

    @property
    def sentence(self) -> str:
        words = f"{_counted(self.tasks_added, 'task')} added, {self.tasks_known:,} there already"
        if self.votes_added:
            words += f", {_counted(self.votes_added, 'vote')} added"
        bad = _counted(self.bad_lines, "bad line")
        return f"{words}, {bad} left out." if self.bad_lines else f"{words}, no bad lines."


def _counted(n: int, what: str) -> str:
    return f"{n:,} {what}{'' if n == 1 else 's'}"


def import_file(
    *,
    project: Project,
    path: Path,
    name: str | None = None,
    format: str | None = None,
    progress: OnProgress = lambda report: None,
) -> Report:
    """Reads a local file into the project. Raises formats.UnreadableFile where nothing can be read.

    `progress` is called after each batch, outside its transaction, and may raise to stop the
    import there.
    """
    with path.open("rb") as stream:
        return import_stream(
            project=project, stream=stream, name=name or path.name, format=format, progress=progress
        )


def import_stream(
    *, project: Project, stream: BinaryIO, name: str, format: str | None, progress: OnProgress
) -> Report:
    """`import_file` for any binary stream."""
    counted = _Counting(stream)
    report = Report()
    writer = _Writer(project, current_question(project), report)
    with (
        _duplicate_ids() as is_new,
        _read_ahead(counted, name, format, partial(_new_task, overlap=project.overlap)) as batches,
    ):
        for batch in batches:
            writer.write(batch, is_new)
            report.bytes_read = counted.count
            progress(report)
    report.bytes_read = counted.count
    if report.votes_added:
        enqueue_coalesced("annotate.refresh_consensus", project.pk)
    return report


@dataclass(slots=True)
class _Writer:
    project: Project
    question: Question
    report: Report
    policies: dict[tuple[str, str], int] = field(default_factory=dict)
    raters: dict[str, int] = field(default_factory=dict)

    def write(self, batch: Sequence[Item], is_new: Callable[[Sequence[str]], set[str]]) -> None:
        good = self._good(batch, is_new)
        if not good:
            return
        with transaction.atomic():
            written = write_tasks(
                project=self.project,
                question=self.question,
                tasks=[task for _, task in good],
                policies=self.policies,
            )
            votes = [
                VotesOf(pk, task.order, record.votes)
                for (record, task), pk in zip(good, written.task_ids, strict=True)
                if record.votes
            ]
            added = write_votes(project=self.project, votes=votes, raters=self.raters)
        self.report.tasks_added += written.added
        self.report.tasks_known += written.known
        self.report.votes_added += added

    def _good(
        self, batch: Sequence[Item], is_new: Callable[[Sequence[str]], set[str]]
    ) -> list[tuple[formats.Record, NewTask]]:
        fresh = is_new([i[0].key for i in batch if isinstance(i, tuple) and i[0].key])
        k_max = int(self.question.spec["k_max"])
        good: list[tuple[formats.Record, NewTask]] = []
        for item in batch:
            if isinstance(item, formats.BadLine):
                self.report.bad(item.line, item.reason)
                continue
            record, _ = item
            many = len(record.responses)
            if record.key and record.key not in fresh:
                self.report.bad(record.line, f"The id {record.key!r} stands earlier in this file.")
            elif many > k_max:
                self.report.bad(
                    record.line, f"{many} responses: the project's question takes at most {k_max}."
                )
            else:
                fresh.discard(record.key or "")
                good.append(item)
        return good


def _new_task(record: formats.Record, overlap: int) -> NewTask:
    return NewTask.of(
        record.messages,
        record.responses,
        group=record.group or "",
        recorded=record.recorded,
        overlap=max(overlap, len(record.votes)),
    )


class _Counting:
    """Counts the bytes read of a stream: the progress bar's numerator."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.count = 0

    def read(self, size: int = -1) -> bytes:
        chunk = self._stream.read(size)
        self.count += len(chunk)
        return chunk


@contextmanager
def _read_ahead(
    stream: _Counting, name: str, format: str | None, new_task: Callable[[formats.Record], NewTask]
) -> Iterator[Iterator[list[Item]]]:
    """Batches parsed and hashed in a thread, two ahead at most; its errors are raised here."""
    queue: Queue[list[Item] | BaseException | None] = Queue(maxsize=2)
    stop = Event()

    def put(item: list[Item] | BaseException | None) -> None:
        while not stop.is_set():
            with suppress(Full):
                queue.put(item, timeout=0.2)
                return

    def parse() -> None:
        try:
            batch: list[Item] = []
            for item in formats.read(cast("BinaryIO", stream), name=name, format=format):
                batch.append(item if isinstance(item, formats.BadLine) else (item, new_task(item)))
                if len(batch) == BATCH:
                    put(batch)
                    batch = []
                if stop.is_set():
                    return
            put(batch)
            put(None)
        except BaseException as error:  # handed over and raised by the reader of the queue
            put(error)

    def batches() -> Iterator[list[Item]]:
        while (got := queue.get()) is not None:
            if isinstance(got, BaseException):
                raise got
            yield got

    thread = Thread(target=parse, name=f"parse {name}", daemon=True)
    thread.start()
    try:
        yield batches()
    finally:
        stop.set()
        thread.join()


@contextmanager
def _duplicate_ids() -> Iterator[Callable[[Sequence[str]], set[str]]]:
    """A function that says which ids of a batch are new in this file.

    The ids seen lie in a temporary table, so that a file of any length needs no more memory.
    """
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE ids_of_import (id text PRIMARY KEY)")

    def is_new(ids: Sequence[str]) -> set[str]:
        if not ids:
            return set()
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO ids_of_import SELECT DISTINCT unnest(%s::text[])"
                " ON CONFLICT DO NOTHING RETURNING id",
                [list(ids)],
            )
            return {row[0] for row in cursor.fetchall()}

    try:
        yield is_new
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE ids_of_import")


@transaction.atomic
def start_import(*, project: Project, by: User, upload: UploadedFile, format: str = "") -> Import:
    """Stores an uploaded file and asks a worker to read it."""
    job = Import.objects.create(
        project=project,
        by=by,
        name=(upload.name or "upload")[:255],
        format=format,
        bytes_total=upload.size or 0,
    )
    job.path = f"imports/{job.pk}/upload"
    job.save(update_fields=["path"])
    with tempfile.TemporaryDirectory() as folder:
        local = Path(folder) / "upload"
        with local.open("wb") as sink:
            for chunk in upload.chunks():
                sink.write(chunk)
        artifacts.put(local, job.path)
    record(project=project, actor=by, action="import started", name=job.name, id=job.pk)
    enqueue("annotate.run_import", job.pk)
    return job


def run_import(*, job: Import) -> Import:
    """A worker's part of an import. Redelivered, it reads again: known records add nothing."""
    started = Import.objects.filter(
        pk=job.pk, state__in=[Import.State.QUEUED, Import.State.RUNNING]
    ).update(state=Import.State.RUNNING)
    if not started:
        return job
    try:
        with artifacts.open_read(job.path) as stream:
            report = import_stream(
                project=job.project,
                stream=cast("BinaryIO", stream),
                name=job.name,
                format=job.format or None,
                progress=lambda report: _save_progress(job, report),
            )
    except formats.UnreadableFile as error:
        return _finish(job, Import.State.FAILED, str(error))
    except Cancelled:
        return _finish(job, Import.State.CANCELLED, "Cancelled. What was added before it stays.")
    _save_progress(job, report)
    return _finish(job, Import.State.DONE, report.sentence)


def _save_progress(job: Import, report: Report) -> None:
    saved = Import.objects.filter(pk=job.pk, state=Import.State.RUNNING).update(
        bytes_read=report.bytes_read,
        tasks_added=report.tasks_added,
        tasks_known=report.tasks_known,
        votes_added=report.votes_added,
        bad_lines=report.bad_lines,
        errors=report.errors,
    )
    if not saved:
        raise Cancelled


def _finish(job: Import, state: str, message: str) -> Import:
    job.refresh_from_db()
    job.state = state
    job.message = message
    job.finished_at = timezone.now()
    job.save(update_fields=["state", "message", "finished_at"])
    return job


@transaction.atomic
def cancel_import(*, job: Import, by: User) -> Import:
    """Stops a queued or running import after the batch it is writing."""
    if job.state in {Import.State.QUEUED, Import.State.RUNNING}:
        job.state = Import.State.CANCELLED
        job.message = "Cancelled. What was added before it stays."
        job.finished_at = timezone.now()
        job.save(update_fields=["state", "message", "finished_at"])
        record(project=job.project, actor=by, action="import cancelled", id=job.pk)
    return job


__all__ = ["Report", "cancel_import", "import_file", "run_import", "start_import"]
