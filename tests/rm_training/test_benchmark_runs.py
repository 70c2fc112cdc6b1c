"""Benchmarks as a worker's work: what is listed, the life of a run, its figures, its failures."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from rest_framework.test import APIClient

from annotate import artifacts
from annotate.celery import app
from annotate.models import AuditEvent, Project, Snapshot, User
from rm_training import benchmarking
from rm_training.actions.benchmarks import cancel_benchmark, perform_benchmark, start_benchmark
from rm_training.actions.claims import ATTEMPTS, BENCHMARK, STALE_AFTER, claim
from rm_training.actions.watch import watch
from rm_training.ml.backbone import Backbone, default_backbone_path
from rm_training.ml.ensemble import HeadEnsemble
from rm_training.ml.export import write_model
from rm_training.ml.folder_scorer import FolderScorer
from rm_training.ml.render import Conversation
from rm_training.models import BenchmarkRun, Embedding, RewardModel, TrainingRun, Trigger
from rm_training.queries.benchmarks import Benchmark, benchmarks
from tests.children import celery_worker
from tests.conftest import write_jsonl
from tests.rm_training.test_redelivery import wait_for

MAX_TOKENS = 32
SUBSETS = ["alpacaeval-easy", "alpacaeval-hard", "refusals-dangerous"]
LONG = "rather " * 60
Rows = list[dict[str, Any]]

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A nightly model whose heads were drawn, not trained."""
    rng = np.random.default_rng(3)
    backbone = Backbone.load(default_backbone_path(), max_tokens=MAX_TOKENS)
    weights = rng.normal(size=(4, backbone.size)).astype(np.float32)
    folder = tmp_path_factory.mktemp("model") / "model"
    write_model(folder, backbone, HeadEnsemble(weights, penalty=1.0, mean=0.0, std=1.0), {})
    return folder


@pytest.fixture
def model(project: Project, model_folder: Path) -> RewardModel:
    artifacts.put(model_folder, "reward-models/benchmarked")
    snapshot = Snapshot.objects.create(
        project=project, number=1, sha256="0" * 64, tasks=1, judgments=1, bytes=1
    )
    run = TrainingRun.objects.create(
        project=project, trigger=Trigger.BUTTON, state="done", snapshot=snapshot,
        config={"max_tokens": MAX_TOKENS},
    )  # fmt: skip
    return RewardModel.objects.create(
        project=project, number=1, run=run, snapshot=snapshot, heads=4,
        path="reward-models/benchmarked",
    )  # fmt: skip


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    """The operator's folder."""
    settings.BENCHMARKS_DIR = tmp_path / "benchmarks"
    settings.BENCHMARKS_DIR.mkdir()
    return Path(settings.BENCHMARKS_DIR)


@pytest.fixture
def pairs(folder: Path) -> Rows:
    """RewardBench's form in `pairs.jsonl`: 24 pairs of three subsets, two of them cut."""
    rows = [
        {
            "prompt": f"What is {number} times {number}?",
            "chosen": f"It is {number * number}. " + LONG * (number < 2),
            "rejected": f"No idea, perhaps {number}.",
            "subset": SUBSETS[number % 3],
        }
        for number in range(24)
    ]
    write_jsonl(folder / "pairs.jsonl", rows)
    return rows


@pytest.fixture
def start(model: RewardModel, alice: User) -> Callable[..., BenchmarkRun]:
    def start(name: str = "pairs.jsonl") -> BenchmarkRun:
        return start_benchmark(model=model, by=alice, trigger=Trigger.BUTTON, benchmark=name)

    return start


def url(model: RewardModel) -> str:
    return f"/api/v1/projects/helpful/reward-models/{model.pk}/benchmarks"


def performed(run: BenchmarkRun) -> BenchmarkRun:
    perform_benchmark(run.pk)
    run.refresh_from_db()
    return run


def fall_silent(run: BenchmarkRun) -> None:
    long_ago = timezone.now() - STALE_AFTER - timedelta(seconds=5)
    BenchmarkRun.objects.filter(pk=run.pk).update(heartbeat_at=long_ago)


def test_files_and_folders_are_listed_with_their_form_or_why_they_have_none(
    folder: Path, pairs: Rows
) -> None:
    outputs = [{"input": "Do it.", "output_1": "a", "output_2": "b", "label": 1}]
    for subset in ("Natural", "Adversarial/Manual"):
        (folder / "LLMBar" / subset).mkdir(parents=True)
        (folder / "LLMBar" / subset / "dataset.json").write_text(json.dumps(outputs))
    (folder / "mixed").mkdir()
    write_jsonl(folder / "mixed" / "one.jsonl", pairs)
    write_jsonl(folder / "mixed" / "two.jsonl", outputs)
    (folder / "empty").mkdir()
    (folder / "pointer.jsonl").write_text("version https://git-lfs.github.com/spec/v1\noid 1\n")
    write_jsonl(folder / "votes.jsonl", [{"prompt": "a", "votes": []}])
    (folder / ".hidden").mkdir()
    found = {each.name: each for each in benchmarks()}
    assert list(found) == [
        "LLMBar",
        "empty",
        "mixed",
        "pairs.jsonl",
        "pointer.jsonl",
        "votes.jsonl",
    ]
    assert found["LLMBar"] == Benchmark("LLMBar", "LLMBar")
    assert found["pairs.jsonl"] == Benchmark("pairs.jsonl", "RewardBench")
    assert {each.form for each in found.values() if each.reason} == {""}
    assert found["mixed"].reason == (
        "Its files are of several forms (RewardBench, LLMBar). Give each a folder of its own."
    )
    assert found["empty"].reason == "It holds no .json, .jsonl, .parquet file."
    assert found["pointer.jsonl"].reason.startswith(
        "It cannot be read: it only points to a file in large-file storage"
    )
    assert found["votes.jsonl"].reason.startswith("None of its rows is of a known form")
    for each in found.values():
        assert str(folder) not in each.reason


def test_a_file_is_looked_into_again_only_after_it_changed(
    folder: Path, pairs: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [each.form for each in benchmarks()] == ["RewardBench"]
    monkeypatch.setattr("rm_training.ml.benchmarks.reading.find", None)
    assert [each.form for each in benchmarks()] == ["RewardBench"]
    monkeypatch.undo()
    write_jsonl(folder / "pairs.jsonl", [{"prompt": "now something else"}])
    assert [each.form for each in benchmarks()] == [""]


def test_without_a_folder_nothing_is_listed(
    api: APIClient, model: RewardModel, settings: Any, tmp_path: Path
) -> None:
    settings.BENCHMARKS_DIR = tmp_path / "nowhere"
    assert api.get(url(model)).json() == {"runs": [], "available": []}


def test_the_button_starts_a_run_that_the_list_shows_and_cancel_ends_it(
    api: APIClient, model: RewardModel, pairs: Rows
) -> None:
    assert api.get(url(model)).json() == {
        "runs": [],
        "available": [{"name": "pairs.jsonl", "form": "RewardBench", "reason": ""}],
    }
    answer = api.post(url(model), {"benchmark": "pairs.jsonl"}, format="json")
    assert answer.status_code == 202
    run = answer.json()
    assert (run["state"], run["form"], run["progress"], run["figures"]) == (
        "queued", "RewardBench", 0, None,
    )  # fmt: skip
    assert AuditEvent.objects.get(action="benchmark started").detail == {
        "run": run["id"], "model": 1, "benchmark": "pairs.jsonl",
    }  # fmt: skip
    again = api.post(url(model), {"benchmark": "pairs.jsonl"}, format="json")
    assert again.status_code == 409
    assert "Wait for it, or cancel it." in again.json()["detail"]
    assert [each["id"] for each in api.get(url(model)).json()["runs"]] == [run["id"]]

    cancel = f"/api/v1/projects/helpful/benchmark-runs/{run['id']}/cancel"
    cancelled = api.post(cancel).json()
    assert (cancelled["state"], cancelled["message"]) == (
        "cancelled", "Cancelled. No figure of it is kept; the model is as it was.",
    )  # fmt: skip
    assert api.post(cancel).json() == cancelled
    assert AuditEvent.objects.filter(action="benchmark cancelled").count() == 1
    assert api.post(url(model), {"benchmark": "pairs.jsonl"}, format="json").status_code == 202


@pytest.mark.parametrize(
    "name", ["../benchmarks/pairs.jsonl", "./pairs.jsonl", "/etc/passwd", "none", "pairs.jsonl/"]
)
def test_only_a_name_of_the_list_can_be_asked_for(
    api: APIClient, model: RewardModel, pairs: Rows, name: str
) -> None:
    answer = api.post(url(model), {"benchmark": name}, format="json")
    assert answer.status_code == 409
    assert answer.json()["detail"].startswith("There is no benchmark “")
    assert not BenchmarkRun.objects.exists()


def test_a_file_of_no_known_form_is_refused_with_the_reason(
    api: APIClient, model: RewardModel, folder: Path
) -> None:
    write_jsonl(folder / "votes.jsonl", [{"prompt": "a"}])
    answer = api.post(url(model), {"benchmark": "votes.jsonl"}, format="json")
    assert answer.status_code == 409
    assert "None of its rows is of a known form" in answer.json()["detail"]


def test_the_figures_are_those_of_the_exported_folder_on_the_same_pairs(
    api: APIClient, model: RewardModel, model_folder: Path, pairs: Rows,
    start: Callable[..., BenchmarkRun],
) -> None:  # fmt: skip
    run = performed(start())
    assert (run.state, run.progress) == ("done", 1.0), run.message
    figures = run.figures
    assert figures is not None

    scorer = FolderScorer.load(model_folder)
    right = np.array([_wins(scorer, row) for row in pairs])
    subset = np.array([row["subset"] for row in pairs])
    means = [right[subset == name].mean() for name in SUBSETS]
    lines = {line["name"]: line for line in figures["lines"]}
    for name, mean in zip(SUBSETS, means, strict=True):
        accuracy = lines[name]["accuracy"]
        assert accuracy["value"] == pytest.approx(mean)
        assert accuracy["lower"] <= mean <= accuracy["upper"]
        assert (accuracy["n"], accuracy["reason"]) == (8, None)
    # The sizes that RewardBench weighs Chat by are 100 and 95; the total is the mean of sections.
    chat = (100 * means[0] + 95 * means[1]) / 195
    assert lines["Chat"]["accuracy"]["value"] == pytest.approx(chat)
    assert figures["accuracy"]["value"] == pytest.approx((chat + means[2]) / 2)
    assert figures["missing"] == ["Chat Hard", "Reasoning"]
    assert 0 < right.mean() < 1
    longer = np.array([len(row["chosen"]) > len(row["rejected"]) for row in pairs])
    assert lines[SUBSETS[2]]["floor"] == pytest.approx(longer[subset == SUBSETS[2]].mean())
    assert (figures["items"], figures["bad"], figures["aggregate"]) == (24, 0, "mean")
    assert (figures["truncated"], figures["max_tokens"]) == (scorer.truncated, MAX_TOKENS)
    assert scorer.truncated == 2
    assert run.message == (
        "Items scored: 24. Texts longer than 32 tokens, which lost their beginning: 2."
    )
    [shown] = api.get(url(model)).json()["runs"]
    assert shown["figures"] == figures


def _wins(scorer: FolderScorer, row: dict[str, Any]) -> float:
    messages = ({"role": "user", "content": row["prompt"]},)
    chosen, rejected = scorer([Conversation(messages, row[key]) for key in ("chosen", "rejected")])
    return float(chosen > rejected)


def test_texts_in_the_cache_are_counted_as_cut_and_not_embedded_again(
    pairs: Rows, start: Callable[..., BenchmarkRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = performed(start()).figures
    embedded = Embedding.objects.count()
    assert embedded == 48
    monkeypatch.setattr(Backbone, "read", None, raising=False)
    again = performed(start())
    assert again.figures == first
    assert Embedding.objects.count() == embedded


def test_bad_rows_and_unread_files_are_named_beside_the_figures(
    folder: Path, pairs: Rows, start: Callable[..., BenchmarkRun]
) -> None:
    (folder / "whole").mkdir()
    (folder / "pairs.jsonl").rename(folder / "whole" / "pairs.jsonl")
    with (folder / "whole" / "pairs.jsonl").open("a") as file:
        file.write('{"prompt": "cut off\n')
    (folder / "whole" / "more.json").write_text("version https://git-lfs.github.com/spec/v1\n")
    run = performed(start("whole"))
    assert run.figures is not None
    assert (run.state, run.figures["items"], run.figures["bad"]) == ("done", 24, 1)
    [row] = run.figures["bad_rows"]
    assert (row["file"], row["place"]) == ("pairs.jsonl", 25)
    assert [file["file"] for file in run.figures["unread"]] == ["more.json"]
    assert "Rows left out: 1. Files not read: more.json." in run.message


def test_a_benchmark_that_went_away_fails_the_run_with_a_sentence(
    folder: Path, pairs: Rows, start: Callable[..., BenchmarkRun]
) -> None:
    run = start()
    (folder / "pairs.jsonl").unlink()
    performed(run)
    assert (run.state, run.figures) == ("failed", None)
    assert run.message == (
        "The benchmark failed: There is no benchmark “pairs.jsonl” in the folder of benchmarks. "
        "Choose one that is listed. No figure was kept and the model is as it was. Start it again "
        "once the cause is gone."
    )
    assert performed(run).state == "failed"


def test_files_without_a_row_that_can_be_scored_fail_the_run(
    folder: Path, start: Callable[..., BenchmarkRun]
) -> None:
    row = {"prompt": "", "chosen": "a", "rejected": "b", "subset": "x"}
    write_jsonl(folder / "damaged.jsonl", [row, row])
    run = performed(start("damaged.jsonl"))
    assert run.state == "failed"
    assert "none of the 2 rows could be scored. damaged.jsonl: prompt is empty." in run.message


def test_a_model_whose_files_are_gone_fails_the_run(
    pairs: Rows, model: RewardModel, start: Callable[..., BenchmarkRun]
) -> None:
    RewardModel.objects.filter(pk=model.pk).update(path="nowhere")
    run = performed(start())
    assert (run.state, run.message.startswith("The benchmark failed: ")) == ("failed", True)


def test_a_run_cancelled_while_it_scores_stops_there(
    pairs: Rows, alice: User, start: Callable[..., BenchmarkRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = start()
    counted = benchmarking._responses

    def cancel_first(path: Path) -> int:
        cancel_benchmark(run=run, by=alice)
        return counted(path)

    monkeypatch.setattr(benchmarking, "_responses", cancel_first)
    performed(run)
    assert (run.state, run.figures) == ("cancelled", None)
    assert Embedding.objects.count() == 0


def test_the_database_refuses_two_runs_of_a_model_and_a_done_one_without_figures(
    pairs: Rows, model: RewardModel, start: Callable[..., BenchmarkRun]
) -> None:
    run = start()
    with pytest.raises(IntegrityError), transaction.atomic():
        BenchmarkRun.objects.create(
            project=model.project, reward_model=model, trigger=Trigger.BUTTON, benchmark="x"
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        BenchmarkRun.objects.filter(pk=run.pk).update(state="done")


def test_the_watch_gives_up_on_a_run_whose_workers_all_died(
    pairs: Rows, start: Callable[..., BenchmarkRun]
) -> None:
    run = start()
    for _ in range(ATTEMPTS):
        assert claim(BenchmarkRun, run.pk) is not None
        fall_silent(run)
    assert watch() == 1
    run.refresh_from_db()
    assert (run.state, "Gave up after 3 attempts" in run.message) == ("failed", True)


@pytest.mark.django_db(transaction=True)
def test_a_run_whose_worker_died_is_ended_by_a_real_one(
    folder: Path, pairs: Rows, start: Callable[..., BenchmarkRun], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    with app.connection_for_write() as broker:
        channel: Any = broker.default_channel  # kombu types only what every broker has
        channel.client.delete("gpu")  # what other tests sent and nobody took
    monkeypatch.setenv("BENCHMARKS_DIR", str(folder))
    run = start()
    assert claim(BenchmarkRun, run.pk) is not None
    fall_silent(run)
    assert watch() == 1
    app.send_task(BENCHMARK, args=[run.pk])

    with celery_worker("gpu", tmp_path / "gpu.log") as worker:
        wait_for(lambda: not BenchmarkRun.objects.filter(finished_at=None).exists(), worker)
    run.refresh_from_db()
    assert (run.state, run.attempts) == ("done", 2), run.message
    assert run.figures is not None
    assert run.figures["items"] == 24
