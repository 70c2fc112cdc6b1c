"""Full runs: fine-tuned, judged by the gate, served; cancelled, failed, and gone on with."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.db import connection

from annotate import artifacts
from annotate.actions.snapshots import take_snapshot
from annotate.celery import app
from annotate.models import Project, User
from rm_training.actions.plan import change_plan
from rm_training.actions.runs import cancel_run, perform_run, start_run
from rm_training.checkpoints import place_of
from rm_training.ml.finetune.config import FinetuneConfig
from rm_training.ml.render import Conversation
from rm_training.models import RewardModel, Tier, TrainingPoint, TrainingRun, Trigger
from rm_training.scoring import Served
from tests.children import celery_worker, kill
from tests.rm_training.ml_finetune_samples import in_use
from tests.rm_training.ml_samples import tiny_llama
from tests.rm_training.test_redelivery import import_comparisons, wait_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]

QUICK = {
    "epochs": 3.0,
    "max_tokens": 96,
    "prompts_per_step": 16,
    "prompts_per_batch": 16,
    "learning_rate": 3e-3,
}
ASKED = [
    Conversation([{"role": "user", "content": "May I have 3 apples?"}], text)
    for text in ("Yes, please take 3 of them.", "No 3, go away.")
]


@pytest.fixture
def judged(project: Project, tmp_path: Path, settings: Any) -> Project:
    """A project whose polite answers won, and a backbone that is trained in seconds."""
    settings.DATA_DIR = tmp_path / "data"
    settings.BACKBONE = str(tiny_llama(tmp_path / "base"))
    import_comparisons(project, tmp_path, prompts=80)
    return project


def full_run(project: Project, by: User, **asked: object) -> TrainingRun:
    change_plan(
        project=project, by=by, nightly={}, full=QUICK | asked, weekly=False, grown=None,
        drifted=None,
    )  # fmt: skip
    return start_run(project=project, by=by, trigger=Trigger.BUTTON, tier=Tier.FULL)


def ended(run: TrainingRun) -> TrainingRun:
    perform_run(run.pk)
    run.refresh_from_db()
    return run


def test_a_full_run_ends_in_a_verdict_and_a_model_that_serves_what_was_judged(
    judged: Project, alice: User, tmp_path: Path
) -> None:
    run = ended(full_run(judged, alice, members=2))
    assert (run.state, run.failure) == ("done", ""), run.log
    assert run.verdict in {"promote", "inconclusive"}
    assert run.evaluation.result["accuracy"]["value"] == 1.0
    points = TrainingPoint.objects.filter(run=run).order_by("member", "step")
    assert set(points.values_list("member", flat=True)) == {0, 1}
    last = points.last()
    assert last is not None
    assert (last.step, last.seconds_left) == (last.steps, 0.0)
    model = RewardModel.objects.get()
    assert (model.tier, model.heads) == ("full", 2)
    assert model.provenance["config"]["members"] == 2
    assert model.provenance["device_seconds"] == model.provenance["seconds"] > 0
    served = Served(model)
    members = served.members(ASKED)
    assert members.shape == (2, 2)
    assert (members[0] > members[1]).all()
    assert not np.allclose(members[:, 0], members[:, 1])
    assert served.rewards(ASKED) == pytest.approx(members.mean(1))
    assert not any((tmp_path / "data" / "finetune" / str(judged.pk)).iterdir())


def test_the_tiers_are_held_against_each_other(judged: Project, alice: User) -> None:
    ended(full_run(judged, alice))
    RewardModel.objects.update(champion=True)
    nightly = start_run(project=judged, by=alice, trigger=Trigger.BUTTON)
    assert ended(nightly).state == "done", nightly.log
    assert nightly.evaluation.result["champion"]["value"] == 1.0
    assert "the champion on 100.0 %" in nightly.verdict_sentence


def test_a_cancelled_run_stops_between_two_steps_and_keeps_nothing(
    judged: Project, alice: User, settings: Any
) -> None:
    settings.FULL_RUN_EPOCHS_LIMIT = 1000.0
    run = full_run(judged, alice, epochs=1000.0)

    def cancel() -> None:
        while not TrainingPoint.objects.filter(run=run).exists():
            time.sleep(0.05)
        cancel_run(run=run, by=alice)
        connection.close()

    canceller = threading.Thread(target=cancel)
    canceller.start()
    assert ended(run).state == "cancelled"
    canceller.join()
    assert not RewardModel.objects.exists()


def test_a_run_beyond_the_operators_hours_ends_and_the_next_takes_up_its_checkpoint(
    judged: Project, alice: User, settings: Any, tmp_path: Path
) -> None:
    place = tmp_path / "data" / "finetune" / str(judged.pk)

    def checkpoints() -> list[Path]:
        return [*place.glob("*/checkpoints/0/checkpoint-*/trainer_state.json")]

    def lower_the_limit() -> None:
        while not checkpoints():
            time.sleep(0.05)
        settings.FULL_RUN_HOURS_LIMIT = 1e-6

    lowering = threading.Thread(target=lower_the_limit)
    lowering.start()
    run = ended(full_run(judged, alice, epochs=20.0, save_every=5))
    lowering.join()
    assert (run.state, run.failure) == ("failed", "over the limit"), run.log
    assert "longer than the operator's limit for a full run, 1e-06 hours" in run.message
    assert "The last checkpoint was kept. The champion" in run.message
    kept = checkpoints()
    assert kept
    import_comparisons(judged, tmp_path, prompts=81)
    again = ended(full_run(judged, alice, epochs=20.0, save_every=5))
    assert (again.failure, again.snapshot) == ("over the limit", run.snapshot), again.log
    assert checkpoints() == kept


def test_a_run_of_more_epochs_than_the_operator_allows_trains_nothing(
    judged: Project, alice: User, settings: Any
) -> None:
    settings.FULL_RUN_EPOCHS_LIMIT = 5.0
    run = ended(full_run(judged, alice, members=2))
    assert (run.state, run.failure, run.snapshot) == ("failed", "over the limit", None)
    assert "Networks times epochs, 2 × 3, is more than the operator's limit" in run.message


def test_a_worker_that_finds_the_folder_in_use_ends_quietly_and_a_later_one_trains(
    judged: Project, alice: User, settings: Any
) -> None:
    run = full_run(judged, alice)
    snapshot = run.snapshot = take_snapshot(project=judged, by=alice)
    run.attempts = 1  # whose worker stands still
    run.save()
    place = place_of(settings.BACKBONE, FinetuneConfig.from_json(run.asked), snapshot)
    with in_use(place):
        assert ended(run).state == "running"
    assert "Another process is training in" in run.log
    TrainingRun.objects.filter(pk=run.pk).update(state="queued")
    assert (ended(run).state, run.attempts) == ("done", 3), run.log


def test_a_first_attempt_that_finds_the_folder_in_use_fails_and_says_so(
    judged: Project, alice: User, settings: Any
) -> None:
    run = full_run(judged, alice)
    snapshot = run.snapshot = take_snapshot(project=judged, by=alice)
    run.save()
    place = place_of(settings.BACKBONE, FinetuneConfig.from_json(run.asked), snapshot)
    with in_use(place):
        assert (ended(run).state, run.failure) == ("failed", "other")
    assert "Another process is training in" in run.message
    assert "wait until it has ended" in run.message


@pytest.mark.parametrize(
    ("break_it", "failure", "words"),
    [
        ({"learning_rate": 1e30}, "loss not finite", "Lower the learning rate"),
        ({"backbone": "/nowhere"}, "no backbone", "/nowhere is no folder with a model"),
    ],
)
def test_a_failure_has_a_name_and_leaves_the_champion(
    judged: Project,
    alice: User,
    settings: Any,
    break_it: dict[str, Any],
    failure: str,
    words: str,
) -> None:
    settings.BACKBONE = break_it.pop("backbone", settings.BACKBONE)
    run = ended(full_run(judged, alice, **break_it))
    assert (run.state, run.failure) == ("failed", failure), run.log
    assert words in run.message
    assert "The champion and all judgments are as they were" in run.message
    assert not RewardModel.objects.exists()


def test_a_full_disk_at_the_very_end_costs_no_training(
    judged: Project, alice: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = artifacts.put

    def full(local: Path, path: str) -> None:
        if path.startswith("reward-models"):
            Path("/dev/full").write_bytes(b"x")
        put(local, path)

    monkeypatch.setattr(artifacts, "put", full)
    failed = ended(full_run(judged, alice, members=2))
    assert (failed.state, failed.failure) == ("failed", "disk full"), failed.log
    assert not RewardModel.objects.exists()
    monkeypatch.setattr(artifacts, "put", put)
    import_comparisons(judged, tmp_path, prompts=81)  # one judgment more does not lose it either
    again = ended(full_run(judged, alice, members=2))
    assert (again.state, again.snapshot) == ("done", failed.snapshot), again.log
    assert not TrainingPoint.objects.filter(run=again).exists()


def test_a_champion_whose_files_are_gone_is_named_before_anything_is_trained(
    judged: Project, alice: User
) -> None:
    model = RewardModel.objects.get(run=ended(full_run(judged, alice)))
    RewardModel.objects.update(champion=True, path="reward-models/gone")
    run = ended(full_run(judged, alice))
    assert (run.state, run.failure) == ("failed", "no champion files"), run.log
    assert f"The files of model {model.number} are gone" in run.message
    assert not TrainingPoint.objects.filter(run=run).exists()


@pytest.mark.slow
def test_a_killed_worker_is_gone_on_from_to_the_same_rewards(
    judged: Project, alice: User, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BACKBONE", settings.BACKBONE)
    monkeypatch.setenv("DATA_DIR", str(settings.DATA_DIR))
    monkeypatch.setenv("ARTIFACT_URL", settings.ARTIFACT_URL)
    asked = {"epochs": 10.0, "save_every": 5}
    run = full_run(judged, alice, **asked)
    checkpoints = tmp_path / "data" / "finetune" / str(judged.pk)

    def past_a_checkpoint() -> bool:
        return any(checkpoints.glob("*/checkpoints/0/checkpoint-*/trainer_state.json"))

    worked_until(run, tmp_path / "first.log", past_a_checkpoint)
    run.refresh_from_db()
    assert run.state == "running"
    TrainingRun.objects.filter(pk=run.pk).update(state="queued")
    worked_until(run, tmp_path / "second.log", lambda: not is_on(run))
    run.refresh_from_db()
    assert (run.state, run.attempts) == ("done", 2), run.log
    assert "lost while training with 16 prompts a batch, perhaps for want of memory" in run.log
    again = full_run(judged, alice, **asked)
    worked_until(again, tmp_path / "again.log", lambda: not is_on(again))
    again.refresh_from_db()
    assert again.state == "done", again.log
    assert again.snapshot is not None
    assert run.snapshot is not None
    assert again.snapshot.sha256 == run.snapshot.sha256
    one, two = (Served(model).members(ASKED) for model in RewardModel.objects.order_by("pk"))
    assert one == pytest.approx(two, abs=1e-3)  # of half the batches, so not to the bit


def is_on(run: TrainingRun) -> bool:
    return TrainingRun.objects.filter(pk=run.pk, state__in=["queued", "running"]).exists()


def worked_until(run: TrainingRun, log: Path, condition: Callable[[], bool]) -> None:
    """A real worker on the run, killed as soon as the condition holds."""
    app.send_task("rm_training.train", args=[run.pk], queue="gpu")
    with celery_worker("gpu", log) as worker:
        wait_for(condition, worker)
        kill(worker)
