"""What tests of the learning side share: a signed-in client, responses and votes."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from annotate.actions.assign import next_assignment
from annotate.actions.corpus import add_responses
from annotate.actions.judge import submit
from annotate.models import Project, Response, User

Push = Callable[..., None]


@pytest.fixture
def api(alice: User, project: Project) -> APIClient:
    """Signed in as alice, who owns the project."""
    client = APIClient()
    client.force_login(alice)
    return client


@pytest.fixture
def push(project: Project) -> Push:
    """Responses of a policy version to prompts numbered from 0."""

    def push(version: str, *, prompts: int, each: int = 1, policy: str = "ours") -> None:
        items = [
            ([{"role": "user", "content": f"Pushed question {i}?"}], f"{policy}@{version} says {n}")
            for i in range(prompts)
            for n in range(each)
        ]
        add_responses(project=project, policy=policy, version=version, items=items)

    return push


@pytest.fixture
def judge_all(project: Project) -> Callable[..., int]:
    """The rater answers every open task; the answer with more letters e wins, now and then not."""

    def judge(rater: User, *, right: float = 0.9, seed: int = 0) -> int:
        rng = random.Random(seed)
        for count in range(100_000):
            assignment = next_assignment(project=project, rater=rater).assignment
            if assignment is None:
                return count
            texts = dict(
                Response.objects.filter(pk__in=assignment.task.response_ids).values_list(
                    "pk", "text"
                )
            )
            order = sorted(texts, key=lambda pk: -texts[pk].count("e"))
            if rng.random() > right:
                order.reverse()
            submit(
                assignment=assignment,
                key=uuid.uuid4(),
                revision=0,
                parts={
                    "ranks": [{"response": pk, "rank": n} for n, pk in enumerate(order, start=1)],
                    "strength": 2 if len(order) == 2 else None,
                },
            )
        raise AssertionError("too many tasks")

    return judge
