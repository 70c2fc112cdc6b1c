"""Judging through HTTP: stored once, checked, revised, never lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from rest_framework.test import APIClient

from annotate.actions.leases import return_expired
from annotate.models import Assignment, Judgment, Project, Task, User
from tests.annotate.desk import task_of

AddTasks = Callable[..., list[Task]]
ClientOf = Callable[[User], APIClient]
WORK = "/api/v1/projects/helpful/work"


def lend(api: APIClient) -> dict[str, Any]:
    found: dict[str, Any] = api.post(f"{WORK}/next", {}, format="json").json()["assignment"]
    return found


def answer(lent: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The shown left response is better, by 2."""
    left, right = [r["id"] for r in lent["responses"]][:2]
    body = {
        "key": str(uuid4()),
        "revision": 0,
        "ranks": [{"response": left, "rank": 1}, {"response": right, "rank": 2}],
        "strength": 2,
        "active_ms": 1500,
    }
    return body | changes


def send(api: APIClient, lent: dict[str, Any], body: dict[str, Any]) -> Any:
    return api.post(f"{WORK}/assignments/{lent['id']}/judgment", body, format="json")


def test_an_answer_is_stored_in_canonical_order(
    bob: User, add_tasks: AddTasks, client_of: ClientOf
) -> None:
    [task] = add_tasks(1)
    api = client_of(bob)
    lent = lend(api)
    response = send(api, lent, answer(lent, tags=["clear"], note="Short."))
    assert response.status_code == 201
    judgment = Judgment.objects.get()
    best = task.response_ids[judgment.ranks.index(1)]
    assert best == lent["responses"][0]["id"]
    assert judgment.shown[0] == judgment.ranks.index(1)
    assert (judgment.strength, judgment.tags, judgment.note) == (2, ["clear"], "Short.")
    assert not judgment.late
    task.refresh_from_db()
    assert task.places_left == 0


def test_the_same_submission_twice_is_one_judgment(
    bob: User, add_tasks: AddTasks, client_of: ClientOf
) -> None:
    add_tasks(1)
    api = client_of(bob)
    lent = lend(api)
    body = answer(lent)
    codes = [send(api, lent, body).status_code for _ in range(2)]
    assert codes == [201, 200]
    assert Judgment.objects.count() == 1


def test_a_key_of_another_answer_is_refused(
    bob: User, add_tasks: AddTasks, client_of: ClientOf
) -> None:
    add_tasks(2)
    api = client_of(bob)
    first = lend(api)
    body = answer(first)
    send(api, first, body)
    second = lend(api)
    response = send(api, second, answer(second, key=body["key"]))
    assert response.status_code == 409
    assert "key" in response.json()["detail"]


def test_an_edit_is_a_new_revision_and_the_old_one_stays(
    bob: User, add_tasks: AddTasks, client_of: ClientOf
) -> None:
    add_tasks(1)
    api = client_of(bob)
    lent = lend(api)
    send(api, lent, answer(lent))
    tie = [{"response": r["id"], "rank": 1} for r in lent["responses"]]
    response = send(api, lent, answer(lent, revision=1, ranks=tie, strength=None))
    assert response.json()["revision"] == 2
    assert list(Judgment.objects.order_by("revision").values_list("revision", "newest")) == [
        (1, False),
        (2, True),
    ]
    assert lend(api) is None
    shown = api.get(f"{WORK}/assignments/{lent['id']}").json()
    assert shown["answer"]["strength"] is None
    assert shown["revision"] == 2


def test_a_stale_revision_is_refused_and_told_the_current_one(
    bob: User, add_tasks: AddTasks, client_of: ClientOf
) -> None:
    add_tasks(1)
    api = client_of(bob)
    lent = lend(api)
    send(api, lent, answer(lent))
    response = send(api, lent, answer(lent, revision=0))
    assert response.status_code == 409
    assert response.json()["revision"] == 1


def test_an_answer_too_old_to_edit_stands(
    bob: User, project: Project, add_tasks: AddTasks, client_of: ClientOf
) -> None:
    Project.objects.update(edit_hours=0)
    add_tasks(1)
    api = client_of(bob)
    lent = lend(api)
    send(api, lent, answer(lent))
    response = send(api, lent, answer(lent, revision=1))
    assert response.status_code == 409
    assert "0 hours" in response.json()["detail"]


def test_an_answer_after_the_lease_is_kept_and_marked_late(
    bob: User, add_tasks: AddTasks, client_of: ClientOf
) -> None:
    add_tasks(1)
    api = client_of(bob)
    lent = lend(api)
    Assignment.objects.update(lease_expires_at=timezone.now() - timedelta(minutes=1))
    return_expired()
    response = send(api, lent, answer(lent))
    assert (response.status_code, response.json()["late"]) == (201, True)
    assert Assignment.objects.get().state == "submitted"


def test_a_late_answer_whose_place_was_taken_is_kept_beside_the_overlap(
    bob: User, carol: User, add_tasks: AddTasks, client_of: ClientOf
) -> None:
    [task] = add_tasks(1)
    late_api, api = client_of(bob), client_of(carol)
    late = lend(late_api)
    Assignment.objects.update(lease_expires_at=timezone.now() - timedelta(minutes=1))
    taken = lend(api)
    send(api, taken, answer(taken))
    response = send(late_api, late, answer(late))
    assert (response.status_code, response.json()["late"]) == (201, True)
    assert Assignment.objects.get(rater=bob).state == "late"
    assert Judgment.objects.filter(task=task).count() == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"ranks": []}, "ranks"),
        ({"ranks": [{"response": 10**12, "rank": 1}]}, "ranks"),
        ({"ranks": "best"}, "ranks"),
        ({"strength": 9}, "strength"),
        ({"strength": None}, "strength"),
        ({"unacceptable": [10**12]}, "unacceptable"),
        ({"tags": ["invented"]}, "tags"),
        ({"note": "x" * 5001}, "note"),
        ({"key": "not a uuid"}, "key"),
        ({"active_ms": -1}, "active_ms"),
        ({"revision": -1}, "revision"),
    ],
)
def test_a_wrong_answer_is_refused_by_the_name_of_its_field(
    bob: User,
    add_tasks: AddTasks,
    client_of: ClientOf,
    change: dict[str, Any],
    field: str,
) -> None:
    add_tasks(1)
    api = client_of(bob)
    lent = lend(api)
    response = send(api, lent, answer(lent, **change))
    assert response.status_code == 400
    assert field in response.json()["errors"]
    assert not Judgment.objects.exists()


def test_another_tasks_response_is_refused_by_its_number(
    bob: User, add_tasks: AddTasks, client_of: ClientOf
) -> None:
    first, second = add_tasks(2)
    api = client_of(bob)
    lent = lend(api)
    foreign = (second if task_of(lent["id"]) == first.pk else first).response_ids
    ranks = [{"response": pk, "rank": i + 1} for i, pk in enumerate(foreign)]
    response = send(api, lent, answer(lent, ranks=ranks))
    assert response.status_code == 400
    assert f"Response {foreign[0]} is not one of this task's." in response.json()["detail"]


def test_both_bad_is_a_tie_of_two_unacceptable_answers(
    bob: User, add_tasks: AddTasks, client_of: ClientOf
) -> None:
    add_tasks(1)
    api = client_of(bob)
    lent = lend(api)
    ids = [r["id"] for r in lent["responses"]]
    tie = [{"response": pk, "rank": 1} for pk in ids]
    response = send(api, lent, answer(lent, ranks=tie, strength=None, unacceptable=ids))
    assert response.status_code == 201
    assert Judgment.objects.get().unacceptable == [True, True]


def test_a_ranking_of_four_with_a_tie_is_stored_dense(
    bob: User, add_tasks: AddTasks, client_of: ClientOf
) -> None:
    [task] = add_tasks(1, k=4)
    api = client_of(bob)
    lent = lend(api)
    places = [2, 2, 5, 9]
    ranks = [
        {"response": r["id"], "rank": place}
        for r, place in zip(lent["responses"], places, strict=True)
    ]
    assert send(api, lent, answer(lent, ranks=ranks, strength=None)).status_code == 201
    judgment = Judgment.objects.get()
    by_response = dict(zip(task.response_ids, judgment.ranks, strict=True))
    assert [by_response[r["id"]] for r in lent["responses"]] == [1, 1, 2, 3]


def test_history_shows_own_answers_newest_first(
    bob: User, carol: User, add_tasks: AddTasks, client_of: ClientOf
) -> None:
    add_tasks(3, overlap=2)
    for user in (bob, carol):
        api = client_of(user)
        for _ in range(2):
            lent = lend(api)
            send(api, lent, answer(lent))
    history = client_of(bob).get(f"{WORK}/history").json()
    assert len(history) == 2
    own = set(Judgment.objects.filter(rater=bob).values_list("assignment_id", flat=True))
    assert {item["assignment"] for item in history} == own


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("change", [{"ranks": [2, 1]}, {"note": "changed"}, {"late": True}])
def test_the_database_refuses_to_change_or_delete_a_judgment(
    bob: User, add_tasks: AddTasks, client_of: ClientOf, change: dict[str, Any]
) -> None:
    add_tasks(1)
    api = client_of(bob)
    lent = lend(api)
    send(api, lent, answer(lent))
    judgment = Judgment.objects.get()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Judgment.objects.filter(pk=judgment.pk).update(**change)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        judgment.delete()


def test_the_database_refuses_ranks_of_another_length(
    bob: User, add_tasks: AddTasks, client_of: ClientOf
) -> None:
    add_tasks(1)
    lend(client_of(bob))
    assignment = Assignment.objects.get()
    with pytest.raises(IntegrityError):
        Judgment.objects.create(
            assignment=assignment, task_id=assignment.task_id, rater=bob, k=3, ranks=[1, 2, 3],
            unacceptable=[False] * 3, shown=[0, 1, 2], submitted_at=timezone.now(),
        )  # fmt: skip


def test_the_database_refuses_a_task_with_another_prompts_response(add_tasks: AddTasks) -> None:
    first, second = add_tasks(2)
    with pytest.raises(IntegrityError, match="its own prompt"):
        Task.objects.create(
            question=first.question, prompt=first.prompt, k=2, digest=b"x",
            response_ids=[first.response_ids[0], second.response_ids[0]],
        )  # fmt: skip
