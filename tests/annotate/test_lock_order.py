"""Two at once on the same rows: each sequence once ended in a deadlock or a broken rule."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connections
from django.utils import timezone

from annotate.actions import assign, judge, leases, people, training
from annotate.errors import Conflict
from annotate.models import Assignment, Judgment, Membership, Project, Task, User
from tests.annotate.desk import preferring

pytestmark = pytest.mark.django_db(transaction=True)
AddTasks = Callable[..., list[Task]]
LONG = 5


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """What each gives, in threads of their own; an exception of any of them is raised."""

    def closing(work: Callable[[], Any]) -> Any:
        try:
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(closing, works))


def first_is_best(task: Task) -> dict[str, Any]:
    return preferring([{"id": pk} for pk in task.response_ids], task.response_ids[0])


def lent(project: Project, rater: User) -> Assignment:
    found = assign.next_assignment(project=project, rater=rater).assignment
    assert found
    return Assignment.objects.select_related("task__question__project", "rater").get(pk=found.pk)


def member(project: Project, rater: User) -> Membership:
    return Membership.objects.select_related("user", "project").get(project=project, user=rater)


def train(project: Project, rater: User, by: User, task: Task) -> None:
    training.set_known_answer(
        task=task, by=by, parts=first_is_best(task), explanation="So it is.", training=True
    )
    Project.objects.update(training_tasks=1)
    project.refresh_from_db()
    Membership.objects.filter(user=rater).update(training_since=timezone.now())


def test_a_pause_and_a_training_answer_dont_lock_each_other_out(
    project: Project,
    alice: User,
    bob: User,
    add_tasks: AddTasks,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    [task] = add_tasks(1)
    train(project, bob, alice, task)
    assignment, person = lent(project, bob), member(project, bob)
    answered = Event()
    end_training = training._end_training

    def ends(*arguments: Any) -> None:
        answered.set()
        end_training(*arguments)

    monkeypatch.setattr(training, "_end_training", ends)

    def submit() -> bool:
        parts = first_is_best(task)
        return judge.submit(assignment=assignment, key=uuid4(), revision=0, parts=parts).created

    def pause() -> bool:
        answered.wait(LONG)
        return bool(people.set_paused(member=person, by=alice, paused=True).paused_at)

    assert at_once(submit, pause) == [True, True]
    assert Membership.objects.get(pk=person.pk).training_since is None


def test_a_heartbeat_in_the_moment_of_a_pause_leaves_no_lease(
    project: Project,
    alice: User,
    bob: User,
    add_tasks: AddTasks,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add_tasks(1)
    assignment, person = lent(project, bob), member(project, bob)
    leases.return_own(rater=bob)
    taking = Event()
    take_place = leases.take_place

    def takes(taken: Assignment) -> bool:
        taking.set()
        return take_place(taken)

    monkeypatch.setattr(leases, "take_place", takes)

    def pause() -> None:
        taking.wait(LONG)
        people.set_paused(member=person, by=alice, paused=True)

    at_once(lambda: leases.extend_lease(assignment=assignment), pause)
    assert not Assignment.objects.filter(state=Assignment.State.LEASED).exists()


def test_a_heartbeat_takes_no_third_lease(project: Project, bob: User, add_tasks: AddTasks) -> None:
    add_tasks(3)
    ended = lent(project, bob)
    leases.return_own(rater=bob)
    first = assign.next_assignment(project=project, rater=bob).assignment
    assert first
    assign.next_assignment(project=project, rater=bob, holding=[first.pk])
    assert leases.extend_lease(assignment=ended).state == Assignment.State.EXPIRED
    assert Assignment.objects.filter(state=Assignment.State.LEASED).count() == 2


def test_a_training_answer_to_a_task_that_is_work_again_is_kept_without_feedback(
    project: Project, alice: User, bob: User, add_tasks: AddTasks
) -> None:
    [task] = add_tasks(1)
    train(project, bob, alice, task)
    assignment = lent(project, bob)
    training.forget_known_answer(task=task, by=alice)
    parts = first_is_best(task)
    done = judge.submit(assignment=assignment, key=uuid4(), revision=0, parts=parts)
    assert done.feedback is None
    assert Judgment.objects.count() == 1


def own(assignment: Assignment) -> Assignment:
    """As a request of its own reads it."""
    return Assignment.objects.select_related("task__question__project", "rater").get(
        pk=assignment.pk
    )


@pytest.mark.parametrize("same_key", [True, False])
def test_two_submissions_at_once_are_one_judgment_and_one_place(
    project: Project,
    bob: User,
    add_tasks: AddTasks,
    monkeypatch: pytest.MonkeyPatch,
    same_key: bool,
) -> None:
    [task] = add_tasks(1, overlap=2)
    assignment = lent(project, bob)
    keys = [uuid4()] * 2 if same_key else [uuid4(), uuid4()]
    both_in = Barrier(2)
    lock = judge._lock
    first_time = set(range(2))

    def locks(which: int, key: UUID) -> Any:
        if which in first_time:  # both have begun before either holds the lock
            first_time.discard(which)
            both_in.wait(LONG)
        return lock(owned[which], key)

    owned = [own(assignment), own(assignment)]
    monkeypatch.setattr(
        judge, "_lock", lambda found, key: locks([a is found for a in owned].index(True), key)
    )

    def submit(which: int) -> int | None:
        try:
            done = judge.submit(
                assignment=owned[which],
                key=keys[which],
                revision=0,
                parts=first_is_best(task),
            )
        except Conflict as conflict:
            return int(conflict.extra["revision"])
        return done.judgment.pk

    results = at_once(lambda: submit(0), lambda: submit(1))

    judgment = Judgment.objects.get()
    assert sorted(results) == sorted([judgment.pk, judgment.pk if same_key else 1])
    task.refresh_from_db()
    assert task.places_left == 1
    assert own(assignment).state == "submitted"
