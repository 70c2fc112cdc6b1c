"""Every route × role × another project's objects. A new route is walked by being in the schema."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from annotate.actions.assign import next_assignment
from annotate.actions.invitations import invite
from annotate.actions.people import add_person, create_token
from annotate.actions.snapshots import take_snapshot
from annotate.models import (
    Appeal,
    GoldAction,
    Import,
    Membership,
    Project,
    ProposedAction,
    ReviewRequest,
    Role,
    Task,
    User,
)
from annotate.queries.projects import current_question
from rm_training.models import BenchmarkRun, RewardModel, Round, TrainingRun, Trigger

ClientOf = Callable[[User], APIClient]
AddTasks = Callable[..., list[Task]]
OPEN = {
    "/api/v1/session",
    "/api/v1/session/link",
    "/api/v1/session/invitation",
    "/api/v1/session/invitation/accept",
}
RATER_PART = "/work"
REVIEWER_READS = {"tasks", "tasks/{task}", "agreement", "disputes", "appeals", "review-requests"}
# What each answers to an empty body.
REVIEWER_WRITES = {
    "tasks/{task}/decision": 400,
    "appeals/{appeal}": 400,
    "review-requests": 400,
    "review-requests/{id}/dismiss": 204,
}


def routes() -> Iterator[tuple[str, str]]:
    """(method, path template) of every route under a project."""
    schema: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call] # untyped library
    for path, item in schema["paths"].items():
        for method in item:
            if method in {"get", "post", "put", "patch", "delete"}:
                yield method, path


PROJECT_ROUTES = [(m, p) for m, p in routes() if "{slug}" in p]


@pytest.fixture
def objects(project: Project, alice: User, bob: User, add_tasks: AddTasks) -> dict[str, int]:
    """Real ids of the project's objects by the route they appear in."""
    [task] = add_tasks(1)
    lent = next_assignment(project=project, rater=bob).assignment
    assert lent
    snapshot = take_snapshot(project=project, by=alice)
    run = TrainingRun.objects.create(
        project=project, trigger=Trigger.BUTTON, state="done", snapshot=snapshot
    )
    model = RewardModel.objects.create(
        project=project, number=1, run=run, snapshot=snapshot, path="x", backbone="b",
        backbone_digest="d", heads=8,
    )  # fmt: skip
    round_ = Round.objects.create(
        project=project, number=1, trigger=Trigger.BUTTON, state="done", size=1, random_share=0.3,
        seed=1,
    )  # fmt: skip
    benchmark = BenchmarkRun.objects.create(
        project=project, reward_model=model, trigger=Trigger.BUTTON, benchmark="x"
    )
    job = Import.objects.create(project=project, name="x", path="y")
    _, token = create_token(project=project, by=alice, name="t", scopes=["read"], days=1)
    _, invitation = invite(project=project, by=alice, role=Role.RATER, days=1, uses=1)
    member = Membership.objects.get(project=project, user=bob)
    proposal = ProposedAction.objects.create(
        membership=member, action=GoldAction.WARN, evidence="few are right", judgment=1
    )
    appeal = Appeal.objects.create(assignment=lent, text="I was right.")
    asked = ReviewRequest.objects.create(task=task, reason="It looks wrong.", by=alice)
    return {
        "questions": current_question(project).pk, "invitations": invitation.pk,
        "proposals": proposal.pk, "appeals": appeal.pk, "review-requests": asked.pk,
        "tasks": task.pk, "people": bob.pk, "imports": job.pk, "snapshots": snapshot.pk,
        "tokens": token.pk, "assignments": lent.pk, "training-runs": run.pk,
        "reward-models": model.pk, "rounds": round_.pk, "benchmark-runs": benchmark.pk,
    }  # fmt: skip


def fill(template: str, slug: str, objects: dict[str, int]) -> str:
    path = template.replace("{slug}", slug)
    return re.sub(r"([a-z-]+)/\{\w+\}", lambda m: f"{m[1]}/{objects[m[1]]}", path)


def call(api: APIClient, method: str, path: str) -> int:
    return int(getattr(api, method)(path, {}, format="json").status_code)


@pytest.mark.parametrize(("method", "template"), PROJECT_ROUTES)
def test_a_stranger_finds_nothing(
    method: str, template: str, objects: dict[str, int], mallory: User,
    client_of: ClientOf,
) -> None:  # fmt: skip
    api = client_of(mallory)
    assert call(api, method, fill(template, "helpful", objects)) == 404
    if "/{" in template.split("{slug}")[1]:
        assert call(api, method, fill(template, "elsewhere", objects)) == 404


@pytest.mark.parametrize(("method", "template"), PROJECT_ROUTES)
def test_nobody_gets_in_without_signing_in(
    method: str, template: str, objects: dict[str, int]
) -> None:
    assert call(APIClient(), method, fill(template, "helpful", objects)) == 401


@pytest.mark.parametrize(("method", "template"), PROJECT_ROUTES)
def test_a_rater_reaches_the_raters_part_alone(
    method: str, template: str, objects: dict[str, int], bob: User,
    client_of: ClientOf,
) -> None:  # fmt: skip
    status = call(client_of(bob), method, fill(template, "helpful", objects))
    if RATER_PART in template:
        assert status in {200, 201, 204, 400}
    else:
        assert status == 404


@pytest.mark.parametrize(("method", "template"), PROJECT_ROUTES)
def test_a_reviewer_reads_tasks_and_agreement_and_decides(
    method: str, template: str, objects: dict[str, int], project: Project,
    client_of: ClientOf,
) -> None:  # fmt: skip
    user = add_person(project=project, by=None, username="rev", name="Rev", role=Role.REVIEWER)
    status = call(client_of(user), method, fill(template, "helpful", objects))
    part = template.rsplit("{slug}/", maxsplit=1)[-1]
    if part in REVIEWER_READS and method == "get":
        assert status == 200
    elif part in REVIEWER_WRITES and method == "post":
        assert status == REVIEWER_WRITES[part]
    elif RATER_PART not in template:
        assert status == 404


@pytest.mark.parametrize(("method", "template"), PROJECT_ROUTES)
def test_a_reading_token_changes_nothing(
    method: str, template: str, objects: dict[str, int], project: Project,
    alice: User,
) -> None:  # fmt: skip
    secret, _ = create_token(project=project, by=alice, name="r", scopes=["read"], days=1)
    api = APIClient(headers={"Authorization": f"Bearer {secret}"})
    status = call(api, method, fill(template, "helpful", objects))
    if method != "get" or RATER_PART in template:
        assert status == 404
    else:
        assert status in {200, 400, 404}
        assert call(api, method, fill(template, "elsewhere", objects)) == 404


def test_every_other_route_is_named_here() -> None:
    others = {path for _, path in routes() if "{slug}" not in path}
    assert others == OPEN | {"/api/v1/projects"}
