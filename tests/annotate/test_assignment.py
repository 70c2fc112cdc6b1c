"""Lending: unique, within overlap, counterbalanced, returned when a lease ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError
from django.utils import timezone
from rest_framework.test import APIClient

from annotate.actions.assign import PAUSED
from annotate.actions.leases import return_expired
from annotate.actions.people import create_token
from annotate.models import Assignment, Project, Task, User
from tests.annotate.desk import Desk

AddTasks = Callable[..., list[Task]]
ClientOf = Callable[[User], APIClient]
NEXT = "/api/v1/projects/helpful/work/next"


def expire(assignment_id: int) -> None:
    Assignment.objects.filter(pk=assignment_id).update(
        lease_expires_at=timezone.now() - timedelta(seconds=1)
    )


def test_a_rater_is_lent_a_task_and_gets_the_same_one_until_it_is_held(
    bob: User, add_tasks: AddTasks, client_of: ClientOf
) -> None:
    add_tasks(3)
    api = client_of(bob)
    first = api.post(NEXT, {"holding": []}, format="json").json()["assignment"]
    again = api.post(NEXT, {"holding": []}, format="json").json()["assignment"]
    ahead = api.post(NEXT, {"holding": [first["id"]]}, format="json").json()["assignment"]
    assert again["id"] == first["id"]
    assert ahead["id"] != first["id"]
    assert set(first) == {
        "id", "question", "prompt", "responses", "lease_expires_at", "state", "answer",
        "revision", "draft", "training",
    }  # fmt: skip


def test_nobody_hoards_more_than_two_leases(
    bob: User, add_tasks: AddTasks, client_of: ClientOf
) -> None:
    add_tasks(5)
    api = client_of(bob)
    held: list[int] = []
    for _ in range(2):
        held.append(api.post(NEXT, {"holding": held}, format="json").json()["assignment"]["id"])
    third = api.post(NEXT, {"holding": held}, format="json").json()
    assert third["assignment"] is None
    assert "two tasks open" in third["reason"]


def test_a_task_is_lent_to_no_more_raters_than_its_overlap(
    bob: User, carol: User, add_tasks: AddTasks, client_of: ClientOf
) -> None:
    [task] = add_tasks(1, overlap=1)
    assert Desk(bob).next()["task"] == task.pk
    answer = client_of(carol).post(NEXT, {}, format="json").json()
    assert answer["assignment"] is None
    assert "No tasks are left" in answer["reason"]


def test_the_database_refuses_a_place_beyond_the_overlap(add_tasks: AddTasks) -> None:
    [task] = add_tasks(1, overlap=2)
    with pytest.raises(IntegrityError, match="overlap_is_never_exceeded"):
        Task.objects.filter(pk=task.pk).update(places_left=3)


def test_an_expired_lease_goes_back_and_another_rater_gets_the_task(
    bob: User, carol: User, add_tasks: AddTasks, client_of: ClientOf
) -> None:
    [task] = add_tasks(1)
    lent = client_of(bob).post(NEXT, {}, format="json").json()["assignment"]
    expire(lent["id"])
    assert Desk(carol).next()["task"] == task.pk
    assert Assignment.objects.get(pk=lent["id"]).state == "expired"


def test_an_expired_lease_comes_back_to_its_rater_when_nothing_else_is_open(
    bob: User, add_tasks: AddTasks, client_of: ClientOf
) -> None:
    add_tasks(2)
    api = client_of(bob)
    first = api.post(NEXT, {}, format="json").json()["assignment"]
    expire(first["id"])
    other = api.post(NEXT, {}, format="json").json()["assignment"]
    back = api.post(NEXT, {"holding": [other["id"]]}, format="json").json()["assignment"]
    assert other["id"] != first["id"]
    assert back["id"] == first["id"]


def test_returning_expired_leases_twice_returns_a_place_once(
    bob: User, add_tasks: AddTasks, client_of: ClientOf
) -> None:
    [task] = add_tasks(1)
    lent = client_of(bob).post(NEXT, {}, format="json").json()["assignment"]
    expire(lent["id"])
    assert (return_expired(), return_expired()) == (1, 0)
    task.refresh_from_db()
    assert task.places_left == 1


def test_a_skipped_task_goes_to_others_and_never_back(
    bob: User, carol: User, add_tasks: AddTasks, client_of: ClientOf
) -> None:
    [task] = add_tasks(1)
    api = client_of(bob)
    lent = api.post(NEXT, {}, format="json").json()["assignment"]
    url = f"/api/v1/projects/helpful/work/assignments/{lent['id']}/skip"
    assert api.post(url, {"reason": "unclear"}, format="json").status_code == 204
    assert api.post(url, {"reason": "unclear"}, format="json").status_code == 204
    assert api.post(NEXT, {}, format="json").json()["assignment"] is None
    assert Desk(carol).next()["task"] == task.pk


def test_sides_are_balanced_in_every_two_tasks_of_a_rater(
    bob: User, add_tasks: AddTasks, client_of: ClientOf
) -> None:
    add_tasks(10)
    api = client_of(bob)
    for _ in range(10):
        lent = api.post(NEXT, {}, format="json").json()["assignment"]
        Assignment.objects.filter(pk=lent["id"]).update(state="submitted")
    shown = [a.shown[0] for a in Assignment.objects.filter(rater=bob).order_by("pk")]
    assert all(sorted(shown[i : i + 2]) == [0, 1] for i in range(0, 10, 2))


def test_a_heartbeat_extends_the_lease(
    bob: User, project: Project, add_tasks: AddTasks, client_of: ClientOf
) -> None:
    add_tasks(1)
    api = client_of(bob)
    lent = api.post(NEXT, {}, format="json").json()["assignment"]
    expire(lent["id"])
    url = f"/api/v1/projects/helpful/work/assignments/{lent['id']}/heartbeat"
    api.post(url)
    assert Assignment.objects.get(pk=lent["id"]).lease_expires_at > timezone.now()


def test_a_flag_reaches_the_audit_log_with_the_raters_words(
    alice: User, bob: User, add_tasks: AddTasks, client_of: ClientOf
) -> None:
    add_tasks(1)
    api = client_of(bob)
    lent = api.post(NEXT, {}, format="json").json()["assignment"]
    url = f"/api/v1/projects/helpful/work/assignments/{lent['id']}/flag"
    assert api.post(url, {"note": "The prompt is cut off."}, format="json").status_code == 204
    [event] = [
        e
        for e in client_of(alice).get("/api/v1/projects/helpful/audit").json()
        if e["action"] == "task flagged"
    ]
    assert event["detail"]["note"] == "The prompt is cut off."


def test_signing_out_gives_open_tasks_back_at_once(
    bob: User, carol: User, add_tasks: AddTasks, client_of: ClientOf
) -> None:
    [task] = add_tasks(1)
    api = client_of(bob)
    api.post(NEXT, {}, format="json")
    assert client_of(carol).post(NEXT, {}, format="json").json()["assignment"] is None
    assert api.delete("/api/v1/session").status_code == 204
    assert Desk(carol).next()["task"] == task.pk


def test_a_token_that_signs_out_leaves_its_owners_tasks_alone(
    bob: User, project: Project, add_tasks: AddTasks, client_of: ClientOf
) -> None:
    add_tasks(1)
    lent = client_of(bob).post(NEXT, {}, format="json").json()["assignment"]
    secret, _ = create_token(project=project, by=bob, name="t", scopes=["read"], days=1)
    APIClient(headers={"Authorization": f"Bearer {secret}"}).delete("/api/v1/session")
    assert Assignment.objects.get(pk=lent["id"]).state == "leased"


def pause(api: APIClient, rater: User, paused: bool) -> dict[str, Any]:
    url = f"/api/v1/projects/helpful/people/{rater.pk}"
    answer = api.patch(url, {"paused": paused}, format="json")
    assert answer.status_code == 200
    changed: dict[str, Any] = answer.json()
    return changed


def test_a_paused_rater_is_lent_nothing_and_is_told_so_until_resumed(
    alice: User, bob: User, add_tasks: AddTasks, client_of: ClientOf
) -> None:
    add_tasks(3)
    api = client_of(bob)
    assert pause(client_of(alice), bob, paused=True)["paused_at"]
    answer = api.post(NEXT, {}, format="json").json()
    assert answer["assignment"] is None
    assert answer["reason"] == PAUSED
    assert pause(client_of(alice), bob, paused=False)["paused_at"] is None
    assert api.post(NEXT, {}, format="json").json()["assignment"]


def test_pausing_gives_the_task_back_and_still_takes_what_was_begun(
    alice: User, bob: User, carol: User, add_tasks: AddTasks, client_of: ClientOf
) -> None:
    [task] = add_tasks(1)
    api = client_of(bob)
    lent = api.post(NEXT, {}, format="json").json()["assignment"]
    pause(client_of(alice), bob, paused=True)
    url = f"/api/v1/projects/helpful/work/assignments/{lent['id']}"
    assert api.post(f"{url}/heartbeat").status_code == 200
    assert Assignment.objects.get(pk=lent["id"]).state == "expired"
    assert Desk(carol).next()["task"] == task.pk
    ranks = [{"response": r["id"], "rank": n} for n, r in enumerate(lent["responses"], 1)]
    body = {"key": str(uuid4()), "revision": 0, "ranks": ranks, "strength": 1}
    receipt = api.post(f"{url}/judgment", body, format="json")
    assert receipt.status_code == 201
    assert receipt.json()["late"] is True


def test_pausing_twice_is_recorded_once(
    alice: User, bob: User, project: Project, client_of: ClientOf
) -> None:
    for _ in range(2):
        pause(client_of(alice), bob, paused=True)
    events = client_of(alice).get("/api/v1/projects/helpful/audit").json()
    assert [e["action"] for e in events].count("person paused") == 1


def test_a_stranger_cannot_be_paused(
    alice: User, project: Project, mallory: User, client_of: ClientOf
) -> None:
    url = f"/api/v1/projects/helpful/people/{mallory.pk}"
    assert client_of(alice).patch(url, {"paused": True}, format="json").status_code == 404
