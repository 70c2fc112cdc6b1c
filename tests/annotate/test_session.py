"""Signing in: by password, by one-time link, by token; throttled; never told too much."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from annotate.actions.people import create_sign_in_link, create_token, link_for_member
from annotate.models import ApiToken, Project, SignInLink, User

SESSION = "/api/v1/session"


@pytest.fixture
def dora(bob: User) -> User:
    bob.set_password("a long enough phrase")
    bob.save()
    return bob


def test_nobody_is_told_who_is_there(db: None) -> None:
    response = APIClient().get(SESSION)
    assert response.json() == {"user": None, "projects": []}
    assert "csrftoken" in response.cookies


def test_a_password_signs_in_and_out(dora: User) -> None:
    api = APIClient()
    body = {"username": "bob", "password": "a long enough phrase"}
    session = api.post(SESSION, body, format="json").json()
    assert session["user"]["name"] == "Bob"
    assert session["projects"] == [{"slug": "helpful", "name": "Helpful answers", "role": "rater"}]
    assert api.delete(SESSION).status_code == 204
    assert api.get(SESSION).json()["user"] is None


def test_a_wrong_password_and_an_unknown_name_are_answered_alike(dora: User) -> None:
    answers = [
        APIClient().post(SESSION, {"username": name, "password": "wrong"}, format="json")
        for name in ("bob", "nobody")
    ]
    assert answers[0].status_code == answers[1].status_code == 400
    assert answers[0].json() == answers[1].json()


def test_guessing_is_stopped(dora: User) -> None:
    api = APIClient()
    for _ in range(8):
        api.post(SESSION, {"username": "bob", "password": "wrong"}, format="json")
    body = {"username": "bob", "password": "a long enough phrase"}
    response = api.post(SESSION, body, format="json")
    assert response.status_code == 429
    assert "Wait 15 minutes" in response.json()["detail"]


def test_signing_in_without_a_csrf_token_is_refused(dora: User) -> None:
    api = APIClient(enforce_csrf_checks=True)
    body = {"username": "bob", "password": "a long enough phrase"}
    assert api.post(SESSION, body, format="json").status_code == 403


def test_a_link_signs_in_once(bob: User) -> None:
    url, _ = create_sign_in_link(user=bob)
    token = url.rsplit("/", 1)[1]
    api = APIClient()
    assert api.post(f"{SESSION}/link", {"token": token}, format="json").json()["user"]
    again = APIClient().post(f"{SESSION}/link", {"token": token}, format="json")
    assert again.status_code == 400
    assert "new one" in again.json()["detail"]


def test_a_link_ends(bob: User) -> None:
    url, _ = create_sign_in_link(user=bob)
    SignInLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    token = url.rsplit("/", 1)[1]
    assert APIClient().post(f"{SESSION}/link", {"token": token}, format="json").status_code == 400


def test_the_database_holds_no_secret(bob: User, project: Project, alice: User) -> None:
    url, link = create_sign_in_link(user=bob)
    secret, token = create_token(project=project, by=alice, name="x", scopes=["read"], days=1)
    assert url.rsplit("/", 1)[1].encode() not in bytes(link.digest)
    assert secret.encode() not in bytes(token.digest)
    assert len(bytes(token.digest)) == 32


def test_a_manager_makes_no_link_for_the_owner_or_for_members_elsewhere(
    project: Project, alice: User, bob: User, mallory: User
) -> None:
    members = {member.user_id: member for member in project.memberships.all()}
    assert link_for_member(member=members[bob.pk], by=alice)
    assert link_for_member(member=members[alice.pk], by=alice) is None
    assert mallory.pk not in members
    Project.objects.get(slug="elsewhere").memberships.create(user=bob, role="rater")
    assert link_for_member(member=members[bob.pk], by=alice) is None


def test_an_expired_token_is_refused(project: Project, alice: User) -> None:
    secret, _ = create_token(project=project, by=alice, name="x", scopes=["manage"], days=1)
    api = APIClient(headers={"Authorization": f"Bearer {secret}"})
    assert api.get("/api/v1/projects/helpful").status_code == 200
    ApiToken.objects.update(expires_at=timezone.now())
    assert api.get("/api/v1/projects/helpful").status_code == 401


def test_a_token_makes_no_tokens(project: Project, alice: User) -> None:
    secret, _ = create_token(project=project, by=alice, name="x", scopes=["manage"], days=1)
    api = APIClient(headers={"Authorization": f"Bearer {secret}"})
    body = {"name": "more", "scopes": ["manage"], "days": 1}
    url = "/api/v1/projects/helpful/tokens"
    assert api.post(url, body, format="json").status_code == 404


def test_the_page_forbids_inline_script_and_framing(db: None) -> None:
    policy = APIClient().get("/healthz").headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "'unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]
    assert "frame-ancestors 'none'" in policy
