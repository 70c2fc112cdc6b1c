"""Heads of criteria that are fine-tuned with the network: their loss, folders and members."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from torch import Tensor

from rm_training.ml.backbone import Backbone
from rm_training.ml.data import Comparisons, Floats
from rm_training.ml.ensemble import HeadEnsemble
from rm_training.ml.export import ExportMismatch, load_criteria, save_heads
from rm_training.ml.finetune import write as write_module
from rm_training.ml.finetune.config import ObjectiveConfig
from rm_training.ml.finetune.encode import Group, Prompt, encode
from rm_training.ml.finetune.objective import Objective
from rm_training.ml.finetune.pack import pack
from rm_training.ml.finetune.packed import packed
from rm_training.ml.finetune.progress import Progress
from rm_training.ml.finetune.train import OtherRun, finetune
from rm_training.ml.finetune.tuned import FineTuned
from rm_training.ml.finetune.write import load_finetuned, write_finetuned
from rm_training.ml.likelihood import pair_loss, ranking_loss
from rm_training.ml.loading import head_of, load_classifier
from rm_training.ml.rankings import WeakOrders
from rm_training.ml.units import targets_of, units_of
from tests.rm_training.ml_finetune_samples import (
    QUICK,
    one_thread,
    planted,
    state,
    tiny,
)
from tests.rm_training.ml_samples import comparisons

__all__ = ["one_thread"]

TEXTS = ["yes", "no", "maybe", "one two", "one", "two"]
THREE, PAIR = [[0.7, 0.2, 0.1], [0.5, 0.3, 0.2], [0.1, 0.6, 0.3]], [0.8, 0.0, 0.2]
KIND, SHORT = [[0.1, 0.1, 0.8], [0.2, 0.2, 0.6], [0.4, 0.2, 0.4]], [0.3, 0.0, 0.7]


def judged() -> tuple[Comparisons, dict[str, Comparisons]]:
    """A task of three answers and a pair, overall. By “kind” the three, by “short” one of the pair
    against an answer that is in no other comparison."""
    outcomes = np.array([*THREE, PAIR, *KIND, SHORT])
    table = comparisons(
        [0, 0, 1, 3, 0, 0, 1, 3],
        [1, 2, 2, 4, 1, 2, 2, 5],
        outcomes[:, 0] + outcomes[:, 1] / 2,
        tie=outcomes[:, 1],
        prompt=[0, 0, 0, 1, 0, 0, 0, 1],
        weight=[0.5, 0.5, 0.5, 1, 0.5, 0.5, 0.5, 2],
        texts=TEXTS,
    )
    table = replace(table, task=np.array([5, 5, 5, 6, 5, 5, 5, 6]))
    at = np.arange(8)
    return table.where(at < 4), {
        "kind": table.where((at > 3) & (at < 7)),
        "short": table.where(at > 6),
    }


class Opened(NamedTuple):
    objective: Objective
    prompts: list[Prompt]

    def loss(self, prompts: Sequence[Prompt]) -> Tensor:
        found: Tensor = self.objective(**pack(prompts, causal=True))
        return found


@contextmanager
def opened(
    folder: Path, groups: Sequence[Comparisons], config: ObjectiveConfig
) -> Iterator[Opened]:
    """An objective over a tiny network with drawn heads."""
    torch.manual_seed(0)
    model, tokenizer = load_classifier(tiny("llama", folder), 100)
    torch.nn.init.normal_(head_of(model).weight)
    tokens = dict(enumerate(Backbone(model, tokenizer).tokenize(groups[0].conversations)))
    units = [units_of(own) for own in groups]
    targets = [targets_of(own, config) for own in units]
    prompts = encode(
        tokens,
        [Group(own, known.orders) for own, known in zip(units, targets, strict=True)],
        lengths=dict.fromkeys(range(len(TEXTS)), 1),
        limit=100,
        causal=True,
    )
    log_tie, *criteria = (known.equal_log_tie() for known in targets)
    with packed(model) as reward:
        objective = Objective(
            reward, config, log_tie=log_tie, prompts=len(prompts), criteria=criteria
        )
        yield Opened(objective, prompts)


def features(found: Opened) -> Tensor:
    batch = pack(found.prompts, causal=True)
    read: Tensor = found.objective.reward(
        batch["input_ids"], batch["position_ids"], batch["read"], batch["layout"]
    )
    return read


def whole_and_level(
    r: Tensor, outcomes: list[list[float]], log_tie: Tensor
) -> tuple[Tensor, Tensor]:
    orders = WeakOrders.of(torch.tensor([outcomes]).double())
    return ranking_loss(r[None], orders, log_tie)[0], (2 * r.mean()) ** 2


@pytest.mark.parametrize("centring", [0.0, 0.1])
def test_the_loss_is_the_sum_of_the_likelihoods_by_each_head(
    centring: float, tmp_path: Path
) -> None:
    """Against the likelihood of rewards, which has tests of its own."""
    overall, criteria = judged()
    config = ObjectiveConfig(centring=centring)
    groups = [overall, *criteria.values()]
    with opened(tmp_path, groups, config) as found, torch.no_grad():
        objective = found.objective
        loss = found.loss(found.prompts[::-1]).item()  # places move in a batch
        x = features(found)
        r = objective.reward.score(x).double()
        kind, short = (head(x).double() for head in objective.criteria)
    assert len(r) == len(TEXTS)  # each answer once, whoever asked about it
    tie, kind_tie = (own.detach().double() for own in objective.log_ties)
    assert objective.criteria[1].log_tie is None
    whole, level = whole_and_level(r[:3], THREE, tie)
    kind_whole, kind_level = whole_and_level(kind[:3], KIND, kind_tie)
    pair = pair_loss(r[3] - r[4], torch.tensor(PAIR).double(), tie[0])
    short_pair = pair_loss(short[3] - short[5], torch.tensor(SHORT).double())
    level = level + (r[3] + r[4]) ** 2 + kind_level + 2 * (short[3] + short[5]) ** 2
    prior = (tie.square().sum() + kind_tie.square().sum()) / (2 * 10**2)
    expected = (whole + pair + kind_whole + 2 * short_pair + centring * level + prior) / 2
    assert loss == pytest.approx(float(expected), rel=1e-5)


def slopes(found: Opened, prompts: Sequence[Prompt]) -> list[Tensor]:
    """The gradient of each criterion's head, times the number of prompts."""
    found.objective.zero_grad()
    found.loss(prompts).backward()  # type: ignore[no-untyped-call]  # torch leaves it unannotated
    slopes = [head.linear.weight.grad for head in found.objective.criteria]
    return [len(prompts) * slope for slope in slopes if slope is not None]


def test_a_prompt_of_which_a_criterion_was_not_asked_says_nothing_of_it(tmp_path: Path) -> None:
    overall, criteria = judged()
    with opened(tmp_path, [overall, *criteria.values()], ObjectiveConfig()) as found:
        three, pair = found.prompts
        asked = ([three], [pair], [three, pair])
        of_three, of_pair, of_both = (slopes(found, prompts) for prompts in asked)
    assert of_three[0].any()
    assert of_pair[1].any()
    assert not of_three[1].any()  # zero, not missing: a process waits for every weight's gradient
    assert not of_pair[0].any()
    torch.testing.assert_close(of_both, [of_three[0], of_pair[1]])


def test_a_criterion_that_was_not_asked_leaves_the_loss_as_it_is_without_it_to_the_bit(
    tmp_path: Path,
) -> None:
    overall, criteria = judged()
    config = ObjectiveConfig(centring=0.1, length_penalty=1.0)
    with opened(tmp_path / "alone", [overall], config) as alone:
        expected = alone.loss(alone.prompts[:1]).item()
        assert not [name for name, _ in alone.objective.named_parameters() if "heads" in name]
    with opened(tmp_path / "beside", [overall, criteria["short"]], config) as beside:
        assert beside.loss(beside.prompts[:1]).item() == expected


def opposite(prompts: int, seed: int = 0) -> tuple[Comparisons, dict[str, Comparisons]]:
    """Overall and by “more” the answer with more exclamation marks is better, by “fewer” the
    other; each criterion is asked of its half of the prompts, and “fewer” has ties."""
    overall = planted(prompts, seed)
    odd = overall.prompt % 2 == 1
    fewer = overall.where(odd)
    tie = np.full(len(fewer), 0.1)
    fewer = replace(fewer, target=0.05 + 0.9 * (1 - fewer.target), tie=tie)
    return overall, {"more": overall.where(~odd), "fewer": fewer}


def accuracies(found: tuple[Floats, Mapping[str, Floats]]) -> dict[str, float]:
    """How often the answer with more exclamation marks has the higher reward, on unseen texts."""
    data = unseen()
    reward, by_criterion = found
    return {
        name: float(((own[data.first] > own[data.second]) == (data.target == 1)).mean())
        for name, own in {"": reward, **by_criterion}.items()
    }


def unseen() -> Comparisons:
    return planted(100, seed=1)


@pytest.mark.parametrize("change", [{}, {"lora_rank": 8, "learning_rate": 2e-2}])
def test_criteria_that_point_in_opposite_ways_are_both_learnt(
    change: dict[str, Any], tmp_path: Path
) -> None:
    overall, criteria = opposite(120)
    base = tiny("llama", tmp_path / "base")
    config = replace(QUICK, epochs=5, **change)
    tuned = finetune(base, overall, config, tmp_path / "run", criteria=criteria)
    found = accuracies(tuned.answer(unseen().conversations))
    assert list(found) == ["", "fewer", "more"]
    assert found[""] > 0.9
    assert found["more"] > 0.9
    assert found["fewer"] < 0.1
    assert (tuned.criteria["more"].log_tie, tuned.log_tie) == (None, None)
    assert tuned.criteria["fewer"].log_tie is not None


TWO = replace(QUICK, members=2, epochs=2)


def of_two(tmp_path: Path) -> FineTuned:
    overall, criteria = opposite(64)
    base = tiny("llama", tmp_path / "base")
    return finetune(base, overall, TWO, tmp_path / "run", criteria=criteria)


def heads(folder: Path, name: str) -> HeadEnsemble:
    return load_criteria(folder)[name]


def test_a_written_folder_answers_by_criterion_and_its_heads_are_the_means_of_its_members(
    tmp_path: Path,
) -> None:
    tuned, folder = of_two(tmp_path), tmp_path / "model"
    write_finetuned(folder, tuned, {})
    read, texts = load_finetuned(folder), unseen().conversations
    reward, by_criterion = read.answer(texts)
    np.testing.assert_allclose(reward, tuned.scores(texts), atol=1e-5, rtol=1e-5)
    for name, expected in tuned.answer(texts)[1].items():
        np.testing.assert_allclose(by_criterion[name], expected, atol=1e-5, rtol=1e-5)
        own, first, second = (heads(at, name) for at in (folder, *read.folders))
        assert own.weights.shape == (1, 32)
        assert np.abs(first.weights - second.weights).max() > 1e-3
        np.testing.assert_allclose(own.weights, (first.weights + second.weights) / 2, atol=1e-7)
        assert replace(own, weights=tuned.criteria[name].weights) == tuned.criteria[name]
    texts = opposite(64)[0].conversations
    trained = read.answer(texts)[1]["more"]
    assert heads(folder, "more").mean == pytest.approx(trained.mean(), abs=1e-5)
    assert heads(folder, "more").std == pytest.approx(trained.std(), abs=1e-5)
    meta = json.loads((folder / "tiebreak.json").read_text())
    assert [(own["name"], own["weight"]) for own in meta["criteria"]] == [
        ("fewer", None),
        ("more", None),
    ]


def test_a_folder_without_criteria_has_none(tmp_path: Path) -> None:
    tuned = finetune(tiny("llama", tmp_path / "base"), planted(8), QUICK, tmp_path / "run")
    write_finetuned(tmp_path / "model", tuned, {})
    assert load_criteria(tmp_path / "model") == load_finetuned(tmp_path / "model").criteria == {}
    assert not (tmp_path / "model" / "ensemble.safetensors").exists()


def test_heads_that_reload_to_other_scores_leave_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    overall, criteria = opposite(16)
    config = replace(QUICK, max_steps=1)
    base = tiny("llama", tmp_path / "base")
    tuned = finetune(base, overall, config, tmp_path / "run", criteria=criteria)

    def garbled(draft: Path, heads: Mapping[str, HeadEnsemble]) -> None:
        moved = {name: replace(own, weights=own.weights + 1e-3) for name, own in heads.items()}
        save_heads(draft, moved)

    monkeypatch.setattr(write_module, "save_heads", garbled)
    with pytest.raises(ExportMismatch, match="Nothing was kept"):
        write_finetuned(tmp_path / "models" / "model", tuned, {})
    assert not [*(tmp_path / "models").iterdir()]


def test_a_killed_run_goes_on_to_the_same_heads_and_another_criterion_is_another_run(
    tmp_path: Path,
) -> None:
    overall, criteria = opposite(64)
    base, config = tiny("llama", tmp_path / "base"), replace(QUICK, lora_rank=2)
    whole = finetune(base, overall, config, tmp_path / "whole", criteria=criteria)

    def kill(now: Progress) -> None:
        if now.step == 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        finetune(base, overall, config, tmp_path / "run", criteria=criteria, progress=kill)
    for other in (None, {"more": criteria["more"]}, {**criteria, "fewer": criteria["more"]}):
        with pytest.raises(OtherRun, match="Nothing was trained"):
            finetune(base, overall, config, tmp_path / "run", criteria=other)
    turned = dict(reversed(criteria.items()))
    resumed = finetune(base, overall, config, tmp_path / "run", criteria=turned)
    for name, value in state(whole).items():
        np.testing.assert_array_equal(state(resumed)[name], value)
    assert list(resumed.criteria) == list(whole.criteria)
    for name, own in whole.criteria.items():
        np.testing.assert_array_equal(resumed.criteria[name].weights, own.weights)
        assert resumed.criteria[name].log_tie == own.log_tie
