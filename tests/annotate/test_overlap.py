"""Adaptive overlap: a task closes when its consensus is sure enough, and the forecast says how
many judgments that will take."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from rest_framework.test import APIClient

from annotate.actions.consensus import refresh_consensus
from annotate.actions.people import add_person
from annotate.models import Project, Role, Task, TaskConsensus, User
from tests.annotate.desk import Desk

AddTasks = Callable[..., list[Task]]
ClientOf = Callable[[User], APIClient]


@pytest.fixture
def adaptive(project: Project) -> Project:
    """From 2 to 4 judgments, until the likeliest outcome has more than 75 %."""
    Project.objects.update(overlap=2, overlap_max=4, confidence=0.75)
    project.refresh_from_db()
    return project


@pytest.fixture
def desks(project: Project) -> list[Desk]:
    return [
        Desk(add_person(project=project, by=None, username=f"r{i}", name=f"R{i}", role=Role.RATER))
        for i in range(5)
    ]


def vote(desks: Sequence[Desk], task: Task, firsts: Sequence[bool]) -> None:
    """Each desk judges the task that is open; True prefers its first response."""
    for desk, first in zip(desks, firsts, strict=True):
        lent = desk.next()
        assert lent["task"] == task.pk
        desk.prefer(lent, task.response_ids[0 if first else 1])


def test_a_task_that_raters_agree_on_closes_at_the_minimum(
    adaptive: Project, desks: list[Desk], add_tasks: AddTasks
) -> None:
    [task] = add_tasks(1, overlap=2)
    Project.objects.update(confidence=0.7)
    adaptive.refresh_from_db()
    vote(desks[:2], task, [True, True])
    refresh_consensus(project=adaptive)
    # Two of two with one pseudo-vote in three: (2 + 1/3) / 3 = .78.
    assert TaskConsensus.objects.get().confidence == pytest.approx(7 / 9)
    task.refresh_from_db()
    assert (task.overlap, task.places_left) == (2, 0)


def test_a_disputed_task_gets_one_place_at_a_time_up_to_the_maximum(
    adaptive: Project, desks: list[Desk], add_tasks: AddTasks
) -> None:
    [task] = add_tasks(1, overlap=2)
    vote(desks[:2], task, [True, False])
    for overlap in (3, 4):
        refresh_consensus(project=adaptive)
        refresh_consensus(project=adaptive)  # asking twice gives no second place
        task.refresh_from_db()
        assert (task.overlap, task.places_left) == (overlap, 1)
        vote(desks[overlap - 1 : overlap], task, [overlap == 3])
    refresh_consensus(project=adaptive)
    task.refresh_from_db()
    assert (task.overlap, task.places_left) == (4, 0)


def test_a_budget_ends_the_extensions_at_the_least_sure_tasks(
    adaptive: Project, desks: list[Desk], add_tasks: AddTasks
) -> None:
    tasks = add_tasks(2, overlap=2)
    for desk, firsts in zip(desks[:2], ([True, True], [True, False]), strict=True):
        for task, first in zip(tasks, firsts, strict=True):
            lent = desk.next()
            assert lent["task"] == task.pk
            desk.prefer(lent, task.response_ids[0 if first else 1])
    Project.objects.update(budget=5, confidence=0.95)
    adaptive.refresh_from_db()
    refresh_consensus(project=adaptive)
    assert [t.places_left for t in Task.objects.order_by("pk")] == [0, 1]


def test_fixed_overlap_never_changes(
    project: Project, desks: list[Desk], add_tasks: AddTasks
) -> None:
    [task] = add_tasks(1, overlap=2)
    vote(desks[:2], task, [True, False])
    refresh_consensus(project=project)
    task.refresh_from_db()
    assert task.overlap == 2


def test_the_forecast_counts_what_is_open_and_what_disputes_will_add(
    adaptive: Project, desks: list[Desk], add_tasks: AddTasks, alice: User, client_of: ClientOf
) -> None:
    tasks = add_tasks(3, overlap=2)
    for desk in desks[:2]:
        for task in tasks[:2]:
            lent = desk.next()
            first = task == tasks[0] or desk is desks[0]
            desk.prefer(lent, task.response_ids[0 if first else 1])
    refresh_consensus(project=adaptive)
    found = client_of(alice).get("/api/v1/projects/helpful/forecast").json()
    assert found["judgments"] == 4
    # The third task has two places, the disputed one got one.
    assert found["places_open"] == 3
    # One of two tasks went on at 2; none has ended at 3, so half go on there:
    # third task .5 + .25, disputed one .5.
    assert found["expected"] == pytest.approx(3 + 0.75 + 0.5)
    assert found["days"] == pytest.approx(found["expected"] / (4 / 7))
    Project.objects.update(budget=6)
    found = client_of(alice).get("/api/v1/projects/helpful/forecast").json()
    assert (found["budget_left"], found["expected"]) == (2, 3)


def test_a_largest_overlap_below_the_overlap_is_refused(
    adaptive: Project, alice: User, client_of: ClientOf
) -> None:
    response = client_of(alice).patch("/api/v1/projects/helpful", {"overlap_max": 1}, format="json")
    assert response.status_code == 400
    assert "overlap_max" in response.json()["errors"]
