"""Two models on the same held-out prompts, scored by a real worker."""

from __future__ import annotations

import json
import shutil
import time
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rest_framework.test import APIClient
from safetensors.numpy import load_file, save_file

from annotate import artifacts
from annotate.actions.consensus import refresh_consensus
from annotate.cache import redis
from annotate.models import Project, Response, Task, TaskConsensus
from annotate.queries.texts import excerpt
from rm_training.actions import scores
from rm_training.actions.runs import perform_run
from rm_training.actions.scores import MOST_RESPONSES, QUEUE, Failed, TooSlow
from rm_training.ml.export import HEADS_FILE
from rm_training.models import RewardModel
from rm_training.queries.held_out import held_out, pairs_of
from tests.children import celery_worker
from tests.rm_training.test_api_runs import finished_model
from tests.rm_training.test_api_score import _another_run, _forget
from tests.rm_training.test_loop import import_votes

MODELS = "/api/v1/projects/helpful/reward-models"
SCORE = "/api/v1/projects/helpful/score"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def models(project: Project, api: APIClient, tmp_path: Path) -> None:
    """Model 1, trained on half of the prompts, and model 2, whose heads are 1's with noise."""
    project.evaluation_share = 0.5
    project.save()
    import_votes(project, tmp_path, prompts=24)
    perform_run(api.post("/api/v1/projects/helpful/training-runs").json()["id"])
    refresh_consensus(project=project)
    trained = RewardModel.objects.get()
    RewardModel.objects.create(
        project=project, number=2, run_id=_another_run(trained), snapshot=trained.snapshot,
        path=noisy_copy(trained, tmp_path / "noisy"), heads=trained.heads,
    )  # fmt: skip
    _forget()


def noisy_copy(model: RewardModel, folder: Path) -> str:
    shutil.copytree(artifacts.fetch(model.path), folder)
    weights = load_file(folder / HEADS_FILE)["weights"]
    noise = np.random.default_rng(1).normal(size=weights.shape[1]) * weights.std()
    save_file({"weights": (weights + noise).astype(weights.dtype)}, folder / HEADS_FILE)
    artifacts.put(folder, "reward-models/noisy")
    return "reward-models/noisy"


def margins(api: APIClient, number: int, tasks: list[Task]) -> np.ndarray[Any, Any]:
    """Reward of each pair's first response less the second's, as `score` has them."""
    texts = Response.objects.in_bulk()
    items = [
        {"prompt": task.prompt.messages, "responses": [texts[pk].text for pk in task.response_ids]}
        for task in tasks
    ]
    sent = {"model": number, "items": items}
    scored = api.post(SCORE, sent, format="json").json()["items"]
    rewards = np.array([[one["mean"] for one in item["scores"]] for item in scored])
    return np.asarray(rewards[:, 0] - rewards[:, 1])


@pytest.mark.usefixtures("models")
def test_both_models_are_held_against_the_same_held_out_judgments(
    api: APIClient, tmp_path: Path
) -> None:
    tasks = Task.objects.filter(prompt__split="evaluation").select_related("prompt", "consensus")
    taken = list(tasks.order_by("digest")[:200])
    with celery_worker(QUEUE, tmp_path / "score.log"):
        answer = api.get(f"{MODELS}/compare?a=2&b=1")
        newer, older = (margins(api, number, taken) for number in (2, 1))
    assert answer.status_code == 200, answer.json()
    found = answer.json()

    target = np.array([t.consensus.posterior[0] + t.consensus.posterior[1] / 2 for t in taken])
    assert (found["tasks"], found["comparisons"]) == (len(taken), len(taken))
    assert found["prompts"] == len({task.prompt_id for task in taken})
    assert found["skipped_ties"] == 0
    right = [np.mean((each > 0) == (target > 0.5)) for each in (newer, older)]
    assert found["accuracy_a"]["value"] == pytest.approx(right[0])
    assert found["accuracy_b"]["value"] == pytest.approx(right[1])
    assert found["difference"]["value"] == pytest.approx(right[0] - right[1])
    assert found["agreement"]["value"] == pytest.approx(np.mean((newer > 0) == (older > 0)))
    for name in ("accuracy_a", "difference", "agreement", "rank_correlation"):
        assert found[name]["lower"] <= found[name]["value"] <= found[name]["upper"], name

    rows: list[dict[str, Any]] = found["rows"]
    agree = [row["agree"] for row in rows]
    assert agree == sorted(agree)
    assert agree.count(False) == np.sum((newer > 0) != (older > 0)) > 0
    places = {task.pk: at for at, task in enumerate(taken)}
    for row in rows:
        at = places[row["task"]]
        assert row["margin_a"] == pytest.approx(newer[at], abs=1e-4)
        assert row["margin_b"] == pytest.approx(older[at], abs=1e-4)
        assert row["consensus"] == pytest.approx(target[at])
    task = taken[places[rows[0]["task"]]]
    assert rows[0]["prompt_excerpt"] == excerpt(task.prompt.messages)
    assert Response.objects.get(pk=task.response_ids[0]).text.startswith(rows[0]["first"][:20])


@pytest.fixture
def set_aside(project: Project, add_tasks: Any) -> list[Task]:
    """Those of 20 rankings of three whose prompts are held out: about half."""
    project.evaluation_share = 0.5
    project.save()
    found = [task for task in add_tasks(20, k=3) if task.prompt.split == "evaluation"]
    assert 3 <= len(found) < 20
    return found


def judged(task: Task, posterior: list[float], counts: list[int]) -> None:
    TaskConsensus.objects.create(
        task=task, posterior=posterior, counts=counts, entropy=0.5, judgments=1
    )


def test_two_models_are_waited_for_as_long_as_one(
    project: Project, api: APIClient, set_aside: list[Task], monkeypatch: pytest.MonkeyPatch
) -> None:
    judged(set_aside[0], [0.8, 0.1, 0.1] * 3, [1, 0, 0] * 3)
    for number in (1, 2):
        finished_model(project, number)
    _forget()
    monkeypatch.setattr(scores, "SECONDS", 1)
    began = time.monotonic()
    answer = api.get(f"{MODELS}/compare?a=2&b=1")
    assert 1 <= time.monotonic() - began < 1.8
    _forget()
    assert answer.status_code == 504
    assert answer.json()["detail"].startswith(
        "Asked for the scores of 2 models, the scoring worker gave those of none of them within 1 "
        "seconds. Nothing was kept."
    )


def test_who_waits_for_two_is_told_whose_scores_came_and_whose_failed(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {f"scores:test {number}": finished_model(project, number) for number in (2, 1)}
    done, waits = asked
    monkeypatch.setattr(scores, "SECONDS", 1)
    redis().rpush(done, json.dumps({"scores": [], "criteria": {}}))
    with pytest.raises(TooSlow, match="those of all but model 1 within 1 seconds"):
        scores._awaited(asked)

    monkeypatch.setattr(scores, "SECONDS", 60)
    redis().rpush(waits, json.dumps({"failed": "MissingFiles: They are gone."}))
    with pytest.raises(Failed, match=r"failed with model 1: MissingFiles: They are gone\."):
        scores._awaited(asked)  # at once, though the other has no answer


def test_only_judged_work_on_held_out_prompts_is_taken(
    project: Project, set_aside: list[Task]
) -> None:
    learnt = Task.objects.exclude(prompt__split="evaluation")[0]
    work, gold, _ = set_aside[:3]
    for each in (work, gold, learnt):
        judged(each, [0.8, 0.1, 0.1] * 3, [1, 0, 0] * 3)
    Task.objects.filter(pk=gold.pk).update(purpose="gold")
    found = held_out(project, most_responses=MOST_RESPONSES)
    assert [each.pk for each in found.tasks] == [work.pk]
    assert set(found.responses) == set(work.response_ids)


def test_no_more_responses_are_taken_than_one_request_scores(
    project: Project, set_aside: list[Task]
) -> None:
    for task in set_aside:
        judged(task, [0.8, 0.1, 0.1] * 3, [1, 0, 0] * 3)
    found = held_out(project, most_responses=7)
    assert len(found.tasks) == 2
    assert len(found.responses) == 6


def test_pairs_of_a_ranking_share_a_weight_and_what_nobody_compared_is_left_out(
    project: Project, add_tasks: Any
) -> None:
    [task] = add_tasks(1, k=3)
    judged(task, [0.7, 0.2, 0.1, 1 / 3, 1 / 3, 1 / 3, 0.0, 0.0, 1.0], [1, 0, 0, 0, 0, 0, 0, 0, 1])
    pairs = pairs_of(Task.objects.select_related("consensus").get(pk=task.pk))
    known = list(combinations(task.response_ids, 2))
    assert [(pair.first, pair.second) for pair in pairs] == [known[0], known[2]]
    assert [pair.target for pair in pairs] == pytest.approx([0.8, 0.0])
    assert {pair.weight for pair in pairs} == {0.5}
