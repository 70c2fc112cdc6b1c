"""The likelihood of rankings against lists of all sets and against that of the statistics."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import combinations, product

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import softplus

from annotate.stats.ranking.davidson_luce import moments
from annotate.stats.ranking.plackett_luce import plackett_luce
from rm_training.ml.likelihood import pair_loss, ranking_loss
from tests.rm_training.ml_tensors import gradient, numbers, orders

Floats = NDArray[np.float64]
Sets = dict[tuple[int, ...], float]


def some_ranks(n: int, k: int, seed: int = 0) -> Tensor:
    """Ranks with ties, answers left out and answers below."""
    return torch.from_numpy(np.random.default_rng(seed).integers(-1, k + 1, size=(n, k)))


def weak_orders(k: int) -> Tensor:
    rows = {
        tuple(1 + sorted(set(row)).index(one) for one in row) for row in product(*[range(k)] * k)
    }
    return torch.tensor(sorted(rows))


def chances(reward: Floats, log_tie: Floats) -> Sets:
    """Every set that can be chosen and its probability, by listing them."""
    log_nu = [0.0, *log_tie]
    worth = {
        members: math.exp(log_nu[size - 1] + reward[list(members)].mean())
        for size in range(1, len(log_nu) + 1)
        for members in combinations(range(len(reward)), size)
    }
    return {members: one / sum(worth.values()) for members, one in worth.items()}


def listed_loss(reward: Floats, ranks: list[int], log_tie: Floats) -> float:
    left = [item for item, rank in enumerate(ranks) if rank != 0]
    loss = 0.0
    for place in sorted({rank for rank in ranks if rank > 0}):
        chosen = tuple(n for n, item in enumerate(left) if ranks[item] == place)
        if len(left) > 1:
            loss -= math.log(chances(reward[left], log_tie)[chosen])
        left = [item for item in left if ranks[item] != place]
    return loss


@pytest.mark.parametrize(("k", "count"), [(2, 3), (3, 13), (4, 75), (5, 541)])
def test_the_probabilities_of_all_weak_orders_sum_to_one(k: int, count: int) -> None:
    ranks = weak_orders(k)
    assert len(ranks) == count
    loss = ranking_loss(numbers(k).expand(count, k), orders(ranks), numbers(k - 1, seed=1))
    assert float((-loss).exp().sum()) == pytest.approx(1)


def test_the_probabilities_of_orders_with_few_ties_sum_to_one() -> None:
    ranks = weak_orders(4)
    largest = torch.stack([(ranks == place).sum(1) for place in range(1, 5)]).amax(0)
    kept = ranks[largest <= 2]
    loss = ranking_loss(numbers(4).expand(len(kept), 4), orders(kept), numbers(1, seed=1))
    assert len(kept) == 66
    assert float((-loss).exp().sum()) == pytest.approx(1)


@pytest.mark.parametrize("k", [2, 3, 5])
def test_the_loss_is_that_of_listing_all_sets(k: int) -> None:
    rewards, ranks, log_tie = 2 * numbers(40, k), some_ranks(40, k), numbers(k - 1, seed=1)
    expected = [
        listed_loss(reward.numpy(), row.tolist(), log_tie.numpy())
        for reward, row in zip(rewards, ranks, strict=True)
    ]
    loss = ranking_loss(rewards, orders(ranks), log_tie)
    np.testing.assert_allclose(loss.numpy(), expected, atol=1e-12)


def test_a_first_choice_is_that_of_the_statistics() -> None:
    rewards, log_tie = 3 * numbers(50, 6), numbers(3, seed=1)
    ranks = torch.full((50, 6), -1)
    ranks[:, [1, 4]] = 1
    theirs = moments(rewards.numpy().T, log_tie.numpy(), np.array([2, 3, 4]))
    expected = theirs.log_total - rewards[:, [1, 4]].mean(1).numpy() - float(log_tie[0])
    loss = ranking_loss(rewards, orders(ranks), log_tie)
    np.testing.assert_allclose(loss.numpy(), expected, atol=1e-12)


def test_its_gradient_is_what_the_statistics_expect_less_what_was_chosen() -> None:
    rewards = (3 * numbers(50, 6)).requires_grad_()
    log_tie = numbers(3, seed=1).requires_grad_()
    ranks = torch.full((50, 6), -1)
    ranks[:, 2] = 1
    loss = ranking_loss(rewards, orders(ranks), log_tie).sum()
    loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it unannotated
    theirs = moments(rewards.detach().numpy().T, log_tie.detach().numpy(), np.array([2, 3, 4]))
    assert rewards.grad is not None
    assert log_tie.grad is not None
    chosen = np.arange(6) == 2
    np.testing.assert_allclose(rewards.grad.numpy(), theirs.share.T - chosen, atol=1e-12)
    np.testing.assert_allclose(log_tie.grad.numpy(), theirs.size.sum(1), atol=1e-12)


def test_two_answers_without_ties_are_bradley_and_terry() -> None:
    rewards = 5 * numbers(30, 2)
    loss = ranking_loss(rewards, orders(torch.tensor([[1, 2]] * 30)))
    torch.testing.assert_close(loss, softplus(rewards[:, 1] - rewards[:, 0]))


def test_without_ties_a_ranking_is_plackett_and_luce() -> None:
    rewards = numbers(20, 4)
    places = torch.arange(1, 5).expand(20, 4)
    expected = sum(rewards[:, i:].logsumexp(1) - rewards[:, i] for i in range(3))
    torch.testing.assert_close(ranking_loss(rewards, orders(places)), expected)


def test_a_pair_with_a_soft_target_is_a_mixture_of_three_rankings() -> None:
    rewards, target = numbers(30, 2), numbers(30, 3, seed=1).softmax(1)
    log_tie = torch.tensor([-0.4], dtype=torch.float64)
    three = torch.tensor([[1, 2], [1, 1], [2, 1]])
    each = [ranking_loss(rewards, orders(one.expand(30, 2)), log_tie) for one in three]
    mixed = (torch.stack(each, 1) * target).sum(1)
    torch.testing.assert_close(pair_loss(rewards[:, 0] - rewards[:, 1], target, log_tie[0]), mixed)


def test_permuting_the_answers_changes_no_loss() -> None:
    rewards, ranks, log_tie = numbers(60, 5), some_ranks(60, 5), numbers(4, seed=1)
    places = torch.tensor([3, 0, 4, 2, 1])
    permuted = ranking_loss(rewards[:, places], orders(ranks[:, places]), log_tie)
    torch.testing.assert_close(permuted, ranking_loss(rewards, orders(ranks), log_tie))


@pytest.mark.parametrize("filler", [0.0, 1e30, math.inf, math.nan])
def test_filling_up_a_batch_changes_no_loss_and_no_gradient(filler: float) -> None:
    rewards, ranks, log_tie = numbers(60, 4) - 7, some_ranks(60, 4), numbers(3, seed=1)
    wide = torch.cat([torch.full((60, 2), filler).double(), rewards], 1)
    wide_ranks = orders(torch.cat([torch.zeros(60, 2, dtype=torch.int64), ranks], 1))
    narrow_ranks = orders(ranks)
    torch.testing.assert_close(
        ranking_loss(wide, wide_ranks, log_tie), ranking_loss(rewards, narrow_ranks, log_tie)
    )
    slope = gradient(lambda r: ranking_loss(r, wide_ranks, log_tie), wide)
    expected = gradient(lambda r: ranking_loss(r, narrow_ranks, log_tie), rewards)
    torch.testing.assert_close(slope, torch.cat([torch.zeros(60, 2).double(), expected], 1))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_huge_rewards_overflow_nothing(dtype: torch.dtype) -> None:
    rewards = torch.tensor([[300, -300, 300, -300]] * 3, dtype=dtype)
    rankings = orders(torch.tensor([[1, 2, 0, 0], [2, 1, 0, 0], [1, 3, 1, 3]]))
    log_tie = torch.zeros(1, dtype=dtype)
    loss = ranking_loss(rewards, rankings, log_tie)
    assert loss.dtype == dtype
    # The third is one of three equal chances each time: either of the two, or both.
    assert loss.tolist() == pytest.approx([0, 600, 2 * math.log(3)])
    slope = gradient(lambda r: ranking_loss(r, rankings, log_tie), rewards)
    assert slope[1].tolist() == [1, -1, 0, 0]


def test_beyond_what_a_float_holds_the_loss_is_finite_and_still_pulls() -> None:
    rewards, rankings = torch.tensor([[1e5, 0.0, -1e5]]), orders(torch.tensor([[1, 3, 2]]))
    slope = gradient(lambda r: ranking_loss(r, rankings), rewards)
    assert torch.isfinite(ranking_loss(rewards, rankings)).all()
    assert float(slope[0, 2]) < 0


def test_the_level_of_rewards_costs_no_digits() -> None:
    rewards, rankings = numbers(20, 3).float(), orders(some_ranks(20, 3))
    # Of -4096 float32 keeps multiples of 1/2048, so these are moved without rounding.
    rewards = (rewards * 256).round() / 256
    log_tie = torch.zeros(2)
    moved = ranking_loss(rewards - 4096, rankings, log_tie)
    torch.testing.assert_close(moved, ranking_loss(rewards, rankings, log_tie), atol=0, rtol=0)


def test_gradients_are_finite_differences() -> None:
    rewards = numbers(2, 12, 4).requires_grad_()
    log_tie = numbers(2, 3, seed=1).requires_grad_()
    rankings = orders(some_ranks(12, 4))
    arguments = (rewards, log_tie)
    assert torch.autograd.gradcheck(lambda r, t: ranking_loss(r, rankings, t), arguments)
    assert torch.autograd.gradgradcheck(lambda r, t: ranking_loss(r, rankings, t), arguments)


def hessian_of(loss: Callable[[Tensor], Tensor], at: Tensor) -> Tensor:
    matrix: Tensor = torch.func.jacrev(torch.func.jacrev(loss))(at)
    return matrix


def test_each_head_has_its_own_rewards_and_ties() -> None:
    rewards, log_tie, rankings = numbers(3, 10, 4), numbers(3, 3), orders(some_ranks(10, 4))
    together = ranking_loss(rewards, rankings, log_tie)
    alone = [ranking_loss(rewards[m], rankings, log_tie[m]) for m in range(3)]
    torch.testing.assert_close(together, torch.stack(alone))
    mapped = torch.func.vmap(lambda r, t: ranking_loss(r, rankings, t))(rewards, log_tie)
    torch.testing.assert_close(mapped, together)


def test_the_loss_is_convex_in_rewards_and_ties() -> None:
    rankings = orders(torch.tensor([[1, 1, 2, 3]]))

    def loss(theta: Tensor) -> Tensor:
        return ranking_loss(theta[None, :4], rankings, theta[4:]).sum()

    for seed in range(10):
        hessian = hessian_of(loss, 3 * numbers(7, seed=seed))
        values = torch.linalg.eigvalsh(hessian)
        assert float(values[0]) > -1e-12
        assert float(values[-1]) > 1e-3


def test_answers_that_all_tie_pull_together_and_no_further() -> None:
    rankings, log_tie = orders(torch.ones(1, 4, dtype=torch.int64)), torch.zeros(3).double()
    equal = gradient(lambda r: ranking_loss(r, rankings, log_tie), torch.zeros(1, 4).double())
    torch.testing.assert_close(equal, torch.zeros(1, 4).double(), atol=1e-15, rtol=0)
    apart = torch.tensor([[2.0, 0.0, 0.0, 0.0]], dtype=torch.float64)
    slope = gradient(lambda r: ranking_loss(r, rankings, log_tie), apart)
    assert float(slope[0, 0]) > 0.1
    assert float(slope[0, 1]) < -0.01


@pytest.mark.parametrize("ranks", [[[0, 0], [-1, -1], [0, 1]], [[0, 0, 0], [0, -1, -1], [0, 0, 2]]])
def test_without_a_comparison_there_is_no_loss(ranks: list[list[int]]) -> None:
    rankings, log_tie = orders(torch.tensor(ranks)), torch.zeros(1)
    rewards = torch.full(rankings.left_out.shape, 3.0)
    assert ranking_loss(rewards, rankings, log_tie).tolist() == [0, 0, 0]
    slope = gradient(lambda r: ranking_loss(r, rankings, log_tie), rewards)
    assert not slope.any()


def test_a_tie_that_is_impossible_is_refused() -> None:
    rankings = orders(torch.tensor([[1, 1, 1]]))
    with pytest.raises(ValueError, match=r"tie, but .* more than 2 impossible"):
        ranking_loss(torch.zeros(1, 3), rankings, torch.zeros(1))
    with pytest.raises(ValueError, match="more than 1 impossible"):
        ranking_loss(torch.zeros(1, 3), rankings)


def test_rewards_of_another_shape_are_refused() -> None:
    with pytest.raises(
        ValueError, match=r"\[3\] do not end in the shape of the rankings, \[1, 3\]"
    ):
        ranking_loss(torch.zeros(3), orders(torch.tensor([[1, 2, 3]])))


def test_ties_of_a_size_can_be_made_impossible() -> None:
    rewards, rankings = numbers(1, 3), orders(torch.tensor([[1, 2, 3]]))
    log_tie = torch.tensor([-math.inf, -math.inf], dtype=torch.float64)
    expected = ranking_loss(rewards, rankings)
    torch.testing.assert_close(ranking_loss(rewards, rankings, log_tie), expected)
    slope = gradient(lambda r: ranking_loss(r, rankings, log_tie), rewards)
    torch.testing.assert_close(slope, gradient(lambda r: ranking_loss(r, rankings), rewards))


PLANTED = np.array([-1.5, -0.6, 0.0, 0.2, 0.7, 1.2])
PLANTED_TIES = np.array([-0.3, -0.8])


def drawn(n: int) -> tuple[Tensor, Tensor]:
    """Items [n, 4] and their ranks, drawn choice by choice with the planted rewards and ties."""
    rng = np.random.default_rng(3)
    items = np.stack([rng.choice(len(PLANTED), 4, replace=False) for _ in range(n)])
    ranks = np.zeros((n, 4), np.int64)
    for row, item in zip(ranks, items, strict=True):
        left = np.arange(4)
        while len(left):
            sets = chances(PLANTED[item[left]], PLANTED_TIES)
            chosen = list(sets)[rng.choice(len(sets), p=list(sets.values()))]
            row[left[list(chosen)]] = row.max() + 1
            left = np.delete(left, chosen)
    return torch.from_numpy(items), torch.from_numpy(ranks)


def fitted(items: Tensor, ranks: Tensor) -> tuple[Tensor, Tensor]:
    """Rewards and ties of the largest posterior, with the prior of `plackett_luce`."""
    theta = torch.zeros(len(PLANTED) + 2, dtype=torch.float64, requires_grad=True)
    rankings = orders(ranks)
    optimiser = torch.optim.LBFGS(
        [theta], max_iter=200, tolerance_grad=1e-8, line_search_fn="strong_wolfe"
    )

    def closure() -> Tensor:
        optimiser.zero_grad()
        rewards, log_tie = theta[:-2], theta[-2:]
        loss = ranking_loss(rewards[items], rankings, log_tie).sum()
        loss = loss + (rewards**2).sum() / 2 / 10 + (log_tie**2).sum() / 2 / 100
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it unannotated
        return loss

    optimiser.step(closure)  # type: ignore[no-untyped-call]  # torch leaves it unannotated
    return theta[:-2].detach(), theta[-2:].detach()


def test_planted_rewards_and_ties_come_back_as_the_statistics_find_them() -> None:
    items, ranks = drawn(1500)
    rewards, log_tie = fitted(items, ranks)
    np.testing.assert_allclose(rewards, PLANTED - PLANTED.mean(), atol=0.15)
    np.testing.assert_allclose(log_tie, PLANTED_TIES, atol=0.2)
    theirs = plackett_luce(items.numpy(), ranks.numpy(), count=len(PLANTED))
    np.testing.assert_allclose(rewards, theirs.score, atol=1e-5)
    np.testing.assert_allclose(log_tie, theirs.log_tie, atol=1e-5)
