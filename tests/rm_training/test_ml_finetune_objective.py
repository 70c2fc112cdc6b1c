from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from safetensors.numpy import load_file
from scipy.optimize import minimize_scalar
from torch import Tensor

from rm_training.ml.backbone import Backbone
from rm_training.ml.data import Comparisons, Floats
from rm_training.ml.finetune import objective as objective_module
from rm_training.ml.finetune.config import FinetuneConfig, ObjectiveConfig
from rm_training.ml.finetune.encode import Group, encode
from rm_training.ml.finetune.objective import (
    Objective,
    contrastive_loss,
    correlation,
    head_cosine,
    length_loss,
)
from rm_training.ml.finetune.pack import pack
from rm_training.ml.finetune.packed import packed, rewards
from rm_training.ml.finetune.train import finetune
from rm_training.ml.finetune.tuned import FineTuned
from rm_training.ml.finetune.write import write_finetuned
from rm_training.ml.likelihood import pair_loss, ranking_loss
from rm_training.ml.loading import head_of, load_classifier
from rm_training.ml.rankings import WeakOrders
from rm_training.ml.units import targets_of, units_of
from tests.rm_training.ml_finetune_samples import QUICK, one_thread, planted, tiny
from tests.rm_training.ml_samples import comparisons

__all__ = ["one_thread"]

TARGET, TIE, STRENGTH = [0.8, 0.5, 0.1], [0.2, 0.6, 0.0], [2.5, 0.0, -1.0]
WIN, LOSE = [0.7, 0.2, 0.1], [0.1, 0.2, 0.9]


def judged() -> Comparisons:
    """A prompt with three answers and one with two, with ties and strengths."""
    return comparisons(
        [0, 1, 3],
        [1, 2, 4],
        TARGET,
        tie=TIE,
        strength=STRENGTH,
        prompt=[0, 0, 1],
        weight=[1, 1, 2],
        texts=["yes", "no", "maybe", "one two", "one"],
    )


def loss_and_rewards(
    folder: Path, config: ObjectiveConfig, *, tie_share: float
) -> tuple[float, NDArray[np.float64], Objective]:
    torch.manual_seed(0)
    model, tokenizer = load_classifier(tiny("llama", folder), 100)
    torch.nn.init.normal_(head_of(model).weight)
    reader, data = Backbone(model, tokenizer), judged()
    tokens = dict(enumerate(reader.tokenize(data.conversations)))
    lengths = {row: len(text.response) for row, text in enumerate(data.conversations)}
    prompts = encode(tokens, [Group(units_of(data))], lengths=lengths, limit=100, causal=True)
    with packed(model) as reward, torch.no_grad():
        odds = [2 * tie_share / (1 - tie_share)] if tie_share else []
        log_tie = torch.tensor(odds).log()
        objective = Objective(reward, config, log_tie=log_tie, prompts=2)
        found = objective(**pack(prompts, causal=True)).item()
        return found, rewards(reward, prompts).double().numpy(), objective


def davidson(d: Floats, nu: float) -> Floats:
    """P(win), P(tie), P(lose) by Davidson (1970), worths exp(r), [n, 3]."""
    first, second = np.exp(d), np.ones_like(d)
    total = first + second + nu * np.sqrt(first * second)
    return np.stack([first, nu * np.sqrt(first * second), second], axis=1) / total[:, None]


@pytest.mark.parametrize("strength", ["ignore", "margin", "scale"])
@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_the_loss_is_davidsons_cross_entropy_with_its_options(
    strength: Any, smoothing: float, tmp_path: Path
) -> None:
    config = ObjectiveConfig(strength=strength, label_smoothing=smoothing, centring=0.1)
    found, r, _ = loss_and_rewards(tmp_path, config, tie_share=0.5)
    i, j, weight = r[[0, 1, 3]], r[[1, 2, 4]], np.array([0.5, 0.5, 1.0])
    d = i - j - (np.array(STRENGTH) if strength == "margin" else 0)
    scale = np.array([2.5, 1.0, 1.0]) if strength == "scale" else 1.0
    outcomes = np.array([WIN, TIE, LOSE]).T
    outcomes = (1 - smoothing) * outcomes + smoothing * outcomes[:, ::-1]
    # nu = 2: half of all comparisons are ties where answers are equal.
    cross_entropy = -(outcomes * np.log(davidson(d, nu=2.0))).sum(1)
    expected = (weight * (scale * cross_entropy + 0.1 * (i + j) ** 2)).sum() / 2
    prior = np.log(2.0) ** 2 / (2 * 10**2) / 2
    assert found == pytest.approx(expected + prior, rel=1e-5)


def test_without_ties_it_is_bradley_and_terrys(tmp_path: Path) -> None:
    found, r, objective = loss_and_rewards(tmp_path, ObjectiveConfig(), tie_share=0.0)
    chance = 1 / (1 + np.exp(-(r[[0, 1, 3]] - r[[1, 2, 4]])))
    target = np.array(TARGET)
    losses = -target * np.log(chance) - (1 - target) * np.log(1 - chance)
    assert found == pytest.approx((losses * [0.5, 0.5, 1.0]).sum() / 2, rel=1e-5)
    assert objective.log_tie is None


@pytest.mark.parametrize("centring", [0.0, 0.1])
def test_a_task_of_three_is_learnt_whole_beside_pairs(centring: float, tmp_path: Path) -> None:
    """Against the likelihood of its rewards, which has tests of its own."""
    three, pair = [[0.7, 0.2, 0.1], [0.5, 0.3, 0.2], [0.1, 0.6, 0.3]], [0.8, 0.0, 0.2]
    outcomes = np.array([*three, pair])
    data = comparisons(
        [0, 0, 1, 3],
        [1, 2, 2, 4],
        outcomes[:, 0] + outcomes[:, 1] / 2,
        tie=outcomes[:, 1],
        prompt=[0, 0, 0, 1],
        weight=[0.5, 0.5, 0.5, 1],
        texts=["yes", "no", "maybe", "one two", "one"],
    )
    data = replace(data, task=np.array([5, 5, 5, 6]))
    units = units_of(data)
    orders = targets_of(units, ObjectiveConfig()).orders
    torch.manual_seed(0)
    model, tokenizer = load_classifier(tiny("llama", tmp_path), 100)
    torch.nn.init.normal_(head_of(model).weight)
    tokens = dict(enumerate(Backbone(model, tokenizer).tokenize(data.conversations)))
    prompts = encode(
        tokens,
        [Group(units, orders)],
        lengths=dict.fromkeys(range(5), 1),
        limit=100,
        causal=True,
    )
    begin = torch.tensor([0.5, -0.1])
    with packed(model) as reward, torch.no_grad():
        objective = Objective(reward, ObjectiveConfig(centring=centring), log_tie=begin, prompts=2)
        found = objective(**pack(prompts[::-1], causal=True)).item()  # places move in a batch
        r = rewards(reward, prompts).double()
    assert objective.log_tie is not None
    log_tie = objective.log_tie.detach().double()
    whole = ranking_loss(r[None, :3], WeakOrders.of(torch.tensor([three]).double()), log_tie)[0]
    alone = pair_loss(r[3] - r[4], torch.tensor(pair).double(), log_tie[0])
    level = (2 * r[:3].mean()) ** 2 + (r[3] + r[4]) ** 2
    prior = log_tie.square().sum() / (2 * 10**2)
    expected = (whole + alone + centring * level + prior) / 2
    assert found == pytest.approx(float(expected), rel=1e-5)


def test_rankings_are_learnt_and_log_nu_of_each_size_with_them(tmp_path: Path) -> None:
    """Tasks of four answers: those of the same number of marks tie."""
    rng = np.random.default_rng(0)
    marks = rng.integers(0, 4, (60, 4))
    texts = [f"{'!' * m}{'.' * (5 - m)} end" for m in marks.ravel()]
    i, j = np.triu_indices(4, 1)
    start = 4 * np.arange(60)[:, None]
    a, b = marks[:, i].ravel(), marks[:, j].ravel()
    data = comparisons(
        (start + i).ravel(), (start + j).ravel(), (1 + np.sign(a - b)) / 2, tie=a == b,
        prompt=np.repeat(np.arange(60), 6), weight=np.full(360, 1 / 3), texts=texts,
    )  # fmt: skip
    data = replace(data, task=data.prompt)
    base = tiny("llama", tmp_path / "base")
    tuned = finetune(base, data, replace(QUICK, epochs=6), tmp_path / "run")
    assert tuned.log_tie is not None
    assert tuned.log_tie < 0.5  # a third of the pairs tie, and most at equal rewards
    scores = tuned.scores(data.conversations)
    decided = data.tie == 0
    right = np.sign(scores[data.first] - scores[data.second]) == np.sign(a - b)
    assert right[decided].mean() > 0.9


def with_ties(prompts: int) -> Comparisons:
    """Answers of as many exclamation marks tie, and all others do not."""
    marks = np.random.default_rng(0).choice(4, (prompts, 2))
    texts = [f"{'!' * m}{'.' * (5 - m)} end" for m in marks.ravel()]
    first = np.arange(0, 2 * prompts, 2)
    a, b = marks.T
    return comparisons(first, first + 1, (1 + np.sign(a - b)) / 2, tie=a == b, texts=texts)


def test_log_nu_is_learnt_and_saved_and_leaves_the_written_rewards_alone(tmp_path: Path) -> None:
    data = with_ties(160)
    base = tiny("llama", tmp_path / "base")
    tuned = finetune(base, data, replace(QUICK, epochs=5), tmp_path / "run")
    scores = tuned.scores(data.conversations)
    d, share = scores[data.first] - scores[data.second], data.tie.mean()

    def loss(log_nu: float) -> float:
        return float(-(data.outcomes * np.log(davidson(d, np.exp(log_nu)))).sum())

    best, start = minimize_scalar(loss).x, np.log(2 * share / (1 - share))
    assert tuned.log_tie is not None
    assert abs(best - start) > 0.3
    assert abs(tuned.log_tie - best) < 0.6 * abs(start - best)
    write_finetuned(tmp_path / "model", tuned, {})
    assert json.loads((tmp_path / "model" / "tiebreak.json").read_text())["log_tie"] == (
        tuned.log_tie
    )
    names = load_file(tmp_path / "model" / "model.safetensors")
    assert not [name for name in names if "tie" in name]


def test_no_log_nu_is_saved_where_nothing_ties(tmp_path: Path) -> None:
    base = tiny("llama", tmp_path / "base")
    assert finetune(base, planted(8), QUICK, tmp_path / "run").log_tie is None


def test_every_comparison_a_tie_brings_rewards_together(tmp_path: Path) -> None:
    base, data = tiny("llama", tmp_path / "base"), planted(32)
    data = replace(data, target=np.full(32, 0.5), tie=np.ones(32))
    tuned = finetune(base, data, replace(QUICK, epochs=4), tmp_path / "run")
    scores = tuned.scores(data.conversations)
    assert np.abs(scores[data.first] - scores[data.second]).mean() < 0.05


def test_the_correlation_is_pearsons() -> None:
    x, y = np.random.default_rng(0).normal(size=(2, 30))
    found = correlation(torch.from_numpy(x), torch.from_numpy(x + y))
    assert found.item() == pytest.approx(np.corrcoef(x, x + y)[0, 1])
    assert correlation(torch.ones(3), torch.arange(3.0)).item() == 0


def test_the_length_loss_is_least_where_length_is_all_one_head_says_and_none_of_the_other() -> None:
    lengths = torch.tensor([1.0, 2, 3, 4])
    apart, along = torch.tensor([[1.0, 0]]), torch.tensor([[0, 2.0]])
    even = torch.tensor([1.0, -1, -1, 1])
    assert length_loss(even, 3 * lengths, lengths, apart, along).item() == pytest.approx(0)
    worst = length_loss(-lengths, -lengths, lengths, along, -3 * along).item()
    assert worst == pytest.approx(1 + 2 + 1)
    assert head_cosine(torch.tensor([[3.0, 4]]), torch.tensor([[5.0, 0]])).item() == (
        pytest.approx(0.6)
    )


def biased(prompts: int, seed: int = 0, *, bias: float = 0.9) -> tuple[Comparisons, Floats]:
    """The answer with more marks wins, and in a share `bias` of prompts it is also the longer one;
    the length of every answer."""
    rng = np.random.default_rng(seed)
    marks = np.array([rng.choice(4, 2, replace=False) for _ in range(prompts)])
    words = np.sort(np.array([rng.choice(8, 2, replace=False) for _ in range(prompts)]), axis=1)
    words = np.where((marks[:, :1] < marks[:, 1:]) == (rng.random((prompts, 1)) < bias),
                     words, words[:, ::-1])  # fmt: skip
    pairs = zip(marks.ravel(), words.ravel(), strict=True)
    texts = [f"{'so ' * w}{'!' * m}{'.' * (4 - m)}" for m, w in pairs]
    first = np.arange(0, 2 * prompts, 2)
    data = comparisons(first, first + 1, marks[:, 0] > marks[:, 1], texts=texts)
    return data, np.array([len(text) for text in texts], np.float64)


def length_correlation(tuned: FineTuned) -> float:
    """On answers whose length says nothing about which one wins."""
    data, lengths = biased(100, seed=1, bias=0.5)
    return float(np.corrcoef(tuned.scores(data.conversations), lengths)[0, 1])


def test_a_length_penalty_takes_a_spurious_reward_for_length_away(tmp_path: Path) -> None:
    base, (data, _) = tiny("llama", tmp_path / "base"), biased(160)
    config = replace(QUICK, epochs=4, learning_rate=1e-3, prompts_per_step=16, prompts_per_batch=16)
    usual = finetune(base, data, config, tmp_path / "usual")
    odin = replace(config, objective=ObjectiveConfig(length_penalty=1.0))
    apart = finetune(base, data, odin, tmp_path / "apart")
    assert length_correlation(usual) > 0.5
    assert abs(length_correlation(apart)) < length_correlation(usual) - 0.3
    folder = tmp_path / "apart" / "members" / "0"
    assert not [name for name in load_file(folder / "model.safetensors") if "length" in name]


def test_the_contrastive_loss_is_infonce(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objective_module, "DROPOUT", 0.0)
    x = np.random.default_rng(0).normal(size=(5, 4))
    unit = x / np.linalg.norm(x, axis=1, keepdims=True)
    likeness = np.exp(unit @ unit.T / 0.05)
    expected = -np.log(np.diag(likeness) / likeness.sum(1)).mean()
    assert contrastive_loss(torch.from_numpy(x)).item() == pytest.approx(expected, rel=1e-4)


def test_its_weight_adds_the_contrastive_loss_of_the_heads_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objective_module, "DROPOUT", 0.0)
    found: list[Tensor] = []

    def noted(x: Tensor) -> Tensor:
        found.append(x)
        return contrastive_loss(x)

    monkeypatch.setattr(objective_module, "contrastive_loss", noted)
    usual, r, objective = loss_and_rewards(tmp_path, ObjectiveConfig(), tie_share=0.0)
    more, *_ = loss_and_rewards(tmp_path, ObjectiveConfig(contrastive=0.3), tie_share=0.0)
    (features,) = found
    head = head_of(objective.reward.model).weight.detach()
    np.testing.assert_allclose((features @ head[0]).numpy(), r, rtol=1e-4, atol=1e-5)
    assert more - usual == pytest.approx(0.3 * contrastive_loss(features).item(), rel=1e-4)


def test_the_contrastive_loss_parts_features_that_were_nearly_the_same() -> None:
    torch.manual_seed(0)
    x = (torch.ones(12, 16) + 0.1 * torch.randn(12, 16)).requires_grad_()
    optimiser = torch.optim.Adam([x], lr=0.05)
    likeness = []
    for _ in range(60):
        unit = torch.nn.functional.normalize(x.detach(), dim=-1)
        likeness.append(float((unit @ unit.T).mean()))
        optimiser.zero_grad()
        contrastive_loss(x).backward()  # type: ignore[no-untyped-call]  # unannotated in torch
        optimiser.step()
    assert likeness[0] > 0.95
    assert likeness[-1] < 0.5


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"label_smoothing": 0.5}, "below 1/2"),
        ({"strength": "twice"}, "ignore, margin or scale"),
        ({"length_penalty": -1.0}, "not be negative"),
    ],
)
def test_an_objective_that_cannot_work_is_refused(change: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        ObjectiveConfig(**change)


def test_a_configuration_comes_back_from_json() -> None:
    objective = ObjectiveConfig(strength="scale", centring=0.01)
    config = replace(QUICK, members=3, lora_rank=8, objective=objective)
    assert FinetuneConfig.from_json(json.loads(json.dumps(config.as_json()))) == config
    assert FinetuneConfig.from_json({"epochs": 2.0}) == FinetuneConfig(epochs=2.0)
    with pytest.raises(TypeError, match="nonsense"):
        FinetuneConfig.from_json({"nonsense": 1})
