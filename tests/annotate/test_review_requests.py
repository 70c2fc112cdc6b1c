"""Requests to review tasks: asked for once, listed with their reason, closed by a reviewer."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from rest_framework.exceptions import ValidationError
from rest_framework.test import APIClient

from annotate.actions import review_requests
from annotate.actions.people import add_person, leave
from annotate.actions.review_requests import Requested, request_review
from annotate.actions.training import set_known_answer
from annotate.models import AuditEvent, Membership, Project, ReviewRequest, Role, Task, User
from annotate.queries.reviews import Standing, standings
from tests.annotate.desk import Desk, preferring
from tests.annotate.test_lock_order import at_once

AddTasks = Callable[..., list[Task]]
ClientOf = Callable[[User], APIClient]
PROJECT = "/api/v1/projects/helpful"
REQUESTS = f"{PROJECT}/review-requests"


@pytest.fixture
def rev(project: Project) -> User:
    return add_person(project=project, by=None, username="rev", name="Rev", role=Role.REVIEWER)


@pytest.fixture
def api(rev: User, client_of: ClientOf) -> APIClient:
    """Signed in as a reviewer."""
    return client_of(rev)


def first_is_best(task: Task) -> dict[str, Any]:
    return preferring([{"id": pk} for pk in task.response_ids], task.response_ids[0])


def decide(api: APIClient, task: Task) -> None:
    body = {"answer": first_is_best(task), "explanation": "It has the facts."}
    answer = api.post(f"{PROJECT}/tasks/{task.pk}/decision", body, format="json")
    assert answer.status_code == 201


def ask(api: APIClient, *tasks: Task, reason: str = "It looks wrong.") -> Any:
    body = {"tasks": [task.pk for task in tasks], "reason": reason}
    return api.post(REQUESTS, body, format="json")


def listed(api: APIClient) -> list[int]:
    return [row["task"]["id"] for row in api.get(REQUESTS).json()["results"]]


def test_a_task_that_is_asked_for_is_listed_with_its_reason_and_who_asked(
    api: APIClient, alice: User, add_tasks: AddTasks, client_of: ClientOf
) -> None:
    task, _ = add_tasks(2)
    answer = ask(client_of(alice), task)
    assert answer.status_code == 201
    assert answer.json() == {"sent": 1, "waiting": 0, "decided": 0, "dismissed": 0, "not_work": 0}
    [row] = api.get(REQUESTS).json()["results"]
    assert (row["reason"], row["by"]) == ("It looks wrong.", "Alice")
    assert (row["task"]["id"], row["task"]["prompt_excerpt"]) == (task.pk, "Question 0 of 2?")


def test_asking_twice_keeps_the_first_request(
    project: Project, api: APIClient, add_tasks: AddTasks
) -> None:
    first, second = add_tasks(2)
    ask(api, first, reason="Once.")
    again = ask(api, first, second, reason="Twice.").json()
    assert (again["sent"], again["waiting"]) == (1, 1)
    assert ask(api, first, second).json()["sent"] == 0
    reasons = [row["reason"] for row in api.get(REQUESTS).json()["results"]]
    assert reasons == ["Once.", "Twice."]
    events = AuditEvent.objects.filter(project=project, action="review asked for").order_by("pk")
    assert [event.detail["sent"] for event in events] == [1, 1]


def test_a_decision_closes_the_request_and_the_task_is_not_asked_for_again(
    api: APIClient, rev: User, add_tasks: AddTasks
) -> None:
    task, other = add_tasks(2)
    ask(api, task, other)
    decide(api, task)
    assert listed(api) == [other.pk]
    closed = ReviewRequest.objects.get(task=task)
    assert closed.closed_at is not None
    assert closed.dismissed_by is None
    assert ask(api, task).json()["decided"] == 1
    assert listed(api) == [other.pk]


def test_a_dismissed_task_leaves_the_list_undecided_and_keeps_who_dismissed_it(
    project: Project, api: APIClient, rev: User, add_tasks: AddTasks
) -> None:
    [task] = add_tasks(1)
    ask(api, task)
    request = ReviewRequest.objects.get()
    assert api.post(f"{REQUESTS}/{request.pk}/dismiss").status_code == 204
    assert listed(api) == []
    request.refresh_from_db()
    assert request.dismissed_by == rev
    assert request.closed_at is not None
    assert not task.judgments.exists()
    assert standings(project, [task.pk]) == {task.pk: Standing.DISMISSED}
    assert AuditEvent.objects.filter(action="review dismissed", actor=rev).count() == 1
    again = api.post(f"{REQUESTS}/{request.pk}/dismiss")
    assert again.status_code == 409
    assert "already" in again.json()["detail"]


def test_what_was_dismissed_comes_back_by_hand_alone(
    project: Project, api: APIClient, alice: User, add_tasks: AddTasks
) -> None:
    [task] = add_tasks(1)
    ask(api, task)
    api.post(f"{REQUESTS}/{ReviewRequest.objects.get().pk}/dismiss")
    by_itself = request_review(project=project, reasons={task.pk: "A model doubts it."}, by=alice)
    assert by_itself == Requested(sent=0, waiting=0, decided=0, dismissed=1, not_work=0)
    assert listed(api) == []
    assert ask(api, task).json()["sent"] == 1
    assert listed(api) == [task.pk]


def test_gold_is_counted_and_not_asked_for(
    project: Project, api: APIClient, alice: User, add_tasks: AddTasks
) -> None:
    gold, work = add_tasks(2)
    ask(api, gold)
    set_known_answer(
        task=gold, by=alice, parts=first_is_best(gold), explanation="So it is.", training=False
    )
    answer = ask(api, gold, work).json()
    assert (answer["sent"], answer["not_work"]) == (1, 1)
    assert listed(api) == [work.pk]


def test_nobody_dismisses_what_they_have_had_as_a_rater(
    project: Project, bob: User, add_tasks: AddTasks, client_of: ClientOf
) -> None:
    [task] = add_tasks(1)
    Desk(bob).next()
    project.memberships.filter(user=bob).update(role=Role.REVIEWER)
    api = client_of(bob)
    ask(api, task)
    refused = api.post(f"{REQUESTS}/{ReviewRequest.objects.get().pk}/dismiss")
    assert refused.status_code == 409
    assert "had this task as a rater" in refused.json()["detail"]
    assert listed(api) == [task.pk]


def test_a_task_of_another_project_is_unknown_and_nothing_is_sent(
    project: Project, mallory: User, add_tasks: AddTasks, client_of: ClientOf
) -> None:
    [task] = add_tasks(1)
    elsewhere = "/api/v1/projects/elsewhere/review-requests"
    body = {"tasks": [task.pk], "reason": "Mine?"}
    refused = client_of(mallory).post(elsewhere, body, format="json")
    assert refused.status_code == 400
    assert refused.json()["errors"]["tasks"] == [
        f"There is no task {task.pk} in this project. Nothing was sent to review."
    ]
    with pytest.raises(ValidationError):
        request_review(project=project, reasons={task.pk: "x", 10**9: "y"}, by=None)
    assert not ReviewRequest.objects.exists()


def test_a_reason_and_a_task_are_needed(api: APIClient, add_tasks: AddTasks) -> None:
    [task] = add_tasks(1)
    for body, field in (({"tasks": [task.pk], "reason": " "}, "reason"),
                        ({"tasks": [], "reason": "x"}, "tasks"),
                        ({"tasks": [task.pk] * 201, "reason": "x"}, "tasks")):  # fmt: skip
        refused = api.post(REQUESTS, body, format="json")
        assert list(refused.json()["errors"]) == [field]


def test_the_tasks_page_says_why_a_review_is_asked_for_and_what_came_of_it(
    project: Project, api: APIClient, alice: User, add_tasks: AddTasks, client_of: ClientOf
) -> None:
    right, wrong, other = add_tasks(3)
    ask(client_of(alice), right, wrong)
    request_review(project=project, reasons={other.pk: "Doubted."}, by=None)

    def review(task: Task) -> dict[str, Any]:
        return dict(api.get(f"{PROJECT}/tasks/{task.pk}").json()["review"])

    asked = review(right)
    [listing, *_] = api.get(REQUESTS).json()["results"]
    for name in ("id", "reason", "by", "created_at"):
        assert asked[name] == listing[name], name
    assert (asked["reason"], asked["by"]) == ("It looks wrong.", "Alice")
    assert (asked["closed_at"], asked["dismissed"]) == (None, False)
    assert review(other)["by"] is None

    api.post(f"{REQUESTS}/{asked['id']}/dismiss")
    decide(api, wrong)
    assert [review(task)["dismissed"] for task in (right, wrong)] == [True, False]
    assert all(review(task)["closed_at"] for task in (right, wrong))
    ask(api, right, reason="Look again.")
    again = review(right)
    assert (again["reason"], again["by"], again["closed_at"]) == ("Look again.", "Rev", None)


def test_a_task_that_nobody_reviews_has_no_review(
    api: APIClient, alice: User, add_tasks: AddTasks
) -> None:
    gold, work = add_tasks(2)
    ask(api, gold)
    set_known_answer(
        task=gold, by=alice, parts=first_is_best(gold), explanation="So it is.", training=False
    )
    for task in (gold, work):
        assert api.get(f"{PROJECT}/tasks/{task.pk}").json()["review"] is None


def test_the_list_comes_in_pages_in_the_order_of_asking(
    project: Project, api: APIClient, add_tasks: AddTasks
) -> None:
    tasks = add_tasks(53)
    reasons = {task.pk: "Doubted." for task in reversed(tasks)}
    request_review(project=project, reasons=reasons, by=None)
    page = api.get(REQUESTS).json()
    rest = api.get(REQUESTS, {"cursor": page["next"]}).json()
    rows = page["results"] + rest["results"]
    assert (len(page["results"]), rest["next"]) == (50, None)
    assert [row["task"]["id"] for row in rows] == list(reasons)
    assert rows[0]["by"] is None


def test_who_asked_and_left_has_no_name(
    project: Project, api: APIClient, alice: User, add_tasks: AddTasks, client_of: ClientOf
) -> None:
    mia = add_person(project=project, by=None, username="mia", name="Mia", role=Role.MANAGER)
    ask(client_of(mia), *add_tasks(1))
    leave(member=Membership.objects.get(project=project, user=mia), by=alice)
    [row] = api.get(REQUESTS).json()["results"]
    assert row["by"] == f"Former member {mia.pk}"


def test_the_database_holds_one_open_request_a_task(project: Project, add_tasks: AddTasks) -> None:
    [task] = add_tasks(1)
    ReviewRequest.objects.create(task=task, reason="Once.")
    with pytest.raises(IntegrityError, match="one_open_review_a_task"), transaction.atomic():
        ReviewRequest.objects.create(task=task, reason="Twice.")


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_at_once_open_one_request(
    project: Project, alice: User, add_tasks: AddTasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    [task] = add_tasks(1)
    both = Barrier(2)

    def slowly(asked: Project, tasks: dict[int, str]) -> dict[int, Standing]:
        found = standings(asked, tasks)
        with suppress(BrokenBarrierError):
            both.wait(0.3)
        return found

    monkeypatch.setattr(review_requests, "standings", slowly)

    def sends() -> tuple[int, int]:
        done = request_review(project=project, reasons={task.pk: "Doubted."}, by=alice)
        return done.sent, done.waiting

    assert sorted(at_once(sends, sends)) == [(0, 1), (1, 0)]
    assert ReviewRequest.objects.count() == 1
