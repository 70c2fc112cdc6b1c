"""Pairs of raters and two groups against plain loops over the votes, and scikit-learn's κ."""

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from sklearn.metrics import cohen_kappa_score

from annotate.stats.arrays import IntArray
from annotate.stats.reliability import (
    CHANCE_IS_CERTAIN,
    NO_ANSWERS,
    NOTHING_IN_COMMON,
    group_agreement,
    rater_pairs,
)

NONE = np.zeros(0, dtype=np.int64)

# Rows are rater, unit, outcome.
some_votes = hnp.arrays(
    np.int64, st.tuples(st.just(3), st.integers(1, 40)), elements=st.integers(0, 4)
)


def plain_pairs(
    rater: IntArray, unit: IntArray, outcome: IntArray
) -> dict[tuple[int, int], list[tuple[int, int]]]:
    """The two outcomes of every pair of raters on each unit they share; the last vote counts."""
    said = {
        (r, u): o
        for r, u, o in zip(rater.tolist(), unit.tolist(), outcome.tolist(), strict=True)
        if o >= 0
    }
    units = sorted({u for _, u in said})
    pairs = {
        (a, b): [(said[a, u], said[b, u]) for u in units if (a, u) in said and (b, u) in said]
        for a, b in combinations(sorted({r for r, _ in said}), 2)
    }
    return {pair: outcomes for pair, outcomes in pairs.items() if outcomes}


@settings(max_examples=150, deadline=None)
@given(some_votes, st.sampled_from([1, 10**12]))
def test_every_pair_of_raters_with_a_common_unit_is_there_with_its_agreement(
    votes: IntArray, far: int
) -> None:
    rater, unit, outcome = votes[0] * far - 3, votes[1] * far, votes[2] - 1
    expected = plain_pairs(rater, unit, outcome)
    found = rater_pairs(rater, unit, outcome)
    assert [*zip(found.first.tolist(), found.second.tolist(), strict=True)] == [*expected]
    for place, outcomes in enumerate(expected.values()):
        one, other = zip(*outcomes, strict=True)
        same = sum(a == b for a, b in outcomes)
        chance = sum(one.count(v) * other.count(v) for v in set(one)) / len(outcomes) ** 2
        assert found.together[place] == len(outcomes)
        assert found.same[place] == same
        assert found.raw[place] == pytest.approx(same / len(outcomes))
        assert found.expected[place] == pytest.approx(chance)
        if chance == 1:
            assert np.isnan(found.kappa[place])
        else:
            assert found.kappa[place] == pytest.approx(cohen_kappa_score(one, other), abs=1e-12)


@settings(max_examples=50, deadline=None)
@given(some_votes)
def test_new_numbers_for_outcomes_and_units_change_no_pair(votes: IntArray) -> None:
    rater, unit, outcome = votes
    one = rater_pairs(rater, unit, outcome)
    other = rater_pairs(rater, 9 - unit, np.array([40, 7, 0, 900, 3])[outcome])
    assert other.together.tolist() == one.together.tolist()
    assert np.allclose(other.kappa, one.kappa, equal_nan=True)


def test_the_last_of_several_votes_on_a_unit_counts() -> None:
    found = rater_pairs(np.array([1, 2, 1]), np.array([5, 5, 5]), np.array([0, 1, 1]))
    assert (found.together.tolist(), found.same.tolist()) == ([1], [1])


@pytest.mark.parametrize(
    ("rater", "unit", "outcome"),
    [
        (NONE, NONE, NONE),
        (np.array([1, 1]), np.array([1, 2]), np.array([0, 1])),
        (np.array([1, 2]), np.array([1, 2]), np.array([0, 1])),
        (np.array([1, 2]), np.array([1, 1]), np.array([0, -1])),
    ],
)
def test_raters_with_nothing_in_common_make_no_pair(
    rater: IntArray, unit: IntArray, outcome: IntArray
) -> None:
    found = rater_pairs(rater, unit, outcome)
    assert len(found.first) == len(found.kappa) == len(found.together) == 0


def test_a_rater_with_a_hundred_thousand_votes_is_paired_like_any_other() -> None:
    units = 100_000
    rng = np.random.default_rng(0)
    truth = rng.integers(3, size=units)
    few = rng.choice(units, size=500, replace=False)
    found = rater_pairs(
        np.repeat([7, 8, 9], [units, 500, 1]),
        np.concatenate([np.arange(units), few, few[:1]]),
        np.concatenate([truth, truth[few], truth[few[:1]]]),
    )
    assert found.together.tolist() == [500, 1, 1]
    assert found.same.tolist() == [500, 1, 1]
    assert found.kappa[0] == 1


def test_arrays_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="for every vote"):
        rater_pairs(np.array([1]), np.array([1, 2]), np.array([0, 0]))
    with pytest.raises(ValueError, match="for every vote"):
        group_agreement(np.array([1]), np.array([1]), np.array([True, False]))
    with pytest.raises(ValueError, match="A cluster"):
        group_agreement(np.array([1]), np.array([1]), np.array([True]), cluster=NONE)


def crossed(unit: IntArray, outcome: IntArray, second: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """The outcomes of every pair of votes, one of either group, on the same unit."""
    votes = [*zip(unit.tolist(), outcome.tolist(), second.tolist(), strict=True)]
    return [
        (a, b)
        for (u, a, is_second), (v, b, too) in product(votes, votes)
        if u == v and not is_second and too and a >= 0 and b >= 0
    ]


@settings(max_examples=150, deadline=None)
@given(some_votes, st.sampled_from(["identity", "linear", "quadratic"]))
def test_two_groups_agree_as_all_their_pairs_of_votes_do(votes: IntArray, weights: str) -> None:
    unit, outcome, second = votes[0], votes[1] - 1, votes[2] < 2
    found = group_agreement(unit, outcome, second, weights=weights, resamples=1)  # type: ignore[arg-type]  # hypothesis knows no Literal
    pairs = crossed(unit, outcome, second)
    if not pairs:
        assert found.raw.reason == found.corrected.reason
        assert found.raw.reason in {NO_ANSWERS, NOTHING_IN_COMMON}
        return
    assert found.raw.value == pytest.approx(np.mean([a == b for a, b in pairs]))
    first, other = zip(*pairs, strict=True)
    if len({*first, *other}) == 1:
        assert found.corrected.reason == CHANCE_IS_CERTAIN
        return
    name = None if weights == "identity" else weights
    expected = cohen_kappa_score(first, other, labels=range(4), weights=name)
    assert found.corrected.value == pytest.approx(expected, abs=1e-12)


def test_groups_are_alike_whichever_is_called_the_second() -> None:
    unit, outcome, second = votes_of_two_groups(300)
    one, other = (group_agreement(unit, outcome, side) for side in (second, ~second))
    assert other.raw.value == pytest.approx(one.raw.value)
    assert other.corrected.value == pytest.approx(one.corrected.value)


def votes_of_two_groups(units: int, seed: int = 3) -> tuple[IntArray, IntArray, NDArray[np.bool_]]:
    """Three people and two AI judges a unit, right in about two of three cases."""
    rng = np.random.default_rng(seed)
    unit = np.repeat(np.arange(units), 5)
    truth = rng.integers(3, size=units)[unit]
    outcome = np.where(rng.random(len(unit)) < 0.5, truth, rng.integers(3, size=len(unit)))
    return unit, outcome, np.tile([False, False, False, True, True], units)


def test_the_interval_of_two_groups_is_that_of_a_plain_bootstrap() -> None:
    unit, outcome, second = votes_of_two_groups(200)
    found = group_agreement(unit, outcome, second, resamples=4000)
    by_unit = outcome.reshape(200, 5)
    rng = np.random.default_rng(1)
    raw, corrected = [], []
    for _ in range(500):
        drawn = by_unit[rng.integers(200, size=200)]
        people, judges = (
            np.repeat(drawn[:, :3], 2, axis=1).ravel(),
            np.tile(drawn[:, 3:], 3).ravel(),
        )
        raw.append(np.mean(people == judges))
        corrected.append(cohen_kappa_score(people, judges))
    for estimate, values in ((found.raw, raw), (found.corrected, corrected)):
        lower, upper = np.quantile(values, [0.025, 0.975])
        assert estimate.lower == pytest.approx(lower, abs=0.012)
        assert estimate.upper == pytest.approx(upper, abs=0.012)
        assert estimate.n == 200


def test_units_repeated_within_their_cluster_leave_the_interval_as_it_was() -> None:
    unit, outcome, second = votes_of_two_groups(200)
    fourfold = np.concatenate([unit + 200 * i for i in range(4)])
    outcomes, seconds = np.tile(outcome, 4), np.tile(second, 4)
    once = group_agreement(unit, outcome, second, resamples=3000)
    apart = group_agreement(fourfold, outcomes, seconds, resamples=3000)
    task = fourfold % 200
    together = group_agreement(fourfold, outcomes, seconds, cluster=task, resamples=3000)
    assert together.corrected.value == pytest.approx(once.corrected.value)
    assert together.corrected.lower == pytest.approx(once.corrected.lower, abs=0.01)
    assert (apart.corrected.lower or 0) > (once.corrected.lower or 0) + 0.01


@pytest.mark.parametrize(
    ("unit", "outcome", "second", "reason"),
    [
        ([], [], [], NO_ANSWERS),
        ([1, 1], [-1, -1], [False, True], NO_ANSWERS),
        ([1, 1], [0, 0], [False, False], NOTHING_IN_COMMON),
        ([1, 2], [0, 0], [False, True], NOTHING_IN_COMMON),
    ],
)
def test_groups_with_nothing_in_common_have_a_reason(
    unit: list[int], outcome: list[int], second: list[bool], reason: str
) -> None:
    found = group_agreement(
        np.array(unit, dtype=np.int64),
        np.array(outcome, dtype=np.int64),
        np.array(second, dtype=bool),
    )
    assert (found.raw.value, found.raw.reason) == (None, reason)
    assert (found.corrected.value, found.corrected.reason) == (None, reason)


def test_groups_that_always_say_the_same_agree_but_not_beyond_chance() -> None:
    found = group_agreement(np.array([1, 1]), np.array([2, 2]), np.array([False, True]))
    assert (found.raw.value, found.raw.lower) == (1, None)
    assert found.corrected.reason == CHANCE_IS_CERTAIN
