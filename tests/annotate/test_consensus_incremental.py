"""A vote changes its own task: after any sequence of them the rows are those of reading all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from django.utils import timezone

from annotate import jobs
from annotate.actions import consensus as action
from annotate.actions.assign import next_assignment
from annotate.actions.consensus import refresh_consensus
from annotate.actions.judge import submit
from annotate.actions.people import add_person
from annotate.actions.review import adjudicate
from annotate.actions.training import forget_known_answer, set_known_answer
from annotate.models import (
    Assignment,
    Judgment,
    Project,
    Reliability,
    Role,
    Task,
    TaskConsensus,
    User,
)
from annotate.queries import consensus as query
from annotate.queries import counted
from annotate.queries.consensus import counts_of_units, weighed, weights_of
from annotate.queries.counted import counted_of, load_counted, projects_not_refreshed
from annotate.queries.votes import UnitVotes, load_decisions, load_unit_votes
from annotate.stats.consensus.dawid_skene import dawid_skene
from annotate.stats.reliability import alpha, raw_agreement
from annotate.tasks import REFRESH, refresh_consensus_task, refresh_late_task

pytestmark = pytest.mark.django_db
AddTasks = Callable[..., list[Task]]


@pytest.fixture
def raters(project: Project) -> list[User]:
    names = ("r0", "r1", "r2", "r3")
    return [
        add_person(project=project, by=None, username=n, name=n, role=Role.RATER) for n in names
    ]


def send(assignment: Assignment, rng: np.random.Generator, revision: int = 0) -> int:
    """A ranking at random, of pairs and of three; the task's id."""
    responses = assignment.task.response_ids
    ranks = rng.integers(1, 1 + len(responses), size=len(responses))
    _, ranks = np.unique(ranks, return_inverse=True)
    tied = len(set(ranks.tolist())) == 1
    submit(
        assignment=assignment,
        key=uuid4(),
        revision=revision,
        parts={
            "ranks": [
                {"response": pk, "rank": int(rank) + 1}
                for pk, rank in zip(responses, ranks, strict=True)
            ],
            "strength": None if tied or len(responses) > 2 else 1,
        },
    )
    return assignment.task_id


def judge(project: Project, rater: User, rng: np.random.Generator) -> int | None:
    lent = next_assignment(project=project, rater=rater).assignment
    return send(lent, rng) if lent else None


def edit(rng: np.random.Generator) -> int:
    newest = Judgment.objects.filter(newest=True, kind="rating").order_by("?")[0]
    return send(newest.assignment, rng, newest.revision)


def check(project: Project) -> None:
    """What is stored is what all votes say, read at once."""
    votes = load_unit_votes(project)
    known = Reliability.objects.get(project=project)
    expected = counted_of(weighed(votes, weights_of(known)), load_decisions(project))
    stored = load_counted(project)
    for name in ("tasks", "units", "judgments", "chose_left", "counts"):
        assert getattr(stored, name).tolist() == getattr(expected, name).tolist(), name
    assert stored.posterior == pytest.approx(expected.posterior, abs=1e-9)
    assert stored.disagreement == pytest.approx(expected.disagreement, abs=1e-9, nan_ok=True)
    latest = project.agreements.latest("computed_at")
    counts, cluster = counts_of_units(votes), np.repeat(votes.tasks, votes.units)
    for name, coefficient in (("alpha", alpha), ("raw", raw_agreement)):
        found, whole = getattr(latest, name), coefficient(counts, cluster=cluster)
        assert found["value"] == pytest.approx(whole.value, abs=1e-9)
        assert found["lower"] == pytest.approx(whole.lower, abs=1e-9)
    assert latest.raters == len(np.unique(votes.rater))
    assert latest.judgments == len(np.unique(votes.judgment))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("fewest_twice", [1, 10_000])
def test_changes_one_by_one_end_where_reading_all_does(
    project: Project,
    alice: User,
    raters: list[User],
    add_tasks: AddTasks,
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
    fewest_twice: int,
) -> None:
    monkeypatch.setattr(query, "FEWEST_TWICE", fewest_twice)
    monkeypatch.setattr(action, "GROWN", 1e9)
    rng = np.random.default_rng(seed)
    add_tasks(8, overlap=3)
    add_tasks(3, k=3, overlap=3, start=100)
    for rater in raters[:2] * 4:
        judge(project, rater, rng)
    refresh_consensus(project=project)
    assert bool(Reliability.objects.get().confusion) == (fewest_twice == 1)
    for _ in range(6):
        changed = [
            judge(project, raters[int(rng.integers(4))], rng),
            edit(rng),
            judge(project, raters[int(rng.integers(4))], rng),
        ]
        refresh_consensus(project=project, tasks=[pk for pk in changed if pk])
        check(project)
    [decided] = Task.objects.filter(k=2, judgments__newest=True).distinct()[:1]
    first, second = decided.response_ids
    ranks = [{"response": first, "rank": 1}, {"response": second, "rank": 2}]
    adjudicate(task=decided, by=alice, parts={"ranks": ranks, "strength": 2}, explanation="It is.")
    refresh_consensus(project=project, tasks=[decided.pk])
    check(project)
    assert TaskConsensus.objects.get(task=decided).posterior == [1, 0, 0]
    Judgment.objects.filter(task=decided, kind="rating").update(newest=False)
    refresh_consensus(project=project, tasks=[decided.pk])
    assert not TaskConsensus.objects.filter(task=decided).exists()


def test_a_new_vote_reads_no_other_tasks_votes(
    project: Project, raters: list[User], add_tasks: AddTasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(action, "GROWN", 1e9)
    rng = np.random.default_rng(0)
    add_tasks(4, overlap=2)
    judge(project, raters[0], rng)
    refresh_consensus(project=project)
    changed = judge(project, raters[1], rng)
    assert changed
    read: list[set[int]] = []
    whole = load_unit_votes

    def noted(*args: Project, **how: list[int]) -> UnitVotes:
        votes = whole(*args, **how)  # type: ignore[arg-type] # handed on
        read.append(set(votes.tasks.tolist()))
        return votes

    monkeypatch.setattr(action, "load_unit_votes", noted)
    refresh_consensus(project=project, tasks=[changed])
    assert read == [{changed}]


@pytest.mark.parametrize("why", ["grown", "old", "never read"])
def test_all_is_read_again_once_the_votes_have_grown_or_an_hour_has_passed(
    project: Project, raters: list[User], add_tasks: AddTasks, why: str
) -> None:
    rng = np.random.default_rng(1)
    add_tasks(3, overlap=3)
    judge(project, raters[0], rng)
    judge(project, raters[1], rng)
    refresh_consensus(project=project)
    before = Reliability.objects.get()
    assert (before.judgments, before.from_scratch) == (2, 2)
    [other] = Task.objects.exclude(judgments__newest=True)[:1]
    refresh_consensus(project=project, tasks=[other.pk])
    assert Reliability.objects.get().read_at == before.read_at
    if why == "grown":
        changed = judge(project, raters[2], rng)
        assert changed
        other = Task.objects.get(pk=changed)
    elif why == "old":
        Reliability.objects.update(read_at=timezone.now() - timedelta(hours=2))
    else:
        Reliability.objects.all().delete()
    refresh_consensus(project=project, tasks=[other.pk])
    assert Reliability.objects.get().read_at > before.read_at


def test_an_estimate_goes_on_from_the_one_before_until_the_votes_have_doubled(
    project: Project, raters: list[User], add_tasks: AddTasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(query, "FEWEST_TWICE", 1)
    given: list[bool] = []

    def noted(*args: object, **how: object) -> object:
        given.append(how["warm"] is not None)
        return dawid_skene(*args, **how)  # type: ignore[arg-type] # handed on

    monkeypatch.setattr(query, "dawid_skene", noted)
    rng = np.random.default_rng(2)
    add_tasks(20, overlap=2)
    for n in (4, 1, 5):
        for rater in raters[:2] * n:
            judge(project, rater, rng)
        refresh_consensus(project=project)
    assert given == [False, True, False]


@pytest.mark.django_db(transaction=True)
def test_the_worker_is_told_which_tasks_changed_and_again_if_it_died(
    project: Project, raters: list[User], add_tasks: AddTasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    monkeypatch.setattr(jobs, "_send", lambda name, args, countdown: sent.append(name))
    asked: list[set[int] | None] = []

    def refresh(*, project: Project, tasks: list[int] | None) -> None:
        asked.append(None if tasks is None else set(tasks))
        if len(asked) == 1:
            raise MemoryError("killed")

    monkeypatch.setattr("annotate.tasks.refresh_consensus", refresh)
    rng = np.random.default_rng(3)
    add_tasks(3)
    first = {judge(project, raters[0], rng), judge(project, raters[0], rng)}
    assert sent == [REFRESH]
    with pytest.raises(MemoryError):
        refresh_consensus_task(project.pk)
    third = judge(project, raters[0], rng)
    assert sent.count(REFRESH) == 2
    refresh_consensus_task(project.pk)
    assert asked == [first, {*first, third}]
    refresh_consensus_task(project.pk)  # nothing is named: somebody asks for all
    jobs.enqueue_gathered(REFRESH, project.pk, [jobs.EVERYTHING])
    refresh_consensus_task(project.pk)
    assert asked[2:] == [None, None]
    assert jobs.gathered(REFRESH, project.pk) == {}


@pytest.mark.django_db(transaction=True)
def test_an_item_named_again_while_a_run_reads_it_stays(project: Project) -> None:
    jobs.enqueue_gathered("x", project.pk, [1, 2])
    first = jobs.gathered("x", project.pk)
    jobs.enqueue_gathered("x", project.pk, [2, 3])
    second = jobs.gathered("x", project.pk)
    assert (set(first), set(second)) == ({1, 2}, {1, 2, 3})
    jobs.finished("x", project.pk, first)
    assert set(jobs.gathered("x", project.pk)) == {2, 3}
    jobs.finished("x", project.pk, second)
    assert jobs.gathered("x", project.pk) == {}
    many = range(1, 2_501)
    jobs.enqueue_gathered("x", project.pk, many)
    jobs.finished("x", project.pk, jobs.gathered("x", project.pk))
    assert jobs.gathered("x", project.pk) == {}


def test_judgments_that_no_refresh_has_seen_are_found(
    project: Project, raters: list[User], add_tasks: AddTasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_tasks(2, overlap=2)
    judge(project, raters[0], np.random.default_rng(0))
    assert projects_not_refreshed() == []  # it may be on its way
    monkeypatch.setattr(counted, "LATE", "-1 minute")
    assert projects_not_refreshed() == [project.pk]
    refresh_consensus(project=project)
    assert projects_not_refreshed() == []


@pytest.mark.django_db(transaction=True)
def test_what_was_missed_is_asked_for_as_a_whole(
    project: Project, raters: list[User], add_tasks: AddTasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_send", lambda *_: None)
    monkeypatch.setattr(counted, "LATE", "-1 minute")
    add_tasks(1)
    changed = judge(project, raters[0], np.random.default_rng(0))
    refresh_late_task()
    assert set(jobs.gathered(REFRESH, project.pk)) == {changed, jobs.EVERYTHING}


def test_a_task_that_is_no_gold_any_more_is_counted(
    project: Project, alice: User, raters: list[User], add_tasks: AddTasks,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    [task] = add_tasks(1)
    ranks = [{"response": pk, "rank": n} for n, pk in enumerate(task.response_ids, 1)]
    parts = {"ranks": ranks, "strength": 2}
    set_known_answer(task=task, by=alice, parts=parts, explanation="So.", training=False)
    with django_capture_on_commit_callbacks(execute=True):
        forget_known_answer(task=task, by=alice)
    assert set(jobs.gathered(REFRESH, project.pk)) == {task.pk}
