"""Rater profiles against a plain loop over votes, published intervals and planted behaviour."""

import time
from collections import Counter, defaultdict
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate.stats.arrays import FloatArray, IntArray
from annotate.stats.proportions import wilson
from annotate.stats.raters.profile import (
    TOO_FEW_ANSWERS,
    TOO_FEW_CHOICES,
    TOO_FEW_DATED,
    TOO_FEW_SHARED,
    RaterProfile,
    _drift,
    rater_profiles,
    self_consistency,
)
from annotate.stats.raters.votes import FEWEST

Vote = tuple[int, int, int, int]
"""Rater, unit, outcome, left."""


def profiles_of(
    votes: list[Vote], seconds: list[float] | None = None, when: list[float] | None = None
) -> tuple[RaterProfile, ...]:
    rater, unit, outcome, left = np.array(votes, dtype=np.int64).reshape(-1, 4).T
    unknown = [np.nan] * len(votes)
    return rater_profiles(
        rater,
        unit,
        outcome,
        left=left,
        seconds=np.array(unknown if seconds is None else seconds),
        when=np.array(unknown if when is None else when),
    )


def simulated(n: int, raters: int, seed: int = 0, skill: float = 0.7) -> dict[str, Any]:
    """Four raters a unit; each says the truth with chance `skill`, otherwise anything."""
    rng = np.random.default_rng(seed)
    unit = np.repeat(np.arange(n // 4), 4)
    rater = (np.repeat(rng.integers(0, raters, n // 4), 4) + np.tile(np.arange(4), n // 4)) % raters
    truth = rng.integers(0, 3, n // 4)[unit]
    outcome = np.where(rng.random(n) < skill, truth, rng.integers(0, 3, n))
    return {
        "rater": rater,
        "unit": unit,
        "outcome": outcome,
        "left": rng.choice([0, 2], n),
        "seconds": rng.lognormal(3, 1, n),
        "when": rng.random(n) * 30,
    }


def plain_confusion(votes: list[Vote]) -> dict[int, IntArray]:
    """One vote at a time."""
    of_unit = defaultdict(list)
    for rater, unit, outcome, _ in votes:
        of_unit[unit].append((rater, outcome))
    tables: dict[int, IntArray] = defaultdict(lambda: np.zeros((3, 3), dtype=np.int64))
    for given_votes in of_unit.values():
        for rater, outcome in given_votes:
            others = Counter(o for r, o in given_votes if r != rater).most_common()
            if others and (len(others) == 1 or others[0][1] > others[1][1]):
                tables[rater][others[0][0], outcome] += 1
    return tables


unique_votes = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 6), st.integers(0, 2), st.sampled_from([0, 2])),
    max_size=42,
    unique_by=lambda vote: vote[:2],
)


@settings(max_examples=150, deadline=None)
@given(unique_votes)
def test_the_confusions_are_those_of_a_plain_loop(votes: list[Vote]) -> None:
    expected = plain_confusion(votes)
    found = profiles_of(votes)
    assert [p.rater for p in found] == sorted({vote[0] for vote in votes})
    for profile in found:
        assert profile.confusion.tolist() == expected[profile.rater].tolist()
        assert profile.agreement.n == expected[profile.rater].sum()
        assert profile.units == sum(vote[0] == profile.rater for vote in votes)


@settings(max_examples=50, deadline=None)
@given(unique_votes, st.randoms(use_true_random=False))
def test_the_order_of_the_votes_and_the_names_of_units_change_nothing(
    votes: list[Vote], random: Any
) -> None:
    shuffled = [(rater, 1_000_003 - 17 * unit, o, left) for rater, unit, o, left in votes]
    random.shuffle(shuffled)
    assert repr(profiles_of(shuffled)) == repr(profiles_of(votes))


def test_agreement_is_with_the_others_and_has_wilsons_interval() -> None:
    data = simulated(4000, 10)
    votes = list(
        zip(*(data[c].tolist() for c in ("rater", "unit", "outcome", "left")), strict=True)
    )
    for profile in rater_profiles(**data):
        table = plain_confusion(votes)[profile.rater]
        assert profile.agreement == wilson(int(np.trace(table)), int(table.sum()))


def test_a_vote_is_not_held_against_others_who_are_divided() -> None:
    divided = [(1, u, 0, 0) for u in range(40)] + [(2, u, 2, 0) for u in range(40)]
    lone = [(3, u, 0, 0) for u in range(40)]
    third = profiles_of(divided + lone)[2]
    assert third.agreement.n == 0
    assert third.agreement.reason == TOO_FEW_SHARED


def test_below_thirty_a_share_is_hidden_with_its_reason_and_at_thirty_shown() -> None:
    for n, shown in ((FEWEST - 1, False), (FEWEST, True)):
        votes = [(rater, u, 2, 0) for rater in (1, 2) for u in range(n)]
        profile = profiles_of(votes, when=[float(i) for i in range(2 * n)])[0]
        estimates = (profile.agreement, profile.left, profile.ties, profile.drift)
        assert [e.value is not None for e in estimates] == [shown] * 4
        if not shown:
            reasons = [TOO_FEW_SHARED, TOO_FEW_CHOICES, TOO_FEW_ANSWERS, TOO_FEW_DATED]
            assert [e.reason for e in estimates] == reasons
            assert profile.left_excess is None
        assert {e.n for e in estimates} == {n}


def test_left_bias_counts_choices_of_a_side_only() -> None:
    # 60 choices, 45 of them left, and 20 ties: 15 above the expected 30, at an SE of √60/2.
    votes = [(1, u, 0, 0 if u < 45 else 2) for u in range(60)]
    votes += [(1, u, 1, 0) for u in range(60, 80)]
    profile = profiles_of(votes)[0]
    assert profile.left == wilson(45, 60)
    assert profile.left_excess == pytest.approx(15 / (60**0.5 / 2))
    assert profile.ties == wilson(20, 80)


def test_the_right_one_chosen_always_is_as_far_below() -> None:
    profile = profiles_of([(1, u, 2, 0) for u in range(36)])[0]
    assert profile.left_excess == pytest.approx(-6)


def test_the_median_time_leaves_out_what_was_not_timed() -> None:
    votes = [(rater, unit, 0, 0) for rater in (1, 2, 3) for unit in range(4)]
    times = [4.0, 1.0, np.nan, 9.0, 8.0, 2.0, 4.0, 1.0, *[np.nan] * 4]
    found = profiles_of(votes, seconds=times)
    assert [p.median_seconds for p in found] == [4.0, 3.0, None]


def test_drift_is_the_newer_half_less_the_older() -> None:
    # Rater 1 agrees in 48 of the first 80 and, later, in 56 of 80: shares .6 and .7.
    # Newcombe (1998) method 10 from the two Wilson intervals, written out.
    agrees = [u % 80 < (48 if u < 80 else 56) for u in range(160)]
    votes = [(1, u, 0 if same else 2, 0) for u, same in enumerate(agrees)]
    votes += [(rater, u, 0, 0) for rater in (2, 3) for u in range(160)]
    drift = profiles_of(votes, when=[float(u) for _, u, _, _ in votes])[0].drift
    older, newer = wilson(48, 80), wilson(56, 80)
    assert older.upper is not None
    assert newer.lower is not None
    assert drift.value == pytest.approx(0.1)
    lower = 0.1 - ((0.7 - newer.lower) ** 2 + (older.upper - 0.6) ** 2) ** 0.5
    assert drift.lower == pytest.approx(lower)
    assert drift.n == 160


def test_the_interval_of_drift_is_newcombes_published_one() -> None:
    # Newcombe (1998), table II, (a): 56/70 − 48/80 has method 10's interval .0524 to .3339.
    # Halves are equal here, so his unequal groups are checked on the function itself.
    found = _drift(np.array([[48, 80], [56, 70]]))
    assert (found.lower, found.upper) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_a_rater_who_gets_worse_is_seen_and_a_steady_one_is_not() -> None:
    rng = np.random.default_rng(3)
    votes, when = [], []
    for unit in range(400):
        votes += [(1, unit, 0 if rng.random() < (0.9 if unit < 200 else 0.6) else 2, 0)]
        votes += [(rater, unit, 0 if rng.random() < 0.9 else 2, 0) for rater in range(2, 11)]
        when += [float(unit)] * 10
    worse, steady, *_ = profiles_of(votes, when=when)
    assert worse.drift.upper is not None
    assert worse.drift.upper < -0.1
    assert steady.drift.lower is not None
    assert steady.drift.upper is not None
    assert steady.drift.lower < 0 < steady.drift.upper


def test_of_two_votes_on_a_unit_the_later_counts() -> None:
    votes = [(1, 0, 2, 0), (1, 0, 0, 0), (2, 0, 0, 0), (3, 0, 0, 0)]
    first_is_later = profiles_of(votes, when=[5.0, 1.0, 2.0, 2.0])[0]
    assert (first_is_later.units, first_is_later.confusion[0].tolist()) == (1, [0, 0, 1])
    for when in ([1.0, 5.0, 2.0, 2.0], [np.nan, 5.0, 2.0, 2.0], [np.nan] * 4):
        assert profiles_of(votes, when=when)[0].confusion[0].tolist() == [1, 0, 0]


def test_no_votes_make_no_profiles_and_one_rater_agrees_with_nobody() -> None:
    assert profiles_of([]) == ()
    (alone,) = profiles_of([(7, u, 1, 0) for u in range(50)])
    assert alone.agreement.reason == TOO_FEW_SHARED
    assert alone.ties.value == 1
    assert alone.left.reason == TOO_FEW_CHOICES


@pytest.mark.parametrize(("column", "value"), [("outcome", 3), ("outcome", -1), ("left", 1)])
def test_what_is_no_outcome_is_refused(column: str, value: int) -> None:
    data = simulated(8, 4)
    data[column] = np.full(8, value)
    with pytest.raises(ValueError, match="first"):
        rater_profiles(**data)


@pytest.mark.parametrize("column", ["left", "seconds", "when", "unit"])
def test_unequal_lengths_are_refused(column: str) -> None:
    data = simulated(8, 4)
    data[column] = data[column][:-1]
    with pytest.raises(ValueError, match="Every vote needs"):
        rater_profiles(**data)


def test_two_hundred_thousand_votes_take_well_under_a_second() -> None:
    data = simulated(200_000, 200)
    start = time.process_time()
    assert len(rater_profiles(**data)) == 200
    assert time.process_time() - start < 3  # fifteen times what it takes


def answers(pairs: list[tuple[int, int]]) -> tuple[IntArray, IntArray]:
    first, again = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    return first, again


def test_self_consistency_is_counted_beside_what_chance_gives() -> None:
    first, again = answers([(0, 0)] * 20 + [(0, 2)] * 5 + [(2, 0)] * 10 + [(2, 2)] * 15)
    # Cohen's worked example of .4: observed .7, by chance .5.
    (found,) = self_consistency(np.full(50, 9), first, again)
    assert found.rater == 9
    assert found.same == wilson(35, 50)
    assert found.by_chance == pytest.approx(0.5)


def test_self_consistency_keeps_raters_apart() -> None:
    first, again = answers([(0, 0), (1, 2), (1, 1)])
    found = self_consistency(np.array([5, -1, 5]), first, again)
    assert [(c.rater, c.same.value) for c in found] == [(-1, 0.0), (5, 1.0)]
    assert self_consistency(*[np.zeros(0, dtype=np.int64)] * 3) == ()


def test_a_repeated_answer_that_is_no_outcome_is_refused() -> None:
    first, again = answers([(0, 3)])
    with pytest.raises(ValueError, match="An outcome is"):
        self_consistency(np.array([1]), first, again)


def test_chance_explains_the_consistency_of_a_rater_who_answers_blindly() -> None:
    rng = np.random.default_rng(0)
    drawn: FloatArray = rng.random((2, 4000))
    first, again = np.digitize(drawn, [0.5, 0.6])
    (found,) = self_consistency(np.zeros(4000, dtype=np.int64), first, again)
    assert found.by_chance == pytest.approx(0.5**2 + 0.1**2 + 0.4**2, abs=0.02)
    assert found.same.value == pytest.approx(found.by_chance, abs=0.02)
