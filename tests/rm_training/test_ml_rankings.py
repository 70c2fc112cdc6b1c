from __future__ import annotations

import pytest
import torch

from rm_training.ml.rankings import Rankings, pad_ranks, pair_outcomes, pair_targets


def test_a_ranking_is_read_as_choices_from_the_best_down() -> None:
    read = Rankings.of(torch.tensor([[3, 1, 3, 2], [2, 2, 1, 0]]))
    assert read.order.tolist() == [[1, 3, 0, 2], [3, 2, 0, 1]]
    assert read.chosen.tolist() == [[1, 1, 2, 0], [0, 1, 2, 0]]
    assert read.share.tolist() == [[1, 1, 0.5, 0.5], [0, 1, 0.5, 0.5]]
    assert read.left_out.tolist() == [[False] * 4, [False, False, False, True]]
    assert read.largest_tie == 2


def test_the_last_answer_left_is_no_choice() -> None:
    read = Rankings.of(torch.tensor([[1, 2, 3]]))
    assert read.chosen.tolist() == [[1, 1, 0]]
    assert read.share.tolist() == [[1, 1, 0]]


def test_the_best_few_are_chosen_before_those_below() -> None:
    read = Rankings.of(torch.tensor([[-1, 1, -1, 0]]))
    assert read.order.tolist() == [[3, 1, 0, 2]]
    assert read.chosen.tolist() == [[0, 1, 0, 0]]
    assert read.largest_tie == 1


def test_numbers_may_be_skipped() -> None:
    dense, sparse = Rankings.of(torch.tensor([[1, 2, 2]])), Rankings.of(torch.tensor([[4, 9, 9]]))
    assert dense.chosen.tolist() == sparse.chosen.tolist() == [[1, 2, 0]]


@pytest.mark.parametrize("ranks", [[0, 0, 0], [-1, -1, -1], [0, 1, 0], [0, -1, -1]])
def test_where_nothing_was_compared_there_is_no_choice(ranks: list[int]) -> None:
    read = Rankings.of(torch.tensor([ranks, [1, 2, 0]]))
    assert read.compared.tolist() == [False, True]


def test_no_rankings_are_no_error() -> None:
    read = Rankings.of(torch.zeros(0, 3, dtype=torch.int64))
    assert read.order.shape == (0, 3)
    assert read.largest_tie == 1


@pytest.mark.parametrize("ranks", [torch.tensor([[1, -2]]), torch.tensor([[1.0, 2.0]])])
def test_ranks_are_whole_numbers_from_minus_one(ranks: torch.Tensor) -> None:
    with pytest.raises(ValueError, match="whole numbers from -1"):
        Rankings.of(ranks)


@pytest.mark.parametrize("ranks", [torch.tensor([1, 2]), torch.zeros(2, 0, dtype=torch.int64)])
def test_ranks_are_a_table(ranks: torch.Tensor) -> None:
    with pytest.raises(ValueError, match="must be"):
        Rankings.of(ranks)


def test_rankings_of_different_lengths_are_filled_up() -> None:
    assert pad_ranks([[2, 1], [1, 1, 3]]).tolist() == [[2, 1, 0], [1, 1, 3]]
    with pytest.raises(ValueError, match="no rankings"):
        pad_ranks([])


def test_a_ranking_says_who_won_each_pair() -> None:
    win, tie, lose, none = [1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 0]
    outcomes = pair_outcomes(torch.tensor([[1, 2, 2], [2, 1, 0], [-1, 1, -1]]))
    assert outcomes.tolist() == [[win, win, tie], [lose, none, none], [lose, none, win]]


def test_posteriors_keep_their_pairs_when_filled_up() -> None:
    alone = [0.7, 0.2, 0.1]
    three = [0.5, 0.5, 0.0, None, None, None, 0.0, 0.25, 0.75]
    targets = pair_targets([alone, three], answers=3)
    none = [0, 0, 0]
    assert targets.tolist() == [[alone, none, none], [[0.5, 0.5, 0], none, [0, 0.25, 0.75]]]


def test_pairs_of_four_are_not_those_of_three() -> None:
    three = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]
    none = [0, 0, 0]
    # Of four answers the pairs are 01 02 03 12 13 23, of three 01 02 12.
    expected = [[1, 0, 0], [0, 1, 0], none, [0, 0, 1], none, none]
    assert pair_targets([three], answers=4).tolist() == [expected]


@pytest.mark.parametrize("target", [[0.5, 0.5, 0.5], [1.5, -0.5, 0.0], [float("nan"), 0.5, 0.5]])
def test_a_posterior_must_be_probabilities(target: list[float]) -> None:
    with pytest.raises(ValueError, match="sum to 1"):
        pair_targets([target], answers=2)


@pytest.mark.parametrize("length", [0, 1, 4, 6, 9])
def test_a_posterior_must_have_three_numbers_for_each_pair(length: int) -> None:
    with pytest.raises(ValueError, match="no posterior of 2 to 2"):
        pair_targets([[1.0] * length], answers=2)
