"""Comparisons that don't ask for every place: the best few, or any two."""

from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate.questions.comparison import ComparisonAnswer, ComparisonSpec
from annotate.questions.errors import InvalidAnswer
from annotate.questions.placing import BELOW, NOT_COMPARED, outcome

BEST_TWO = ComparisonSpec(k_max=16, place="top", top_m=2)
ANY_TWO = ComparisonSpec(k_max=16, place="some")


def answer(spec: ComparisonSpec, ranks: list[Any], **parts: object) -> ComparisonAnswer:
    return spec.validate([""] * len(ranks), {"ranks": ranks, **parts})


def refusal(spec: ComparisonSpec, ranks: list[Any], **parts: object) -> InvalidAnswer:
    with pytest.raises(InvalidAnswer) as refused:
        answer(spec, ranks, **parts)
    return refused.value


def test_what_is_left_out_of_the_best_is_below_them() -> None:
    assert answer(BEST_TWO, [None, 7, 3, None]).ranks == (-1, 2, 1, -1)


def test_what_is_left_out_of_a_partial_order_is_not_compared() -> None:
    assert answer(ANY_TWO, [None, 7, 3, None]).ranks == (0, 2, 1, 0)


def test_more_places_than_asked_are_taken() -> None:
    for spec in (BEST_TWO, ANY_TWO):
        assert answer(spec, [4, 2, 3, 1]).ranks == (4, 2, 3, 1)


@pytest.mark.parametrize("spec", [BEST_TWO, ANY_TWO])
def test_too_few_places_are_refused_with_their_number(spec: ComparisonSpec) -> None:
    refused = refusal(spec, [None, 1, None, None])
    assert refused.field == "ranks"
    assert refused.message == "Place at least 2 of the 4 responses: 1 placed so far."
    assert "0 placed" in refusal(spec, [None] * 4).message


def test_at_most_all_but_one_of_the_best_are_asked_for() -> None:
    spec = ComparisonSpec(place="top", top_m=5)
    assert answer(spec, [1, None, 2]).ranks == (1, -1, 2)
    assert "at least 2 of the 3" in refusal(spec, [1, None, None]).message


def test_one_best_of_many_is_enough_where_one_is_asked() -> None:
    spec = ComparisonSpec(place="top", top_m=1)
    assert answer(spec, [None, None, 1]).ranks == (-1, -1, 1)


@pytest.mark.parametrize("spec", [BEST_TWO, ANY_TWO, ComparisonSpec(place="top", top_m=1)])
def test_two_responses_need_both_places_however_few_are_asked(spec: ComparisonSpec) -> None:
    assert "every response: 1 of 2" in refusal(spec, [1, None]).message
    assert answer(spec, [2, 1], strength=2).ranks == (2, 1)


@pytest.mark.parametrize("rank", [0, -1, True, 1.0, float("nan"), "1", [], {}])
@pytest.mark.parametrize("spec", [BEST_TWO, ANY_TWO])
def test_only_null_leaves_a_response_out(spec: ComparisonSpec, rank: object) -> None:
    assert "whole number" in refusal(spec, [1, 2, rank]).message


def test_two_left_out_responses_are_no_tie() -> None:
    spec = ComparisonSpec(ties=False, place="some")
    assert answer(spec, [None, 1, 2, None]).ranks == (0, 1, 2, 0)
    assert refusal(spec, [None, 1, 1, None]).field == "ranks"


@pytest.mark.parametrize("spec", [BEST_TWO, ANY_TWO])
def test_a_mark_on_a_left_out_response_is_above_and_below_nothing(spec: ComparisonSpec) -> None:
    ranks: list[Any] = [1, 2, None, None]
    for marks in ([False, False, True, False], [False, True, False, False]):
        assert answer(spec, ranks, unacceptable=marks).unacceptable == tuple(marks)
    assert "above" in refusal(spec, ranks, unacceptable=[True, False, False, False]).message


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        (1, 2, -1),
        (2, 1, 1),
        (2, 2, 0),
        (9, BELOW, -1),
        (BELOW, 9, 1),
        (BELOW, BELOW, None),
        (NOT_COMPARED, 1, None),
        (1, NOT_COMPARED, None),
        (NOT_COMPARED, NOT_COMPARED, None),
    ],
)
def test_two_ranks_say_what_they_mean_of_their_pair(
    first: int, second: int, said: int | None
) -> None:
    assert outcome(first, second) == said


@settings(deadline=None)
@given(st.lists(st.none() | st.integers(1, 9), min_size=3, max_size=8), st.booleans())
def test_placed_responses_are_ordered_as_given_and_the_others_are_left_out(
    given_ranks: list[int | None], top: bool
) -> None:
    spec = BEST_TWO if top else ANY_TWO
    if len(given_ranks) - given_ranks.count(None) < 2:
        assert refusal(spec, given_ranks).field == "ranks"
        return
    ranks = answer(spec, given_ranks).ranks
    left_out = BELOW if top else NOT_COMPARED
    assert [rank == left_out for rank in ranks] == [rank is None for rank in given_ranks]
    assert set(ranks) - {left_out} == set(range(1, max(ranks) + 1))
    for (a, rank_a), (b, rank_b) in combinations(zip(given_ranks, ranks, strict=True), 2):
        if a is not None and b is not None:
            assert outcome(rank_a, rank_b) == (a > b) - (a < b)
