"""Questions through HTTP: every kind is asked, answered, checked; specs get versions."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, transaction
from rest_framework.test import APIClient

from annotate.actions.corpus import write_tasks
from annotate.actions.projects import add_question
from annotate.formats import Candidate
from annotate.incoming import NewTask
from annotate.models import Assignment, Judgment, Project, Question, Task, User
from tests.annotate.desk import Desk

AddTasks = Callable[..., list[Task]]
ClientOf = Callable[[User], APIClient]
QUESTIONS = "/api/v1/projects/helpful/questions"
RATING = {"criteria": [{"name": "helpful", "about": ""}, {"name": "honest", "about": "No lies"}]}
SOLUTION = "Add 2 and 2.\n\nThat gives 5.\n\nSo the answer is 5."


def ask(project: Project, by: User, kind: str, spec: Any, texts: list[str]) -> Question:
    """A question of that kind with one task; what the project's other questions ask is closed."""
    question = add_question(project=project, by=by, kind=kind, title="Try", spec=spec)
    task = NewTask.of(
        [{"role": "user", "content": "What is 2 + 2?"}],
        [Candidate(text, None, None) for text in texts],
    )
    write_tasks(project=project, question=question, tasks=[task])
    return question


def refusal(response: Any) -> dict[str, list[str]]:
    assert response.status_code == 400
    errors: dict[str, list[str]] = response.json()["errors"]
    return errors


def test_criteria_are_asked_at_once_and_the_first_one_leads(
    project: Project, alice: User, bob: User
) -> None:
    ask(project, alice, "comparison", {"criteria": ["harmless", "helpful"]}, ["Four.", "Five."])
    desk = Desk(bob)
    lent = desk.next()
    first, second = (r["id"] for r in lent["responses"])
    better = [{"response": first, "rank": 1}, {"response": second, "rank": 2}]
    worse = [{"response": first, "rank": 2}, {"response": second, "rank": 1}]
    criteria = [
        {"criterion": "harmless", "ranks": better, "strength": 3},
        {"criterion": "helpful", "ranks": worse, "strength": 1},
    ]
    assert "criteria" in refusal(desk.submit(lent, criteria=criteria[:1]))
    assert desk.submit(lent, criteria=criteria).status_code == 201
    judgment = Judgment.objects.select_related("task").get()
    assert judgment.task.response_ids[judgment.ranks.index(1)] == first
    assert judgment.strength == 3
    shown = desk.api.get(f"{desk.work}/assignments/{lent['id']}").json()["answer"]
    # jsonb would put the shorter name first.
    assert [part["criterion"] for part in shown["criteria"]] == ["harmless", "helpful"]
    said = {part["criterion"]: {r["response"]: r["rank"] for r in part["ranks"]}
            for part in shown["criteria"]}  # fmt: skip
    assert said["helpful"] == {first: 2, second: 1}


def test_a_top_m_ranking_stores_what_was_left_out_as_such(
    project: Project, alice: User, bob: User
) -> None:
    ask(project, alice, "comparison", {"place": "top", "top_m": 1}, ["A", "B", "C"])
    desk = Desk(bob)
    lent = desk.next()
    best = lent["responses"][1]["id"]
    assert "ranks" in refusal(desk.submit(lent, ranks=[]))
    assert desk.submit(lent, ranks=[{"response": best, "rank": 1}]).status_code == 201
    assert sorted(Judgment.objects.get().ranks) == [-1, -1, 1]
    answer = desk.api.get(f"{desk.work}/assignments/{lent['id']}").json()["answer"]
    assert answer["ranks"] == [{"response": best, "rank": 1}]


def test_ratings_are_stored_by_response_and_criterion(
    project: Project, alice: User, bob: User
) -> None:
    ask(project, alice, "rating", RATING | {"marks": ["wrong"]}, ["Four.", "It is five."])
    desk = Desk(bob)
    lent = desk.next()
    ratings = [
        {"response": r["id"], "criterion": c, "value": 1 + (r["text"] == "Four.") * 3}
        for r in lent["responses"]
        for c in ("helpful", "honest")
    ]
    five = next(r["id"] for r in lent["responses"] if "five" in r["text"])
    marks = [{"response": five, "category": "wrong", "start": 6, "end": 10, "note": "4"}]
    assert "ratings" in refusal(desk.submit(lent, ratings=ratings[:3]))
    assert "marks" in refusal(desk.submit(lent, ratings=ratings, marks=[marks[0] | {"end": 99}]))
    foreign = [{**ratings[0], "response": 10**9}]
    assert "not one of this task's" in refusal(desk.submit(lent, ratings=foreign))["ratings"][0]
    assert desk.submit(lent, ratings=ratings, marks=marks).status_code == 201
    judgment = Judgment.objects.select_related("task").get()
    texts = {r["id"]: r["text"] for r in lent["responses"]}
    ordered = [texts[pk] for pk in judgment.task.response_ids]
    assert judgment.answer["ratings"][ordered.index("Four.")] == [4, 4]
    assert judgment.ranks[ordered.index("Four.")] == 1
    shown = desk.api.get(f"{desk.work}/assignments/{lent['id']}").json()["answer"]
    assert sorted(shown["ratings"], key=str) == sorted(ratings, key=str)
    assert shown["marks"] == marks


def test_steps_are_labelled_to_the_first_error(project: Project, alice: User, bob: User) -> None:
    ask(project, alice, "steps", {"first_error": True}, [SOLUTION])
    desk = Desk(bob)
    lent = desk.next()
    assert "labels" in refusal(desk.submit(lent, labels=[1, -1]))
    reasons = [{"step": 1, "text": "2 + 2 is 4."}]
    assert desk.submit(lent, labels=[1, -1, None], reasons=reasons).status_code == 201
    judgment = Judgment.objects.get()
    assert judgment.answer == {"labels": [1, -1, None], "reasons": reasons}
    assert judgment.ranks == [1]


def test_a_revision_keeps_critique_and_rewrite(project: Project, alice: User, bob: User) -> None:
    spec = {"principles": ["Be right.", "Be kind."]}
    ask(project, alice, "revision", spec, ["The answer is 5."])
    desk = Desk(bob)
    lent = desk.next()
    said: dict[str, Any] = {"critique": "It is 4.", "text": "The answer is 4.", "principle": 0}
    assert "principle" in refusal(desk.submit(lent, **said | {"principle": None}))
    assert "critique" in refusal(desk.submit(lent, **said | {"critique": ""}))
    assert desk.submit(lent, **said, pasted=12).status_code == 201
    judgment = Judgment.objects.get()
    assert judgment.answer == said
    assert judgment.pasted == 12


def test_an_answer_of_another_kind_is_refused_by_the_part(
    project: Project, alice: User, bob: User
) -> None:
    ask(project, alice, "steps", {}, [SOLUTION])
    desk = Desk(bob)
    lent = desk.next()
    assert set(refusal(desk.submit(lent, critique="Bad."))) == {"critique"}


@pytest.mark.parametrize(
    ("kind", "spec", "field"),
    [
        ("comparison", {"k_max": 0}, "k_max"),
        ("comparison", {"criteria": [f"c{i}" for i in range(200)]}, "criteria"),
        ("comparison", {"prompt": "x" * 2**20}, "prompt"),
        ("comparison", {"surprise": 1}, "surprise"),
        ("rating", {"criteria": []}, "criteria"),
        ("rating", {**RATING, "minimum": 5, "maximum": 1}, "maximum"),
        ("rating", {**RATING, "low": "x" * 2**20}, "low"),
        ("steps", {"separator": "comma"}, "separator"),
        ("revision", {"principles": [""]}, "principles"),
        ("revision", [], "spec"),
    ],
)
def test_a_bad_spec_is_refused_with_the_settings_name(
    project: Project, alice: User, client_of: ClientOf, kind: str, spec: Any, field: str
) -> None:
    body = {"kind": kind, "title": "Try", "spec": spec}
    response = client_of(alice).post(QUESTIONS, body, format="json")
    assert field in refusal(response)
    assert project.questions.count() == 1


def test_a_spec_nobody_has_met_is_changed_in_place(
    project: Project, alice: User, client_of: ClientOf
) -> None:
    question = project.questions.get()
    api = client_of(alice)
    changed = api.patch(f"{QUESTIONS}/{question.pk}", {"spec": {"ties": False}}, format="json")
    assert changed.json()["version"] == 1
    assert changed.json()["spec"]["ties"] is False
    assert len(api.get(f"{QUESTIONS}/{question.pk}/versions").json()) == 1


def test_a_spec_that_was_answered_gets_a_version_and_open_tasks_go_on_under_it(
    project: Project, alice: User, bob: User, carol: User, add_tasks: AddTasks, client_of: ClientOf
) -> None:
    [task] = add_tasks(1, overlap=2)
    desk = Desk(bob)
    lent = desk.next()
    api = client_of(alice)
    question = project.questions.get()
    body = {"spec": {"strength": False}}
    assert api.patch(f"{QUESTIONS}/{question.pk}", body, format="json").json()["version"] == 2
    # Bob answers what he was shown: with a strength. Carol is asked without.
    assert desk.prefer(lent, lent["responses"][0]["id"])["revision"] == 1
    other = Desk(carol).next()
    assert other["task"] == task.pk
    assert other["question"]["spec"]["strength"] is False
    Desk(carol).prefer(other, other["responses"][0]["id"], strength=None)
    versions = Assignment.objects.order_by("pk").values_list("version", flat=True)
    assert list(versions) == [1, 2]
    assert desk.api.get(f"{desk.work}/assignments/{lent['id']}").json()["question"]["version"] == 1
    assert [v["version"] for v in api.get(f"{QUESTIONS}/{question.pk}/versions").json()] == [2, 1]


def test_the_database_refuses_to_change_a_spec_that_raters_have_met(
    project: Project, bob: User, add_tasks: AddTasks
) -> None:
    add_tasks(1)
    Desk(bob).next()
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        Question.objects.update(spec={})


def test_a_spec_that_tasks_would_not_fit_is_refused(
    project: Project, alice: User, add_tasks: AddTasks, client_of: ClientOf
) -> None:
    add_tasks(1, k=4)
    question = project.questions.get()
    response = client_of(alice).patch(
        f"{QUESTIONS}/{question.pk}", {"spec": {"k_max": 3}}, format="json"
    )
    assert "4 responses" in refusal(response)["k_max"][0]


def test_a_comparison_of_one_response_is_refused_by_the_database(project: Project) -> None:
    one = NewTask.of([{"role": "user", "content": "Hi"}], [Candidate("Hello", None, None)])
    refused = pytest.raises(psycopg.errors.IntegrityError, match="two responses")
    with refused, transaction.atomic():
        write_tasks(project=project, question=project.questions.get(), tasks=[one])


def test_a_project_can_begin_with_any_kind_of_question(alice: User, client_of: ClientOf) -> None:
    question = {"kind": "rating", "title": "How good?", "spec": RATING}
    body = {"name": "Ratings", "question": question}
    made = client_of(alice).post("/api/v1/projects", body, format="json")
    assert made.status_code == 201
    assert made.json()["question"]["kind"] == "rating"


def test_questions_take_turns_so_that_none_is_starved(
    project: Project, alice: User, bob: User, add_tasks: AddTasks
) -> None:
    add_tasks(4)
    question = add_question(project=project, by=alice, kind="steps", title="Right?", spec={})
    for n in range(4):
        task = NewTask.of(
            [{"role": "user", "content": f"Prove {n}"}], [Candidate(SOLUTION, None, None)]
        )
        write_tasks(project=project, question=question, tasks=[task])
    desk = Desk(bob)
    kinds = []
    for _ in range(4):
        lent = desk.next()
        kinds.append(lent["question"]["kind"])
        if kinds[-1] == "steps":
            desk.submit(lent, labels=[1, 1, 1])
        else:
            desk.prefer(lent, random.choice(lent["responses"])["id"])
    assert sorted(kinds) == ["comparison", "comparison", "steps", "steps"]
