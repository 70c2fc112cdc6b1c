"""The life of a training run: asked for, worked on, ended once.

What a run computes is in `rm_training.pipeline`, which loads torch and is imported by workers only.
"""

from __future__ import annotations

import resource
import sys
import traceback
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from annotate.actions.audit import record
from annotate.errors import Conflict
from annotate.jobs import enqueue
from annotate.models import Project, User
from rm_training.actions.champion import lock_champion, promote
from rm_training.actions.claims import TRAIN, Claim, perform, words_of
from rm_training.actions.plan import settings_of
from rm_training.actions.progress import Reporter
from rm_training.actions.rounds import follow_with_round
from rm_training.models import Evaluation, Failure, RewardModel, Tier, TrainingRun, Trigger
from rm_training.queries.due import full_run_due

if TYPE_CHECKING:
    from rm_training.pipeline import Made, Outcome

State = TrainingRun.State

BUSY = "A training run of this project is queued or running already. Wait for it, or cancel it."
OVERTAKEN = (
    "{sentence} But the champion changed while the run was on, so this comparison is with a model "
    "that no longer serves: train again, or promote it by hand."
)
CANCELLED = "Cancelled. The champion and all judgments are as they were."


@transaction.atomic
def start_run(
    *,
    project: Project,
    by: User | None,
    trigger: Trigger,
    tier: Tier = Tier.NIGHTLY,
    then_round: bool = False,
) -> TrainingRun:
    """Queues a run for the `gpu` workers, to be trained as the project's plan says; Conflict where
    one of the project has not ended."""
    try:
        with transaction.atomic():
            run = TrainingRun.objects.create(
                project=project,
                by=by,
                trigger=trigger,
                tier=tier,
                asked=settings_of(project, tier),
                then_round=then_round,
            )
    except IntegrityError:
        raise Conflict(BUSY) from None
    record(
        project=project,
        actor=by,
        action="training started",
        run=run.pk,
        trigger=trigger,
        tier=tier,
    )
    enqueue(TRAIN, run.pk)
    return run


@transaction.atomic
def start_nightly(*, project: Project) -> TrainingRun:
    """The scheduled run, with a round after it; a run that is on already is given the round. It is
    a full one where the project's plan says that one is due."""
    on = TrainingRun.objects.select_for_update(no_key=True).filter(
        project=project, state__in=[State.QUEUED, State.RUNNING]
    )
    if run := on.first():
        run.then_round = True
        run.save(update_fields=["then_round"])
        return run
    due = full_run_due(project)
    return start_run(
        project=project,
        by=None,
        trigger=due or Trigger.NIGHTLY,
        tier=Tier.FULL if due else Tier.NIGHTLY,
        then_round=True,
    )


@transaction.atomic
def cancel_run(*, run: TrainingRun, by: User) -> TrainingRun:
    """Ends a run that has not ended; its worker stops at its next report. Twice is once."""
    run = TrainingRun.objects.select_for_update(no_key=True).get(pk=run.pk)
    if run.state not in {State.QUEUED, State.RUNNING}:
        return run
    run.state = State.CANCELLED
    run.message = CANCELLED
    run.finished_at = timezone.now()
    run.save(update_fields=["state", "message", "finished_at"])
    record(project=run.project, actor=by, action="training cancelled", run=run.pk)
    return run


def perform_run(run_id: int) -> None:
    """A worker's part. A run that is taken, cancelled or ended is left alone, so any number of
    deliveries of the message end in one finished run."""
    perform(TrainingRun, run_id, _train, _failed)


def _train(held: Claim[TrainingRun]) -> None:
    from rm_training.pipeline import retrain  # noqa: PLC0415 -- loads torch: workers only

    reporter = Reporter(held)
    run = TrainingRun.objects.select_related("project").get(pk=held.pk)
    if run.attempts > 1:
        reporter.log(f"Attempt {run.attempts}: the worker before this one stopped answering.")
    outcome = retrain(run=run, held=held, report=reporter)
    _finish(held, outcome)
    outcome.done()


@transaction.atomic
def _finish(held: Claim[TrainingRun], outcome: Outcome) -> None:
    """Model, evaluation, verdict and champion become visible together, or not at all."""
    run = held.lock()
    champion = lock_champion(run.project)
    run.peak_mb = peak_mb()
    run.verdict = outcome.decision
    run.verdict_sentence = outcome.sentence
    if outcome.evaluation is not None:
        Evaluation.objects.create(run=run, result=outcome.evaluation)
    if outcome.made is not None:
        overtaken = (champion.pk if champion else None) != outcome.opponent
        model = _store_model(run, outcome.made)
        if overtaken:
            run.verdict = "inconclusive"
            run.verdict_sentence = OVERTAKEN.format(sentence=outcome.sentence)
        elif outcome.decision == "promote":
            promote(model=model, by=run.by, reason=outcome.sentence)
    _end(run, State.DONE, run.verdict_sentence)


def _store_model(run: TrainingRun, made: Made) -> RewardModel:
    """Called under the project's lock, which makes the number the next one."""
    models = RewardModel.objects.filter(project=run.project)
    last = models.aggregate(last=Max("number"))["last"] or 0
    assert run.snapshot is not None
    assert run.started_at is not None
    seconds = (timezone.now() - run.started_at).total_seconds()
    cost = {"seconds": seconds, "device_seconds": seconds}
    provenance = made.provenance | cost | {"config": run.config}
    return RewardModel.objects.create(
        project=run.project,
        number=last + 1,
        run=run,
        snapshot=run.snapshot,
        tier=run.tier,
        provenance=provenance,
        path=made.path,
        backbone=made.backbone,
        backbone_digest=made.backbone_digest,
        heads=made.heads,
    )


def _failed(run: TrainingRun, error: Exception) -> None:
    """Says what happened, what was kept, what to do."""
    from rm_training.failures import failure_of  # noqa: PLC0415 -- loads torch: workers only

    run.log += "".join(traceback.format_exception(error))
    run.peak_mb = peak_mb()
    sentence = (
        f"The run failed while at “{run.stage}”: {words_of(error)} The champion and all judgments "
        "are as they were; the log has the details. Start a new run once the cause is gone."
    )
    fail(run, sentence, failure_of(error))


def fail(run: TrainingRun, message: str, failure: Failure = Failure.WORKER_LOST) -> None:
    """Ends a run in failure. The row is locked by the caller."""
    run.failure = failure
    _end(run, State.FAILED, message)


def _end(run: TrainingRun, state: TrainingRun.State, message: str) -> None:
    """The last write of a run, in one transaction with the round that follows it."""
    run.state = state
    run.message = message
    run.stage = "finished" if state == State.DONE else "failed"
    run.progress = 1.0 if state == State.DONE else run.progress
    run.finished_at = timezone.now()
    run.save()
    if run.then_round:
        follow_with_round(project=run.project, by=run.by, trigger=Trigger(run.trigger))


def peak_mb() -> float:
    """The most memory this process has held since it began, in MB (2²⁰ bytes)."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


__all__ = ["cancel_run", "fail", "peak_mb", "perform_run", "start_nightly", "start_run"]
