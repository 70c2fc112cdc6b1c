from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from torch import Tensor

from annotate.stats.ranking.bradley_terry import bradley_terry
from annotate.stats.ranking.plackett_luce import plackett_luce
from rm_training.ml.losses import TIE_VARIANCE, Rewards, Targets, head_losses, preference_loss
from rm_training.ml.solve import Design, Fitted, NotConverged, _second_moments, fit_heads
from tests.rm_training.ml_tensors import orders

PAIR_RANKS = np.array([[1, 2], [1, 1], [2, 1]])


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


def data(n: int = 300, d: int = 20) -> tuple[Tensor, Tensor, Tensor]:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(n, d)) * np.geomspace(0.1, 3, d)
    y = rng.random(n) < 1 / (1 + np.exp(-x @ rng.normal(size=d)))
    weight = rng.integers(0, 4, size=(n, 3)).astype(float)
    return torch.from_numpy(x), torch.from_numpy(y.astype(float)), torch.from_numpy(weight)


def targets(target: Tensor, tie: Tensor | None = None, **options: Any) -> Targets:
    """Of P(first over second), ties half, and P(tie)."""
    tie = torch.zeros_like(target) if tie is None else tie
    outcomes = torch.stack([target - tie / 2, tie, 1 - target - tie / 2], 1)
    strength = options.pop("strength", torch.zeros_like(target))
    return Targets(outcomes, strength, **options)


def fit(x: Tensor, judged: Targets, weight: Tensor, penalty: float = 1.0, **more: Any) -> Fitted:
    penalties = torch.full((weight.shape[1],), penalty).double()
    return fit_heads(Design(x, x[:0]), judged, weight, penalty=penalties, **more)


@pytest.mark.parametrize("penalty", [0.1, 10.0])
def test_each_head_is_the_logistic_regression_of_its_own_weights(penalty: float) -> None:
    x, y, weight = data()
    fitted = fit(x, targets(y), weight, penalty)
    assert fitted.log_tie is None
    for head, column in zip(fitted.heads.T, weight.T, strict=True):
        model = LogisticRegression(C=1 / penalty, fit_intercept=False, tol=1e-10, max_iter=10_000)
        model.fit(x.numpy(), y.numpy(), sample_weight=column.numpy())
        np.testing.assert_allclose(head.numpy(), model.coef_[0], atol=1e-4)


def test_soft_targets_are_the_same_as_split_votes() -> None:
    x, y, weight = data()
    target = 0.7 * y + 0.3 * (1 - y)
    soft = fit(x, targets(target), weight).heads
    votes = torch.cat([0.7 * weight, 0.3 * weight])
    split = fit(torch.cat([x, x]), targets(torch.cat([y, 1 - y])), votes).heads
    torch.testing.assert_close(soft, split, atol=1e-5, rtol=0)


def test_a_head_without_data_stays_at_its_anchor() -> None:
    x, y, _ = data()
    anchors = torch.linspace(-1, 1, 20, dtype=torch.float64)[:, None].repeat(1, 2)
    weight = torch.stack([torch.zeros(300), torch.ones(300)], 1).double()
    heads = fit(x, targets(y), weight, anchors=anchors).heads
    torch.testing.assert_close(heads[:, 0], anchors[:, 0], atol=1e-6, rtol=0)
    assert float((heads[:, 1] - anchors[:, 1]).abs().max()) > 0.1


def test_too_few_iterations_are_an_error_and_no_half_fitted_head() -> None:
    x, y, weight = data()
    with pytest.raises(NotConverged, match="did not converge in 2"):
        fit(x, targets(y), weight, max_iterations=2)


def davidson(x: Tensor, head: Tensor, log_tie: float, seed: int = 2) -> Targets:
    """Outcomes drawn with Davidson's probabilities."""
    d = (x @ head).numpy()
    odds = np.exp(np.stack([d / 2, np.full_like(d, log_tie), -d / 2], 1))
    edges = (odds / odds.sum(1, keepdims=True)).cumsum(1)
    outcome = (np.random.default_rng(seed).random((len(d), 1)) > edges[:, :2]).sum(1)
    return Targets(torch.eye(3).double()[torch.from_numpy(outcome)], torch.zeros(len(d)).double())


def test_a_planted_head_and_tie_parameter_come_back() -> None:
    rng = np.random.default_rng(3)
    x, head = torch.from_numpy(rng.normal(size=(20_000, 6))), torch.from_numpy(rng.normal(size=6))
    fitted = fit(x, davidson(x, head, -0.4), torch.ones(20_000, 1).double(), 0.01)
    assert fitted.log_tie is not None
    np.testing.assert_allclose(fitted.heads[:, 0], head, atol=0.06)
    assert float(fitted.log_tie) == pytest.approx(-0.4, abs=0.05)


@pytest.mark.parametrize("log_tie", [-3.0, 0.0, 2.0])
def test_of_items_the_heads_and_ties_are_those_of_the_statistics(log_tie: float) -> None:
    rng = np.random.default_rng(4)
    first = rng.integers(0, 8, 600)
    second = (first + rng.integers(1, 8, 600)) % 8
    items = torch.eye(8).double()
    x = items[first] - items[second]
    judged = davidson(x, torch.linspace(-2, 2, 8).double(), log_tie)
    weight = torch.from_numpy(rng.integers(0, 3, size=(600, 2)).astype(float))
    fitted = fit(x, judged, weight, 0.1)
    assert fitted.log_tie is not None
    outcome = judged.outcomes.argmax(1).numpy()
    for m in range(2):
        theirs = bradley_terry(first, second, outcome, items=8, weight=weight[:, m].numpy())
        np.testing.assert_allclose(fitted.heads[:, m], theirs.score, atol=1e-4)
        np.testing.assert_allclose(fitted.log_tie[0, m], theirs.log_tie[0], atol=1e-4)


def test_the_loss_is_convex_in_head_and_ties_together_and_least_where_the_fit_ends() -> None:
    x, y, _ = data(100, 4)
    tie = torch.from_numpy(np.random.default_rng(5).random(100))
    judged = targets((1 - tie) * y + tie / 2, tie)
    weight, anchors, penalty = torch.ones(100, 1).double(), torch.ones(4, 1).double(), 0.5

    def loss(theta: Tensor) -> Tensor:
        heads = theta[:4, None]
        return head_losses(
            Rewards(x @ heads), judged, weight, heads=heads, anchors=anchors,
            penalty=torch.tensor([penalty]).double(), log_tie=theta[4:, None],
        ).sum()  # fmt: skip

    fitted = fit(x, judged, weight, penalty, anchors=anchors)
    assert fitted.log_tie is not None
    best = torch.cat([fitted.heads[:, 0], fitted.log_tie[:, 0]]).requires_grad_()
    (slope,) = torch.autograd.grad(loss(best), best)
    assert float(slope.abs().max()) < 1e-3
    best = best.detach()
    rng = np.random.default_rng(6)
    for _ in range(20):
        one, two = (torch.from_numpy(rng.normal(size=5) * 3) for _ in range(2))
        assert float(loss((one + two) / 2)) < float(loss(one) + loss(two)) / 2
        assert float(loss(best + one / 10)) > float(loss(best))


def test_ties_alone_give_equal_rewards_and_a_finite_tie_parameter() -> None:
    x, y, weight = data()
    ones = torch.ones_like(y)
    fitted = fit(x, targets(ones / 2, ones), weight)
    assert fitted.log_tie is not None
    assert float(fitted.heads.abs().max()) < 1e-6
    # The slope of the loss in t = log nu is 0: total x 2/(2 + e^t) = t / variance.
    for t, total in zip(fitted.log_tie[0].tolist(), weight.sum(0).tolist(), strict=True):
        assert total * 2 / (2 + math.exp(t)) == pytest.approx(t / TIE_VARIANCE, rel=1e-3)


def test_judgments_of_one_kind_alone_have_a_finite_head() -> None:
    x, y, weight = data()
    heads = fit(x, targets(torch.ones_like(y)), weight).heads
    assert bool(torch.isfinite(heads).all())
    assert float((x @ heads).mean()) > 0


def test_rare_ties_hardly_move_a_head() -> None:
    x, y, weight = data()
    tie = torch.zeros_like(y)
    tie[0] = 1e-6
    without = fit(x, targets(y), weight).heads
    rare = fit(x, targets((1 - tie) * y + tie / 2, tie), weight)
    assert rare.log_tie is not None
    assert float(rare.log_tie.max()) < -6
    torch.testing.assert_close(rare.heads, without, atol=1e-2, rtol=0)


def test_smoothing_is_a_fit_to_smoothed_targets() -> None:
    x, y, weight = data()
    tie = torch.zeros_like(y)
    tie[::5] = 1
    target = torch.where(tie == 1, 0.5, y)
    smooth = fit(x, targets(target, tie, label_smoothing=0.1), weight)
    mixed = fit(x, targets(0.9 * target + 0.1 * (1 - target), tie), weight)
    assert smooth.log_tie is not None
    assert mixed.log_tie is not None
    torch.testing.assert_close(smooth.heads, mixed.heads, atol=1e-5, rtol=0)
    torch.testing.assert_close(smooth.log_tie, mixed.log_tie, atol=1e-5, rtol=0)
    plain = fit(x, targets(target, tie), weight).heads
    assert float(smooth.heads.square().sum()) < 0.9 * float(plain.square().sum())


def test_strength_as_a_scale_is_so_many_comparisons_and_unknown_strength_is_one() -> None:
    x, y, weight = data()
    strength = torch.from_numpy(np.random.default_rng(7).choice([-3.0, -1.0, 0.0, 2.0, 3.0], 300))
    times = torch.tensor([max(abs(s), 1.0) for s in strength.tolist()]).double()
    scaled = fit(x, targets(y, strength=strength, use="scale"), weight).heads
    counted = fit(x, targets(y), weight * times[:, None]).heads
    torch.testing.assert_close(scaled, counted, atol=1e-4, rtol=0)


def test_strength_as_a_margin_sets_rewards_so_far_apart() -> None:
    x = torch.ones(200, 1).double()
    strength = torch.full((200,), 2.0).double()
    y = torch.ones(200).double()
    y[:50] = 0.0  # three to one: log-odds of log 3
    plain, margin = (
        fit(x, targets(y, strength=strength, use=use), torch.ones(200, 1).double(), 1e-6).heads
        for use in ("ignore", "margin")
    )
    assert float(plain) == pytest.approx(math.log(3), abs=1e-4)
    assert float(margin) == pytest.approx(math.log(3) + 2, abs=1e-4)


def test_unknown_strength_is_no_margin() -> None:
    x, y, weight = data()
    margin = fit(x, targets(y, use="margin"), weight).heads
    torch.testing.assert_close(margin, fit(x, targets(y), weight).heads)


def ranked_items(n: int, seed: int = 8) -> tuple[NDArray[np.int64], Tensor]:
    """Five items, and n rankings of three of them with ties, drawn at random."""
    rng = np.random.default_rng(seed)
    items = np.stack([rng.choice(5, 3, replace=False) for _ in range(n)])
    return items, torch.from_numpy(rng.integers(1, 4, size=(n, 3)))


@pytest.mark.parametrize("pairs", [0, 200])
def test_of_items_that_are_ranked_the_heads_are_those_of_the_statistics(pairs: int) -> None:
    """Of rankings alone, and beside pairs, which are rankings of two."""
    items, ranks = ranked_items(400)
    rng = np.random.default_rng(9)
    first = rng.integers(0, 5, pairs)
    second = (first + rng.integers(1, 5, pairs)) % 5
    won = torch.from_numpy(rng.integers(0, 3, pairs))
    eye = torch.eye(5).double()
    design = Design(eye[first] - eye[second], eye, (torch.from_numpy(items),))
    outcomes = torch.eye(3).double()[won]
    told = Targets(outcomes, torch.zeros(pairs).double(), orders=(orders(ranks),))
    weight = torch.ones(pairs + 400, 2).double()
    fitted = fit_heads(design, told, weight, penalty=torch.tensor([0.1, 0.1]).double())
    assert fitted.log_tie is not None
    no_third = np.full((pairs, 1), -1)
    theirs = plackett_luce(
        np.vstack([items, np.hstack([np.stack([first, second], 1), no_third])]),
        np.vstack([ranks.numpy(), np.hstack([PAIR_RANKS[won.numpy()], 0 * no_third])]),
        count=5,
    )
    for m in range(2):
        np.testing.assert_allclose(fitted.heads[:, m], theirs.score, atol=1e-4)
        np.testing.assert_allclose(fitted.log_tie[:, m], theirs.log_tie, atol=1e-3)


def test_the_preconditioner_of_whole_tasks_is_their_curvature_at_equal_rewards() -> None:
    """Of one ranking without ties, by four features."""
    told = Targets(torch.zeros(0, 3).double(), torch.zeros(0).double(),
                   orders=(orders(torch.tensor([[1, 2, 3]])),))  # fmt: skip
    answers = torch.from_numpy(np.random.default_rng(0).normal(size=(3, 4)))
    design = Design(answers[:0], answers, (torch.arange(3)[None],))

    def loss(head: Tensor) -> Tensor:
        return told.losses(design.rewards(head[:, None]), None).sum()

    curvature = torch.func.hessian(loss)(torch.zeros(4).double())
    moments = _second_moments(design, told.orders, torch.ones(1).double())
    torch.testing.assert_close(moments / 4, curvature)
