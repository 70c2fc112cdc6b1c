"""Rounds: which pairs are in the pool, what becomes of them, and what is said when there are none.

Here without a champion, so without torch; `test_loop.py` has rounds that a model takes part in.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.db import connection
from rest_framework.test import APIClient

from annotate.actions.corpus import add_responses
from annotate.actions.projects import COMPARISON, add_question, create_project
from annotate.errors import Conflict
from annotate.models import Project, Prompt, Response, Task, User
from rm_training.actions.claims import claim
from rm_training.actions.rounds import perform_round, start_round
from rm_training.models import Round, RoundTask, Trigger
from rm_training.queries import pool
from rm_training.queries.pool import ALL_ASKED, NOTHING_TO_COMPARE, candidates
from tests.rm_training.test_redelivery import import_comparisons

Push = Callable[..., None]
URL = "/api/v1/projects/helpful/rounds"


@pytest.fixture
def play(project: Project, alice: User) -> Callable[..., Round]:
    """Starts a round and does a worker's part at once."""

    def play(**options: Any) -> Round:
        made = start_round(project=project, by=alice, trigger=Trigger.BUTTON, **options)
        perform_round(made.pk)
        made.refresh_from_db()
        return made

    return play


def pairs_of(tasks: list[Task]) -> set[tuple[int, ...]]:
    return {tuple(sorted(task.response_ids)) for task in tasks}


def test_a_round_makes_one_task_a_prompt_with_its_reason_and_probability(
    push: Push, play: Callable[..., Round]
) -> None:
    push("1", prompts=5, each=3)
    made = play(size=3)
    tasks = list(Task.objects.filter(source="round"))
    assert made.state == "done"
    assert len({task.prompt_id for task in tasks}) == len(tasks) == 3
    assert {(task.k, task.priority) for task in tasks} == {(2, 10)}
    for row in RoundTask.objects.all():
        assert row.reason == "random: no champion yet"
        assert row.probability == pytest.approx(3 / 5 / 3)  # three of five prompts, one of 3 pairs
        assert row.mean_first is None
    assert (made.pool_responses, made.pool_prompts) == (15, 5)
    assert made.message.startswith("3 tasks from 15 responses to 5 prompts: all at random")


def test_the_newest_policy_version_comes_first(push: Push, play: Callable[..., Round]) -> None:
    push("1", prompts=10, each=2)
    push("2", prompts=3, each=1)
    play(size=3)
    newest = set(Response.objects.filter(policy__version="2").values_list("pk", flat=True))
    for task in Task.objects.all():
        assert newest & set(task.response_ids)


def test_no_pair_is_asked_about_twice_and_then_the_round_says_so(
    push: Push, play: Callable[..., Round]
) -> None:
    push("1", prompts=2, each=3)
    for _ in range(3):
        assert play(size=10).state == "done"
    assert Task.objects.count() == len(pairs_of(list(Task.objects.all()))) == 6
    empty = play(size=10)
    assert (empty.state, empty.message) == ("done", ALL_ASKED)


def test_a_pair_within_a_ranking_counts_as_asked(
    project: Project, add_tasks: Callable[..., list[Task]], push: Push
) -> None:
    add_tasks(1, k=4)
    assert len(candidates(project, size=5, seed=0).response) == 0
    messages = Prompt.objects.get().messages
    add_responses(project=project, policy="p", version="1", items=[(messages, "A fifth answer")])
    found = candidates(project, size=5, seed=0)
    assert len(found.response) == 5
    assert len(found.taken) == 6


def test_a_pool_without_two_responses_to_a_prompt_is_explained(
    push: Push, play: Callable[..., Round]
) -> None:
    push("1", prompts=4, each=1)
    assert play(size=2).message == NOTHING_TO_COMPARE
    assert not Task.objects.exists()


def test_a_round_that_finds_fewer_pairs_than_asked_for_says_why(
    push: Push, play: Callable[..., Round]
) -> None:
    push("1", prompts=2, each=2)
    made = play(size=50)
    assert made.message.startswith("2 tasks from 4 responses to 2 prompts")
    assert "50 were asked for, but" in made.message


def test_a_round_adds_to_the_comparison_whatever_else_the_project_asks(
    project: Project, alice: User, push: Push, play: Callable[..., Round]
) -> None:
    add_question(project=project, by=alice, kind="steps", title="Right?", spec={})
    push("1", prompts=1, each=2)
    play(size=1)
    assert Task.objects.get().question.kind == "comparison"


def test_a_project_that_compares_nothing_has_no_rounds(alice: User) -> None:
    steps = {"kind": "steps", "title": "Right?", "spec": {}}
    project = create_project(by=alice, name="Proofs", question=steps)
    with pytest.raises(Conflict, match="no comparison"):
        start_round(project=project, by=alice, trigger=Trigger.BUTTON)


def test_the_pool_is_bounded_and_the_round_says_so(
    push: Push, play: Callable[..., Round], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "PROMPTS", 4)
    push("1", prompts=9, each=2)
    push("2", prompts=3, each=12)
    made = play(size=2)
    assert made.pool_prompts == 4
    assert made.pool_responses == 3 * pool.RESPONSES_A_PROMPT + 2
    assert "kept to the 4 of 9 prompts with the newest responses" in made.message


def test_a_bounded_pool_keeps_the_newest_prompts_with_an_open_pair(
    project: Project, push: Push, play: Callable[..., Round], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "PROMPTS", 2)
    push("1", prompts=5, each=2)
    play(size=1)
    asked = Task.objects.get().prompt_id
    for seed in range(10):
        found = candidates(project, size=1, seed=seed)
        assert found.prompts == 2
        assert asked not in found.pool.prompt


def test_pool_rows_know_their_prompt_age_and_split(project: Project, push: Push) -> None:
    push("1", prompts=6, each=1)
    push("2", prompts=6, each=1)
    messages = Prompt.objects.all()[0].messages
    add_responses(project=project, policy="", version="", items=[(messages, "Nobody said this.")])
    Response.objects.filter(text="Nobody said this.").update(policy=None)
    found = candidates(project, size=5, seed=0)
    for row, pk in enumerate(found.response):
        response = Response.objects.select_related("prompt", "policy").get(pk=pk)
        assert found.pool.prompt[row] == response.prompt_id
        assert found.pool.evaluation[row] == (response.prompt.split == "evaluation")
        newest_first = {"2": 0, "1": 1}
        if response.policy:
            assert found.pool.age[row] == newest_first[response.policy.version]
        else:
            assert found.pool.age[row] == found.pool.age.max() > 1
    assert np.isnan(found.pool.mean).all()


def test_another_projects_responses_never_enter(
    mallory: User, push: Push, play: Callable[..., Round]
) -> None:
    other = Project.objects.get(slug="elsewhere")
    items = [([{"role": "user", "content": "Mine?"}], f"Answer {i}") for i in range(4)]
    add_responses(project=other, policy="p", version="1", items=items)
    assert play(size=5).message == NOTHING_TO_COMPARE


def test_a_redelivered_round_makes_its_tasks_once(
    project: Project, alice: User, push: Push
) -> None:
    push("1", prompts=5, each=2)
    made = start_round(project=project, by=alice, trigger=Trigger.BUTTON, size=2)
    for _ in range(3):
        perform_round(made.pk)
    assert Task.objects.count() == RoundTask.objects.count() == 2


def test_a_round_that_breaks_fails_with_a_sentence_and_makes_no_task(
    push: Push, play: Callable[..., Round], monkeypatch: pytest.MonkeyPatch
) -> None:
    def burst(**_: Any) -> None:
        raise RuntimeError("The disk is full.")

    push("1", prompts=5, each=2)
    monkeypatch.setattr("rm_training.actions.rounds.create_tasks", burst)
    made = play(size=2)
    assert made.state == "failed"
    assert "The disk is full. No task was made. Start a new round." in made.message
    assert not Task.objects.exists()


def test_one_round_at_a_time(project: Project, alice: User) -> None:
    first = start_round(project=project, by=alice, trigger=Trigger.BUTTON)
    with pytest.raises(Conflict, match="queued or running already"):
        start_round(project=project, by=alice, trigger=Trigger.BUTTON)
    assert claim(Round, first.pk) is not None
    with pytest.raises(Conflict):
        start_round(project=project, by=alice, trigger=Trigger.BUTTON)


def test_a_round_over_http_from_the_button_to_its_page(
    api: APIClient, project: Project, push: Push, judge_all: Callable[..., int], bob: User
) -> None:
    push("1", prompts=6, each=3)
    answer = api.post(URL, {"size": 4, "random_share": 0.5}, format="json")
    assert answer.status_code == 202
    started = answer.json()
    assert (started["state"], started["number"], started["chosen"]) == ("queued", 1, 0)
    assert api.post(URL, {}, format="json").status_code == 409
    perform_round(started["id"])
    assert judge_all(bob) == 4
    page = api.get(f"{URL}/{started['id']}").json()
    assert (page["state"], page["chosen"], page["random_chosen"], page["answered"]) == (
        "done", 4, 4, 4,
    )  # fmt: skip
    assert (page["size"], page["random_share"], page["champion"]) == (4, 0.5, None)
    assert [task["judgments"] for task in page["tasks"]] == [1] * 4
    assert page["tasks"][0]["prompt_excerpt"].startswith("Pushed question")
    listed = api.get(URL).json()
    assert [one["id"] for one in listed] == [started["id"]]
    assert "tasks" not in listed[0]


def test_what_is_left_out_is_as_the_project_says(api: APIClient, project: Project) -> None:
    started = api.post(URL, {}, format="json").json()
    assert (started["size"], started["random_share"]) == (50, 0.3)


@pytest.mark.parametrize("body", [{"size": 0}, {"size": "many"}, {"random_share": 1.1}])
def test_an_impossible_round_is_refused(api: APIClient, body: dict[str, Any]) -> None:
    assert api.post(URL, body, format="json").status_code == 400


def test_a_pool_is_found_soon_while_the_database_knows_another_project_alone(
    project: Project, alice: User, add_tasks: Callable[..., Any], tmp_path: Path
) -> None:
    """In one step the pairs that were asked about took minutes then; in two a fifth of a second."""
    add_tasks(30)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    fresh = create_project(by=alice, name="Apples", slug="apples", question=COMPARISON)
    import_comparisons(fresh, tmp_path)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '10s'")
    assert candidates(fresh, size=10, seed=0).prompts == 0  # all pairs have been asked about
