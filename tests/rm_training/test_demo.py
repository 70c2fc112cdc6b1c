"""The demo project and the learning side's commands."""

from __future__ import annotations

import subprocess
import sys
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django_celery_beat.models import PeriodicTask

from annotate.actions.assign import next_assignment
from annotate.models import Judgment, Membership, Project, Response, Task, User
from annotate.queries.votes import load_unit_votes
from rm_training.actions.demo import perceived_answer
from rm_training.models import Round, TrainingRun

pytestmark = pytest.mark.django_db


def run(command: str, *arguments: Any, **options: Any) -> str:
    output = StringIO()
    call_command(command, *arguments, stdout=output, **options)
    return output.getvalue()


def test_the_demo_has_all_that_there_is_to_see() -> None:
    assert run("demo").startswith("The demo project is made: 174 tasks, 232 judgments")
    project = Project.objects.get(slug="demo")
    assert project.demo
    assert "prefer" in project.guidelines
    assert User.objects.get(username="owner").is_superuser
    assert {(m.user.label, m.role) for m in Membership.objects.filter(project=project)} == {
        ("Owner", "owner"),
        ("Rita", "rater"),
        ("Sim Ada (simulated)", "rater"),
        ("Sim Ben (simulated)", "rater"),
        ("Sim Cleo (simulated)", "rater"),
    }
    assert set(Task.objects.values_list("k", flat=True)) == {2, 4}
    assert Judgment.objects.count() == 232
    assert Response.objects.filter(pooled=True).count() == 96
    assert PeriodicTask.objects.filter(task="rm_training.nightly", enabled=True).count() == 1
    started = TrainingRun.objects.get()
    assert (started.state, started.then_round) == ("queued", True)


def test_the_demo_leaves_open_tasks_for_its_rater() -> None:
    run("demo")
    rita = User.objects.get(username="rita")
    lent = next_assignment(project=Project.objects.get(), rater=rita)
    assert lent.assignment is not None


def test_the_demos_raters_agree_often_but_not_always() -> None:
    run("demo")
    votes = load_unit_votes(Project.objects.get())
    seen: dict[tuple[int, int], list[int]] = {}
    for task, pair, outcome in zip(votes.task, votes.unit, votes.outcome, strict=True):
        seen.setdefault((int(task), int(pair)), []).append(int(outcome))
    twice = [outcomes for outcomes in seen.values() if len(outcomes) == 2]
    assert len(twice) > 100
    assert 0.5 < sum(a == b for a, b in twice) / len(twice) < 0.9


def test_the_demo_is_made_once() -> None:
    run("demo")
    assert run("demo") == "The demo project is there already; nothing was added.\n"
    assert Project.objects.count() == TrainingRun.objects.count() == 1


@pytest.mark.parametrize(
    ("seen", "ranks", "strength", "unacceptable"),
    [
        ({1: 4.0, 2: 1.5}, {1: 1, 2: 2}, 3, []),
        ({1: 2.0, 2: 3.5}, {2: 1, 1: 2}, 2, []),
        ({1: 3.0, 2: 3.1}, {1: 1, 2: 1}, None, []),
        ({1: 0.1, 2: 0.9}, {1: 1, 2: 1}, None, [2, 1]),
        ({1: 0.1, 2: 2.0}, {2: 1, 1: 2}, 2, [1]),
        ({1: 1.0, 2: 4.0, 3: 3.9, 4: 2.0}, {2: 1, 3: 1, 4: 2, 1: 3}, None, []),
    ],
)
def test_a_simulated_rater_answers_by_what_it_sees(
    seen: dict[int, float], ranks: dict[int, int], strength: int | None, unacceptable: list[int]
) -> None:
    answer = perceived_answer(seen)
    assert {item["response"]: item["rank"] for item in answer["ranks"]} == ranks
    assert (answer["strength"], answer["unacceptable"]) == (strength, unacceptable)


def test_the_retrain_command_starts_a_run_and_says_where_to_follow_it(project: Project) -> None:
    words = run("retrain", "helpful", "--then-round")
    started = TrainingRun.objects.get()
    assert words.startswith(f"Training run {started.pk} is queued for the gpu worker: http")
    assert (started.trigger, started.then_round, started.by) == ("command", True, None)
    with pytest.raises(CommandError, match="queued or running already"):
        run("retrain", "helpful")


def test_the_round_command_starts_a_round(project: Project) -> None:
    assert run("round", "helpful", "--size", "7").startswith("Round 1 of 7 tasks is queued")
    assert Round.objects.get().size == 7
    with pytest.raises(CommandError, match="queued or running already"):
        run("round", "helpful")


@pytest.mark.parametrize("command", ["retrain", "round"])
def test_an_unknown_project_is_named(command: str) -> None:
    with pytest.raises(CommandError, match="There is no project 'nowhere'"):
        run(command, "nowhere")


def test_an_impossible_size_is_refused(project: Project) -> None:
    with pytest.raises(CommandError, match="from 1 to 100000"):
        run("round", "helpful", "--size", "0")


def test_neither_the_web_process_nor_the_task_list_loads_torch() -> None:
    code = (
        "import sys, annotate.wsgi, annotate.urls, rm_training.api.urls, rm_training.tasks;"
        "sys.exit(bool({'torch', 'transformers'} & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
