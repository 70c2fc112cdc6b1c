"""Gold, training and repeats: mixed in unseen, told only in training, acted on by people alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from annotate.actions import assign
from annotate.actions.consensus import refresh_consensus
from annotate.actions.lend import REPEAT_AFTER
from annotate.actions.people import add_person
from annotate.actions.training import set_known_answer
from annotate.models import (
    AuditEvent,
    Judgment,
    Membership,
    Project,
    ProposedAction,
    Role,
    Task,
    TaskConsensus,
    User,
)
from annotate.queries.known import checks_of
from annotate.queries.raters import consistency
from tests.annotate.desk import Desk, Lent, preferring

AddTasks = Callable[..., list[Task]]
ClientOf = Callable[[User], APIClient]
PROJECT = "/api/v1/projects/helpful"


def know(task: Task, by: User, *, training: bool = False) -> None:
    """The first response of the task is the right one."""
    responses = [{"id": pk} for pk in task.response_ids]
    set_known_answer(
        task=task,
        by=by,
        parts=preferring(responses, task.response_ids[0]),
        explanation="The first is right.",
        training=training,
    )


def first_of(lent: Lent) -> int:
    found: int = Task.objects.get(pk=lent["task"]).response_ids[0]
    return found


def wrong_of(lent: Lent) -> int:
    found: int = Task.objects.get(pk=lent["task"]).response_ids[1]
    return found


def test_gold_comes_at_its_rate_and_to_every_rater(
    project: Project, alice: User, bob: User, carol: User, add_tasks: AddTasks
) -> None:
    tasks = add_tasks(60, overlap=2)
    gold = {task.pk for task in tasks[:20]}
    for task in tasks[:20]:
        know(task, alice)
    Project.objects.update(gold_rate=0.3)
    for rater in (bob, carol):
        desk = Desk(rater)
        met = []
        for _ in range(40):
            lent = desk.next()
            met.append(lent["task"] in gold)
            desk.prefer(lent, first_of(lent))
        # Drawn at .3 forty times: 12 expected; 3 standard deviations are 8.7.
        assert 4 <= sum(met) <= 20
    assert not Task.objects.filter(purpose="work", places_left__lt=0).exists()


def test_nothing_that_a_rater_is_sent_tells_gold_from_work(
    project: Project, alice: User, bob: User, add_tasks: AddTasks
) -> None:
    tasks = add_tasks(30)
    know(tasks[0], alice)
    Project.objects.update(gold_rate=0.5)
    desk = Desk(bob)
    seen: dict[str, Any] = {}
    while len(seen) < 2:
        lent = desk.next()
        receipt = desk.prefer(lent, first_of(lent))
        purpose = Task.objects.get(pk=lent["task"]).purpose
        seen[purpose] = (
            {**lent, **dict.fromkeys(("id", "task", "prompt", "responses", "lease_expires_at"))},
            {**receipt, "assignment": None},
        )
        assert not re.search(r"gold|known|purpose", str(lent) + str(receipt))
    assert seen["gold"] == seen["work"]


def test_gold_and_training_stay_out_of_consensus_agreement_and_exports(
    project: Project, alice: User, bob: User, add_tasks: AddTasks
) -> None:
    [task] = add_tasks(1)
    know(task, alice)
    Project.objects.update(gold_rate=0.5)
    desk = Desk(bob)
    membership = Membership.objects.get(user=bob)
    for draw in range(100):
        Membership.objects.filter(pk=membership.pk).update(lent={"all": draw})
        if found := desk.ask()["assignment"]:
            desk.prefer(found, first_of(found))
            break
    assert Judgment.objects.count() == 1
    agreement = refresh_consensus(project=project)
    assert agreement.judgments == 0
    assert not TaskConsensus.objects.exists()


def test_training_comes_before_work_and_says_what_was_right(
    project: Project, alice: User, add_tasks: AddTasks
) -> None:
    tasks = add_tasks(6)
    for task in tasks[:4]:
        know(task, alice, training=True)
    Project.objects.update(training_tasks=3, training_pass=0.6)
    project.refresh_from_db()
    dave = add_person(project=project, by=None, username="dave", name="Dave", role=Role.RATER)
    desk = Desk(dave)
    rights = []
    for right in (False, True, True):
        lent = desk.next()
        assert lent["training"] is True
        receipt = desk.prefer(lent, first_of(lent) if right else wrong_of(lent))
        rights.append(receipt["feedback"]["right"])
        assert receipt["feedback"]["explanation"] == "The first is right."
        best = [r["response"] for r in receipt["feedback"]["answer"]["ranks"] if r["rank"] == 1]
        assert best == [first_of(lent)]
    assert rights == [False, True, True]
    work = desk.next()
    assert work["training"] is False
    assert desk.prefer(work, first_of(work))["feedback"] is None


def test_training_that_is_not_passed_goes_on_and_then_says_so(
    project: Project, alice: User, add_tasks: AddTasks
) -> None:
    for task in add_tasks(4)[:3]:
        know(task, alice, training=True)
    Project.objects.update(training_tasks=2, training_pass=1.0)
    project.refresh_from_db()
    dave = add_person(project=project, by=None, username="dave", name="Dave", role=Role.RATER)
    desk = Desk(dave)
    for _ in range(3):
        lent = desk.next()
        desk.prefer(lent, wrong_of(lent))
    assert desk.ask()["reason"] == assign.NO_TRAINING_LEFT
    own = desk.api.get(f"{desk.work}/own").json()
    assert own["training"] == {"done": 3, "right": 0, "needed": 2, "right_needed": 2}


def test_an_answer_changed_after_the_feedback_doesnt_count(
    project: Project, alice: User, add_tasks: AddTasks
) -> None:
    for task in add_tasks(2)[:1]:
        know(task, alice, training=True)
    Project.objects.update(training_tasks=1, training_pass=1.0)
    project.refresh_from_db()
    dave = add_person(project=project, by=None, username="dave", name="Dave", role=Role.RATER)
    desk = Desk(dave)
    lent = desk.next()
    desk.prefer(lent, wrong_of(lent))
    desk.prefer(lent, first_of(lent), revision=1)
    assert Membership.objects.get(user=dave).training_since is not None


def test_raters_who_were_there_before_the_training_work_on(
    project: Project, alice: User, bob: User, add_tasks: AddTasks
) -> None:
    know(add_tasks(2)[0], alice, training=True)
    Project.objects.update(training_tasks=1)
    assert Desk(bob).next()["training"] is False


def test_a_repeat_shows_the_sides_swapped_and_measures_consistency(
    project: Project, bob: User, add_tasks: AddTasks
) -> None:
    add_tasks(REPEAT_AFTER + 4)
    desk = Desk(bob)
    shown: dict[int, list[int]] = {}
    for _ in range(REPEAT_AFTER + 2):
        lent = desk.next()
        shown[lent["task"]] = [r["id"] for r in lent["responses"]]
        desk.prefer(lent, first_of(lent))
    Project.objects.update(repeat_rate=0.5)
    for n, answer in enumerate((first_of, wrong_of)):
        _draw_repeat(bob)
        lent = desk.next()
        repeat = Task.objects.get(pk=lent["task"])
        assert repeat.purpose == "repeat"
        before = shown[repeat.repeat_of_id or 0]
        assert [r["id"] for r in lent["responses"]] == before[::-1]
        desk.prefer(lent, answer(lent))
        assert consistency(project, bob).n == n + 1
    found = consistency(project, bob)
    assert (found.value, found.n) == (0.5, 2)
    # A repeat is no second vote of the same rater.
    assert refresh_consensus(project=project).judgments == REPEAT_AFTER + 2


def _draw_repeat(rater: User) -> None:
    """Moves the rater's count to where the draw falls on a repeat."""
    member = Membership.objects.select_related("project").get(user=rater)
    for n in range(10_000, 10_100):
        Membership.objects.filter(pk=member.pk).update(lent={**member.lent, "all": n})
        drawn = assign.purpose_of_next(
            member.project,
            assign.Rater(rater, member.pk, None, None, (), (), {**member.lent, "all": n}, {}, ()),
        )
        if drawn == "repeat":
            return
    raise AssertionError("no repeat was drawn")


def gold_answers(alice: User, desk: Desk, add_tasks: AddTasks, right: int) -> None:
    """Twelve gold tasks judged, the first `right` of them rightly."""
    for task in add_tasks(12, start=100):
        know(task, alice)
    member = Membership.objects.get(user__username="bob")
    done, draw = 0, 0
    while done < 12:
        Membership.objects.filter(pk=member.pk).update(lent={"all": draw})
        draw += 1
        lent = desk.ask()["assignment"]
        if lent is None:
            continue
        desk.prefer(lent, first_of(lent) if done < right else wrong_of(lent))
        done += 1


def test_a_low_gold_accuracy_proposes_and_only_a_manager_acts(
    project: Project, alice: User, bob: User, add_tasks: AddTasks, client_of: ClientOf
) -> None:
    Project.objects.update(gold_rate=0.5, gold_floor=0.8, gold_action="pause")
    project.refresh_from_db()
    desk = Desk(bob)
    gold_answers(alice, desk, add_tasks, right=4)
    refresh_consensus(project=project)
    api = client_of(alice)
    [proposal] = api.get(f"{PROJECT}/proposals").json()
    assert proposal["name"] == "Bob"
    assert proposal["action"] == "pause"
    assert "33% of the last 12 gold answers were right" in proposal["evidence"]
    assert Membership.objects.get(user=bob).paused_at is None
    path = f"{PROJECT}/proposals/{proposal['id']}"
    assert api.post(path, {"confirm": True}, format="json").json()["state"] == "confirmed"
    assert Membership.objects.get(user=bob).paused_at is not None
    assert api.post(path, {"confirm": False}, format="json").status_code == 409
    assert AuditEvent.objects.filter(action="proposal confirmed").exists()


def test_a_dismissed_proposal_comes_back_only_on_newer_answers(
    project: Project, alice: User, bob: User, add_tasks: AddTasks, client_of: ClientOf
) -> None:
    Project.objects.update(gold_rate=0.5, gold_floor=0.8, gold_action="warn")
    project.refresh_from_db()
    gold_answers(alice, Desk(bob), add_tasks, right=2)
    refresh_consensus(project=project)
    proposal = ProposedAction.objects.get()
    client_of(alice).post(f"{PROJECT}/proposals/{proposal.pk}", {"confirm": False}, format="json")
    refresh_consensus(project=project)
    assert not ProposedAction.objects.filter(state="open").exists()


def test_a_good_rater_is_left_alone(
    project: Project, alice: User, bob: User, add_tasks: AddTasks
) -> None:
    Project.objects.update(gold_rate=0.5, gold_floor=0.8)
    project.refresh_from_db()
    gold_answers(alice, Desk(bob), add_tasks, right=9)
    refresh_consensus(project=project)
    assert not ProposedAction.objects.exists()
    [checks] = checks_of(project, "gold").values()
    assert sum(check.right for check in checks) == 9


def test_a_warning_is_shown_until_it_was_read(
    project: Project, alice: User, bob: User, client_of: ClientOf
) -> None:
    body = {"notice": "Please read the guidelines again."}
    api = client_of(alice)
    sent = api.post(f"{PROJECT}/people/{bob.pk}/warning", body, format="json")
    assert sent.status_code == 204
    desk = Desk(bob)
    assert desk.api.get(desk.work).json()["notice"] == body["notice"]
    desk.api.delete(f"{desk.work}/notice")
    assert desk.api.get(desk.work).json()["notice"] == ""


def put_known(api: APIClient, task: Task, **changes: Any) -> Any:
    responses = [{"id": pk} for pk in task.response_ids]
    body = {
        "answer": preferring(responses, task.response_ids[0]),
        "explanation": "The first is right.",
        **changes,
    }
    return api.put(f"{PROJECT}/tasks/{task.pk}/known-answer", body, format="json")


def test_a_manager_makes_a_task_gold_and_work_again(
    project: Project, alice: User, bob: User, add_tasks: AddTasks, client_of: ClientOf
) -> None:
    [task] = add_tasks(1, overlap=2)
    api = client_of(alice)
    made = put_known(api, task)
    assert made.status_code == 200
    assert made.json()["purpose"] == "gold"
    assert made.json()["explanation"] == "The first is right."
    assert Desk(bob).ask()["assignment"] is None
    assert api.delete(f"{PROJECT}/tasks/{task.pk}/known-answer").status_code == 204
    task.refresh_from_db()
    assert (task.purpose, task.overlap, task.places_left) == ("work", 1, 1)


@pytest.mark.parametrize("part", ["answer", "explanation"])
def test_a_known_answer_needs_an_answer_and_a_reason(
    alice: User, add_tasks: AddTasks, client_of: ClientOf, part: str
) -> None:
    [task] = add_tasks(1)
    refused = put_known(client_of(alice), task, **{part: {} if part == "answer" else ""})
    assert refused.status_code == 400


def test_judged_work_is_not_made_gold(
    alice: User, bob: User, add_tasks: AddTasks, client_of: ClientOf
) -> None:
    [task] = add_tasks(1)
    desk = Desk(bob)
    desk.prefer(desk.next(), task.response_ids[0])
    refused = put_known(client_of(alice), task)
    assert refused.status_code == 400
    assert "votes would leave the data set" in refused.json()["detail"]
