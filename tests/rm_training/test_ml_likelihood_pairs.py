"""The likelihood of pairs and its options, against published formulas worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from annotate.stats.ranking.davidson import outcome_probabilities
from rm_training.ml.likelihood import centring_penalty, pair_loss
from rm_training.ml.losses import preference_loss
from tests.rm_training.ml_tensors import gradient, numbers, pair_probabilities

WIN = torch.tensor([1.0, 0.0, 0.0], dtype=torch.float64)


def test_pairs_have_the_probabilities_of_the_statistics() -> None:
    difference = torch.linspace(-9, 9, 19, dtype=torch.float64)
    log_tie = torch.tensor(0.3, dtype=torch.float64)
    win, tie = outcome_probabilities(difference.numpy(), np.array([0.3]))
    each = [pair_loss(difference, outcome, log_tie) for outcome in torch.eye(3).double()]
    ours = (-torch.stack(each, 1)).exp().numpy()
    np.testing.assert_allclose(ours, np.stack([win, tie, 1 - win - tie], 1), atol=1e-12)
    without = (-pair_loss(difference, WIN)).exp().numpy()
    np.testing.assert_allclose(without, 1 / (1 + np.exp(-difference.numpy())))


def test_without_a_tie_parameter_a_tie_is_half_a_win_of_each() -> None:
    difference, target = 3 * numbers(30), numbers(30, 3, seed=1).softmax(1)
    expected = preference_loss(difference, target[:, 0] + target[:, 1] / 2)
    torch.testing.assert_close(pair_loss(difference, target), expected)


def test_a_soft_target_costs_least_at_its_own_probabilities() -> None:
    log_tie = torch.tensor(0.7, dtype=torch.float64)
    target = pair_probabilities(torch.tensor(1.3, dtype=torch.float64), log_tie)
    difference = torch.linspace(0, 2.6, 27, dtype=torch.float64)
    loss = pair_loss(difference, target, log_tie)
    assert int(loss.argmin()) == 13
    assert float(loss.min()) == pytest.approx(float(-(target * target.log()).sum()))


# What TRL's RewardTrainer and DPOTrainer document, with r+ = 1.2, r- = 0.4 and so r+ - r- = 0.8:
# log(1 + exp(-0.8)) = 0.3711006659..., log(1 + exp(0.8)) = 1.1711006659...
PLUS, MINUS = 0.3711006659477776, 1.1711006659477776
LEAD = torch.tensor(0.8, dtype=torch.float64)


def test_the_plain_loss_is_that_of_trl() -> None:
    assert float(pair_loss(LEAD, WIN)) == pytest.approx(PLUS)


def test_a_margin_is_taken_off_inside_the_sigmoid() -> None:
    loss = pair_loss(LEAD, WIN, margin=torch.tensor(0.5))
    assert float(loss) == pytest.approx(0.5543552444685272)  # log(1 + exp(-0.3))


def test_a_scale_multiplies_the_loss() -> None:
    assert float(pair_loss(LEAD, WIN, scale=torch.tensor(3.0))) == pytest.approx(1.1133019978433328)


def test_label_smoothing_is_that_of_conservative_dpo() -> None:
    loss = pair_loss(LEAD, WIN, label_smoothing=0.1)
    assert float(loss) == pytest.approx(0.9 * PLUS + 0.1 * MINUS)


def test_smoothing_leaves_a_tie_a_tie() -> None:
    tie, log_tie = torch.tensor([0.0, 1.0, 0.0], dtype=torch.float64), torch.tensor(0.2)
    smooth = pair_loss(LEAD, tie, log_tie, label_smoothing=0.3)
    torch.testing.assert_close(smooth, pair_loss(LEAD, tie, log_tie))


def test_the_centring_penalty_is_that_of_trl() -> None:
    rewards = torch.tensor([[1.2, 0.4], [-2.0, 2.0]], dtype=torch.float64)
    assert centring_penalty(rewards).tolist() == pytest.approx([2.56, 0.0])


def test_swapping_the_answers_of_a_pair_changes_no_loss() -> None:
    difference, target = numbers(30), numbers(30, 3, seed=1).softmax(1)
    margin, log_tie = numbers(30, seed=2), torch.tensor(0.1)
    one = pair_loss(difference, target, log_tie, margin=margin, label_smoothing=0.2)
    other = pair_loss(-difference, target.flip(1), log_tie, margin=-margin, label_smoothing=0.2)
    torch.testing.assert_close(one, other)


def test_a_pair_that_nobody_compared_costs_nothing() -> None:
    difference = torch.tensor([math.nan, math.inf, 0.8], dtype=torch.float64)
    target = torch.stack([0 * WIN, 0 * WIN, WIN])
    margin, log_tie = torch.tensor([math.nan, 0.0, 0.0]), torch.tensor(0.5)

    def loss(d: Tensor) -> Tensor:
        return pair_loss(d, target, log_tie, margin=margin, label_smoothing=0.1)

    assert loss(difference)[:2].tolist() == [0, 0]
    assert float(loss(difference)[2]) > 0.3
    slope = gradient(loss, difference)
    assert slope[:2].tolist() == [0, 0]
    assert float(slope[2]) < 0


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_huge_differences_of_a_pair_overflow_nothing(dtype: torch.dtype) -> None:
    difference, log_tie = torch.tensor([2e4, -2e4], dtype=dtype), torch.zeros((), dtype=dtype)
    loss = pair_loss(difference, WIN.to(dtype), log_tie)
    assert loss.dtype == dtype
    assert loss.tolist() == [0, 2e4]
    assert gradient(lambda d: pair_loss(d, WIN.to(dtype), log_tie), difference).tolist() == [0, -1]


def test_gradients_of_pairs_are_finite_differences() -> None:
    inputs = [numbers(8, seed=seed).requires_grad_() for seed in range(3)]
    target = numbers(8, 3, seed=4).softmax(1)
    assert torch.autograd.gradcheck(
        lambda d, t, m: pair_loss(d, target, t, margin=m, scale=2, label_smoothing=0.1), inputs
    )
