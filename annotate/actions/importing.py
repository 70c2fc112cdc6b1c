"""Imports files of prompts, responses and votes: streamed, batch by batch, each batch whole.

Another process reads and parses while this one writes (`annotate.incoming`), so that both cores
work and memory stays at a few batches. How a batch is stored is `annotate.actions.corpus`'
business; this module keeps count and reports.
"""

from __future__ import annotations

import gc
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.utils import timezone

from annotate import artifacts
from annotate.actions.audit import record
from annotate.actions.corpus import write_tasks
from annotate.actions.votes import CastVote, VotesOf, cast_votes, write_votes
from annotate.formats import BadLine, UnreadableFile
from annotate.incoming import Batch, FromFile, ReadingFailed, batches
from annotate.jobs import EVERYTHING, enqueue, enqueue_gathered
from annotate.models import Import, Project, Question, User
from annotate.queries.projects import current_question
from annotate.questions import Spec, parse
from annotate.questions.errors import InvalidAnswer

BATCH = 4_000
ERRORS_KEPT = 200
KEPT = "What was added before stays; the same file again adds only what is missing."
IsNew = Callable[[Sequence[str]], set[str]]
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
    question: Question | None = None,
    progress: OnProgress = lambda report: None,
) -> Report:
    """Reads a local file into the project, as tasks of `question`, else of its first.

    Raises UnreadableFile where nothing can be read, incoming.ReadingFailed where the reading breaks
    off; batches written before it stay.

    `progress` is called after each batch, outside its transaction, and may raise to stop the
    import there.
    """
    report = Report()
    question = question or current_question(project)
    writer = _Writer(project, question, parse(question.kind, question.spec), report)
    reading = batches(
        path, name=name or path.name, format=format, overlap=project.overlap, size=BATCH
    )
    with _duplicate_ids() as is_new, _quick_commits(), _no_collecting(), reading as found:
        try:
            for batch in found:
                writer.write(batch, is_new)
                report.bytes_read = batch.bytes_read
                progress(report)
        finally:
            # However it ends, and where it finds what an import that was killed had written.
            if report.votes_added or report.tasks_known:
                enqueue_gathered("annotate.refresh_consensus", project.pk, [EVERYTHING])
    return report


@dataclass(slots=True)
class _Writer:
    project: Project
    question: Question
    spec: Spec
    report: Report
    policies: dict[tuple[str, str], int] = field(default_factory=dict)
    raters: dict[str, int] = field(default_factory=dict)

    def write(self, batch: Batch, is_new: IsNew) -> None:
        good, bad = self._sorted_out(batch, is_new)
        for line, reason in bad:
            self.report.bad(line, reason)
        if not good:
            return
        with transaction.atomic():
            written = write_tasks(
                project=self.project,
                question=self.question,
                tasks=[item.task for item, _ in good],
                policies=self.policies,
            )
            votes = [
                VotesOf(pk, item.task.order, cast)
                for (item, cast), pk in zip(good, written.task_ids, strict=True)
                if cast
            ]
            added = write_votes(question=self.question, votes=votes, raters=self.raters)
        self.report.tasks_added += written.added
        self.report.tasks_known += written.known
        self.report.votes_added += added

    def _sorted_out(
        self, batch: Batch, is_new: IsNew
    ) -> tuple[list[tuple[FromFile, list[CastVote]]], list[BadLine]]:
        """What can be written, with its votes, and what is bad, in the order of lines."""
        fresh = is_new([item.key for item in batch.tasks if item.key])
        low, high = self.spec.k_range
        good, bad = [], list(batch.bad)
        for item in batch.tasks:
            k = len(item.task.responses)
            if item.key and item.key not in fresh:
                reason = f"The id {item.key!r} stands earlier in this file."
            elif k > high:
                reason = f"{k} responses: the project's question takes at most {high}."
            elif k < low:
                reason = f"{k} response: the project's question takes at least {low}."
            else:
                try:
                    cast = cast_votes(self.spec, item) if item.votes else []
                except InvalidAnswer as error:
                    reason = f"votes: {error.message}"
                else:
                    fresh.discard(item.key or "")
                    good.append((item, cast))
                    continue
            bad.append(BadLine(item.line, reason))
        return good, sorted(bad)


@contextmanager
def _duplicate_ids() -> Iterator[IsNew]:
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


@contextmanager
def _quick_commits() -> Iterator[None]:
    """Batches don't wait for the disk, one by one; whoever ends this block must, before it reports.

    `_duplicate_ids` does: dropping a table is a commit that waits for all that came before it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET synchronous_commit")


@contextmanager
def _no_collecting() -> Iterator[None]:
    """Batches are many objects and no cycles: looking for some took a third of our time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@transaction.atomic
def start_import(
    *,
    project: Project,
    by: User,
    upload: UploadedFile,
    format: str = "",
    question: Question | None = None,
) -> Import:
    """Stores an uploaded file and asks a worker to read it."""
    job = Import.objects.create(
        project=project,
        by=by,
        question=question,
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
        report = import_file(
            project=job.project,
            path=artifacts.fetch(job.path),
            name=job.name,
            format=job.format or None,
            question=job.question,
            progress=lambda report: _save_progress(job, report),
        )
    except UnreadableFile as error:
        return _finish(job, Import.State.FAILED, str(error))
    except ReadingFailed as error:
        return _finish(job, Import.State.FAILED, f"{error} {KEPT}")
    except Cancelled:
        return _finish(job, Import.State.CANCELLED, f"Cancelled. {KEPT}")
    finally:
        artifacts.forget(job.path)
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
        job.message = f"Cancelled. {KEPT}"
        job.finished_at = timezone.now()
        job.save(update_fields=["state", "message", "finished_at"])
        record(project=job.project, actor=by, action="import cancelled", id=job.pk)
    return job


__all__ = ["Report", "cancel_import", "import_file", "run_import", "start_import"]
