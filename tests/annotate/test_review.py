"""Disputes, decisions and appeals: a decision stands beside the votes, and can be contested."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from annotate.actions.consensus import refresh_consensus
from annotate.actions.people import add_person
from annotate.actions.snapshots import take_snapshot
from annotate.models import Judgment, Project, Role, Task, TaskConsensus, User
from annotate.queries.exports import export_rows
from annotate.queries.snapshots import rows_of
from tests.annotate.desk import Desk, preferring

AddTasks = Callable[..., list[Task]]
ClientOf = Callable[[User], APIClient]
PROJECT = "/api/v1/projects/helpful"


@pytest.fixture
def rev(project: Project) -> User:
    return add_person(project=project, by=None, username="rev", name="Rev", role=Role.REVIEWER)


@pytest.fixture
def disputed(project: Project, bob: User, carol: User, add_tasks: AddTasks) -> Task:
    """One task that Bob and Carol see differently, beside one that they agree on."""
    agreed, task = add_tasks(2, overlap=2)
    for rater, place in ((bob, 0), (carol, 1)):
        desk = Desk(rater)
        for found, best in ((agreed, 0), (task, place)):
            lent = desk.next()
            assert lent["task"] == found.pk
            desk.prefer(lent, found.response_ids[best])
    refresh_consensus(project=project)
    return task


def decide(api: APIClient, task: Task, place: int, explanation: str = "It has the facts.") -> Any:
    responses = [{"id": pk} for pk in task.response_ids]
    body = {
        "answer": preferring(responses, task.response_ids[place]),
        "explanation": explanation,
    }
    return api.post(f"{PROJECT}/tasks/{task.pk}/decision", body, format="json")


def test_the_queue_holds_what_raters_see_differently_until_it_is_decided(
    rev: User, disputed: Task, client_of: ClientOf
) -> None:
    api = client_of(rev)
    [row] = api.get(f"{PROJECT}/disputes").json()["results"]
    assert row["id"] == disputed.pk
    assert row["disagreement"] == 1.0
    decided = decide(api, disputed, 0)
    assert decided.status_code == 201
    assert decided.json()["decided"] is True
    assert api.get(f"{PROJECT}/disputes").json()["results"] == []


def test_a_decision_erases_no_vote_and_is_certain_in_the_consensus(
    project: Project, rev: User, disputed: Task, client_of: ClientOf
) -> None:
    decide(client_of(rev), disputed, 1)
    agreement = refresh_consensus(project=project)
    assert agreement.judgments == 4  # the decision is no vote
    assert Judgment.objects.filter(task=disputed, newest=True).count() == 3
    consensus = TaskConsensus.objects.get(task=disputed)
    assert consensus.posterior == [0.0, 0.0, 1.0]
    assert (consensus.entropy, consensus.confidence) == (0.0, 1.0)
    disputed.refresh_from_db()
    assert (disputed.overlap, disputed.places_left) == (2, 0)


def test_a_decision_is_what_the_export_says(
    project: Project, alice: User, rev: User, disputed: Task, client_of: ClientOf
) -> None:
    decide(client_of(rev), disputed, 1)
    snapshot = take_snapshot(project=project, by=alice)
    row = next(row for row in rows_of(snapshot) if row["task"] == disputed.pk)
    assert row["posterior"] == [0.0, 0.0, 1.0]
    assert row["decision"]["explanation"] == "It has the facts."
    assert len(row["votes"]) == 2
    chosen = {r["chosen"][0]["content"] for r in export_rows(snapshot, "preference")}
    assert row["responses"][1]["text"] in chosen


def test_deciding_again_is_a_new_revision_and_of_two_reviewers_the_later_one_counts(
    project: Project, alice: User, rev: User, disputed: Task, client_of: ClientOf
) -> None:
    decide(client_of(rev), disputed, 0)
    decide(client_of(rev), disputed, 1)
    newest = Judgment.objects.get(task=disputed, rater=rev, newest=True)
    assert newest.revision == 2
    decide(client_of(alice), disputed, 0)
    refresh_consensus(project=project)
    assert TaskConsensus.objects.get(task=disputed).posterior == [1.0, 0.0, 0.0]


def test_nobody_decides_what_they_have_judged_themselves(
    project: Project, bob: User, disputed: Task, client_of: ClientOf
) -> None:
    project.memberships.filter(user=bob).update(role=Role.REVIEWER)
    refused = decide(client_of(bob), disputed, 0)
    assert refused.status_code == 409
    assert "had this task as a rater" in refused.json()["detail"]


def test_a_decision_needs_an_explanation_and_a_whole_answer(
    rev: User, disputed: Task, client_of: ClientOf
) -> None:
    api = client_of(rev)
    assert decide(api, disputed, 0, explanation="").status_code == 400
    body = {"answer": {}, "explanation": "Because."}
    refused = api.post(f"{PROJECT}/tasks/{disputed.pk}/decision", body, format="json")
    assert "ranks" in refused.json()["errors"]


def test_a_reviewer_sees_votes_without_names_where_the_project_says_so(
    alice: User, rev: User, disputed: Task, client_of: ClientOf
) -> None:
    path = f"{PROJECT}/tasks/{disputed.pk}"
    anonymous = client_of(rev).get(path).json()
    assert {vote["rater"] for vote in anonymous["votes"]} == {"Rater 1", "Rater 2"}
    assert {lease["rater"] for lease in anonymous["leases"]} == {"Rater 1", "Rater 2"}
    assert {v["rater"] for v in client_of(alice).get(path).json()["votes"]} == {"Bob", "Carol"}
    decide(client_of(alice), disputed, 0)
    said = {vote["rater"] for vote in client_of(rev).get(path).json()["votes"]}
    assert said == {"Rater 1", "Rater 2", "Reviewer 1"}
    Project.objects.update(anonymous_review=False)
    named = {vote["rater"] for vote in client_of(rev).get(path).json()["votes"]}
    assert named == {"Bob", "Carol", "Alice"}


def test_a_rater_sees_the_decision_and_can_appeal_once(
    bob: User, carol: User, rev: User, disputed: Task, client_of: ClientOf
) -> None:
    decide(client_of(rev), disputed, 1)
    desk = Desk(bob)
    items = desk.history()
    item = items[disputed.pk]
    assert item["decision"]["agrees"] is False
    assert item["decision"]["explanation"] == "It has the facts."
    assert "Rev" not in str(item)
    path = f"assignments/{item['assignment']}/appeal"
    assert desk.post(path, {"text": "The facts are wrong."}).status_code == 201
    again = desk.post(path, {"text": "Really."})
    assert again.status_code == 409
    assert "appealed here already" in again.json()["detail"]
    assert Desk(carol).history()[disputed.pk]["decision"]["agrees"] is True


def test_an_appeal_is_answered_once_and_the_rater_reads_the_reply(
    bob: User, rev: User, disputed: Task, client_of: ClientOf
) -> None:
    decide(client_of(rev), disputed, 1)
    desk = Desk(bob)
    items = desk.history()
    assignment = items[disputed.pk]["assignment"]
    desk.post(f"assignments/{assignment}/appeal", {"text": "The facts are wrong."})
    api = client_of(rev)
    [row] = api.get(f"{PROJECT}/appeals").json()
    assert (row["rater"], row["state"], row["task"]) == ("The rater", "open", disputed.pk)
    path = f"{PROJECT}/appeals/{row['id']}"
    answer = {"upheld": True, "reply": "You are right; I decided again."}
    assert api.post(path, answer, format="json").json()["state"] == "upheld"
    assert api.post(path, answer, format="json").status_code == 409
    items = desk.history()
    assert items[disputed.pk]["decision"]["appeal"]["reply"] == answer["reply"]


def test_nothing_decided_is_nothing_to_appeal_against(bob: User, disputed: Task) -> None:
    desk = Desk(bob)
    item = desk.api.get(f"{desk.work}/history").json()[0]
    refused = desk.post(f"assignments/{item['assignment']}/appeal", {"text": "No!"})
    assert refused.status_code == 400


def test_flagged_tasks_can_be_listed(
    alice: User, bob: User, add_tasks: AddTasks, client_of: ClientOf
) -> None:
    add_tasks(2)
    desk = Desk(bob)
    lent = desk.next()
    desk.post(f"assignments/{lent['id']}/flag", {"note": "Broken text"})
    rows = client_of(alice).get(f"{PROJECT}/tasks?status=flagged").json()["results"]
    assert [(row["id"], row["flagged"]) for row in rows] == [(lent["task"], True)]


def test_the_task_page_has_the_whole_history(
    alice: User, bob: User, disputed: Task, client_of: ClientOf, add_tasks: AddTasks
) -> None:
    [task] = add_tasks(1, start=50)
    desk = Desk(bob)
    lent = desk.next()
    desk.prefer(lent, task.response_ids[0])
    desk.prefer(lent, task.response_ids[1], revision=1)
    found = client_of(alice).get(f"{PROJECT}/tasks/{task.pk}").json()
    assert [(v["revision"], v["newest"]) for v in found["votes"]] == [(2, True), (1, False)]
    [lease] = found["leases"]
    assert (lease["rater"], lease["state"]) == ("Bob", "submitted")
