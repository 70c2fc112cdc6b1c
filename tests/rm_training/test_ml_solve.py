from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression

from rm_training.ml.losses import preference_loss
from rm_training.ml.solve import NotConverged, fit_heads


def test_the_loss_is_minus_log_sigmoid_where_the_label_is_certain() -> None:
    margin = torch.tensor([-3.0, 0.0, 2.0], dtype=torch.float64)
    expected = -torch.nn.functional.logsigmoid(margin)
    torch.testing.assert_close(preference_loss(margin, torch.ones(3).double()), expected)


def test_a_tie_costs_least_where_the_rewards_are_equal() -> None:
    margin = torch.linspace(-2, 2, 5, dtype=torch.float64)
    loss = preference_loss(margin, torch.full((5,), 0.5).double())
    assert int(loss.argmin()) == 2
    assert float(loss.min()) == pytest.approx(math.log(2))


def test_swapping_the_responses_changes_no_loss() -> None:
    margin = torch.tensor([-1.5, 0.3, 4.0])
    target = torch.tensor([0.2, 0.9, 0.5])
    swapped = preference_loss(-margin, 1 - target)
    torch.testing.assert_close(preference_loss(margin, target), swapped)


def test_a_loss_of_a_huge_margin_is_finite() -> None:
    loss = preference_loss(torch.tensor([-1e6, 1e6]), torch.tensor([1.0, 1.0]))
    assert loss.tolist() == [1e6, 0.0]


def data(n: int = 300, d: int = 20) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(n, d)) * np.geomspace(0.1, 3, d)
    y = rng.random(n) < 1 / (1 + np.exp(-x @ rng.normal(size=d)))
    weight = rng.integers(0, 4, size=(n, 3)).astype(float)
    return torch.from_numpy(x), torch.from_numpy(y.astype(float)), torch.from_numpy(weight)


@pytest.mark.parametrize("penalty", [0.1, 10.0])
def test_each_head_is_the_logistic_regression_of_its_own_weights(penalty: float) -> None:
    x, y, weight = data()
    heads = fit_heads(x, y, weight, penalty=torch.full((3,), penalty).double())
    for head, column in zip(heads.T, weight.T, strict=True):
        model = LogisticRegression(C=1 / penalty, fit_intercept=False, tol=1e-10, max_iter=10_000)
        model.fit(x.numpy(), y.numpy(), sample_weight=column.numpy())
        np.testing.assert_allclose(head.numpy(), model.coef_[0], atol=1e-4)


def test_soft_targets_are_the_same_as_split_votes() -> None:
    x, y, weight = data()
    target = 0.7 * y + 0.3 * (1 - y)
    soft = fit_heads(x, target, weight, penalty=torch.ones(3).double())
    twice = torch.cat([x, x])
    votes = torch.cat([0.7 * weight, 0.3 * weight])
    split = fit_heads(twice, torch.cat([y, 1 - y]), votes, penalty=torch.ones(3).double())
    torch.testing.assert_close(soft, split, atol=1e-5, rtol=0)


def test_a_head_without_data_stays_at_its_anchor() -> None:
    x, y, _ = data()
    anchors = torch.linspace(-1, 1, 20, dtype=torch.float64)[:, None].repeat(1, 2)
    weight = torch.stack([torch.zeros(300), torch.ones(300)], 1).double()
    heads = fit_heads(x, y, weight, penalty=torch.ones(2).double(), anchors=anchors)
    torch.testing.assert_close(heads[:, 0], anchors[:, 0], atol=1e-6, rtol=0)
    assert float((heads[:, 1] - anchors[:, 1]).abs().max()) > 0.1


def test_too_few_iterations_are_an_error_and_no_half_fitted_head() -> None:
    x, y, weight = data()
    with pytest.raises(NotConverged, match="did not converge in 2"):
        fit_heads(x, y, weight, penalty=torch.ones(3).double(), max_iterations=2)
