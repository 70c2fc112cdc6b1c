"""The life of a benchmark run: asked for, worked on, ended once.

What it computes is in `rm_training.benchmarking`, which loads torch and is imported by workers
only.
"""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from annotate.actions.audit import record
from annotate.errors import Conflict
from annotate.jobs import enqueue
from annotate.models import User
from rm_training.actions.claims import BENCHMARK, Claim, perform, words_of
from rm_training.models import BenchmarkRun, RewardModel, Trigger
from rm_training.queries.benchmarks import Benchmark, benchmark_named, path_of

State = BenchmarkRun.State

BUSY = "A benchmark of this model is queued or running already. Wait for it, or cancel it."
UNKNOWN = "There is no benchmark “{}” in the folder of benchmarks. Choose one that is listed."
CANCELLED = "Cancelled. No figure of it is kept; the model is as it was."


class NoFiles(ValueError):
    """The benchmark's files are gone or of no known form; the message says which."""


@transaction.atomic
def start_benchmark(
    *, model: RewardModel, by: User | None, trigger: Trigger, benchmark: str
) -> BenchmarkRun:
    """Queues a run for the `gpu` workers. Conflict where one of the model has not ended, or where
    `benchmark` is no name that is listed with a form."""
    found = _with_form(benchmark)
    if isinstance(found, str):
        raise Conflict(found)
    try:
        with transaction.atomic():
            run = BenchmarkRun.objects.create(
                project=model.project,
                reward_model=model,
                by=by,
                trigger=trigger,
                benchmark=found.name,
                form=found.form,
            )
    except IntegrityError:
        raise Conflict(BUSY) from None
    record(
        project=model.project,
        actor=by,
        action="benchmark started",
        run=run.pk,
        model=model.number,
        benchmark=found.name,
    )
    enqueue(BENCHMARK, run.pk)
    return run


def _with_form(name: str) -> Benchmark | str:
    """The benchmark of this name, or why it can't be scored on."""
    found = benchmark_named(name)
    if found is None:
        return UNKNOWN.format(name)
    return found if found.form else f"“{name}” is no benchmark: {found.reason}"


@transaction.atomic
def cancel_benchmark(*, run: BenchmarkRun, by: User) -> BenchmarkRun:
    """Ends a run that has not ended; its worker stops at its next report. Twice is once."""
    run = BenchmarkRun.objects.select_for_update(no_key=True).get(pk=run.pk)
    if run.state not in {State.QUEUED, State.RUNNING}:
        return run
    _end(run, State.CANCELLED, CANCELLED)
    record(project=run.project, actor=by, action="benchmark cancelled", run=run.pk)
    return run


def perform_benchmark(run_id: int) -> None:
    """A worker's part. Any number of deliveries of the message end in one finished run."""
    perform(BenchmarkRun, run_id, _measure, _failed)


def _measure(held: Claim[BenchmarkRun]) -> None:
    from rm_training.benchmarking import measure  # noqa: PLC0415 -- loads torch: workers only

    run = BenchmarkRun.objects.select_related("reward_model__run").get(pk=held.pk)
    found = _with_form(run.benchmark)
    if isinstance(found, str):
        raise NoFiles(found)
    figures = measure(
        run.reward_model, path_of(found), progress=lambda share: held.write(progress=share)
    )
    _finish(held, found.form, figures)


@transaction.atomic
def _finish(held: Claim[BenchmarkRun], form: str, figures: dict[str, Any]) -> None:
    run = held.lock()
    run.form = form
    run.figures = figures
    run.progress = 1.0
    _end(run, State.DONE, _sentence(figures))


def _sentence(figures: dict[str, Any]) -> str:
    """What the figures rest on."""
    sentences = [f"Items scored: {figures['items']:,}."]
    if figures["bad"]:
        sentences.append(f"Rows left out: {figures['bad']:,}.")
    if figures["unread"]:
        names = ", ".join(file["file"] for file in figures["unread"])
        sentences.append(f"Files not read: {names}.")
    if figures["truncated"]:
        sentences.append(
            f"Texts longer than {figures['max_tokens']:,} tokens, which lost their beginning: "
            f"{figures['truncated']:,}."
        )
    return " ".join(sentences)


def _failed(run: BenchmarkRun, error: Exception) -> None:
    fail(
        run,
        f"The benchmark failed: {words_of(error)} No figure was kept and the model is as it was. "
        "Start it again once the cause is gone.",
    )


def fail(run: BenchmarkRun, message: str) -> None:
    """Ends a run in failure. The row is locked by the caller."""
    _end(run, State.FAILED, message)


def _end(run: BenchmarkRun, state: BenchmarkRun.State, message: str) -> None:
    run.state = state
    run.message = message
    run.finished_at = timezone.now()
    run.save()


__all__ = ["cancel_benchmark", "fail", "perform_benchmark", "start_benchmark"]
