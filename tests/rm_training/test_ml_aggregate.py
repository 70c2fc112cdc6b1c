from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from sklearn.linear_model import LogisticRegression

from rm_training.ml.aggregate import (
    COEFFICIENT,
    NoTemperature,
    aggregated,
    fit_temperature,
    levelled,
    mean,
    uncertainty_weighted,
    worst_case,
)
from rm_training.ml.likelihood import pair_loss, pair_probabilities

Floats = NDArray[np.float64]
MEMBERS = np.array([[1.0, 2.0, 6.0], [0.0, 0.0, 0.0]])


def test_the_mean_is_over_members() -> None:
    assert mean(MEMBERS).tolist() == [3.0, 0.0]


def test_the_worst_case_is_the_lowest_member() -> None:
    assert worst_case(MEMBERS).tolist() == [1.0, 0.0]


def test_disagreement_costs_its_variance_over_all_members() -> None:
    # Deviations of -2, -1 and 3 from a mean of 3: a variance of 14/3.
    assert uncertainty_weighted(MEMBERS, 0.5).tolist() == pytest.approx([3 - 7 / 3, 0])


def test_without_a_coefficient_disagreement_costs_nothing() -> None:
    assert uncertainty_weighted(MEMBERS, 0).tolist() == mean(MEMBERS).tolist()


def test_disagreement_is_never_rewarded() -> None:
    with pytest.raises(ValueError, match="must not be negative"):
        uncertainty_weighted(MEMBERS, -0.1)


def test_levelled_members_differ_only_within_a_prompt() -> None:
    group = np.array([0, 0, 2])
    # The second member sees both answers of prompt 0 ten higher, and ranks them the other way.
    members = np.array([[1.0, 12.0], [2.0, 11.0], [5.0, 7.0]])
    moved = levelled(members, group)
    np.testing.assert_allclose(moved, [[6.0, 7.0], [7.0, 6.0], [6.0, 6.0]])
    np.testing.assert_allclose(moved.mean(1), members.mean(1))


def test_a_level_alone_makes_nobody_uncertain() -> None:
    members = np.array([[1.0, 101.0], [2.0, 102.0]])
    moved = levelled(members, np.array([0, 0]))
    assert uncertainty_weighted(moved, 1.0).tolist() == mean(members).tolist()


def judgments(n: int = 500) -> tuple[Floats, Floats, Floats]:
    """Differences three times too large, targets and weights."""
    rng = np.random.default_rng(2)
    odds = rng.normal(size=n)
    target = (rng.random(n) < 1 / (1 + np.exp(-odds))).astype(float)
    target[::10] = 0.5
    return 3 * odds, target, rng.integers(1, 4, n).astype(float)


def test_the_temperature_is_that_of_logistic_regression() -> None:
    difference, target, weight = judgments()
    twice = np.concatenate([difference, difference])[:, None]
    votes = np.concatenate([weight * target, weight * (1 - target)])
    labels = np.repeat([1, 0], len(target))
    model = LogisticRegression(C=np.inf, fit_intercept=False, tol=1e-10)
    model.fit(twice, labels, sample_weight=votes)
    temperature = fit_temperature(difference, target, weight)
    assert temperature == pytest.approx(1 / model.coef_[0, 0], rel=1e-4)
    assert 2 < temperature < 4.5


def test_the_temperature_has_the_least_loss_with_ties_too() -> None:
    difference, target, weight = judgments()
    outcomes = torch.from_numpy(np.stack([target == 1, target == 0.5, target == 0], 1)).double()
    log_tie = torch.tensor(-0.5, dtype=torch.float64)

    def loss(inverse: float) -> float:
        each = pair_loss(torch.from_numpy(difference * inverse), outcomes, log_tie)
        return float((torch.from_numpy(weight) * each).sum())

    best = minimize_scalar(loss, bounds=(0.01, 5), method="bounded", options={"xatol": 1e-8})
    temperature = fit_temperature(difference, target, weight, log_tie=-0.5)
    assert temperature == pytest.approx(1 / best.x, rel=1e-5)
    assert abs(temperature - fit_temperature(difference, target, weight)) > 0.01


def test_calibrated_rewards_have_a_temperature_of_one() -> None:
    difference = np.linspace(-3, 3, 50)
    target = 1 / (1 + np.exp(-difference))
    assert fit_temperature(difference, target) == pytest.approx(1)
    win, tie, _ = pair_probabilities(torch.from_numpy(difference), torch.tensor(0.4)).numpy().T
    assert fit_temperature(difference, win + tie / 2, log_tie=0.4) == pytest.approx(1)


@pytest.mark.parametrize("unit", [1e-8, 1e-3, 1e4, 1e12])
def test_the_unit_of_rewards_moves_into_the_temperature(unit: float) -> None:
    difference, target, weight = judgments()
    expected = unit * fit_temperature(difference, target, weight)
    assert fit_temperature(unit * difference, target, weight) == pytest.approx(expected)


def test_rewards_that_nobody_contradicts_have_no_temperature() -> None:
    with pytest.raises(NoTemperature, match="T would be 0"):
        fit_temperature(np.array([1.0, -2.0, 0.0]), np.array([1.0, 0.0, 0.5]))


@pytest.mark.parametrize("target", [[0.0, 1.0], [0.5, 0.5]])
def test_rewards_that_point_the_wrong_way_have_no_temperature(target: list[float]) -> None:
    with pytest.raises(NoTemperature, match="T would be infinite"):
        fit_temperature(np.array([1.0, -2.0]), np.array(target))


@pytest.mark.parametrize("difference", [[], [0.0, 0.0]])
def test_no_comparisons_set_no_temperature(difference: list[float]) -> None:
    with pytest.raises(NoTemperature):
        fit_temperature(np.array(difference), np.ones(len(difference)))


def test_each_aggregation_goes_by_its_name() -> None:
    members = np.array([[1.0, 3.0], [0.0, 0.0]])
    assert aggregated(members, "mean").tolist() == [2, 0]
    assert aggregated(members, "worst_case").tolist() == [1, 0]
    assert aggregated(members, "uncertainty_weighted").tolist() == [2 - COEFFICIENT, 0]
