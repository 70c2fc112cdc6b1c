"""The life of a run without its computation: claims, heartbeats, cancelling, the watch."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from annotate.errors import Conflict
from annotate.models import AuditEvent, Project, User
from rm_training.actions import claims, runs
from rm_training.actions.claims import ATTEMPTS, STALE_AFTER, LostJob, claim
from rm_training.actions.progress import Reporter
from rm_training.actions.watch import RESEND_AFTER, watch
from rm_training.models import Round, TrainingRun, Trigger

LONG_AGO = STALE_AFTER + timedelta(seconds=5)
Sent = list[tuple[str, tuple[Any, ...]]]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    """What is handed to the broker, which these tests have no worker for."""
    messages: Sent = []

    def keep(name: str, args: tuple[Any, ...], countdown: float) -> None:
        messages.append((name, args))

    monkeypatch.setattr("annotate.jobs._send", keep)
    return messages


@pytest.fixture
def run(project: Project, alice: User) -> TrainingRun:
    return runs.start_run(project=project, by=alice, trigger=Trigger.BUTTON)


def fall_silent(job: TrainingRun | Round, ago: timedelta = LONG_AGO) -> None:
    type(job).objects.filter(pk=job.pk).update(heartbeat_at=timezone.now() - ago)


def test_a_run_is_sent_to_a_worker_once_its_row_is_committed(
    project: Project, alice: User, sent: Sent, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        run = runs.start_run(project=project, by=alice, trigger=Trigger.BUTTON)
        assert sent == []
    assert sent == [("rm_training.train", (run.pk,))]
    assert AuditEvent.objects.get(action="training started").detail["run"] == run.pk


def test_a_second_run_is_refused_while_the_first_has_not_ended(
    project: Project, alice: User, run: TrainingRun
) -> None:
    with pytest.raises(Conflict, match="queued or running already"):
        runs.start_run(project=project, by=alice, trigger=Trigger.BUTTON)
    runs.cancel_run(run=run, by=alice)
    runs.start_run(project=project, by=alice, trigger=Trigger.BUTTON)


def test_the_database_itself_refuses_two_runs_at_a_time(project: Project, run: TrainingRun) -> None:
    with pytest.raises(IntegrityError, match="one_training_run_at_a_time"), transaction.atomic():
        TrainingRun.objects.create(project=project, trigger=Trigger.BUTTON)


def test_only_one_of_two_deliveries_gets_the_run(run: TrainingRun) -> None:
    first, second = claim(TrainingRun, run.pk), claim(TrainingRun, run.pk)
    assert first is not None
    assert second is None
    run.refresh_from_db()
    assert (run.state, run.attempts, run.owner) == ("running", 1, first.owner)


@pytest.mark.django_db(transaction=True)
def test_of_twelve_simultaneous_deliveries_one_gets_the_run(run: TrainingRun) -> None:
    start, got = threading.Barrier(12), []

    def deliver() -> None:
        start.wait()
        got.append(claim(TrainingRun, run.pk))
        connection.close()

    threads = [threading.Thread(target=deliver) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 12
    assert sum(one is not None for one in got) == 1


def test_a_silent_run_is_taken_over_and_its_old_worker_can_write_no_more(run: TrainingRun) -> None:
    old = claim(TrainingRun, run.pk)
    assert old is not None
    fall_silent(run)
    new = claim(TrainingRun, run.pk)
    assert new is not None
    with pytest.raises(LostJob):
        old.write(stage="by the dead")
    with pytest.raises(LostJob), transaction.atomic():
        old.lock()
    new.write(stage="by the living")
    run.refresh_from_db()
    assert (run.stage, run.attempts) == ("by the living", 2)


def test_a_run_whose_heart_beats_is_not_taken_over(run: TrainingRun) -> None:
    assert claim(TrainingRun, run.pk) is not None
    fall_silent(run, STALE_AFTER - timedelta(seconds=5))
    assert claim(TrainingRun, run.pk) is None


@pytest.mark.django_db(transaction=True)
def test_the_heart_beats_while_the_body_works(
    run: TrainingRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "HEARTBEAT", timedelta(seconds=0.05))
    held = claim(TrainingRun, run.pk)
    assert held is not None
    fall_silent(run)
    beaten = threading.Event()
    with claims.heartbeat(held):
        for _ in range(100):
            run.refresh_from_db()
            assert run.heartbeat_at is not None
            if timezone.now() - run.heartbeat_at < timedelta(seconds=5):
                beaten.set()
                break
            beaten.wait(0.05)
    assert beaten.is_set()


def test_cancelling_stops_the_worker_at_its_next_report(run: TrainingRun, alice: User) -> None:
    held = claim(TrainingRun, run.pk)
    assert held is not None
    report = Reporter(held)
    report.stage("embeddings", 0.1, 0.5)
    runs.cancel_run(run=run, by=alice)
    with pytest.raises(LostJob):
        report.step(1, 2)
    run.refresh_from_db()
    assert (run.state, run.stage) == ("cancelled", "embeddings")
    assert run.finished_at is not None


def test_cancelling_a_run_that_has_ended_changes_nothing(run: TrainingRun, alice: User) -> None:
    TrainingRun.objects.filter(pk=run.pk).update(state="done", message="Well done.")
    assert runs.cancel_run(run=run, by=alice).message == "Well done."
    assert not AuditEvent.objects.filter(action="training cancelled").exists()


def test_progress_goes_from_the_start_of_a_stage_to_its_end(run: TrainingRun) -> None:
    held = claim(TrainingRun, run.pk)
    assert held is not None
    report = Reporter(held)
    report.stage("embeddings", 0.2, 0.6)
    report.step(1, 2)
    run.refresh_from_db()
    assert run.progress == pytest.approx(0.4)
    report.step(2, 2)  # within the same second: not worth a write
    run.refresh_from_db()
    assert run.progress == pytest.approx(0.4)
    report.log("7 texts")
    run.refresh_from_db()
    assert run.log.splitlines() == ["00:00  embeddings", "00:00  7 texts"]


def test_the_watch_sends_a_silent_run_again_and_a_worker_takes_it(
    run: TrainingRun, sent: Sent, django_capture_on_commit_callbacks: Any
) -> None:
    claim(TrainingRun, run.pk)
    fall_silent(run)
    with django_capture_on_commit_callbacks(execute=True):
        assert watch() == 1
        assert watch() == 0
    assert sent == [("rm_training.train", (run.pk,))]
    assert claim(TrainingRun, run.pk) is not None


def test_the_watch_sends_a_queued_run_again_when_its_message_seems_lost(
    run: TrainingRun, sent: Sent, django_capture_on_commit_callbacks: Any
) -> None:
    assert watch() == 0
    long_ago = timezone.now() - RESEND_AFTER - timedelta(seconds=5)
    TrainingRun.objects.filter(pk=run.pk).update(created_at=long_ago)
    with django_capture_on_commit_callbacks(execute=True):
        assert watch() == 1
        assert watch() == 0
    assert sent == [("rm_training.train", (run.pk,))]


def test_the_watch_gives_up_after_three_attempts_and_says_so(run: TrainingRun) -> None:
    for _ in range(ATTEMPTS):
        assert claim(TrainingRun, run.pk) is not None
        fall_silent(run)
    assert claim(TrainingRun, run.pk) is None
    assert watch() == 1
    run.refresh_from_db()
    assert run.state == "failed"
    assert "Gave up after 3 attempts" in run.message
    assert watch() == 0


def test_the_watch_looks_after_rounds_too(
    project: Project, sent: Sent, django_capture_on_commit_callbacks: Any
) -> None:
    round_ = Round.objects.create(
        project=project, number=1, trigger=Trigger.BUTTON, size=1, random_share=0.3, seed=0
    )
    claim(Round, round_.pk)
    fall_silent(round_)
    with django_capture_on_commit_callbacks(execute=True):
        watch()
    assert sent == [("rm_training.choose", (round_.pk,))]
    for _ in range(ATTEMPTS - 1):
        claim(Round, round_.pk)
        fall_silent(round_)
    watch()
    round_.refresh_from_db()
    assert (round_.state, "Gave up" in round_.message) == ("failed", True)


def test_the_nightly_run_is_to_be_followed_by_a_round(project: Project) -> None:
    run = runs.start_nightly(project=project)
    assert (run.trigger, run.then_round, run.by) == ("nightly", True, None)


def test_a_night_that_finds_a_run_on_gives_it_the_round(run: TrainingRun, project: Project) -> None:
    assert runs.start_nightly(project=project).pk == run.pk
    run.refresh_from_db()
    assert run.then_round
    assert TrainingRun.objects.count() == 1


def test_a_nightly_run_that_fails_is_followed_by_a_round_all_the_same(project: Project) -> None:
    run = runs.start_nightly(project=project)
    held = claim(TrainingRun, run.pk)
    assert held is not None
    runs.fail(held.lock(), "The disk is full.")
    assert Round.objects.get(project=project).trigger == "nightly"
