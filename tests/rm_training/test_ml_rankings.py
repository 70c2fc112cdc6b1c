"""Weak orders from posteriors of pairs, against lists of all weak orders."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import logsumexp
from torch import Tensor

from rm_training.ml import rankings
from rm_training.ml.rankings import WeakOrders, answers_of, sets_of
from tests.rm_training.ml_tensors import numbers, orders, pair_outcomes


def all_ranks(k: int) -> Tensor:
    """The ranks of every weak order of k answers."""
    rows = {tuple(1 + sorted(set(r)).index(x) for x in r) for r in product(range(k), repeat=k)}
    return torch.tensor(sorted(rows))


def number(*answers: int) -> int:
    """The place of a set in the columns."""
    return sum(1 << answer for answer in answers) - 1


def posteriors(n: int, k: int) -> Tensor:
    return (2 * numbers(n, k * (k - 1) // 2, 3)).softmax(2)


def of_votes(n: int, k: int, votes: int = 2) -> Tensor:
    """Posteriors of pairs as they are before much is known of raters: the votes' outcomes, and one
    vote more that is spread over the three."""
    rng = np.random.default_rng(0)
    cast = torch.full((n, k * (k - 1) // 2, 3), 1 / 3, dtype=torch.float64)
    for _ in range(votes):
        cast += pair_outcomes(torch.from_numpy(rng.integers(1, k + 1, (n, k))))
    return cast / (votes + 1)


def largest_entropy(posterior: Tensor, said: Tensor) -> Tensor:
    """The distribution [weak orders] whose pairs have a posterior [pairs, 3], by scipy: its dual is
    the log of the sum over weak orders of exp(factors of its pairs) less what these expect."""
    held = said.flatten(1).numpy()
    wanted = posterior.flatten().numpy()

    def dual(factors: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        log_weight = held @ factors
        share = np.exp(log_weight - logsumexp(log_weight))
        return float(logsumexp(log_weight) - wanted @ factors), share @ held - wanted

    found = minimize(dual, np.zeros(len(wanted)), jac=True, options={"gtol": 1e-9}).x
    log_weight = held @ found
    return torch.from_numpy(np.exp(log_weight - logsumexp(log_weight)))


@pytest.mark.parametrize("k", [2, 3, 4])
def test_a_posterior_of_pairs_is_spread_over_weak_orders_with_the_largest_entropy(
    k: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rankings, "ROUNDS", 400)
    posterior, ranks = of_votes(6, k), all_ranks(k)
    each, said = orders(ranks), pair_outcomes(ranks)
    share = torch.stack([largest_entropy(one, said) for one in posterior])
    found = WeakOrders.of(posterior)
    torch.testing.assert_close(found.left, share @ each.left, atol=1e-4, rtol=0)
    torch.testing.assert_close(found.chosen, share @ each.chosen, atol=1e-4, rtol=0)


@pytest.mark.parametrize("votes", [1, 3])
def test_a_few_rounds_come_near_to_it(votes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    posterior = of_votes(40, 5, votes)
    found = WeakOrders.of(posterior)
    monkeypatch.setattr(rankings, "ROUNDS", 400)
    gap = (found.chosen - WeakOrders.of(posterior).chosen).abs()
    assert float(gap.max()) < 0.05
    assert float(gap.mean()) < 0.005


def test_of_two_answers_it_is_the_posterior() -> None:
    posterior = posteriors(20, 2)
    found = WeakOrders.of(posterior)
    win, tie, lose = posterior[:, 0].unbind(1)
    torch.testing.assert_close(found.chosen, torch.stack([win, lose, tie], 1))
    assert found.left[:, number(0, 1)].tolist() == pytest.approx([1] * 20)


def test_a_certain_order_is_one_choice_after_the_other() -> None:
    found = orders(torch.tensor([[3, 1, 3, 2]]))
    left = {int(s): float(found.left[0, s]) for s in found.left[0].nonzero()}
    chosen = {int(s): float(found.chosen[0, s]) for s in found.chosen[0].nonzero()}
    assert left == {number(0, 1, 2, 3): 1, number(0, 2, 3): 1, number(0, 2): 1}
    assert chosen == {number(1): 1, number(3): 1, number(0, 2): 1}
    assert found.ties.tolist() == [1, 0, 0]


def test_the_best_few_are_chosen_and_those_below_are_not_chosen_from() -> None:
    found = orders(torch.tensor([[-1, 1, -1, 0]]))
    assert found.left[0].nonzero().tolist() == [[number(0, 1, 2)]]
    assert found.chosen[0].nonzero().tolist() == [[number(1)]]
    assert found.left_out.tolist() == [[False, False, False, True]]


def test_pairs_that_contradict_each_other_are_spread_over_what_contradicts_them_least() -> None:
    win, lose = [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]
    circle = torch.tensor([[win, lose, win]])  # a over b, c over a, b over c
    found = WeakOrders.of(circle)
    three = [found.chosen[0, number(answer)] for answer in range(3)]
    assert [float(share) for share in three] == pytest.approx([2 / 3] * 3)
    assert found.ties.tolist() == [0, 0]


def test_smoothing_turns_a_share_of_the_orders_upside_down() -> None:
    posterior = of_votes(10, 4)
    smooth, plain = WeakOrders.of(posterior, label_smoothing=0.2), WeakOrders.of(posterior)
    turned = WeakOrders.of(posterior.flip(2))
    torch.testing.assert_close(smooth.left, 0.8 * plain.left + 0.2 * turned.left)
    torch.testing.assert_close(smooth.chosen, 0.8 * plain.chosen + 0.2 * turned.chosen)


def test_renaming_the_answers_renames_the_sets() -> None:
    ranks = torch.tensor([[2, 1, 3], [1, 1, 2], [3, 2, 2]])
    found, turned = orders(ranks), orders(ranks[:, [2, 0, 1]])
    # What was answer 0 is answer 1, 1 is 2, 2 is 0.
    names = [number(*((a + 1) % 3 for a in range(3) if s >> a & 1)) for s in range(1, 8)]
    torch.testing.assert_close(turned.left[:, names], found.left)
    torch.testing.assert_close(turned.chosen[:, names], found.chosen)


def test_many_tasks_are_read_in_parts_and_none_is_no_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    posterior = of_votes(30, 4)
    whole = WeakOrders.of(posterior)
    monkeypatch.setattr(rankings, "_CHUNK", 10 * 3**4)
    torch.testing.assert_close(WeakOrders.of(posterior).left, whole.left)
    torch.testing.assert_close(WeakOrders.of(posterior[7:8]).left, whole.left[7:8])
    assert WeakOrders.of(posterior[:0]).left.shape == (0, 15)


def test_sets_know_their_parts() -> None:
    sets = sets_of(3)
    assert sets.size.tolist() == [1, 1, 2, 1, 2, 2, 3]
    assert sets.inside[:, number(0, 2)].nonzero()[:, 0].tolist() == [number(0), number(2), 4]
    assert sets.share[number(0, 2)].tolist() == [0.5, 0, 0.5]


@pytest.mark.parametrize("pairs", [0, 2, 4])
def test_so_many_pairs_are_no_answers(pairs: int) -> None:
    with pytest.raises(ValueError, match=f"No number of answers has {pairs} pairs"):
        answers_of(pairs)
