"""The smoothed majority against scipy's Dirichlet and entropy, and rankings against plain loops."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import dirichlet
from scipy.stats import entropy as scipy_entropy

from annotate.stats.consensus import (
    MISSING,
    disagreement,
    entropy,
    pair_outcomes,
    smoothed_majority,
)

votes = st.lists(st.integers(0, 50), min_size=3, max_size=3)


@settings(deadline=None)
@given(votes, st.floats(0.01, 30))
def test_the_posterior_is_the_mean_of_the_dirichlet(counts: list[int], prior: float) -> None:
    posterior = smoothed_majority(np.array([counts], dtype=float), prior=prior)
    expected = dirichlet(np.array(counts) + prior / 3).mean()
    assert posterior[0] == pytest.approx(expected)


def test_without_votes_nothing_is_known() -> None:
    posterior = smoothed_majority(np.zeros((2, 3)))
    assert posterior == pytest.approx(np.full((2, 3), 1 / 3))
    assert entropy(posterior) == pytest.approx([np.log(3)] * 2)


def test_one_vote_weighs_as_much_as_the_prior_of_one() -> None:
    assert smoothed_majority(np.array([[1.0, 0, 0]])).tolist() == [
        pytest.approx([2 / 3, 1 / 6, 1 / 6])
    ]


@pytest.mark.parametrize("prior", [0.0, -1.0, float("nan")])
def test_a_prior_that_is_not_positive_is_refused(prior: float) -> None:
    with pytest.raises(ValueError, match="prior"):
        smoothed_majority(np.ones((1, 3)), prior=prior)


@settings(deadline=None)
@given(votes.filter(any))
def test_entropy_is_that_of_scipy_also_where_an_outcome_is_impossible(counts: list[int]) -> None:
    share = np.array([counts]) / sum(counts)
    assert entropy(share)[0] == pytest.approx(scipy_entropy(share[0]), abs=1e-12)


def test_certainty_has_entropy_zero_and_not_minus_zero() -> None:
    assert str(entropy(np.array([[0.0, 1.0, 0.0]]))[0]) == "0.0"


def test_a_ranking_of_two_is_its_outcome() -> None:
    assert pair_outcomes(np.array([[1, 2], [1, 1], [2, 1]])).tolist() == [[0], [1], [2]]


@settings(deadline=None)
@given(st.lists(st.integers(1, 6), min_size=2, max_size=6))
def test_pairs_come_in_lexicographic_order(ranks: list[int]) -> None:
    expected = [0 if a < b else 1 if a == b else 2 for a, b in combinations(ranks, 2)]
    assert pair_outcomes(np.array([ranks])).tolist() == [expected]


def test_a_response_that_was_compared_with_nothing_has_no_outcomes() -> None:
    assert pair_outcomes(np.array([[1, 0, 2]])).tolist() == [[MISSING, 0, MISSING]]


def test_a_response_below_the_placed_ones_loses_to_them_and_not_to_another_below() -> None:
    assert pair_outcomes(np.array([[-1, 1, -1]])).tolist() == [[2, MISSING, 0]]


@settings(deadline=None)
@given(votes)
def test_disagreement_is_the_share_of_pairs_of_votes_that_differ(counts: list[int]) -> None:
    cast = [outcome for outcome, n in enumerate(counts) for _ in range(n)]
    pairs = list(combinations(cast, 2))
    found = disagreement(np.array([counts], dtype=float))[0]
    if pairs:
        assert found == pytest.approx(sum(a != b for a, b in pairs) / len(pairs))
    else:
        assert np.isnan(found)
