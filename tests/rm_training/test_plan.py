"""The plan by which a project trains: who may change it, and when a night's run is a full one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from annotate.actions.snapshots import take_snapshot
from annotate.models import AuditEvent, Project, User
from rm_training.actions.plan import change_plan
from rm_training.actions.runs import start_nightly, start_run
from rm_training.models import (
    Evaluation,
    RewardModel,
    Tier,
    TrainingPlan,
    TrainingPoint,
    TrainingRun,
    Trigger,
)
from rm_training.queries.due import full_run_due
from tests.rm_training.test_redelivery import import_comparisons

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], APIClient]
PLAN = "/api/v1/projects/helpful/training-plan"
RUNS = "/api/v1/projects/helpful/training-runs"
AS_USUAL: dict[str, Any] = {
    "nightly": {},
    "full": {},
    "weekly": False,
    "grown": None,
    "drifted": None,
}


def plan(project: Project, by: User, **changes: Any) -> None:
    change_plan(project=project, by=by, **(AS_USUAL | changes))


def past_run(project: Project, tier: Tier, days: float, accuracy: float, champion: float) -> int:
    """A run that ended so many days ago, its model's accuracy and the champion's."""
    run = TrainingRun.objects.create(
        project=project, tier=tier, trigger=Trigger.BUTTON, state="done"
    )
    ago = timezone.now() - timedelta(days=days)
    TrainingRun.objects.filter(pk=run.pk).update(created_at=ago)
    figures = {
        "accuracy": {"value": accuracy}, "champion": {"value": champion}, "champion_number": 1,
    }  # fmt: skip
    Evaluation.objects.create(run=run, result=figures)
    return run.pk


def test_without_a_plan_every_night_is_a_quick_one(project: Project) -> None:
    assert full_run_due(project) is None
    assert start_nightly(project=project).tier == "nightly"


def test_a_week_after_the_last_full_run_the_night_is_a_full_one(
    project: Project, alice: User
) -> None:
    plan(project, alice, weekly=True, full={"epochs": 0.5})
    assert full_run_due(project) == Trigger.WEEKLY
    pk = past_run(project, Tier.FULL, 6.4, 0.6, 0.6)
    assert full_run_due(project) is None
    past_run(project, Tier.NIGHTLY, 0.5, 0.6, 0.6)
    TrainingRun.objects.filter(pk=pk).update(created_at=timezone.now() - timedelta(days=7))
    run = start_nightly(project=project)
    assert (run.tier, run.trigger, run.asked) == ("full", "weekly", {"epochs": 0.5})
    assert run.then_round


def test_a_cancelled_full_run_does_not_count_and_a_failed_one_does(
    project: Project, alice: User
) -> None:
    plan(project, alice, weekly=True)
    pk = past_run(project, Tier.FULL, 1, 0.6, 0.6)
    for state, due in (("failed", None), ("cancelled", Trigger.WEEKLY)):
        TrainingRun.objects.filter(pk=pk).update(state=state)
        assert full_run_due(project) == due


def test_enough_new_judgments_make_the_night_a_full_one(
    project: Project, alice: User, tmp_path: Path
) -> None:
    import_comparisons(project, tmp_path, prompts=10)
    plan(project, alice, grown=10)
    assert full_run_due(project) == Trigger.GROWTH
    past_run(project, Tier.FULL, 0, 0.6, 0.6)
    assert full_run_due(project) is None


def test_a_champion_that_fell_by_enough_points_makes_the_night_a_full_one(
    project: Project, alice: User
) -> None:
    plan(project, alice, drifted=5.0)
    trained = past_run(project, Tier.NIGHTLY, 9, accuracy=0.70, champion=0.5)
    RewardModel.objects.create(
        project=project, number=1, run_id=trained, snapshot=take_snapshot(project=project, by=None),
        path="-", backbone="-", backbone_digest="-", heads=8, champion=True,
    )  # fmt: skip
    assert full_run_due(project) is None  # nothing has measured it since
    past_run(project, Tier.NIGHTLY, 2, accuracy=0.7, champion=0.66)
    assert full_run_due(project) is None
    past_run(project, Tier.NIGHTLY, 1, accuracy=0.7, champion=0.64)
    assert full_run_due(project) == Trigger.DRIFT
    RewardModel.objects.update(number=2)
    assert full_run_due(project) is None  # it was another model that fell
    RewardModel.objects.update(number=1)
    tried = past_run(project, Tier.FULL, 0, accuracy=0.64, champion=0.64)
    past_run(project, Tier.NIGHTLY, 0, accuracy=0.7, champion=0.64)
    assert full_run_due(project) is None  # it is tried once a week
    week = timezone.now() - timedelta(days=7)
    TrainingRun.objects.filter(pk=tried).update(created_at=week)
    assert full_run_due(project) == Trigger.DRIFT


def test_the_plan_is_read_and_replaced_and_audited(
    project: Project, alice: User, client_of: ClientOf
) -> None:
    api = client_of(alice)
    assert api.get(PLAN).json() == AS_USUAL
    new = {
        "nightly": {"strength": "margin"},
        "full": {"epochs": 2.0, "lora_rank": 8, "objective": {"length_penalty": 1.0}},
        "weekly": True,
        "grown": 500,
        "drifted": 2.5,
    }
    assert api.put(PLAN, new, format="json").json() == new
    assert api.get(PLAN).json() == new
    assert AuditEvent.objects.get(action="training plan changed").detail["full"] == new["full"]
    run = api.post(RUNS, {"tier": "full"}, format="json").json()
    assert (run["tier"], run["failure"]) == ("full", None)
    assert TrainingRun.objects.get().asked == new["full"]


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ({"full": {"epochs": 0}}, "greater than or equal to 0.01"),
        ({"full": {"prompts_per_step": 10, "prompts_per_batch": 4}}, "no whole number of batches"),
        ({"full": {"epochs": 7, "members": 3}}, "3 × 7, is more than the operator's limit"),
        ({"full": {"objective": {"strength": "loud"}}}, "not a valid choice"),
        ({"nightly": {"label_smoothing": 0.5}}, "less than or equal to 0.49"),
        ({"grown": 0}, "greater than or equal to 1"),
    ],
)
def test_a_plan_that_no_run_could_follow_is_refused(
    project: Project, alice: User, client_of: ClientOf, part: dict[str, Any], words: str
) -> None:
    refused = client_of(alice).put(PLAN, AS_USUAL | part, format="json")
    assert refused.status_code == 400
    assert words in refused.content.decode()
    assert not TrainingPlan.objects.exists()


def test_steps_are_thinned_but_the_last_is_shown(
    project: Project, alice: User, client_of: ClientOf
) -> None:
    run = start_run(project=project, by=alice, trigger=Trigger.BUTTON, tier=Tier.FULL)
    TrainingPoint.objects.bulk_create(
        TrainingPoint(
            run=run, member=0, step=step, steps=2003, loss=0.7, learning_rate=1e-4,
            pairs_per_second=8.0, seconds_left=2003.0 - step,
        )
        for step in range(1, 2004)
    )  # fmt: skip
    shown = client_of(alice).get(f"{RUNS}/{run.pk}/points").json()
    assert 390 < len(shown) < 440
    assert (shown[0]["step"], shown[-1]["step"]) == (1, 2003)
