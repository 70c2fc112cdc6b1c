"""The order of the responses on a rater's screen: balanced, repeatable and not the same for all."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate.questions.order import presentation_order

sizes = st.integers(2, 16)
seeds = st.integers(0, 2**63)


@settings(deadline=None)
@given(sizes, st.integers(0, 10_000), seeds)
def test_every_block_shows_every_response_once_at_each_place(k: int, block: int, seed: int) -> None:
    orders = [presentation_order(k, n, seed) for n in range(block * k, block * k + k)]
    for place in range(k):
        assert sorted(order[place] for order in orders) == list(range(k))


@settings(deadline=None)
@given(sizes, st.integers(0, 10_000), seeds)
def test_the_order_is_a_permutation_and_always_the_same(k: int, n: int, seed: int) -> None:
    order = presentation_order(k, n, seed)
    assert sorted(order) == list(range(k))
    assert presentation_order(k, n, seed) == order


def test_two_responses_are_on_the_left_equally_often_in_every_two_tasks() -> None:
    left = [presentation_order(2, n, seed=5)[0] for n in range(200)]
    assert all({left[n], left[n + 1]} == {0, 1} for n in range(0, 200, 2))


def test_the_first_task_of_many_raters_is_balanced_too() -> None:
    left = sum(presentation_order(2, 0, seed)[0] for seed in range(2000))
    # Four standard deviations of Binomial(2000, 1/2).
    assert abs(left - 1000) < 90


def test_the_order_within_a_block_is_not_predictable_from_the_block_before() -> None:
    firsts = [presentation_order(2, n, seed=9) for n in range(0, 400, 2)]
    assert 60 < firsts.count((0, 1)) < 140


def test_raters_see_different_orders() -> None:
    seen = {tuple(presentation_order(4, n, seed) for n in range(8)) for seed in range(50)}
    assert len(seen) == 50


def test_the_order_of_a_task_is_the_same_on_every_machine() -> None:
    orders = [presentation_order(3, n, seed=1) for n in range(3)]
    assert orders == [(1, 0, 2), (0, 2, 1), (2, 1, 0)]


@pytest.mark.parametrize(("k", "n"), [(1, 0), (0, 0), (2, -1)])
def test_impossible_tasks_are_refused(k: int, n: int) -> None:
    with pytest.raises(ValueError, match="order needs"):
        presentation_order(k, n, seed=0)
