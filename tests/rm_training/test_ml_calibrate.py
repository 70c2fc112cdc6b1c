from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize_scalar
from sklearn.linear_model import LogisticRegression

from rm_training.ml.calibrate import NoTemperature, OutOfFold, calibrate
from rm_training.ml.config import TrainConfig
from rm_training.ml.evaluate import evaluate
from rm_training.ml.likelihood import pair_loss
from rm_training.ml.losses import Rewards, Targets
from rm_training.ml.rankings import WeakOrders
from rm_training.ml.train import compared, train_heads
from tests.rm_training.ml_samples import planted
from tests.rm_training.ml_tensors import numbers, orders, pair_probabilities

Floats = NDArray[np.float64]


def of_pairs(
    difference: ArrayLike,
    outcomes: ArrayLike,
    log_tie: float | None = None,
    weight: ArrayLike | None = None,
) -> OutOfFold:
    """Pairs in five folds."""
    d = torch.tensor(np.asarray(difference, np.float64))
    n = len(d)
    return OutOfFold(
        Rewards(d[:, None]),
        Targets(
            torch.tensor(np.asarray(outcomes, np.float64).reshape(n, 3)), torch.zeros(n).double()
        ),
        np.ones(n) if weight is None else np.asarray(weight),
        np.arange(n) % 5,
        None if log_tie is None else torch.tensor([[log_tie]], dtype=torch.float64),
    )


def drawn(factor: float, log_tie: float | None = None, n: int = 2000) -> OutOfFold:
    """Outcomes drawn by rewards, which then are given times a factor."""
    rng = np.random.default_rng(0)
    d = rng.normal(size=n) * 1.5
    tie = np.zeros(n) if log_tie is None else np.full(n, np.exp(log_tie))
    odds = np.stack([np.exp(d / 2), tie, np.exp(-d / 2)], 1)
    edges = (odds / odds.sum(1, keepdims=True)).cumsum(1)
    outcome = (rng.random((n, 1)) > edges[:, :2]).sum(1)
    return of_pairs(d * factor, np.eye(3)[outcome], log_tie)


@pytest.mark.parametrize("log_tie", [None, 0.5])
@pytest.mark.parametrize("factor", [0.5, 3.0])
def test_rewards_that_are_too_large_or_small_are_divided_back(
    factor: float, log_tie: float | None
) -> None:
    found = calibrate(drawn(factor, log_tie))
    assert found.temperature == pytest.approx(factor, rel=0.1)
    assert found.sentence.startswith("Rewards are divided by a temperature: NLL ")


def test_a_temperature_that_helps_only_where_it_was_fitted_is_left_out() -> None:
    found = drawn(1.0, n=60)
    # Four folds say the rewards are too small, the fifth that they point the wrong way.
    outcomes = np.zeros((60, 3))
    ahead = found.rewards.difference[:, 0].numpy() > 0
    outcomes[np.arange(60), np.where(ahead ^ (found.fold == 4), 0, 2)] = 1
    outcomes[:5] = outcomes[:5, ::-1]
    told = replace(found.targets, outcomes=torch.from_numpy(outcomes))
    result = calibrate(replace(found, targets=told))
    assert result.temperature == 1
    assert result.sentence.startswith("Rewards are as trained: NLL ")


def test_rewards_that_point_the_wrong_way_are_left_as_they_are_with_the_reason() -> None:
    found = drawn(-1.0)
    result = calibrate(found)
    assert result.temperature == 1
    assert "do not point the judgments' way" in result.sentence


def test_one_prompt_has_no_temperature() -> None:
    result = calibrate(None)
    assert (result.temperature, "fewer than two prompts" in result.sentence) == (1, True)


def test_heads_that_margins_drew_too_far_apart_come_back_to_log_odds() -> None:
    features, comparisons, head = planted(3000, 8)
    sign = np.sign(comparisons.target - 0.5)
    strong = replace(comparisons, strength=3 * sign)
    plain = train_heads(features, comparisons.training(), TrainConfig())
    margin = train_heads(features, strong.training(), TrainConfig(strength="margin"))
    assert plain.temperature == pytest.approx(1, abs=0.1)
    assert margin.temperature > 1.5
    assert str(round(margin.temperature, 3)) in margin.calibration
    truth = (features @ head)[comparisons.first] - (features @ head)[comparisons.second]
    rewards = margin.members(features).mean(1)
    found = rewards[comparisons.first] - rewards[comparisons.second]
    assert np.polyfit(truth, found, 1)[0] == pytest.approx(1, abs=0.15)
    kept, undone = (
        evaluate(scores, comparisons.held_out(), TrainConfig())
        for scores in (rewards, rewards * margin.temperature)
    )
    assert kept.accuracy == undone.accuracy
    assert kept.nll is not None
    assert undone.nll is not None
    assert (kept.nll.value or 0) < (undone.nll.value or 0) - 0.1
    assert margin.std == pytest.approx(rewards[compared(comparisons.training())].std(), rel=1e-4)


def judgments(n: int = 500) -> tuple[Floats, Floats, Floats]:
    """Differences three times too large, outcomes and weights."""
    rng = np.random.default_rng(2)
    odds = rng.normal(size=n)
    outcome = np.where(rng.random(n) < 1 / (1 + np.exp(-odds)), 0, 2)
    outcome[::10] = 1
    return 3 * odds, np.eye(3)[outcome], rng.integers(1, 4, n).astype(float)


def temperature(found: OutOfFold) -> float:
    return found.temperature(np.ones(len(found.fold), bool))


def test_the_temperature_is_that_of_logistic_regression() -> None:
    difference, outcomes, weight = judgments()
    target = outcomes[:, 0] + outcomes[:, 1] / 2
    twice = np.concatenate([difference, difference])[:, None]
    votes = np.concatenate([weight * target, weight * (1 - target)])
    labels = np.repeat([1, 0], len(target))
    model = LogisticRegression(C=np.inf, fit_intercept=False, tol=1e-10)
    model.fit(twice, labels, sample_weight=votes)
    found = temperature(of_pairs(difference, outcomes, weight=weight))
    assert found == pytest.approx(1 / model.coef_[0, 0], rel=1e-4)
    assert 2 < found < 4.5


def test_the_temperature_has_the_least_loss_with_ties_too() -> None:
    difference, outcomes, weight = judgments()
    log_tie = torch.tensor(-0.5, dtype=torch.float64)

    def loss(inverse: float) -> float:
        each = pair_loss(
            torch.from_numpy(difference * inverse), torch.from_numpy(outcomes), log_tie
        )
        return float((torch.from_numpy(weight) * each).sum())

    best = minimize_scalar(loss, bounds=(0.01, 5), method="bounded", options={"xatol": 1e-8})
    found = temperature(of_pairs(difference, outcomes, -0.5, weight))
    assert found == pytest.approx(1 / best.x, rel=1e-5)
    assert abs(found - temperature(of_pairs(difference, outcomes, None, weight))) > 0.01


def test_calibrated_rewards_have_a_temperature_of_one() -> None:
    difference = torch.linspace(-3, 3, 50, dtype=torch.float64)
    for log_tie in (None, 0.4):
        tie = None if log_tie is None else torch.tensor(log_tie)
        outcomes = pair_probabilities(difference, tie)
        assert temperature(of_pairs(difference, outcomes, log_tie)) == pytest.approx(1)


def test_whole_tasks_have_a_temperature_beside_pairs() -> None:
    """Rankings drawn by rewards, Gumbel noise added (Yellott 1977), which are given thrice."""
    rewards = 2 * numbers(1500, 4)
    noise = -torch.from_numpy(np.random.default_rng(1).exponential(size=(1500, 4))).log()
    ranks = 1 + (rewards + noise).argsort(1, descending=True).argsort(1)
    given = Rewards(torch.zeros(0, 1).double(), (3 * rewards[None],))
    none = torch.zeros(0, 3).double()
    told = Targets(none, none[:, 0], orders=(orders(ranks),))
    found = OutOfFold(given, told, np.ones(1500), np.arange(1500) % 5, None)
    assert temperature(found) == pytest.approx(3, rel=0.05)
    assert calibrate(found).temperature == temperature(found)


def test_of_two_answers_the_whole_has_the_temperature_of_the_pair() -> None:
    difference, outcomes, weight = judgments()
    d, told = torch.from_numpy(difference), torch.from_numpy(outcomes)
    pair = WeakOrders.of(told[:, None])
    none = torch.zeros(0, 3).double()
    whole = OutOfFold(
        Rewards(torch.zeros(0, 1).double(), (torch.stack([d, 0 * d], 1)[None],)),
        Targets(none, none[:, 0], orders=(pair,)),
        weight,
        np.arange(500) % 5,
        torch.tensor([[-0.5]]).double(),
    )
    expected = temperature(of_pairs(difference, outcomes, -0.5, weight))
    assert temperature(whole) == pytest.approx(expected)


@pytest.mark.parametrize("unit", [1e-8, 1e-3, 1e4, 1e12])
def test_the_unit_of_rewards_moves_into_the_temperature(unit: float) -> None:
    difference, outcomes, weight = judgments()
    expected = unit * temperature(of_pairs(difference, outcomes, None, weight))
    found = temperature(of_pairs(unit * difference, outcomes, None, weight))
    assert found == pytest.approx(expected)


def test_rewards_that_nobody_contradicts_have_no_temperature() -> None:
    with pytest.raises(NoTemperature, match="T would be 0"):
        temperature(of_pairs([1.0, -2.0, 0.0], [[1, 0, 0], [0, 0, 1], [0, 1, 0]]))


@pytest.mark.parametrize("outcomes", [[[0, 0, 1], [1, 0, 0]], [[0, 1, 0], [0, 1, 0]]])
def test_rewards_that_point_the_wrong_way_have_no_temperature(outcomes: list[list[int]]) -> None:
    with pytest.raises(NoTemperature, match="T would be infinite"):
        temperature(of_pairs([1.0, -2.0], outcomes))


@pytest.mark.parametrize("difference", [[], [0.0, 0.0]])
def test_no_judgments_set_no_temperature(difference: list[float]) -> None:
    with pytest.raises(NoTemperature):
        temperature(of_pairs(difference, [[1, 0, 0]] * len(difference)))
