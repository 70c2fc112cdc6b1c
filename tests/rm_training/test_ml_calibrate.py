from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rm_training.ml.calibrate import OutOfFold, calibrate
from rm_training.ml.config import TrainConfig
from rm_training.ml.evaluate import evaluate
from rm_training.ml.train import compared, train_heads
from tests.rm_training.ml_samples import planted


def drawn(factor: float, log_tie: float | None = None, n: int = 2000) -> OutOfFold:
    """Outcomes drawn by rewards, which then are given times a factor."""
    rng = np.random.default_rng(0)
    d = rng.normal(size=n) * 1.5
    tie = np.zeros(n) if log_tie is None else np.full(n, np.exp(log_tie))
    odds = np.stack([np.exp(d / 2), tie, np.exp(-d / 2)], 1)
    edges = (odds / odds.sum(1, keepdims=True)).cumsum(1)
    outcome = (rng.random((n, 1)) > edges[:, :2]).sum(1)
    return OutOfFold(d * factor, np.eye(3)[outcome], np.ones(n), np.arange(n) % 5, log_tie)


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
    outcomes[np.arange(60), np.where((found.margin > 0) ^ (found.fold == 4), 0, 2)] = 1
    outcomes[:5] = outcomes[:5, ::-1]
    result = calibrate(replace(found, outcomes=outcomes))
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
