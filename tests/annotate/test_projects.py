"""Projects, people, tokens and tasks as managers reach them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from annotate.actions.consensus import refresh_consensus
from annotate.models import Project, Task, User
from tests.annotate.test_consensus import judge_all

ClientOf = Callable[[User], APIClient]
AddTasks = Callable[..., list[Task]]
HELPFUL = "/api/v1/projects/helpful"


def test_staff_make_projects_and_own_them(alice: User, client_of: ClientOf) -> None:
    api = client_of(alice)
    made = api.post("/api/v1/projects", {"name": "Safe answers"}, format="json")
    assert (made.status_code, made.json()["slug"]) == (201, "safe-answers")
    assert [p["slug"] for p in api.get("/api/v1/projects").json()] == ["safe-answers"]


def test_others_do_not_make_projects(bob: User, client_of: ClientOf) -> None:
    made = client_of(bob).post("/api/v1/projects", {"name": "Mine"}, format="json")
    assert made.status_code == 404


def test_a_taken_address_is_refused_by_name(
    alice: User, project: Project, client_of: ClientOf
) -> None:
    body = {"name": "Again", "slug": "helpful"}
    made = client_of(alice).post("/api/v1/projects", body, format="json")
    assert made.status_code == 400
    assert "slug" in made.json()["errors"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("overlap", 0), ("overlap", 1000), ("lease_minutes", 0), ("random_share", 1.5),
     ("round_size", 0), ("guidelines", "x" * 100_001), ("name", "")],
)  # fmt: skip
def test_a_setting_out_of_bounds_is_refused_by_name(
    alice: User, project: Project, client_of: ClientOf, field: str, value: object
) -> None:
    response = client_of(alice).patch(HELPFUL, {field: value}, format="json")
    assert response.status_code == 400
    assert field in response.json()["errors"]


def test_settings_change_and_are_audited(
    alice: User, project: Project, client_of: ClientOf
) -> None:
    api = client_of(alice)
    body = {"overlap": 3, "guidelines": "Prefer the true one."}
    assert api.patch(HELPFUL, body, format="json").json()["overlap"] == 3
    assert api.get(f"{HELPFUL}/audit").json()[0]["action"] == "project changed"


def test_the_evaluation_share_can_not_be_changed(
    alice: User, project: Project, client_of: ClientOf
) -> None:
    body = {"evaluation_share": 0.5}
    assert client_of(alice).patch(HELPFUL, body, format="json").json()["evaluation_share"] == 0.2


def test_a_person_is_invited_by_a_link(alice: User, project: Project, client_of: ClientOf) -> None:
    body = {"name": "Dan", "username": "dan", "role": "rater"}
    made = client_of(alice).post(f"{HELPFUL}/people", body, format="json").json()
    assert made["person"]["name"] == "Dan"
    token = made["sign_in_url"].rsplit("/", 1)[1]
    session = APIClient().post("/api/v1/session/link", {"token": token}, format="json").json()
    assert session["projects"][0]["slug"] == "helpful"


def test_nobody_is_invited_as_owner(alice: User, project: Project, client_of: ClientOf) -> None:
    body = {"name": "Dan", "username": "dan", "role": "owner"}
    assert client_of(alice).post(f"{HELPFUL}/people", body, format="json").status_code == 400


def test_people_are_listed_with_their_left_share(
    alice: User, project: Project, bob: User, add_tasks: AddTasks, client_of: ClientOf
) -> None:
    tasks = add_tasks(4)
    judge_all(project, bob, {t.pk: o for t, o in zip(tasks, [0, 0, 0, 1], strict=True)})
    people = {p["name"]: p for p in client_of(alice).get(f"{HELPFUL}/people").json()}
    assert people["Bob"]["judgments"] == 4
    assert people["Bob"]["tie_share"] == 0.25
    # The first response won three times; sides are balanced in every two tasks.
    assert people["Bob"]["left_share"] == pytest.approx(1 / 3, abs=0.34)


def test_simulated_raters_say_so(
    alice: User, project: Project, bob: User, client_of: ClientOf
) -> None:
    User.objects.filter(pk=bob.pk).update(kind=User.Kind.SIMULATED)
    people = client_of(alice).get(f"{HELPFUL}/people").json()
    assert "Bob (simulated)" in {p["name"] for p in people}


def test_tasks_are_paged_newest_first_without_gaps(
    alice: User, project: Project, add_tasks: AddTasks, client_of: ClientOf
) -> None:
    add_tasks(120)
    api = client_of(alice)
    seen: list[int] = []
    cursor = ""
    while True:
        page = api.get(f"{HELPFUL}/tasks", {"cursor": cursor}).json()
        seen += [t["id"] for t in page["results"]]
        if not page["next"]:
            break
        cursor = page["next"]
    assert len(seen) == 120
    assert seen == sorted(seen, reverse=True)


def test_a_task_shows_its_votes_and_posterior(
    alice: User, project: Project, bob: User, add_tasks: AddTasks, client_of: ClientOf
) -> None:
    [task] = add_tasks(1)
    judge_all(project, bob, {task.pk: 0})
    refresh_consensus(project=project)
    api = client_of(alice)
    shown = api.get(f"{HELPFUL}/tasks/{task.pk}").json()
    assert shown["judgments"] == 1
    assert shown["votes"][0]["rater"] == "Bob"
    assert shown["votes"][0]["ranks"] == [1, 2]
    [pair] = shown["posterior"]
    assert pair["win"] + pair["tie"] + pair["lose"] == pytest.approx(1)
    assert pair["win"] > pair["lose"]
    [row] = api.get(f"{HELPFUL}/tasks", {"order": "uncertain"}).json()["results"]
    assert row["id"] == task.pk


def test_a_filter_outside_the_list_is_refused(
    alice: User, project: Project, client_of: ClientOf
) -> None:
    response = client_of(alice).get(f"{HELPFUL}/tasks", {"order": "password"})
    assert response.status_code == 400
    assert "newest, uncertain" in response.json()["detail"]
