"""Labels that a run's model doubts go to the reviewers, each with its reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from rest_framework.test import APIClient

from annotate.actions.review import adjudicate
from annotate.models import AuditEvent, Project, ReviewRequest, Task, User
from rm_training.models import Evaluation, TrainingRun, Trigger
from tests.annotate.desk import preferring

AddTasks = Callable[..., list[Task]]
RUNS = "/api/v1/projects/helpful/training-runs"


def finished(project: Project, suspects: Sequence[dict[str, Any]] | None) -> TrainingRun:
    run = TrainingRun.objects.create(project=project, trigger=Trigger.BUTTON, state="done")
    if suspects is not None:
        Evaluation.objects.create(run=run, result={"suspects": list(suspects)})
    return run


def doubted(task: Task, labelled: float = 0.81, predicted: float = 0.07) -> dict[str, Any]:
    return {"task": task.pk, "labelled": labelled, "predicted": predicted}


def send(api: APIClient, run: TrainingRun, **body: Any) -> Any:
    return api.post(f"{RUNS}/{run.pk}/suspects/review", body, format="json")


def standing(api: APIClient, run: TrainingRun) -> list[tuple[int, str]]:
    rows = api.get(f"{RUNS}/{run.pk}/suspects/review").json()
    return [(row["task"], row["standing"]) for row in rows]


def test_all_suspects_are_sent_the_most_doubted_first_without_saying_which_way(
    project: Project, api: APIClient, alice: User, add_tasks: AddTasks
) -> None:
    first, second = add_tasks(2)
    run = finished(project, [doubted(second), doubted(first, labelled=0.1, predicted=0.72)])
    answer = send(api, run)
    assert answer.status_code == 200
    assert answer.json() == {"sent": 2, "waiting": 0, "decided": 0, "dismissed": 0, "not_work": 0}
    requests = ReviewRequest.objects.order_by("pk")
    reason = f"The model of run {run.pk}, which had not seen the prompt, doubts this label."
    assert [(r.task, r.by, r.reason) for r in requests] == [
        (second, alice, reason),
        (first, alice, reason),
    ]
    assert AuditEvent.objects.filter(action="review asked for", actor=alice).count() == 1


def test_only_the_tasks_that_are_named_are_sent(
    project: Project, api: APIClient, add_tasks: AddTasks
) -> None:
    tasks = add_tasks(3)
    run = finished(project, [doubted(task) for task in tasks])
    assert send(api, run, tasks=[tasks[1].pk, tasks[1].pk]).json()["sent"] == 1
    assert standing(api, run) == [
        (tasks[0].pk, "open"), (tasks[1].pk, "waiting"), (tasks[2].pk, "open"),
    ]  # fmt: skip


def test_a_task_that_the_run_does_not_doubt_is_refused_and_nothing_is_sent(
    project: Project, api: APIClient, add_tasks: AddTasks
) -> None:
    listed, other = add_tasks(2)
    run = finished(project, [doubted(listed)])
    refused = send(api, run, tasks=[listed.pk, other.pk])
    assert refused.status_code == 400
    assert refused.json()["errors"]["tasks"] == [
        f"Run {run.pk} does not doubt the label of task {other.pk}. Nothing was sent to review."
    ]
    assert not ReviewRequest.objects.exists()
    assert send(api, run, tasks=[]).status_code == 400


def test_what_waits_or_is_decided_or_was_found_right_is_counted_and_left(
    project: Project, api: APIClient, alice: User, add_tasks: AddTasks
) -> None:
    decided, right, waits, new = add_tasks(4)
    before = finished(project, [doubted(decided), doubted(right), doubted(waits)])
    send(api, before)
    parts = preferring([{"id": pk} for pk in decided.response_ids], decided.response_ids[0])
    adjudicate(task=decided, by=alice, parts=parts, explanation="It has the facts.")
    dismissed = ReviewRequest.objects.get(task=right)
    api.post(f"/api/v1/projects/helpful/review-requests/{dismissed.pk}/dismiss")
    after = finished(project, [doubted(task) for task in (decided, right, waits, new)])
    answer = send(api, after).json()
    assert answer == {"sent": 1, "waiting": 1, "decided": 1, "dismissed": 1, "not_work": 0}
    assert standing(api, after) == [
        (decided.pk, "decided"), (right.pk, "dismissed"), (waits.pk, "waiting"),
        (new.pk, "waiting"),
    ]  # fmt: skip
    assert ReviewRequest.objects.get(task=waits).reason.startswith(f"The model of run {before.pk}")


def test_a_ranking_is_sent_once_for_its_most_doubted_pair(
    project: Project, api: APIClient, add_tasks: AddTasks
) -> None:
    [task] = add_tasks(1, k=4)
    run = finished(project, [doubted(task, 0.81, 0.07), doubted(task, 0.2, 0.71)])
    assert send(api, run).json()["sent"] == 1
    assert ReviewRequest.objects.get().task == task


@pytest.mark.parametrize("suspects", [None, []])
def test_a_run_without_suspects_sends_nothing(
    project: Project, api: APIClient, suspects: list[Any] | None
) -> None:
    run = finished(project, suspects)
    assert send(api, run).json()["sent"] == 0
    assert standing(api, run) == []
    assert not AuditEvent.objects.filter(action="review asked for").exists()
