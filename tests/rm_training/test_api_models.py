"""A reward model's page, rolling back, and what a comparison refuses; `test_api_compare.py` has
comparisons by a real worker."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from annotate.models import AuditEvent, Project, User
from rm_training.actions.champion import promote
from rm_training.models import RewardModel
from tests.rm_training.test_api_runs import EVALUATION, MODELS, finished_model


@pytest.fixture
def three(project: Project, alice: User) -> list[RewardModel]:
    """Models 1 and 3 have served, 3 serves; 2 never did."""
    models = [finished_model(project, number) for number in (1, 2, 3)]
    for model in (models[0], models[2]):
        promote(model=model, by=alice, reason="for the test")
    return models


def shown(api: APIClient) -> dict[int, tuple[bool, int | None]]:
    listed = api.get(MODELS).json()
    return {model["number"]: (model["champion"], model["roll_back_to"]) for model in listed}


def test_a_models_page_has_its_runs_verdict_and_evaluation(
    api: APIClient, project: Project
) -> None:
    model = finished_model(project, 1, champion=True)
    page = api.get(f"{MODELS}/{model.pk}").json()
    assert (page["number"], page["champion"], page["run"]) == (1, True, model.run_id)
    assert (page["verdict"], page["verdict_sentence"]) == ("inconclusive", "Too close to call.")
    assert {**page["evaluation"], **EVALUATION} == page["evaluation"]
    assert page["snapshot"]["sha256"] == f"{1:064d}"


def test_a_model_whose_run_measured_nothing_has_no_evaluation(
    api: APIClient, project: Project
) -> None:
    model = finished_model(project, 1)
    model.run.evaluation.delete()
    page = api.get(f"{MODELS}/{model.pk}").json()
    assert page["evaluation"] is None
    assert page["accuracy"] is None


def test_another_projects_model_is_not_found(
    api: APIClient, project: Project, mallory: User
) -> None:
    elsewhere = finished_model(Project.objects.get(slug="elsewhere"), 1)
    assert api.get(f"{MODELS}/{elsewhere.pk}").status_code == 404


def test_only_the_champion_says_what_to_roll_back_to(
    api: APIClient, three: list[RewardModel]
) -> None:
    assert shown(api) == {3: (True, 1), 2: (False, None), 1: (False, None)}


def test_rolling_back_moves_the_champion_and_says_from_where(
    api: APIClient, three: list[RewardModel], alice: User
) -> None:
    answer = api.post(f"{MODELS}/rollback", {"to": 1}, format="json")
    assert answer.status_code == 200, answer.json()
    assert (answer.json()["number"], answer.json()["champion"]) == (1, True)
    event = AuditEvent.objects.filter(action="champion changed").latest("pk")
    assert event.actor == alice
    assert event.detail == {"model": 1, "before": 3, "reason": "rolled back from model 3"}
    assert shown(api)[1] == (True, 3)  # and forward again


def test_of_several_that_served_the_last_is_gone_back_to(
    api: APIClient, three: list[RewardModel]
) -> None:
    [one, two, _] = three
    RewardModel.objects.filter(pk=two.pk).update(promoted_at=timezone.now() - timedelta(days=9))
    assert shown(api)[3] == (True, 1)
    RewardModel.objects.filter(pk=one.pk).update(promoted_at=timezone.now() - timedelta(days=10))
    assert shown(api)[3] == (True, 2)


@pytest.mark.parametrize("champion", [True, False])
def test_without_another_that_served_there_is_none_to_roll_back_to(
    api: APIClient, project: Project, champion: bool
) -> None:
    finished_model(project, 1, champion=champion)
    finished_model(project, 2)
    answer = api.post(f"{MODELS}/rollback", {"to": 2}, format="json")
    assert answer.status_code == 409
    assert "none to roll back to" in answer.json()["detail"]
    assert not AuditEvent.objects.filter(action="champion changed").exists()


def test_a_page_that_is_out_of_date_rolls_nothing_back(
    api: APIClient, three: list[RewardModel]
) -> None:
    answer = api.post(f"{MODELS}/rollback", {"to": 2}, format="json")
    assert answer.status_code == 409
    assert "the one before it is model 1, not 2. Nothing was changed" in answer.json()["detail"]
    assert shown(api)[3] == (True, 1)


def test_a_roll_back_names_a_model(api: APIClient, three: list[RewardModel]) -> None:
    assert api.post(f"{MODELS}/rollback", {}, format="json").status_code == 400


@pytest.mark.parametrize(
    ("query", "status", "says"),
    [
        ("", 400, "required"),
        ("?a=1&b=1", 400, "Choose two different models."),
        ("?a=1&b=x", 400, "integer"),
        ("?a=1&b=9", 409, "There is no model 9 here."),
        ("?a=1&b=2", 409, "Nothing was scored. Judge more tasks"),
    ],
)
def test_what_cannot_be_compared_is_refused_with_its_reason(
    api: APIClient, three: list[RewardModel], query: str, status: int, says: str
) -> None:
    answer = api.get(f"{MODELS}/compare{query}")
    assert answer.status_code == status
    assert says in str(answer.json())
