"""The figures behind the managers' pages, from judgments in the database to the API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from rest_framework.test import APIClient

from annotate.actions.analysis import analyse
from annotate.actions.consensus import refresh_consensus
from annotate.actions.corpus import write_tasks
from annotate.actions.importing import import_file
from annotate.actions.projects import add_question
from annotate.actions.training import set_known_answer
from annotate.formats import Candidate
from annotate.incoming import NewTask
from annotate.models import (
    Assignment,
    Judgment,
    Membership,
    Project,
    Response,
    Role,
    Task,
    TaskConsensus,
    User,
)
from annotate.queries.consensus import counts_of_units
from annotate.queries.judged import judged_tasks
from annotate.queries.projects import current_question
from annotate.queries.votes import load_gold, load_unit_votes
from annotate.stats.consensus import pair_outcomes, smoothed_majority
from annotate.stats.reliability import alpha, ranking_alpha
from tests.conftest import write_jsonl

pytestmark = pytest.mark.django_db
AddTasks = Callable[..., list[Task]]
START = datetime(2026, 3, 2, 12, tzinfo=UTC)  # a Monday


def raters(project: Project, n: int, kind: str = "person") -> list[User]:
    found = [
        User.objects.create(username=f"{kind}-{i}", name=f"{kind} {i}", kind=kind) for i in range(n)
    ]
    for user in found:
        Membership.objects.create(project=project, user=user, role=Role.RATER)
    return found


def vote(task: Task, user: User, ranks: list[int], **columns: Any) -> None:
    shown = columns.pop("shown", [*range(task.k)])
    assignment = Assignment.objects.create(
        task=task, rater=user, state="submitted", shown=shown, lease_expires_at=START
    )
    Judgment.objects.create(
        assignment=assignment,
        task=task,
        rater=user,
        k=task.k,
        ranks=ranks,
        unacceptable=[False] * task.k,
        shown=shown,
        key=uuid4(),
        **{"submitted_at": START, **columns},
    )


def figures_of(project: Project) -> dict[str, Any]:
    figures: dict[str, Any] | None = analyse(project=project).figures
    assert figures
    return figures


def days(at: datetime) -> float:
    return at.timestamp() / 86_400


def random_ranks(rng: np.random.Generator, k: int) -> list[int]:
    return [int(rank) for rank in rng.integers(1, k + 1, size=k)]


def judged(project: Project, add_tasks: AddTasks, users: list[User]) -> list[Task]:
    """Pairs and rankings of three, each judged by everybody, sides and weeks drawn at random."""
    rng = np.random.default_rng(7)
    tasks = [*add_tasks(40, overlap=9), *add_tasks(10, k=3, overlap=9)]
    for task in tasks:
        truth = random_ranks(rng, task.k)
        for user in users:
            ranks = truth if rng.random() < 0.7 else random_ranks(rng, task.k)
            vote(
                task,
                user,
                ranks,
                shown=[int(place) for place in rng.permutation(task.k)],
                submitted_at=START + timedelta(days=int(rng.integers(0, 14))),
                active_ms=int(rng.integers(1_000, 9_000)),
            )
    return tasks


def test_votes_are_read_as_they_were_given(project: Project, add_tasks: AddTasks) -> None:
    judged(project, add_tasks, raters(project, 3))
    votes = load_unit_votes(project)
    expected = [
        (j.task_id, unit, outcome, j.rater_id, (j.active_ms or 0) / 1000, days(j.submitted_at))
        for j in Judgment.objects.all()
        for unit, outcome in enumerate(pair_outcomes(np.array([j.ranks]))[0])
    ]
    times = votes.seconds[votes.judgment], votes.when[votes.judgment]
    found = zip(votes.task, votes.unit, votes.outcome, votes.rater, *times, strict=True)
    assert np.array(sorted(found)) == pytest.approx(np.array(sorted(expected)))


def test_people_and_ai_judges_are_read_apart(project: Project, add_tasks: AddTasks) -> None:
    [task] = add_tasks(1, overlap=9)
    [person], [judge] = raters(project, 1), raters(project, 1, "ai_judge")
    vote(task, person, [1, 2])
    vote(task, judge, [2, 1])
    people = load_unit_votes(project)
    judges = load_unit_votes(project, by="ai judges")
    assert people.outcome.tolist() == [0]
    assert judges.outcome.tolist() == [2]


def test_the_figures_are_those_of_the_votes(
    project: Project, alice: User, add_tasks: AddTasks, client_of: Callable[[User], APIClient]
) -> None:
    users = raters(project, 4)
    tasks = judged(project, add_tasks, users)
    analyse(project=project)
    body = client_of(alice).get(f"/api/v1/projects/{project.slug}/analysis").json()
    figures = body["figures"]

    counts, clusters = [], []
    for task in tasks:
        outcomes = pair_outcomes(np.array([j.ranks for j in task.judgments.all()]))
        for unit in outcomes.T:
            counts.append(np.bincount(unit, minlength=3))
            clusters.append(task.pk)
    expected = alpha(np.array(counts), cluster=np.array(clusters))
    assert figures["coefficients"]["alpha_ordinal"]["value"] == pytest.approx(expected.value)
    assert figures["judgments"] == 4 * len(tasks)
    assert figures["raters"] == 4
    assert [row["name"] for row in figures["weeks"]] == ["2026-03-02", "2026-03-09"]
    assert {row["rater"] for row in figures["profiles"]} == {user.pk for user in users}
    assert len(figures["matrix"]) == 6
    assert {row["name"] for row in body["names"]} == {user.label for user in users}
    assert figures["ai"] is None
    assert figures["policies"] is None


def test_a_part_with_few_pairs_says_why_it_is_not_shown(
    project: Project, add_tasks: AddTasks
) -> None:
    users = raters(project, 2)
    for task in add_tasks(5, overlap=9):
        for user in users:
            vote(task, user, [1, 2])
    [question] = figures_of(project)["questions"]
    assert question["raw"]["value"] is None
    assert question["raw"]["reason"] == "Shown from 30 pairs judged twice; there are 5."


def by_two_policies(project: Project, n: int) -> list[Task]:
    """Pairs of a good policy's answer and a bad one's, in either canonical order."""
    new = [
        NewTask.of(
            [{"role": "user", "content": f"Question {i}?"}],
            [Candidate(f"{name} answer to {i}", name, "1") for name in ("good", "bad")],
            overlap=9,
        )
        for i in range(n)
    ]
    written = write_tasks(project=project, question=current_question(project), tasks=new)
    return list(Task.objects.filter(pk__in=written.task_ids))


def test_policies_are_ranked_by_the_votes_on_their_responses(
    project: Project, add_tasks: AddTasks
) -> None:
    users = raters(project, 2)
    rng = np.random.default_rng(0)
    wins = 0
    for task in by_two_policies(project, 60):
        named = dict(Response.objects.filter(prompt=task.prompt).values_list("pk", "policy__name"))
        for user in users:
            good_wins = bool(rng.random() < 0.8)
            wins += good_wins
            good_is_first = named[task.response_ids[0]] == "good"
            vote(task, user, [1, 2] if good_wins == good_is_first else [2, 1])
    policies = figures_of(project)["policies"]
    first, second = policies["policies"]
    assert (first["name"], second["name"]) == ("good@1", "bad@1")
    assert first["plain"]["win_rate"]["value"] == pytest.approx(wins / 120, abs=0.01)
    assert first["plain"]["rank"] == first["plain"]["worst"] == 1
    assert first["plain"]["score"]["lower"] > second["plain"]["score"]["upper"]


def test_a_project_without_votes_has_figures_with_reasons(project: Project) -> None:
    figures = figures_of(project)
    assert figures["judgments"] == 0
    assert figures["coefficients"]["alpha_ordinal"]["reason"] == "Nothing has been judged yet."


def test_before_the_first_computation_there_is_nothing_and_one_can_be_asked_for(
    project: Project, alice: User, client_of: Callable[[User], APIClient]
) -> None:
    address = f"/api/v1/projects/{project.slug}/analysis"
    assert client_of(alice).get(address).json() == {
        "computed_at": None,
        "figures": None,
        "names": [],
        "failed_at": None,
        "failure": "",
    }
    assert client_of(alice).post(address).status_code == 202


def test_enough_units_judged_twice_weigh_votes_by_their_raters(
    project: Project, add_tasks: AddTasks
) -> None:
    """One rater of three answers at random: against both others their vote counts for little."""
    careful, other, careless = raters(project, 3)
    rng = np.random.default_rng(1)
    outvoted = 0
    for task in add_tasks(250, overlap=9):
        truth = int(rng.integers(2))
        for user in (careful, other):
            vote(task, user, [1 + truth, 2 - truth])
        said = int(rng.integers(2))
        outvoted += said != truth
        vote(task, careless, [1 + said, 2 - said])
    refresh_consensus(project=project)
    sure = np.array(TaskConsensus.objects.values_list("confidence", flat=True))
    assert outvoted > 100
    assert sure.min() > 0.9
    figures = figures_of(project)
    assert figures["weighing"] == "The votes of 3 raters count by what each of them confuses."
    TaskConsensus.objects.update(updated_at=START)
    [newcomer] = raters(project, 1, "simulated")
    asked = Task.objects.earliest("pk")
    vote(asked, newcomer, [1, 2])
    refresh_consensus(project=project)
    assert TaskConsensus.objects.exclude(updated_at=START).get().pk == asked.pk
    rows = list(judged_tasks(project))
    stored = dict(TaskConsensus.objects.values_list("task_id", "posterior"))
    for row in rows:
        assert row["posterior"] == pytest.approx(stored[row["task"]], abs=1e-3)


def test_agreement_by_criterion_is_that_of_each_criterions_own_order(
    project: Project, add_tasks: AddTasks
) -> None:
    question = current_question(project)
    question.spec = {**question.spec, "criteria": ["helpful", "harmless"]}
    question.version += 1
    question.save()
    users = raters(project, 2)
    for i, task in enumerate(add_tasks(40, overlap=9)):
        for n, user in enumerate(users):
            helpful, harmless = [1, 2], [1, 2] if i % 2 or n else [2, 1]
            orders = {
                "helpful": {"ranks": helpful, "strength": None},
                "harmless": {"ranks": harmless, "strength": None},
            }
            vote(task, user, helpful, answer={"criteria": orders})
    helpful, harmless = figures_of(project)["criteria"]
    assert (helpful["name"], helpful["raw"]["value"]) == ("helpful", 1.0)
    assert (harmless["name"], harmless["raw"]["value"]) == ("harmless", 0.5)


def test_whole_rankings_have_an_agreement_of_their_own(
    project: Project, add_tasks: AddTasks
) -> None:
    users = raters(project, 3)
    for i, task in enumerate(add_tasks(40, k=3, overlap=9)):
        for n, user in enumerate(users):
            vote(task, user, [1, 2, 3] if i % 4 or n else [3, 2, 1])
    [ranking] = figures_of(project)["rankings"]
    votes = list(Judgment.objects.values_list("task_id", "ranks"))
    expected = ranking_alpha(np.array([t for t, _ in votes]), np.array([r for _, r in votes]))
    assert ranking["k"] == 3
    assert ranking["alpha"]["value"] == pytest.approx(expected.value)
    assert ranking["alpha"]["n"] == 40


def test_raters_of_another_taste_form_a_group(project: Project) -> None:
    users = raters(project, 12)
    rng = np.random.default_rng(0)
    for task in by_two_policies(project, 60):
        named = dict(Response.objects.filter(prompt=task.prompt).values_list("pk", "policy__name"))
        for n, user in enumerate(users):
            likes_good = (rng.random() < 0.95) == (n < 8)
            good_is_first = named[task.response_ids[0]] == "good"
            vote(task, user, [1, 2] if likes_good == good_is_first else [2, 1])
    tastes = figures_of(project)["policies"]["tastes"]
    assert [(group["raters"], group["order"]) for group in tastes["groups"]] == [
        (8, ["good@1", "bad@1"]),
        (4, ["bad@1", "good@1"]),
    ]


def test_partial_rankings_and_ai_judges_have_figures_too(
    project: Project, add_tasks: AddTasks
) -> None:
    people, judges = raters(project, 3), raters(project, 2, "ai_judge")
    rng = np.random.default_rng(5)
    for task in add_tasks(60, k=4, overlap=9):
        for user in (*people, *judges):
            vote(task, user, [int(rank) for rank in rng.permutation([1, 2, 0, -1])])
    refresh_consensus(project=project)
    figures = figures_of(project)
    assert figures["judgments"] == 180
    assert figures["ai"]["judgments"] == 120
    # Of the six pairs two were ranked by somebody in nearly every task, never all by everybody.
    assert 0 < figures["ai"]["with_people"]["n"] < 360
    assert abs(figures["ai"]["with_people_beyond_chance"]["value"]) < 0.2
    assert figures["rankings"][0]["alpha"]["n"] <= 60


def test_steps_are_a_smoothed_majority_however_many_there_are(
    project: Project, alice: User, tmp_path: Path
) -> None:
    question = add_question(project=project, by=alice, kind="steps", title="Right?", spec={})
    rows = [{"prompt": f"{i} + 1?", "steps": ["Add.", f"It is {i}.", "Done."]} for i in range(80)]
    path = write_jsonl(tmp_path / "steps.jsonl", rows)
    import_file(project=project, path=path, question=question)
    users = raters(project, 3)
    for task in Task.objects.filter(question=question):
        for user in users:
            vote(task, user, [0], answer={"labels": [1, -1, 1], "reasons": []})
    refresh_consensus(project=project)
    confidence = TaskConsensus.objects.values_list("confidence", flat=True)
    assert list(confidence) == pytest.approx([(3 + 1 / 3) / 4] * 80)
    figures = figures_of(project)
    assert figures["units"] == 240
    assert figures["profiles"] == []
    assert figures["coefficients"]["raw"]["value"] == 1.0


def test_a_rater_who_copies_stands_on_both_pages_with_what_they_confuse(
    project: Project, add_tasks: AddTasks, alice: User, client_of: Callable[[User], APIClient]
) -> None:
    users, rng = raters(project, 8), np.random.default_rng(4)
    for task in add_tasks(150, overlap=9):
        truth = random_ranks(rng, 2)
        own = [truth if rng.random() < 0.7 else random_ranks(rng, 2) for _ in users]
        own[5] = own[2]
        for user, ranks in zip(users, own, strict=True):
            vote(task, user, ranks)
    person = f"/api/v1/projects/helpful/people/{users[2].pk}"
    before = client_of(alice).get(person).json()
    assert (before["beside_others"], before["signals"]["twins"]) == (None, [])
    analyse(project=project)
    profile = client_of(alice).get(person).json()
    [twin] = profile["signals"]["twins"]
    assert (twin["user"], twin["together"], twin["same"]) == (users[5].pk, 150, 150)
    assert twin["expected"] < 120
    assert twin["q"] < 0.001
    assert profile["beside_others"]["rater"] == users[2].pk
    assert np.sum(profile["beside_others"]["confusion"]) <= 150
    other = client_of(alice).get(f"/api/v1/projects/helpful/people/{users[0].pk}").json()
    assert other["signals"]["twins"] == []


def test_a_failed_computation_leaves_the_figures_and_says_why(
    project: Project,
    add_tasks: AddTasks,
    alice: User,
    client_of: Callable[[User], APIClient],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    judged(project, add_tasks, raters(project, 3))
    analyse(project=project)

    def broken(project: Project) -> None:
        raise MemoryError("no room")

    with monkeypatch.context() as patch:
        patch.setattr("annotate.actions.analysis.look_through", broken)
        with pytest.raises(MemoryError):
            analyse(project=project)
    found = client_of(alice).get("/api/v1/projects/helpful/analysis").json()
    assert found["figures"]["raters"] == 3
    assert found["failure"] == "MemoryError: no room"
    assert found["failed_at"] > found["computed_at"]
    analyse(project=project)
    found = client_of(alice).get("/api/v1/projects/helpful/analysis").json()
    assert (found["failure"], found["failed_at"]) == ("", None)


def test_votes_on_gold_are_held_against_the_known_answers(
    project: Project, add_tasks: AddTasks, alice: User
) -> None:
    users, rng = raters(project, 5), np.random.default_rng(6)
    for n, task in enumerate(add_tasks(60)):
        right = [1, 2] if n % 2 else [2, 1]
        parts = {
            "ranks": [
                {"response": pk, "rank": rank}
                for pk, rank in zip(task.response_ids, right, strict=True)
            ],
            "strength": 2,
        }
        set_known_answer(task=task, by=alice, parts=parts, explanation="So.", training=False)
        task.refresh_from_db()
        for user in users[: 1 + n % 5]:
            vote(task, user, right if rng.random() < 0.8 else right[::-1])
    Project.objects.update(overlap=3)
    project.refresh_from_db()
    found = figures_of(project)
    assert found["judgments"] == 0  # gold is no work
    assert found["calibration"]["n"] == 0
    gold = found["calibration_on_gold"]
    assert (gold["n"], gold["reason"]) == (60, None)
    votes, known = load_gold(project, most=3)
    assert counts_of_units(votes).sum(axis=1).max() == 3  # of five: as many as work gets
    posterior = smoothed_majority(counts_of_units(votes).astype(float))
    place, outcome = votes.decided(known)
    assert gold["log_loss"] == pytest.approx(-np.log(posterior[place, outcome]).mean())
    assert sorted(outcome.tolist()) == [0] * 30 + [2] * 30
