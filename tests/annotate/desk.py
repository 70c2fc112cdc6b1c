"""A rater at work through HTTP, for tests: asks for the next task and answers it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from rest_framework.test import APIClient

from annotate.models import Assignment, User

Lent = dict[str, Any]


class Desk:
    """`work` is the address of the rater's part of a project."""

    def __init__(self, user: User, slug: str = "helpful") -> None:
        self.api = APIClient()
        self.api.force_login(user)
        self.work = f"/api/v1/projects/{slug}/work"

    def ask(self, holding: Sequence[int] = ()) -> dict[str, Any]:
        """The whole answer to "next": an assignment, or the reason there is none; with the id of
        its task, which the server tells no rater."""
        found: dict[str, Any] = self.post("next", {"holding": list(holding)}).json()
        if found["assignment"]:
            found["assignment"]["task"] = task_of(found["assignment"]["id"])
        return found

    def history(self) -> dict[int, dict[str, Any]]:
        """The rater's latest answers by the id of their task."""
        items = self.api.get(f"{self.work}/history").json()
        return {task_of(item["assignment"]): item for item in items}

    def next(self) -> Lent:
        found = self.ask()
        assert found["assignment"], found["reason"]
        lent: Lent = found["assignment"]
        return lent

    def post(self, path: str, body: Any) -> Any:
        return self.api.post(f"{self.work}/{path}", body, format="json")

    def submit(self, lent: Lent, revision: int = 0, **parts: Any) -> Any:
        body = {"key": str(uuid4()), "revision": revision, **parts}
        return self.post(f"assignments/{lent['id']}/judgment", body)

    def prefer(self, lent: Lent, best: int, **parts: Any) -> dict[str, Any]:
        """Says that the response with the id `best` is the best, the others equal behind it."""
        response = self.submit(lent, **{**preferring(lent["responses"], best), **parts})
        assert response.status_code in {200, 201}, response.json()
        receipt: dict[str, Any] = response.json()
        return receipt


def task_of(assignment: int) -> int:
    return Assignment.objects.get(pk=assignment).task_id


def preferring(responses: Sequence[dict[str, Any]], best: int) -> dict[str, Any]:
    ranks = [{"response": r["id"], "rank": 1 if r["id"] == best else 2} for r in responses]
    return {"ranks": ranks, "strength": 2 if len(responses) == 2 else None}
