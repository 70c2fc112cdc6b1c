"""Pairs of raters against planted copying, honest crowds, a plain loop and scipy's procedure."""

import time
from itertools import combinations
from math import exp, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats import false_discovery_control

from annotate.stats.arrays import FloatArray, IntArray
from annotate.stats.raters.pairs import (
    FEWEST_TOGETHER,
    MOST_RATERS,
    PairAgreement,
    _calibrated,
    _explained,
    confusions,
    pair_agreement,
    q_values,
)
from annotate.stats.raters.votes import read_votes

Crowd = tuple[IntArray, IntArray, IntArray]


def honest(units: int, raters: int, each: int, seed: int, *, clear: bool = False) -> Crowd:
    """Raters of skill .4 to .95, `each` of them on a unit; units of unequal clarity if `clear`."""
    rng = np.random.default_rng(seed)
    unit = np.repeat(np.arange(units), each)
    rater = np.argsort(rng.random((units, raters)), axis=1)[:, :each].ravel()
    truth = rng.choice(3, units, p=[0.45, 0.1, 0.45])[unit]
    skill = rng.uniform(0.4, 0.95, raters)[rater]
    clarity = rng.beta(2, 1, units)[unit] if clear else 1.0
    blind = rng.choice(3, len(unit), p=[0.4, 0.2, 0.4])
    return rater, unit, np.where(rng.random(len(unit)) < skill * clarity, truth, blind)


def with_a_copy(crowd: Crowd, copier: int, source: int, share: float) -> Crowd:
    """The copier gives the source's answer on that share of the units both have."""
    rater, unit, outcome = crowd
    rng = np.random.default_rng(1)
    answers = dict(zip(unit[rater == source].tolist(), outcome[rater == source], strict=True))
    copied = outcome.copy()
    for row in np.flatnonzero(rater == copier):
        if int(unit[row]) in answers and rng.random() < share:
            copied[row] = answers[int(unit[row])]
    return rater, unit, copied


def found_pairs(found: PairAgreement, q: float = 0.05) -> list[tuple[int, int]]:
    shown = found.q < q
    return list(zip(found.first[shown].tolist(), found.second[shown].tolist(), strict=True))


@given(hnp.arrays(np.float64, st.integers(1, 40), elements=st.floats(0, 1)))
def test_q_values_are_scipys(p: FloatArray) -> None:
    assert q_values(p) == pytest.approx(false_discovery_control(p), abs=1e-12)


def test_no_tests_have_no_q_values() -> None:
    assert q_values(np.zeros(0)).shape == (0,)


@pytest.mark.parametrize("clear", [False, True])
def test_honest_raters_of_unequal_skill_are_hardly_ever_shown(clear: bool) -> None:
    shown = 0
    for seed in range(6):
        found = pair_agreement(*honest(6000, 30, 5, seed, clear=clear))
        assert len(found.p) == 435
        assert found.excess.mean() == pytest.approx(0, abs=0.1)
        assert 0.8 < found.excess.std() < 1.15
        shown += bool(found_pairs(found))
    # At q < .05 an honest crowd shows anything in one of twenty: two or more of twelve are rare.
    assert shown <= 1


def test_one_expected_share_for_all_would_accuse_the_skilled() -> None:
    found = pair_agreement(*honest(6000, 30, 5, 0))
    share = found.same.sum() / found.together.sum()
    deviation = np.sqrt(found.together * share * (1 - share))
    simple = (found.same - found.together * share) / deviation
    assert np.count_nonzero(simple > 3) > 10
    assert np.count_nonzero(found.excess > 3) <= 2


@pytest.mark.parametrize("clear", [False, True])
def test_a_rater_who_copies_is_found_with_the_source_and_nobody_else(clear: bool) -> None:
    crowd = with_a_copy(honest(4000, 25, 5, 2, clear=clear), 7, 19, share=0.8)
    found = pair_agreement(*crowd)
    assert found_pairs(found) == [(7, 19)]
    assert (found.first[0], found.second[0]) == (7, 19)
    both = set(crowd[1][crowd[0] == 7]) & set(crowd[1][crowd[0] == 19])
    assert found.together[0] == len(both)
    assert found.same[0] > found.expected[0]


def test_names_of_raters_and_units_change_nothing() -> None:
    rater, unit, outcome = with_a_copy(honest(1500, 12, 4, 3), 2, 5, share=0.7)
    found = pair_agreement(rater, unit, outcome)
    shuffle = np.random.default_rng(0).permutation(len(rater))
    again = pair_agreement(rater[shuffle] * -(10**7), unit[shuffle] + 10**9, outcome[shuffle])
    assert found_pairs(again) == [(-5 * 10**7, -2 * 10**7)]
    assert again.excess == pytest.approx(found.excess, abs=1e-6)


def test_turning_all_outcomes_round_changes_nothing() -> None:
    rater, unit, outcome = honest(1500, 12, 4, 4)
    found, turned = (pair_agreement(rater, unit, o) for o in (outcome, 2 - outcome))
    assert turned.excess == pytest.approx(found.excess, abs=1e-6)


def test_the_chance_of_agreement_is_that_of_a_plain_loop() -> None:
    crowd = honest(30, 6, 4, 5)
    votes = read_votes(*crowd)
    tables, shares = confusions(votes), np.array([0.5, 0.2, 0.3])
    pair, same, chance = _explained(votes, tables, shares)
    found = sorted(zip(pair.tolist(), same.tolist(), chance.round(9).tolist(), strict=True))
    plain = []
    for unit in range(30):
        rows = [int(row) for row in np.flatnonzero(votes.unit == unit)]
        for one, other in combinations(rows, 2):
            weights = []
            for t in range(3):
                logs = log(shares[t])
                for row in set(rows) - {one, other}:
                    logs += log(tables[votes.rater[row], t, votes.outcome[row]])
                weights.append(exp(logs))
            i, j = sorted((votes.rater[one], votes.rater[other]))
            agree = sum(
                weights[t] / sum(weights) * tables[i, t, k] * tables[j, t, k]
                for t in range(3)
                for k in range(3)
            )
            alike = float(votes.outcome[one] == votes.outcome[other])
            plain.append((int(i * 6 + j), alike, round(float(agree), 9)))
    assert found == sorted(plain)


def test_calibration_adds_up_and_leaves_what_fits() -> None:
    rng = np.random.default_rng(0)
    chance = rng.uniform(0.2, 0.9, 50_000)
    everywhere = np.ones(len(chance), dtype=np.bool_)
    fitting = (rng.random(len(chance)) < chance).astype(np.float64)
    assert _calibrated(chance, fitting, everywhere) == pytest.approx(chance, abs=0.02)
    more = (rng.random(len(chance)) < chance**0.5).astype(np.float64)
    assert _calibrated(chance, more, everywhere).sum() == pytest.approx(more.sum(), rel=1e-4)


def test_a_fitted_table_of_confusions_is_used() -> None:
    crowd = honest(3000, 20, 5, 6)
    blind = np.full((20, 3, 3), 1 / 3)
    sharp = confusions(read_votes(*crowd))
    given_tables = pair_agreement(*crowd, confusion=sharp)
    assert given_tables.excess == pytest.approx(pair_agreement(*crowd).excess, abs=1e-9)
    assert pair_agreement(*crowd, confusion=blind).excess != pytest.approx(given_tables.excess)


def test_confusions_find_the_skill_that_was_planted() -> None:
    rng = np.random.default_rng(7)
    skill = rng.uniform(0.4, 0.95, 20)
    truth = np.repeat(rng.choice([0, 2], 8000), 5)
    rater = np.argsort(rng.random((8000, 20)), axis=1)[:, :5].ravel()
    outcome = np.where(rng.random(40_000) < skill[rater], truth, rng.integers(0, 3, 40_000))
    tables = confusions(read_votes(rater, np.repeat(np.arange(8000), 5), outcome))
    assert tables.sum(axis=2) == pytest.approx(np.ones((20, 3)))
    for side in (0, 2):
        assert tables[:, side, side] == pytest.approx(skill + (1 - skill) / 3, abs=0.05)


@pytest.mark.parametrize(
    "crowd",
    [
        (np.zeros(0, dtype=np.int64),) * 3,
        (np.array([1, 1]), np.array([1, 2]), np.array([0, 2])),
        (np.arange(50) % 2, np.arange(50), np.zeros(50, dtype=np.int64)),
    ],
)
def test_raters_who_share_nothing_make_no_pairs(crowd: Crowd) -> None:
    found = pair_agreement(*crowd)
    assert found.p.shape == found.first.shape == (0,)


@pytest.mark.parametrize("outcome", [0, 1])
def test_raters_who_all_say_the_same_are_not_unusual(outcome: int) -> None:
    rater = np.tile(np.arange(3), 60)
    found = pair_agreement(rater, np.repeat(np.arange(60), 3), np.full(180, outcome))
    assert found.together.tolist() == [60] * 3
    assert (found.q > 0.3).all()


def test_pairs_that_share_too_little_are_not_tested() -> None:
    for shared, tested in ((FEWEST_TOGETHER - 1, 0), (FEWEST_TOGETHER, 1)):
        rater, unit = np.repeat([4, 9], shared), np.tile(np.arange(shared), 2)
        assert len(pair_agreement(rater, unit, unit % 3).p) == tested


def test_a_unit_that_everybody_judged_is_left_out() -> None:
    rater, unit, outcome = honest(1000, 10, 4, 8)
    crowded = np.arange(MOST_RATERS + 1)
    found = pair_agreement(
        np.r_[rater, crowded], np.r_[unit, np.full(len(crowded), 5000)], np.r_[outcome, crowded % 3]
    )
    assert found.together.sum() == 1000 * 6


def test_a_vote_given_twice_counts_once() -> None:
    crowd = honest(500, 8, 4, 9)
    twice = tuple(np.concatenate([column, column]) for column in crowd)
    assert pair_agreement(*twice).together.tolist() == pair_agreement(*crowd).together.tolist()


def test_a_table_for_some_raters_only_is_refused() -> None:
    crowd = honest(100, 8, 4, 10)
    with pytest.raises(ValueError, match="3 × 3"):
        pair_agreement(*crowd, confusion=np.full((7, 3, 3), 1 / 3))


def test_a_hundred_thousand_votes_take_seconds_at_most() -> None:
    crowd = honest(20_000, 50, 5, 11)
    start = time.process_time()
    pair_agreement(*crowd)
    assert time.process_time() - start < 4
