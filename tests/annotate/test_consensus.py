"""Agreement and consensus over HTTP and in the database, checked by hand-computed values."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import krippendorff
import numpy as np
import pytest
from django.core.cache import cache
from rest_framework.test import APIClient

from annotate import jobs
from annotate.actions.assign import next_assignment
from annotate.actions.consensus import refresh_consensus
from annotate.actions.judge import submit
from annotate.models import Agreement, Project, Task, TaskConsensus, User

AddTasks = Callable[..., list[Task]]


def judge_all(project: Project, rater: User, outcomes: dict[int, int]) -> None:
    """outcomes: task id → 0 (first wins), 1 (tie), 2 (second wins), in canonical order."""
    while (lent := next_assignment(project=project, rater=rater)).assignment:
        task = lent.assignment.task
        first, second = task.response_ids
        places = {0: (1, 2), 1: (1, 1), 2: (2, 1)}[outcomes[task.pk]]
        submit(
            assignment=lent.assignment,
            key=uuid4(),
            revision=0,
            parts={
                "ranks": [
                    {"response": first, "rank": places[0]},
                    {"response": second, "rank": places[1]},
                ],
                "strength": None if outcomes[task.pk] == 1 else 1,
            },
        )


@pytest.fixture
def judged(project: Project, bob: User, carol: User, add_tasks: AddTasks) -> list[Task]:
    tasks = add_tasks(4, overlap=2)
    judge_all(project, bob, {t.pk: o for t, o in zip(tasks, [0, 2, 0, 1], strict=True)})
    judge_all(project, carol, {t.pk: o for t, o in zip(tasks, [0, 2, 2, 1], strict=True)})
    return tasks


def test_alpha_is_the_reference_packages_on_the_same_votes(
    project: Project, judged: list[Task]
) -> None:
    agreement = refresh_consensus(project=project)
    table = np.array([[0, 2, 0, 1], [0, 2, 2, 1]])
    expected = krippendorff.alpha(table, level_of_measurement="ordinal")
    assert agreement.alpha["value"] == pytest.approx(expected, abs=1e-12)
    assert agreement.raw["value"] == pytest.approx(0.75)
    assert (agreement.judgments, agreement.tasks, agreement.tasks_overlapping) == (8, 4, 4)
    assert agreement.tie_share == pytest.approx(0.25)


def test_the_posterior_is_a_smoothed_majority(project: Project, judged: list[Task]) -> None:
    refresh_consensus(project=project)
    agreed = TaskConsensus.objects.get(task=judged[0])
    split = TaskConsensus.objects.get(task=judged[2])
    assert agreed.posterior == pytest.approx([(2 + 1 / 3) / 3, 1 / 9, 1 / 9])
    assert split.posterior == pytest.approx([4 / 9, 1 / 9, 4 / 9])
    assert split.entropy > agreed.entropy


def test_agreement_is_null_with_a_reason_where_nobody_overlaps(
    project: Project, bob: User, alice: User, add_tasks: AddTasks,
    client_of: Callable[[User], APIClient],
) -> None:  # fmt: skip
    tasks = add_tasks(2)
    judge_all(project, bob, {t.pk: 0 for t in tasks})
    refresh_consensus(project=project)
    latest = client_of(alice).get("/api/v1/projects/helpful/agreement").json()["latest"]
    assert latest["alpha"]["value"] is None
    assert latest["alpha"]["reason"]


def test_a_project_without_judgments_has_an_agreement_that_says_so(project: Project) -> None:
    agreement = refresh_consensus(project=project)
    assert agreement.alpha["value"] is None
    assert agreement.alpha["reason"]


def test_ai_judges_are_left_out(project: Project, judged: list[Task], bob: User) -> None:
    User.objects.filter(pk=bob.pk).update(kind=User.Kind.AI_JUDGE)
    assert refresh_consensus(project=project).raters == 1


def test_rankings_of_three_enter_as_their_pairs(
    project: Project, bob: User, add_tasks: AddTasks
) -> None:
    [task] = add_tasks(1, k=3)
    lent = next_assignment(project=project, rater=bob).assignment
    assert lent
    places = [2, 1, 2]
    ranks = [
        {"response": pk, "rank": place} for pk, place in zip(task.response_ids, places, strict=True)
    ]
    submit(assignment=lent, key=uuid4(), revision=0, parts={"ranks": ranks})
    refresh_consensus(project=project)
    posterior = np.array(TaskConsensus.objects.get().posterior).reshape(3, 3)
    assert posterior.argmax(axis=1).tolist() == [2, 1, 0]  # 0 loses to 1, ties 2; 1 beats 2


@pytest.mark.django_db(transaction=True)
def test_judgments_within_ten_seconds_ask_for_one_refresh(
    project: Project, bob: User, add_tasks: AddTasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[str, float]] = []
    monkeypatch.setattr(jobs, "_send", lambda name, args, countdown: sent.append((name, countdown)))
    tasks = add_tasks(5)
    judge_all(project, bob, {t.pk: 0 for t in tasks})
    assert sent == [("annotate.refresh_consensus", 10)]
    jobs.opened("annotate.refresh_consensus", project.pk)
    more = add_tasks(1, start=50)
    judge_all(project, bob, {t.pk: 0 for t in more})
    assert len(sent) == 2
    cache.clear()


def test_unchanged_posteriors_are_not_written_again(project: Project, judged: list[Task]) -> None:
    refresh_consensus(project=project)
    before = dict(TaskConsensus.objects.values_list("task", "updated_at"))
    refresh_consensus(project=project)
    assert dict(TaskConsensus.objects.values_list("task", "updated_at")) == before
    assert Agreement.objects.count() == 2
