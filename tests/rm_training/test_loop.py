"""The learning loop with its real parts: the demo's texts, the real backbone, PostgreSQL, files.

Only Celery is left out here: a worker's part is called where a worker would. `test_redelivery.py`
has real workers.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rest_framework.test import APIClient

from annotate import artifacts
from annotate.actions.importing import import_file
from annotate.actions.snapshots import take_snapshot
from annotate.models import AuditEvent, Project, Response, Task, User
from rm_training import nightly, pipeline
from rm_training.actions import demo, runs
from rm_training.actions.claims import claim
from rm_training.actions.rounds import perform_round
from rm_training.actions.runs import perform_run
from rm_training.ml.backbone import embed_all
from rm_training.models import (
    Embedding,
    Evaluation,
    ResponseScore,
    RewardModel,
    Round,
    TrainingRun,
    Trigger,
)
from rm_training.pipeline import Made, Outcome

BASE = "/api/v1/projects/helpful"
Vote = Callable[[int, int], list[int]]

pytestmark = pytest.mark.django_db


def by_quality(first: int, second: int) -> list[int]:
    return [1, 2] if first > second else [2, 1]


def import_votes(
    project: Project, folder: Path, *, vote: Vote = by_quality, prompts: int = 100
) -> None:
    """Every pair of the demo's answers to up to so many prompts, with one vote each."""
    rows = []
    for row in [*demo._read("prompts.jsonl"), *demo._read("followups.jsonl")][:prompts]:
        for i, j in combinations(range(4), 2):
            ranks = vote(row["quality"][i], row["quality"][j])
            rows.append(
                {
                    "prompt": row["prompt"],
                    "responses": [row["responses"][i], row["responses"][j]],
                    "votes": [{"rater": "ruth", "ranks": ranks}],
                }
            )
    path = folder / "votes.jsonl"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    import_file(project=project, path=path)


@pytest.fixture
def half_held_out(project: Project) -> Project:
    project.evaluation_share = 0.5
    project.save()
    return project


def train(api: APIClient) -> dict[str, Any]:
    """The button, a worker's part, and the run's page."""
    pk = api.post(f"{BASE}/training-runs").json()["id"]
    perform_run(pk)
    return dict(api.get(f"{BASE}/training-runs/{pk}").json())


def test_the_loop_closes_and_goes_round_again(
    api: APIClient, half_held_out: Project, tmp_path: Path, push: Callable[..., None]
) -> None:
    import_votes(half_held_out, tmp_path)

    first = train(api)
    assert (first["state"], first["verdict"]) == ("done", "promote"), first
    assert first["verdict_sentence"].startswith("Promote: the candidate is right on")
    assert first["progress"] == 1
    assert first["peak_mb"] > 100
    assert [line[7:] for line in first["log"].splitlines()][:4] == [
        "snapshot",
        f"432 comparisons of 288 responses; {_split(first)}",
        "embeddings",
        "288 responses, 0 of them known from before",
    ]
    _check_evaluation(first["evaluation"])
    texts = Embedding.objects.count()
    assert texts > 288  # the probes' too

    (model,) = api.get(f"{BASE}/reward-models").json()
    assert (model["id"], model["champion"]) == (first["reward_model"], True)
    assert model["backbone"] == "all-MiniLM-L6-v2"
    assert AuditEvent.objects.get(action="champion changed").detail["model"] == 1
    folder = artifacts.fetch(RewardModel.objects.get().path)
    assert {"model.safetensors", "ensemble.safetensors", "tiebreak.json"} <= {
        path.name for path in folder.iterdir()
    }

    push("3", prompts=40, each=3)
    page = _play_round(api, size=10)
    assert page["champion"] == 1
    assert (page["chosen"], page["random_chosen"]) == (10, 3)
    assert page["message"].endswith("3 at random, 7 where the model is least sure.")
    for task in page["tasks"]:
        assert 0 < task["probability"] <= 1
        assert task["mean_first"] != task["mean_second"]
    _check_scores(page)

    second = train(api)
    assert "288 responses, 288 of them known from before" in second["log"]
    assert Embedding.objects.count() == texts + 3 * 40  # the pushed ones: probes are the same
    assert second["verdict"] == "inconclusive"
    assert "the champion on" in second["verdict_sentence"]
    assert [m["champion"] for m in api.get(f"{BASE}/reward-models").json()] == [False, True]


def _split(run: dict[str, Any]) -> str:
    held_out = run["evaluation"]["comparisons"] + run["evaluation"]["skipped_ties"]
    prompts = run["evaluation"]["prompts"]
    return (
        f"{432 - held_out} from {72 - prompts} prompts to learn from, "
        f"{held_out} from {prompts} held out"
    )


def _check_evaluation(evaluation: dict[str, Any]) -> None:
    accuracy = evaluation["accuracy"]
    assert 0.5 < accuracy["lower"] < accuracy["value"] < accuracy["upper"] <= 1
    assert [floor["name"] for floor in evaluation["floors"]] == [
        "longer wins", "style only", "bag of words",
    ]  # fmt: skip
    curve = [point["comparisons"] for point in evaluation["learning_curve"]]
    assert curve == sorted(curve)
    for bar in evaluation["reliability"]:
        assert bar["lower"] <= bar["predicted"] <= bar["upper"]
        assert 0.5 <= bar["lower"] < bar["upper"] <= 1
    assert evaluation["nll"]["value"] < np.log(2)
    assert evaluation["beats_floors"].startswith("It is ")
    assert len(evaluation["probes"]) == 8
    assert {probe["effect"]["n"] for probe in evaluation["probes"]} - {0}
    assert "probes for reward hacking" in evaluation["probes_sentence"]
    assert {part["dimension"] for part in evaluation["slices"]} >= {"margin", "length"}
    known = set(Task.objects.values_list("pk", flat=True))
    assert {doubted["task"] for doubted in evaluation["suspects"]} <= known


def _play_round(api: APIClient, *, size: int) -> dict[str, Any]:
    pk = api.post(f"{BASE}/rounds", {"size": size}, format="json").json()["id"]
    perform_round(pk)
    return dict(api.get(f"{BASE}/rounds/{pk}").json())


def _check_scores(page: dict[str, Any]) -> None:
    """The scores that the round shows are those of the folder, opened by transformers alone."""
    from transformers import pipeline as transformers_pipeline

    folder = artifacts.fetch(RewardModel.objects.get().path)
    classify: Any = transformers_pipeline(
        "text-classification", str(folder), function_to_apply="none", device="cpu"
    )
    task = Task.objects.get(pk=page["tasks"][0]["task"])
    for pk, shown in zip(
        task.response_ids, (page["tasks"][0]["mean_first"], page["tasks"][0]["mean_second"]),
        strict=True,
    ):  # fmt: skip
        stored = ResponseScore.objects.get(response=pk)
        assert stored.mean == shown
        assert stored.lower < stored.mean < stored.upper
        answer = {"role": "assistant", "content": Response.objects.get(pk=pk).text}
        text = classify.tokenizer.apply_chat_template(
            [*task.prompt.messages, answer], tokenize=False
        )
        assert classify(text)[0]["score"] == pytest.approx(shown, abs=1e-5)


def test_too_little_data_ends_inconclusive_and_says_what_is_missing(
    api: APIClient, project: Project, tmp_path: Path
) -> None:
    import_votes(project, tmp_path, prompts=3)
    run = train(api)
    assert (run["state"], run["verdict"]) == ("done", "inconclusive")
    assert "at least 20 comparisons and found 18" in run["verdict_sentence"]
    assert (run["reward_model"], run["evaluation"]) == (None, None)
    assert run["snapshot"] is not None
    assert not Embedding.objects.exists()


def test_a_project_without_a_judgment_ends_inconclusive_too(api: APIClient) -> None:
    run = train(api)
    assert (run["state"], run["verdict"]) == ("done", "inconclusive")
    assert "found 0 comparisons" in run["verdict_sentence"]


def test_one_prompt_is_too_few(api: APIClient, project: Project, tmp_path: Path) -> None:
    answers = [{"text": f"Answer {i}"} for i in range(9)]
    rows = [
        {"prompt": "Why?", "responses": list(pair), "votes": [{"rater": "r", "ranks": [1, 2]}]}
        for pair in combinations(answers, 2)
    ]
    path = tmp_path / "one.jsonl"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    import_file(project=project, path=path)
    assert "all comparisons are about one prompt" in train(api)["verdict_sentence"]


def test_a_run_that_breaks_says_where_and_leaves_the_champion(
    api: APIClient, project: Project, tmp_path: Path, settings: Any
) -> None:
    import_votes(project, tmp_path)
    project.evaluation_share = 0.2
    settings.BACKBONE = str(tmp_path / "nowhere")
    run = train(api)
    assert run["state"] == "failed"
    assert run["message"].startswith("The run failed while at “embeddings”: ")
    assert "nowhere" in run["message"]
    assert "The champion and all judgments are as they were" in run["message"]
    assert "Traceback" in run["log"]
    assert "Traceback" not in run["message"]
    assert not RewardModel.objects.exists()
    assert api.post(f"{BASE}/training-runs").status_code == 202


def test_a_damaged_snapshot_is_noticed(
    api: APIClient, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_votes(project, tmp_path, prompts=5)
    take = take_snapshot

    def damage(**options: Any) -> Any:
        snapshot = take(**options)
        path = artifacts.fetch(snapshot.path)
        rows = gzip.decompress(path.read_bytes())
        path.write_bytes(gzip.compress(rows.replace(b'"evaluation"', b'"train"')))
        return snapshot

    monkeypatch.setattr(pipeline, "take_snapshot", damage)
    run = train(api)
    assert run["state"] == "failed"
    assert "Snapshot 1 is damaged" in run["message"]


def test_a_run_cancelled_while_it_embeds_stops_there(
    api: APIClient, half_held_out: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_votes(half_held_out, tmp_path)
    embed = embed_all

    def cancel_first(*args: Any, **options: Any) -> Any:
        pk = TrainingRun.objects.get().pk
        assert api.post(f"{BASE}/training-runs/{pk}/cancel").json()["state"] == "cancelled"
        return embed(*args, **options)

    monkeypatch.setattr(nightly, "embed_all", cancel_first)
    run = train(api)
    assert (run["state"], run["stage"], run["verdict"]) == ("cancelled", "embeddings", None)
    assert not RewardModel.objects.exists()
    assert not Embedding.objects.exists()


def test_a_nightly_run_is_followed_by_its_round(project: Project) -> None:
    run = runs.start_nightly(project=project)
    perform_run(run.pk)
    run.refresh_from_db()
    assert run.verdict == "inconclusive"
    assert Round.objects.get().state == "queued"


def test_a_champion_that_changed_meanwhile_is_not_replaced(project: Project, alice: User) -> None:
    run = runs.start_run(project=project, by=alice, trigger=Trigger.BUTTON)
    held = claim(TrainingRun, run.pk)
    assert held is not None
    with_snapshot = TrainingRun.objects.get(pk=run.pk)
    pipeline._snapshot(with_snapshot, held)
    outcome = Outcome(
        "promote", "Promote: it is better.", opponent=12345, evaluation={"accuracy": {}},
        made=Made("path", "backbone", "d" * 64, 8, {}),
    )  # fmt: skip
    runs._finish(held, outcome)
    run.refresh_from_db()
    assert run.verdict == "inconclusive"
    assert "the champion changed while the run was on" in run.verdict_sentence
    assert not RewardModel.objects.get().champion
    assert Evaluation.objects.count() == 1
