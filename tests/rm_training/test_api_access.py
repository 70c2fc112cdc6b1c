"""Who may call the learning side's endpoints: every route, for every role and another project."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.urls import get_resolver
from rest_framework.test import APIClient

from annotate.actions.people import add_person, create_token
from annotate.models import Project, Role, Snapshot, User
from rm_training.models import BenchmarkRun, RewardModel, Round, TrainingRun, Trigger

ROUTES = [
    ("get", "overview"),
    ("get", "training-runs"),
    ("post", "training-runs"),
    ("get", "training-runs/{run}"),
    ("post", "training-runs/{run}/cancel"),
    ("get", "training-runs/{run}/points"),
    ("get", "training-plan"),
    ("put", "training-plan"),
    ("get", "training-runs/{run}/suspects/review"),
    ("post", "training-runs/{run}/suspects/review"),
    ("get", "reward-models"),
    ("get", "reward-models/{model}"),
    ("post", "reward-models/{model}/promote"),
    ("post", "reward-models/rollback"),
    ("get", "reward-models/compare"),
    ("get", "reward-models/{model}/benchmarks"),
    ("post", "reward-models/{model}/benchmarks"),
    ("post", "benchmark-runs/{benchmark}/cancel"),
    ("get", "rounds"),
    ("post", "rounds"),
    ("get", "rounds/{round}"),
    ("post", "responses"),
    ("post", "score"),
    ("post", "score/openrlhf"),
    ("get", "schedule"),
    ("put", "schedule"),
]
OBJECTS = [route for route in ROUTES if "{" in route[1]]


@pytest.fixture
def ids(project: Project) -> dict[str, int]:
    run = TrainingRun.objects.create(project=project, trigger=Trigger.BUTTON, state="done")
    snapshot = Snapshot.objects.create(
        project=project, number=1, sha256="0" * 64, tasks=1, judgments=1, bytes=1
    )
    model = RewardModel.objects.create(
        project=project, number=1, run=run, snapshot=snapshot, path="x", heads=8
    )
    round_ = Round.objects.create(
        project=project, number=1, trigger=Trigger.BUTTON, state="done", size=1, random_share=0,
        seed=0,
    )  # fmt: skip
    benchmark = BenchmarkRun.objects.create(
        project=project, reward_model=model, trigger=Trigger.BUTTON, benchmark="x"
    )
    return {
        "run": run.pk, "model": model.pk, "round": round_.pk, "benchmark": benchmark.pk,
    }  # fmt: skip


def call(client: APIClient, slug: str, method: str, route: str, ids: dict[str, int]) -> int:
    url = f"/api/v1/projects/{slug}/{route.format(**ids)}"
    return int(getattr(client, method)(url, {}, format="json").status_code)


def test_the_routes_walked_here_are_all_there_are() -> None:
    patterns = {
        str(pattern.pattern).removeprefix("projects/<slug:slug>/")
        for pattern in get_resolver("rm_training.api.urls").url_patterns
    }
    walked = {
        route.replace("{run}", "<int:pk>")
        .replace("{model}", "<int:pk>")
        .replace("{round}", "<int:pk>")
        .replace("{benchmark}", "<int:pk>")
        for _, route in ROUTES
    }
    assert patterns == walked


@pytest.mark.parametrize(("method", "route"), ROUTES)
def test_strangers_raters_and_reviewers_find_nothing(
    project: Project, mallory: User, bob: User, ids: dict[str, int], method: str, route: str,
    client_of: Callable[[User], APIClient],
) -> None:  # fmt: skip
    reviewer = add_person(project=project, by=None, username="rex", name="Rex", role=Role.REVIEWER)
    for user in (mallory, bob, reviewer):
        assert call(client_of(user), "helpful", method, route, ids) == 404, user
    assert call(APIClient(), "helpful", method, route, ids) in {401, 403}


@pytest.mark.parametrize(("method", "route"), ROUTES)
def test_managers_get_in(
    project: Project, ids: dict[str, int], method: str, route: str,
    client_of: Callable[[User], APIClient],
) -> None:  # fmt: skip
    manager = add_person(project=project, by=None, username="mia", name="Mia", role=Role.MANAGER)
    assert call(client_of(manager), "helpful", method, route, ids) in {200, 202, 400}


@pytest.mark.parametrize(("method", "route"), OBJECTS)
def test_another_projects_objects_are_not_found_in_ones_own(
    mallory: User, ids: dict[str, int], method: str, route: str,
    client_of: Callable[[User], APIClient],
) -> None:  # fmt: skip
    assert call(client_of(mallory), "elsewhere", method, route, ids) == 404


@pytest.mark.parametrize(("method", "route"), ROUTES)
def test_a_token_that_only_reads_can_read_and_nothing_else(
    project: Project, alice: User, ids: dict[str, int], method: str, route: str
) -> None:
    secret, _ = create_token(project=project, by=alice, name="reader", scopes=["read"], days=1)
    client = APIClient(headers={"authorization": f"Bearer {secret}"})
    # A comparison makes the scoring worker work.
    allowed = {200} if method == "get" and route != "reward-models/compare" else {404}
    assert call(client, "helpful", method, route, ids) in allowed


@pytest.mark.parametrize(("method", "route"), ROUTES)
def test_a_token_of_another_project_finds_nothing(
    mallory: User, ids: dict[str, int], method: str, route: str
) -> None:
    other = Project.objects.get(slug="elsewhere")
    secret, _ = create_token(
        project=other, by=mallory, name="all", scopes=["manage", "responses:write"], days=1
    )
    client = APIClient(headers={"authorization": f"Bearer {secret}"})
    assert call(client, "helpful", method, route, ids) == 404
