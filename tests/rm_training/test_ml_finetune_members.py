from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file

from rm_training.ml.backbone import Backbone
from rm_training.ml.finetune import progress as progress_module
from rm_training.ml.finetune.adapters import adapted
from rm_training.ml.finetune.config import ObjectiveConfig
from rm_training.ml.finetune.progress import Progress
from rm_training.ml.finetune.train import finetune
from rm_training.ml.finetune.write import load_finetuned, write_finetuned
from rm_training.ml.folder_scorer import FolderScorer
from rm_training.ml.loading import head_name, load_classifier
from tests.rm_training.ml_finetune_samples import (
    QUICK,
    accuracy,
    members_of,
    one_thread,
    planted,
    state,
    tiny,
)
from tests.rm_training.ml_samples import comparisons

__all__ = ["one_thread"]

TWO = replace(QUICK, members=2)


def stop_at(step: int, member: int = 0) -> Callable[[Progress], None]:
    def hear(now: Progress) -> None:
        if (now.member, now.step) == (member, step):
            raise KeyboardInterrupt

    return hear


def test_the_written_folder_is_the_mean_of_its_members_and_reads_back(tmp_path: Path) -> None:
    base, data = tiny("llama", tmp_path / "base"), planted(64)
    tuned = finetune(base, data, replace(TWO, epochs=3), tmp_path / "run")
    folder, texts = tmp_path / "model", planted(20, seed=1).conversations
    write_finetuned(folder, tuned, {"snapshot": "abc"})
    places = [folder, folder / "members" / "0", folder / "members" / "1"]
    mean, first, second = (load_file(place / "model.safetensors") for place in places)
    assert not np.array_equal(first["score.weight"], second["score.weight"])
    for name, value in mean.items():
        np.testing.assert_allclose(value, (first[name] + second[name]) / 2, atol=1e-6)
    alone = np.stack([FolderScorer.load(place)(texts) for place in places], axis=1)
    read = load_finetuned(folder)
    for found in (tuned, read):
        np.testing.assert_allclose(found.scores(texts), alone[:, 0], atol=1e-5, rtol=1e-5)
        np.testing.assert_allclose(members_of(found, texts), alone[:, 1:], atol=1e-5, rtol=1e-5)
    assert (read.runs, read.mean, read.std) == (tuned.runs, tuned.mean, tuned.std)
    assert accuracy(tuned, planted(100, seed=2)) > 0.9
    meta = json.loads((folder / "tiebreak.json").read_text())
    assert (meta["snapshot"], meta["tier"], len(meta["runs"])) == ("abc", "full", 2)


def test_members_begin_with_one_head_and_see_prompts_in_other_orders(tmp_path: Path) -> None:
    base, data = tiny("llama", tmp_path / "base"), planted(64)
    tuned = finetune(base, data, replace(TWO, learning_rate=1e-12), tmp_path / "run")
    scores = members_of(tuned, data.conversations)
    np.testing.assert_allclose(scores[:, 0], scores[:, 1], atol=1e-6)
    assert tuned.runs[0].losses != tuned.runs[1].losses


def test_a_bootstrap_trains_each_member_on_its_own_draw_of_prompts(tmp_path: Path) -> None:
    base, data = tiny("llama", tmp_path / "base"), planted(8)
    config = replace(TWO, max_steps=2, warmup=0)
    usual = members_of(finetune(base, data, config, tmp_path / "usual"), data.conversations)
    drawn = replace(config, bootstrap=True)
    first, again = (
        members_of(finetune(base, data, drawn, tmp_path / name), data.conversations)
        for name in "ab"
    )
    # Every step is over all prompts: without draws both members see the same.
    np.testing.assert_allclose(usual[:, 0], usual[:, 1], atol=1e-4)
    assert np.abs(first[:, 0] - first[:, 1]).max() > 1e-3
    np.testing.assert_array_equal(first, again)


def test_one_member_is_the_folder_itself(tmp_path: Path) -> None:
    base, data = tiny("llama", tmp_path / "base"), planted(8)
    tuned = finetune(base, data, QUICK, tmp_path / "run")
    write_finetuned(tmp_path / "model", tuned, {})
    assert not (tmp_path / "model" / "members").exists()
    scores = members_of(load_finetuned(tmp_path / "model"), data.conversations)
    np.testing.assert_allclose(scores, tuned.scores(data.conversations)[:, None], atol=1e-5)


def test_members_that_are_finished_are_not_trained_again_after_a_kill(tmp_path: Path) -> None:
    base, data = tiny("llama", tmp_path / "base"), planted(64)
    whole = finetune(base, data, TWO, tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        finetune(base, data, TWO, tmp_path / "run", progress=stop_at(6, member=1))
    heard: list[tuple[int, int]] = []
    resumed = finetune(
        base, data, TWO, tmp_path / "run", progress=lambda now: heard.append((now.member, now.step))
    )
    assert heard == [(1, 5), (1, 6), (1, 7), (1, 8)]
    for name, value in state(whole).items():
        np.testing.assert_array_equal(state(resumed)[name], value)
    assert not [*(tmp_path / "run" / "checkpoints").iterdir()]


@pytest.mark.parametrize(("family", "rate", "epochs"), [("llama", 2e-2, 4), ("bert", 3e-3, 8)])
def test_adapters_learn_and_are_merged_into_a_plain_model(
    family: str, rate: float, epochs: int, tmp_path: Path
) -> None:
    base = tiny(family, tmp_path / "base")
    config = replace(QUICK, lora_rank=8, epochs=epochs, learning_rate=rate)
    tuned = finetune(base, planted(120), config, tmp_path / "run")
    unseen = planted(100, seed=1)
    assert accuracy(tuned, unseen) > 0.9
    folder = tmp_path / "model"
    write_finetuned(folder, tuned, {})
    names = set(load_file(folder / "model.safetensors"))
    torch.manual_seed(0)
    assert names == set(load_classifier(base, 100)[0].state_dict()) - {
        "bert.embeddings.position_ids"
    }
    np.testing.assert_allclose(
        FolderScorer.load(folder)(unseen.conversations),
        tuned.scores(unseen.conversations),
        atol=1e-5,
        rtol=1e-5,
    )


@pytest.mark.parametrize("family", ["llama", "bert"])
def test_adapters_and_the_head_are_all_that_is_trained(family: str, tmp_path: Path) -> None:
    model, _ = load_classifier(tiny(family, tmp_path), 100)
    before = {name: weight.clone() for name, weight in model.state_dict().items()}
    with adapted(model, 2):
        trained = {name for name, weight in model.named_parameters() if weight.requires_grad}
        assert f"{head_name(model)}.weight" in trained
        assert all("lora_" in name for name in trained - {f"{head_name(model)}.weight"})
        assert any("mlp" in name or "intermediate" in name for name in trained)
    after = model.state_dict()
    assert before.keys() == after.keys()
    for name, weight in after.items():
        torch.testing.assert_close(weight, before[name])


def test_a_killed_run_with_every_part_goes_on_to_the_same_bits(tmp_path: Path) -> None:
    base, data = tiny("llama", tmp_path / "base"), planted(64)
    data = replace(data, tie=np.where(np.arange(64) % 4, 0, 0.2), target=data.target * 0.8 + 0.1)
    config = replace(
        QUICK,
        lora_rank=2,
        bootstrap=True,
        objective=ObjectiveConfig(length_penalty=1.0, contrastive=0.1, centring=0.01),
    )
    whole = finetune(base, data, config, tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        finetune(base, data, config, tmp_path / "run", progress=stop_at(6))
    resumed = finetune(base, data, config, tmp_path / "run")
    for name, value in state(whole).items():
        np.testing.assert_array_equal(state(resumed)[name], value)
    assert resumed.runs == whole.runs


def test_progress_says_where_the_training_stands(tmp_path: Path) -> None:
    base, data = tiny("llama", tmp_path / "base"), planted(64)
    heard: list[Progress] = []
    tuned = finetune(base, data, TWO, tmp_path / "run", progress=heard.append)
    assert [(now.member, now.step) for now in heard] == [
        (m, s) for m in (0, 1) for s in range(1, 9)
    ]
    assert {(now.members, now.steps) for now in heard} == {(2, 8)}
    assert tuple(now.loss for now in heard[:8]) == pytest.approx(tuned.runs[0].losses)
    assert max(now.learning_rate for now in heard) <= QUICK.learning_rate
    assert heard[-1].seconds_left == 0
    for now in heard[:-1]:  # 8 pairs a step
        left = 16 - 8 * now.member - now.step
        assert now.seconds_left == pytest.approx(8 * left / now.pairs_per_second)


def test_what_the_listener_raises_ends_the_run_and_the_last_checkpoint_stays(
    tmp_path: Path,
) -> None:
    with pytest.raises(KeyboardInterrupt):
        finetune(
            tiny("llama", tmp_path / "base"),
            planted(64),
            QUICK,
            tmp_path / "run",
            progress=stop_at(6),
        )
    kept = tmp_path / "run" / "checkpoints" / "0"
    assert [path.name for path in kept.iterdir()] == ["checkpoint-4"]


def test_a_checkpoint_is_also_written_where_the_last_one_is_too_long_ago(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress_module, "SECONDS_BETWEEN_SAVES", 0.0)
    config = replace(QUICK, save_every=1000)
    with pytest.raises(KeyboardInterrupt):
        finetune(
            tiny("llama", tmp_path / "base"),
            planted(64),
            config,
            tmp_path / "run",
            progress=stop_at(4),
        )
    kept = tmp_path / "run" / "checkpoints" / "0"
    assert {path.name for path in kept.iterdir()} == {"checkpoint-2", "checkpoint-3"}


def test_texts_that_are_cut_are_counted_those_of_other_splits_left_out(tmp_path: Path) -> None:
    base = tiny("llama", tmp_path / "base")
    data = comparisons(
        [0, 2, 4],
        [1, 3, 5],
        [1, 1, 1],
        evaluation=[False, False, True],
        texts=["yes", "a" * 100_000, "no", "b" * 5, "c" * 100_000, "d"],
    )
    config = replace(QUICK, max_steps=2)
    tuned = finetune(base, data.training(), config, tmp_path / "run")
    assert tuned.truncated == 1
    write_finetuned(tmp_path / "model", tuned, {})
    assert json.loads((tmp_path / "model" / "tiebreak.json").read_text())["truncated"] == 1
    cut = Backbone.load(tmp_path / "model", max_tokens=100).tokenize(data.conversations)
    assert [len(ids) == 100 for ids in cut] == [False, True, False, False, True, False]


def test_members_and_ranks_below_one_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        replace(QUICK, members=0)
    with pytest.raises(ValueError, match="at least 1"):
        replace(QUICK, lora_rank=0)
