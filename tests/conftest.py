"""What most tests need: the people alice, bob and carol, a project, and small corpora."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from rest_framework.test import APIClient

from annotate.actions.corpus import write_tasks
from annotate.actions.people import add_person
from annotate.actions.projects import COMPARISON, create_project
from annotate.formats import Candidate
from annotate.incoming import NewTask
from annotate.models import Project, Role, Task, User
from annotate.queries.projects import current_question

hypothesis_settings.register_profile(
    "tiebreak", deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
hypothesis_settings.load_profile("tiebreak")


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    yield
    cache.clear()


@pytest.fixture(scope="session")
def real_data_folder() -> Path:
    """The folder of real preference data; tests that need it skip, saying so, where it is unset."""
    folder = os.environ.get("REAL_DATA", "")
    if not folder:
        pytest.skip("REAL_DATA is not set: it names the folder of real preference data")
    return Path(folder)


@pytest.fixture
def real_data(real_data_folder: Path) -> Path:
    return real_data_folder


@pytest.fixture
def alice(db: None) -> User:
    """Owns the project."""
    return User.objects.create_user("alice", name="Alice", is_staff=True)


@pytest.fixture
def project(alice: User) -> Project:
    question = {**COMPARISON, "spec": {"reasons": ["accurate", "clear"]}}
    return create_project(by=alice, name="Helpful answers", slug="helpful", question=question)


@pytest.fixture
def bob(project: Project) -> User:
    """Rates in the project."""
    return add_person(project=project, by=None, username="bob", name="Bob", role=Role.RATER)


@pytest.fixture
def carol(project: Project) -> User:
    """Rates in the project too."""
    return add_person(project=project, by=None, username="carol", name="Carol", role=Role.RATER)


@pytest.fixture
def mallory(alice: User) -> User:
    """Owns another project, and is a stranger to this one."""
    user = User.objects.create_user("mallory", is_staff=True)
    create_project(by=user, name="Elsewhere", slug="elsewhere")
    return user


@pytest.fixture
def client_of() -> Callable[[User], APIClient]:
    """A signed-in API client for a user."""

    def client(user: User) -> APIClient:
        api = APIClient()
        api.force_login(user)
        return api

    return client


@pytest.fixture
def add_tasks(project: Project) -> Callable[..., list[Task]]:
    """Adds `count` tasks of k answers each to the project."""

    def add(count: int, *, k: int = 2, overlap: int = 1, start: int = 0) -> list[Task]:
        new = [
            NewTask.of(
                [{"role": "user", "content": f"Question {start + i} of {k}?"}],
                [Candidate(f"Answer {n} to {start + i}", None, None) for n in range(k)],
                overlap=overlap,
            )
            for i in range(count)
        ]
        written = write_tasks(project=project, question=current_question(project), tasks=new)
        tasks = Task.objects.in_bulk(written.task_ids)
        return [tasks[pk] for pk in written.task_ids]

    return add


def write_jsonl(path: Path, rows: Sequence[Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path
