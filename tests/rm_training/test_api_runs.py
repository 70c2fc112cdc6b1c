"""Training runs, reward models and the overview over HTTP; `test_loop.py` has runs that train."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from annotate.models import AuditEvent, Project, Snapshot, User
from rm_training.models import Evaluation, RewardModel, Round, TrainingRun, Trigger

RUNS = "/api/v1/projects/helpful/training-runs"
MODELS = "/api/v1/projects/helpful/reward-models"
OVERVIEW = "/api/v1/projects/helpful/overview"
ACCURACY = {"value": 0.7, "lower": 0.6, "upper": 0.8, "n": 90, "reason": None}
EVALUATION: dict[str, Any] = {
    "comparisons": 90,
    "prompts": 30,
    "skipped_ties": 4,
    "accuracy": ACCURACY,
    "nll": {**ACCURACY, "value": 0.6},
    "ece": None,
    "floors": [{"name": "longer wins", "accuracy": ACCURACY}],
    "learning_curve": [{"comparisons": 40, "accuracy": ACCURACY}],
    "reliability": [{"lower": 0, "upper": 0.1, "predicted": 0.05, "observed": 0.0, "n": 9}],
    "beats_floors": "It is above two of three floors.",
    "temperature": None,
    "champion": None,
    "suspects": None,
}


def finished_model(project: Project, number: int, *, champion: bool = False) -> RewardModel:
    now = timezone.now()
    run = TrainingRun.objects.create(
        project=project, trigger=Trigger.BUTTON, state="done", verdict="inconclusive",
        verdict_sentence="Too close to call.", started_at=now - timedelta(seconds=7),
        finished_at=now,
    )  # fmt: skip
    Evaluation.objects.create(run=run, result=EVALUATION)
    snapshot = Snapshot.objects.create(
        project=project, number=number, sha256=f"{number:064d}", tasks=1, judgments=1, bytes=1
    )
    run.snapshot = snapshot
    run.save()
    return RewardModel.objects.create(
        project=project, number=number, run=run, snapshot=snapshot, path=f"m{number}", heads=8,
        backbone="all-MiniLM-L6-v2", champion=champion,
    )  # fmt: skip


def test_the_button_starts_a_run_and_a_second_press_is_a_conflict(
    api: APIClient, alice: User
) -> None:
    answer = api.post(RUNS)
    assert answer.status_code == 202
    run = answer.json()
    assert (run["state"], run["trigger"], run["stage"], run["progress"]) == (
        "queued", "button", "waiting for a worker", 0,
    )  # fmt: skip
    for field in ("verdict", "snapshot", "reward_model", "evaluation", "seconds", "peak_mb"):
        assert run[field] is None, field
    again = api.post(RUNS)
    assert again.status_code == 409
    assert "Wait for it, or cancel it." in again.json()["detail"]
    assert TrainingRun.objects.get().by == alice


def test_a_run_can_be_cancelled_once_and_another_started(api: APIClient) -> None:
    pk = api.post(RUNS).json()["id"]
    cancelled = api.post(f"{RUNS}/{pk}/cancel")
    assert cancelled.status_code == 200
    assert cancelled.json()["state"] == "cancelled"
    assert api.post(f"{RUNS}/{pk}/cancel").json() == cancelled.json()
    assert AuditEvent.objects.filter(action="training cancelled").count() == 1
    assert api.post(RUNS).status_code == 202
    assert [run["state"] for run in api.get(RUNS).json()] == ["queued", "cancelled"]


def test_a_finished_run_shows_its_evaluation_and_its_model(
    api: APIClient, project: Project
) -> None:
    model = finished_model(project, 1)
    run = api.get(f"{RUNS}/{model.run_id}").json()
    assert run["evaluation"] == EVALUATION
    assert (run["reward_model"], run["snapshot"]) == (model.pk, model.snapshot_id)
    assert (run["verdict"], run["seconds"]) == ("inconclusive", 7.0)


def test_models_are_listed_newest_first_with_their_accuracy(
    api: APIClient, project: Project
) -> None:
    finished_model(project, 1)
    newest = finished_model(project, 2, champion=True)
    models = api.get(MODELS).json()
    assert [(model["number"], model["champion"]) for model in models] == [(2, True), (1, False)]
    assert models[0]["accuracy"] == ACCURACY
    assert models[0]["run"] == newest.run_id
    assert models[0]["snapshot"] == {
        "id": newest.snapshot_id, "number": 2, "sha256": f"{2:064d}",
    }  # fmt: skip


def test_promoting_by_hand_moves_the_champion_and_says_why(
    api: APIClient, project: Project, alice: User
) -> None:
    before = finished_model(project, 1, champion=True)
    model = finished_model(project, 2)
    answer = api.post(f"{MODELS}/{model.pk}/promote", {"reason": "Roll forward."}, format="json")
    assert answer.status_code == 200
    assert answer.json()["champion"] is True
    assert answer.json()["promoted_at"] is not None
    before.refresh_from_db()
    assert not before.champion
    event = AuditEvent.objects.get(action="champion changed")
    assert event.actor == alice
    assert event.detail == {"model": 2, "before": 1, "reason": "Roll forward."}


def test_promoting_the_champion_again_changes_nothing(api: APIClient, project: Project) -> None:
    model = finished_model(project, 1, champion=True)
    answer = api.post(f"{MODELS}/{model.pk}/promote", {"reason": "Again."}, format="json")
    assert answer.status_code == 200
    assert not AuditEvent.objects.filter(action="champion changed").exists()


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": "x" * 1_001}])
def test_a_promotion_needs_a_reason(api: APIClient, project: Project, body: dict[str, str]) -> None:
    model = finished_model(project, 1)
    assert api.post(f"{MODELS}/{model.pk}/promote", body, format="json").status_code == 400


def test_an_unknown_run_is_not_found(api: APIClient) -> None:
    assert api.get(f"{RUNS}/999").status_code == 404
    assert api.post(f"{MODELS}/999/promote", {"reason": "x"}, format="json").status_code == 404


def test_the_overview_of_an_empty_project_says_where_to_begin(api: APIClient) -> None:
    page = api.get(OVERVIEW).json()
    assert page["counts"]["tasks"] == 0
    assert len(page["days"]) == 30
    for field in ("agreement", "champion", "last_run", "last_round"):
        assert page[field] is None, field
    assert page["needs"] == [
        {"text": "There is nothing to rate yet: import a file of prompts and answers.",
         "page": "imports"}
    ]  # fmt: skip


def test_the_overview_asks_for_people_and_then_for_a_first_model(
    api: APIClient, add_tasks: Any, judge_all: Any, request: pytest.FixtureRequest
) -> None:
    add_tasks(25)
    assert [need["page"] for need in api.get(OVERVIEW).json()["needs"]] == ["people"]
    judge_all(request.getfixturevalue("bob"))
    page = api.get(OVERVIEW).json()
    assert [need["page"] for need in page["needs"]] == ["rounds", "training"]
    assert page["needs"][1]["text"].startswith("25 judgments and no reward model yet")
    assert page["days"][-1]["judgments"] == 25


def test_the_overview_names_what_failed_and_shows_what_serves(
    api: APIClient, project: Project, add_tasks: Any, bob: User
) -> None:
    add_tasks(1)
    model = finished_model(project, 1, champion=True)
    TrainingRun.objects.create(project=project, trigger=Trigger.NIGHTLY, state="failed")
    Round.objects.create(
        project=project, number=1, trigger=Trigger.NIGHTLY, state="failed", size=1,
        random_share=0, seed=0,
    )  # fmt: skip
    page = api.get(OVERVIEW).json()
    assert page["champion"]["id"] == model.pk
    assert page["last_run"]["state"] == page["last_round"]["state"] == "failed"
    assert [need["page"] for need in page["needs"]] == ["training", "rounds"]


def test_listing_takes_as_many_queries_for_ten_as_for_one(
    api: APIClient, project: Project, django_assert_max_num_queries: Any
) -> None:
    for number in range(1, 11):
        finished_model(project, number)
    for url in (RUNS, MODELS):
        with django_assert_max_num_queries(6):
            assert len(api.get(url).json()) == 10
