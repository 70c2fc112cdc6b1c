"""A training run outlives its worker: real Celery workers, one of them killed in the middle."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from annotate.actions.importing import import_file
from annotate.broker import requeue_unacknowledged
from annotate.celery import app
from annotate.models import Project, User
from rm_training.actions.claims import STALE_AFTER, TRAIN
from rm_training.actions.runs import start_run
from rm_training.actions.watch import watch
from rm_training.models import Embedding, Evaluation, RewardModel, Round, TrainingRun, Trigger
from tests.children import celery_worker, kill

PROMPTS = 1_000

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]


def test_a_killed_worker_and_every_redelivery_end_in_one_finished_run(
    project: Project, alice: User, tmp_path: Path
) -> None:
    with app.connection_for_write() as broker:
        channel: Any = broker.default_channel  # kombu types only what every broker has
        channel.client.flushdb()  # what other tests sent and nobody took
    import_comparisons(project, tmp_path)
    run = start_run(project=project, by=alice, trigger=Trigger.BUTTON, then_round=True)

    with celery_worker("gpu", tmp_path / "first.log") as first:
        wait_for(lambda: Embedding.objects.count() >= 512, first)
        kill(first)
    run.refresh_from_db()
    assert run.state == "running"
    kept = Embedding.objects.count()
    assert 512 <= kept < 2 * PROMPTS

    # The message comes back while the last heartbeat is fresh: it finds the run taken.
    assert requeue_unacknowledged(["gpu"]) == 1
    with celery_worker("gpu", tmp_path / "second.log") as second:
        wait_for(lambda: "taken or has ended" in (tmp_path / "second.log").read_text(), second)
        run.refresh_from_db()
        assert (run.state, run.attempts) == ("running", 1)

        # A minute later the watch sees the silence; the message arrives three times over.
        silent = timezone.now() - STALE_AFTER - timedelta(seconds=1)
        TrainingRun.objects.filter(pk=run.pk).update(heartbeat_at=silent)
        assert watch() == 1
        for _ in range(2):
            app.send_task(TRAIN, args=[run.pk])
        wait_for(lambda: Round.objects.filter(state="done").exists(), second)
        wait_for(lambda: not waiting_messages(), second)

    run.refresh_from_db()
    assert (run.state, run.attempts) == ("done", 2), run.message
    assert run.verdict in {"promote", "inconclusive"}
    assert "Attempt 2" in run.log
    assert f"{2 * PROMPTS:,} responses, {kept:,} of them known from before" in run.log
    assert Embedding.objects.count() > 2 * PROMPTS  # the probes of the trained model too
    assert RewardModel.objects.get().run == run
    assert Evaluation.objects.count() == Round.objects.count() == 1


def import_comparisons(project: Project, folder: Path, prompts: int = PROMPTS) -> None:
    """Short comparisons in which politeness wins."""
    rows = [
        {
            "prompt": f"May I have {number} apples?",
            "responses": [
                {"text": f"Yes, please take {number} of them."},
                {"text": f"No {number}, go away."},
            ],
            "votes": [{"rater": "ruth", "ranks": [1, 2]}],
        }
        for number in range(prompts)
    ]
    path = folder / "apples.jsonl"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    import_file(project=project, path=path)


def wait_for(condition: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 200
    while not condition():
        assert process.poll() is None, "the worker has ended"
        assert time.monotonic() < end, "waited 200 seconds in vain"
        time.sleep(0.1)


def waiting_messages() -> int:
    """Messages in the queue and messages that a worker has not finished."""
    with app.connection_for_write() as broker:
        channel: Any = broker.default_channel
        return int(channel.client.llen("gpu")) + int(channel.client.hlen(channel.unacked_key))
