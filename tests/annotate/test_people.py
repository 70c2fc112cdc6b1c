"""People: invitations, leaving, groups, the rater's own page and data, evidence for managers."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from annotate.actions.people import add_person, create_token, join
from annotate.models import (
    Invitation,
    Judgment,
    Membership,
    Project,
    Role,
    Task,
    User,
)
from tests.annotate.desk import Desk

AddTasks = Callable[..., list[Task]]
ClientOf = Callable[[User], APIClient]
PROJECT = "/api/v1/projects/helpful"
PASSWORD = "correct horse battery"

pytestmark = pytest.mark.usefixtures("project")


def invite(api: APIClient, **changes: Any) -> tuple[str, dict[str, Any]]:
    """The secret of a new link, and what the server said of it."""
    body = {"role": "rater", "days": 7, "uses": 2, "groups": ["night"], **changes}
    made = api.post(f"{PROJECT}/invitations", body, format="json")
    assert made.status_code == 201, made.json()
    return made.json()["url"].rsplit("/", 1)[-1], made.json()


def accept(secret: str, called: str, api: APIClient | None = None, **changes: Any) -> Any:
    body = {"token": secret, "name": "Dave", "username": called, "password": PASSWORD, **changes}
    return (api or APIClient()).post("/api/v1/session/invitation/accept", body, format="json")


def test_an_invitation_lets_people_in_until_it_is_used_up(alice: User, client_of: ClientOf) -> None:
    secret, _ = invite(client_of(alice))
    look = APIClient().post("/api/v1/session/invitation", {"token": secret}, format="json")
    assert (look.json()["project"], look.json()["role"]) == ("Helpful answers", "rater")
    api = APIClient()
    joined = accept(secret, "dave", api)
    assert joined.json()["user"]["name"] == "Dave"
    assert joined.json()["projects"][0]["slug"] == "helpful"
    assert api.get(f"{PROJECT}/work").status_code == 200
    member = Membership.objects.get(user__username="dave")
    assert (member.role, member.groups) == (Role.RATER, ["night"])
    assert accept(secret, "erin").status_code == 200
    refused = accept(secret, "frank")
    assert refused.status_code == 400
    assert "used up" in refused.json()["detail"]
    assert not User.objects.filter(username="frank").exists()
    signed_in = APIClient().post(
        "/api/v1/session", {"username": "dave", "password": PASSWORD}, format="json"
    )
    assert signed_in.status_code == 200


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"password": "short"}, "password"),
        ({"username": "bob"}, "username"),
        ({"username": "no spaces"}, "username"),
        ({"name": ""}, "name"),
    ],
)
def test_an_unfit_name_or_password_uses_nothing_up(
    alice: User, bob: User, client_of: ClientOf, changes: dict[str, Any], field: str
) -> None:
    secret, made = invite(client_of(alice))
    refused = accept(secret, "dave", **changes)
    assert refused.status_code == 400
    assert field in refused.json()["errors"]
    assert Invitation.objects.get(pk=made["id"]).uses_left == 2
    assert not User.objects.filter(username="dave").exists()


def test_whoever_is_signed_in_joins_as_themselves(
    alice: User, mallory: User, client_of: ClientOf
) -> None:
    secret, _ = invite(client_of(alice), role="reviewer")
    api = client_of(mallory)
    joined = api.post("/api/v1/session/invitation/accept", {"token": secret}, format="json")
    assert {p["slug"]: p["role"] for p in joined.json()["projects"]} == {
        "elsewhere": "owner",
        "helpful": "reviewer",
    }


def test_a_member_who_follows_a_link_stays_what_they_are(
    project: Project, alice: User, bob: User, client_of: ClientOf
) -> None:
    secret, made = invite(client_of(alice), role="manager")
    api = client_of(bob)
    api.post("/api/v1/session/invitation/accept", {"token": secret}, format="json")
    assert Membership.objects.get(project=project, user=bob).role == Role.RATER
    assert Invitation.objects.get(pk=made["id"]).uses_left == 2


@pytest.mark.parametrize("how", ["expired", "withdrawn", "unknown"])
def test_an_ended_link_admits_nobody(alice: User, client_of: ClientOf, how: str) -> None:
    api = client_of(alice)
    secret, made = invite(api)
    if how == "expired":
        Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    elif how == "withdrawn":
        assert api.delete(f"{PROJECT}/invitations/{made['id']}").status_code == 204
    else:
        secret = "x" * 43
    look = APIClient().post("/api/v1/session/invitation", {"token": secret}, format="json")
    assert look.status_code == 400
    assert accept(secret, "dave").status_code == 400
    assert not User.objects.filter(username="dave").exists()


def test_nobody_is_invited_as_owner_and_no_token_invites(
    project: Project, alice: User, client_of: ClientOf
) -> None:
    body = {"role": "owner", "days": 7, "uses": 1}
    path = f"{PROJECT}/invitations"
    assert client_of(alice).post(path, body, format="json").status_code == 400
    secret, _ = create_token(project=project, by=alice, name="t", scopes=["manage"], days=1)
    program = APIClient(headers={"Authorization": f"Bearer {secret}"})
    assert program.post(path, body | {"role": "rater"}, format="json").status_code == 404


def test_the_link_itself_is_not_kept(alice: User, client_of: ClientOf) -> None:
    api = client_of(alice)
    secret, _ = invite(api)
    assert secret not in json.dumps(api.get(f"{PROJECT}/invitations").json())
    assert secret not in json.dumps(api.get(f"{PROJECT}/audit").json())


def test_whoever_leaves_is_nameless_and_their_judgments_stay(
    project: Project, alice: User, bob: User, add_tasks: AddTasks, client_of: ClientOf
) -> None:
    judged, open_ = add_tasks(2)
    desk = Desk(bob)
    desk.prefer(desk.next(), judged.response_ids[0])
    desk.next()
    assert desk.post("leave", {}).status_code == 204
    assert desk.api.get(desk.work).status_code in {401, 404}
    open_.refresh_from_db()
    assert open_.places_left == 1
    assert Judgment.objects.get().rater_id == bob.pk
    bob.refresh_from_db()
    assert (bob.username, bob.is_active) == (f"left-{bob.pk}", False)
    people = {p["id"]: p for p in client_of(alice).get(f"{PROJECT}/people").json()}
    assert people[bob.pk]["name"] == f"Former member {bob.pk}"
    votes = client_of(alice).get(f"{PROJECT}/tasks/{judged.pk}").json()["votes"]
    assert [vote["rater"] for vote in votes] == [f"Former member {bob.pk}"]


def test_whoever_works_elsewhere_too_keeps_their_name_there(
    project: Project, alice: User, mallory: User, bob: User, client_of: ClientOf
) -> None:
    elsewhere = Project.objects.get(slug="elsewhere")
    join(project=elsewhere, by=mallory, user=bob, role=Role.RATER)
    assert client_of(alice).delete(f"{PROJECT}/people/{bob.pk}").status_code == 204
    bob.refresh_from_db()
    assert (bob.name, bob.is_active) == ("Bob", True)
    names = {p["name"] for p in client_of(mallory).get("/api/v1/projects/elsewhere/people").json()}
    assert "Bob" in names
    assert client_of(bob).get(f"{PROJECT}/work").status_code == 404
    assert client_of(bob).get("/api/v1/projects/elsewhere/work").status_code == 200


def test_the_last_owner_can_not_leave(alice: User, client_of: ClientOf) -> None:
    refused = client_of(alice).post(f"{PROJECT}/work/leave", {}, format="json")
    assert refused.status_code == 400
    assert "only owner" in refused.json()["detail"]


def test_a_manager_can_not_remove_an_owner(
    project: Project, alice: User, client_of: ClientOf
) -> None:
    boss = add_person(project=project, by=None, username="boss", name="Boss", role=Role.MANAGER)
    refused = client_of(boss).delete(f"{PROJECT}/people/{alice.pk}")
    assert refused.status_code == 400
    assert Membership.objects.get(user=alice).left_at is None


def test_groups_and_skills_are_given_by_managers(
    bob: User, alice: User, client_of: ClientOf
) -> None:
    body = {"groups": ["night", "night"], "skills": ["python"]}
    changed = client_of(alice).patch(f"{PROJECT}/people/{bob.pk}", body, format="json").json()
    assert (changed["groups"], changed["skills"]) == (["night"], ["python"])
    assert (
        client_of(bob).patch(f"{PROJECT}/people/{bob.pk}", body, format="json").status_code == 404
    )


def test_a_raters_own_page_counts_and_compares(bob: User, carol: User, add_tasks: AddTasks) -> None:
    tasks = add_tasks(3, overlap=2)
    for rater, places in ((bob, (0, 0, 0)), (carol, (0, 0, 1))):
        desk = Desk(rater)
        for task, place in zip(tasks, places, strict=True):
            desk.prefer(desk.next(), task.response_ids[place], active_ms=20_000)
    own = Desk(bob).api.get(f"{Desk(bob).work}/own").json()
    assert own["days"][-1]["done"] == 3
    assert own["median_seconds"] == 20.0
    assert own["agreement"]["n"] == 3
    assert own["agreement"]["value"] == pytest.approx(2 / 3)
    assert own["checks"]["value"] is None
    assert own["training"] is None


def test_a_rater_takes_all_their_own_answers_along_and_nobody_elses(
    bob: User, carol: User, add_tasks: AddTasks
) -> None:
    [task] = add_tasks(1, overlap=2)
    desk = Desk(bob)
    lent = desk.next()
    desk.prefer(lent, task.response_ids[0], note="First thought")
    desk.prefer(lent, task.response_ids[1], note="Second thought", revision=1)
    Desk(carol).prefer(Desk(carol).next(), task.response_ids[0], note="Carol's")
    response = desk.api.get(f"{desk.work}/own/export")
    lines = [json.loads(line) for line in response.getvalue().splitlines()]
    assert [line["answer"]["note"] for line in lines] == ["First thought", "Second thought"]
    assert [line["revision"] for line in lines] == [1, 2]


def test_a_persons_page_shows_signs_of_attention(
    alice: User, bob: User, add_tasks: AddTasks, client_of: ClientOf
) -> None:
    tasks = add_tasks(6)
    desk = Desk(bob)
    for n, _ in enumerate(tasks):
        lent = desk.next()
        left = lent["responses"][0]["id"]
        desk.prefer(lent, left, active_ms=50 if n < 3 else 60_000, pasted=40 if n == 0 else 0)
    profile = client_of(alice).get(f"{PROJECT}/people/{bob.pk}").json()
    signals = profile["signals"]
    # Six words of two answers, read at 900 words a minute, take .4 s; three took .05 s.
    assert (signals["too_fast"]["value"], signals["too_fast"]["n"]) == (0.5, 6)
    assert signals["longest_run"] == {"length": 6, "choice": 0, "n": 6, "probability": 1.0}
    assert signals["left"]["value"] == 1.0
    assert signals["pasted"] == 40
    assert signals["twins"] == []
