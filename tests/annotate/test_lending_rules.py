"""Who is lent what: caps, cool-down, skills and groups, the length of leases, drafts."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient

from annotate.actions.corpus import write_tasks
from annotate.actions.leases import return_expired
from annotate.actions.overlap import ENOUGH, size_leases
from annotate.actions.people import change_person, set_paused
from annotate.actions.projects import change_question
from annotate.formats import Candidate
from annotate.incoming import NewTask
from annotate.models import Assignment, Draft, Membership, Project, Question, Task, User
from tests.annotate.desk import Desk

AddTasks = Callable[..., list[Task]]
ClientOf = Callable[[User], APIClient]


def judge(desk: Desk) -> None:
    lent = desk.next()
    desk.prefer(lent, lent["responses"][0]["id"])


def member(project: Project, user: User) -> Membership:
    return Membership.objects.select_related("project", "user").get(project=project, user=user)


def test_the_daily_cap_ends_a_raters_day_and_only_that_day(
    project: Project, bob: User, carol: User, add_tasks: AddTasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_tasks(5)
    Project.objects.update(daily_cap=2)
    desk = Desk(bob)
    judge(desk)
    judge(desk)
    assert "2 tasks that one person may do here in a day" in desk.ask()["reason"]
    judge(Desk(carol))
    tomorrow = timezone.now() + timedelta(days=1)
    monkeypatch.setattr("annotate.actions.assign.timezone.now", lambda: tomorrow)
    judge(desk)


def test_open_tasks_count_against_the_cap(project: Project, bob: User, add_tasks: AddTasks) -> None:
    add_tasks(5)
    Project.objects.update(total_cap=2)
    desk = Desk(bob)
    judge(desk)
    lent = desk.next()
    assert "Thank you" in desk.ask([lent["id"]])["reason"]


def test_a_prompt_rests_for_its_cool_down(project: Project, bob: User) -> None:
    Project.objects.update(prompt_cooldown=30)
    prompt = [{"role": "user", "content": "The same question?"}]
    pairs = [("a", "b"), ("c", "d")]
    new = [NewTask.of(prompt, [Candidate(t, None, None) for t in pair]) for pair in pairs]
    write_tasks(project=project, question=project.questions.get(), tasks=new)
    desk = Desk(bob)
    judge(desk)
    assert "within 30 minutes" in desk.ask()["reason"]
    Assignment.objects.update(leased_at=timezone.now() - timedelta(minutes=31))
    judge(desk)


def test_a_question_is_asked_only_of_those_with_its_skills_and_groups(
    project: Project, alice: User, bob: User, add_tasks: AddTasks
) -> None:
    add_tasks(3)
    changes = {"needs_skills": ["python", "french"], "for_groups": ["day", "night"]}
    change_question(question=project.questions.get(), by=alice, changes=changes)
    desk = Desk(bob)
    assert "a skill or a group" in desk.ask()["reason"]
    person = member(project, bob)
    change_person(member=person, by=alice, changes={"skills": ["french", "python"]})
    assert "a skill or a group" in desk.ask()["reason"]
    change_person(member=person, by=alice, changes={"groups": ["night"]})
    judge(desk)


def test_the_search_goes_on_after_the_task_lent_last_and_comes_round(
    project: Project, bob: User, add_tasks: AddTasks
) -> None:
    tasks = add_tasks(4, overlap=2)
    desk = Desk(bob)
    for task in tasks[:3]:
        lent = desk.next()
        assert lent["task"] == task.pk
        desk.prefer(lent, task.response_ids[0])
    urgent = add_tasks(1, start=50)[0]
    Task.objects.filter(pk=urgent.pk).update(priority=10)
    # A task of before that is new to the rater: what was an import for others is open again.
    [earlier] = add_tasks(1, start=60)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE annotate_task SET id = %s WHERE id = %s", [tasks[0].pk - 1, earlier.pk]
        )
    met = []
    while found := desk.ask()["assignment"]:
        met.append(found["task"])
        desk.prefer(found, found["responses"][0]["id"])
    assert met[0] == urgent.pk
    assert sorted(met) == sorted([urgent.pk, tasks[3].pk, tasks[0].pk - 1])


def test_leases_follow_the_median_time_of_the_question(
    project: Project, bob: User, add_tasks: AddTasks
) -> None:
    add_tasks(ENOUGH + 2)
    desk = Desk(bob)
    for _ in range(ENOUGH):
        lent = desk.next()
        desk.prefer(lent, lent["responses"][0]["id"], active_ms=60_000)
    size_leases(project=project)
    assert Question.objects.get().lease_seconds == 300
    lent = desk.next()
    left = Assignment.objects.get(pk=lent["id"]).lease_expires_at - timezone.now()
    assert timedelta(seconds=280) < left <= timedelta(seconds=300)


def test_a_lease_is_never_longer_than_the_project_says(
    project: Project, bob: User, add_tasks: AddTasks
) -> None:
    add_tasks(1)
    Question.objects.update(lease_seconds=50_000)
    Project.objects.update(lease_minutes=10)
    lent = Desk(bob).next()
    left = Assignment.objects.get(pk=lent["id"]).lease_expires_at - timezone.now()
    assert left <= timedelta(minutes=10)


def test_a_draft_is_kept_on_the_server_until_something_newer_is_sent(
    project: Project, bob: User, add_tasks: AddTasks
) -> None:
    add_tasks(1)
    desk = Desk(bob)
    lent = desk.next()
    path = f"{desk.work}/assignments/{lent['id']}"
    typed = {"note": "Half a tho", "choice": "a"}
    assert desk.api.put(f"{path}/draft", {"data": typed}, format="json").status_code == 204
    assert desk.next()["draft"] == typed
    desk.prefer(lent, lent["responses"][0]["id"])
    assert desk.api.get(path).json()["draft"] is None
    desk.api.put(f"{path}/draft", {"data": {"note": "An edit"}}, format="json")
    assert desk.api.get(path).json()["draft"] == {"note": "An edit"}


def test_a_draft_too_long_to_be_one_is_refused(
    project: Project, bob: User, add_tasks: AddTasks
) -> None:
    add_tasks(1)
    desk = Desk(bob)
    path = f"{desk.work}/assignments/{desk.next()['id']}/draft"
    refused = desk.api.put(path, {"data": {"note": "x" * 400_000}}, format="json")
    assert refused.status_code == 400
    assert not Draft.objects.exists()


@pytest.mark.parametrize("how", ["paused", "expired"])
def test_the_draft_outlives_a_pause_and_the_end_of_the_lease(
    project: Project, alice: User, bob: User, add_tasks: AddTasks, how: str
) -> None:
    add_tasks(1)
    desk = Desk(bob)
    lent = desk.next()
    path = f"{desk.work}/assignments/{lent['id']}"
    if how == "paused":
        set_paused(member=member(project, bob), by=alice, paused=True)
    else:
        Assignment.objects.update(lease_expires_at=timezone.now() - timedelta(seconds=1))
        return_expired()
    draft = {"data": {"note": "Long work"}}
    assert desk.api.put(f"{path}/draft", draft, format="json").status_code == 204
    assert desk.api.get(path).json()["draft"] == {"note": "Long work"}
    receipt = desk.prefer(lent, lent["responses"][0]["id"], note="Long work")
    assert receipt["revision"] == 1


@pytest.mark.parametrize("bad", ["\0", "\ud800"])
def test_a_draft_that_can_not_be_stored_is_refused(
    project: Project, bob: User, add_tasks: AddTasks, bad: str
) -> None:
    add_tasks(1)
    desk = Desk(bob)
    path = f"{desk.work}/assignments/{desk.next()['id']}/draft"
    body = json.dumps({"data": {"note": f"x{bad}", "more": [{f"k{bad}": 1}]}})
    assert desk.api.put(path, body, content_type="application/json").status_code == 400


def test_what_is_available_counts_only_what_the_rater_may_answer(
    project: Project, alice: User, bob: User, add_tasks: AddTasks
) -> None:
    add_tasks(3)
    desk = Desk(bob)
    assert desk.api.get(desk.work).json()["progress"]["available"] == 3
    question = project.questions.get()
    change_question(question=question, by=alice, changes={"needs_skills": ["python"]})
    assert desk.api.get(desk.work).json()["progress"]["available"] == 0
    change_person(member=member(project, bob), by=alice, changes={"skills": ["python", "x"]})
    assert desk.api.get(desk.work).json()["progress"]["available"] == 3
