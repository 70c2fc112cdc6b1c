"""W, τ-b and α of rankings against a published value, scipy and plain loops over all pairs."""

from collections.abc import Callable
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats import friedmanchisquare, kendalltau, rankdata

from annotate.stats.arrays import IntArray
from annotate.stats.estimates import Estimate
from annotate.stats.reliability import (
    ALL_THE_SAME,
    ALL_TIED,
    NO_ANSWERS,
    NONE_JUDGED_TWICE,
    ONE_ITEM,
    ONE_RATER,
    alpha,
    concordance,
    counts_of,
    kendall_w,
    mean_tau_b,
    ranking_alpha,
)

panels = hnp.arrays(
    np.int64, st.tuples(st.integers(2, 6), st.integers(3, 6)), elements=st.integers(1, 4)
)
short_rankings = hnp.arrays(
    np.int64, st.tuples(st.integers(2, 14), st.integers(2, 4)), elements=st.integers(1, 3)
)
partial_rankings = hnp.arrays(
    np.int64, st.tuples(st.integers(2, 14), st.integers(2, 4)), elements=st.integers(-1, 3)
)


def rankings(*rows: str) -> IntArray:
    return np.array([[int(rank) for rank in row] for row in rows])


def kemeny_snell(one: IntArray, other: IntArray) -> float:
    """The share of pairs of items ordered differently, a tie against an order counting half."""
    pairs = list(combinations(range(len(one)), 2))
    apart = [abs(np.sign(one[i] - one[j]) - np.sign(other[i] - other[j])) / 2 for i, j in pairs]
    return float(sum(apart)) / len(pairs)


def plain_alpha(unit: IntArray, ranks: IntArray) -> float | None:
    """1 − D_o/D_e over all pairs of rankings (Krippendorff 2011, with that distance for δ²)."""
    votes = np.bincount(unit)
    kept = np.flatnonzero(votes[unit] >= 2)
    observed = expected = 0.0
    for a in kept:
        for b in kept:
            if a != b:
                apart = kemeny_snell(ranks[a], ranks[b])
                expected += apart / (len(kept) - 1)
                observed += apart / (votes[unit[a]] - 1) * (unit[a] == unit[b])
    return 1 - observed / expected if expected else None


def comparison(ranking: IntArray, i: int, j: int) -> int | None:
    """−1, 0 or 1 for i before, level with or after j; None where the ranking doesn't say."""
    one, other = int(ranking[i]), int(ranking[j])
    if 0 in {one, other} or one == other == -1:
        return None
    one, other = (99 if rank == -1 else rank for rank in (one, other))
    return (one > other) - (one < other)


def plain_partial_alpha(unit: IntArray, ranks: IntArray) -> float | None:
    """The sums over pairs of items, each with the comparisons that a unit has at least two of."""
    observed = expected = 0.0
    for i, j in combinations(range(ranks.shape[1]), 2):
        said = [(u, comparison(r, i, j)) for u, r in zip(unit, ranks, strict=True)]
        made = [(u, c) for u, c in said if c is not None]
        units = [u for u, _ in made]
        kept = [(u, c) for u, c in made if units.count(u) >= 2]
        for a, (u, c) in enumerate(kept):
            for b, (v, d) in enumerate(kept):
                if a != b:
                    expected += abs(c - d) / 2 / (len(kept) - 1)
                    observed += abs(c - d) / 2 / (units.count(u) - 1) * (u == v)
    return 1 - observed / expected if expected else None


def test_w_of_three_rankings_is_the_published_value() -> None:
    estimate = kendall_w(rankings("123456", "213465", "132456"))
    assert estimate.value == pytest.approx(0.911111, abs=5e-7)
    assert (estimate.n, estimate.lower) == (3, None)


@settings(max_examples=100, deadline=None)
@given(panels)
def test_w_with_ties_is_scipys_friedman_statistic(ranks: IntArray) -> None:
    estimate = kendall_w(ranks)
    raters, items = ranks.shape
    if (ranks == ranks[:, :1]).all():
        assert estimate.reason == ALL_TIED
        return
    statistic = friedmanchisquare(*ranks.T).statistic
    assert estimate.value == pytest.approx(statistic / (raters * (items - 1)), abs=1e-9)


@settings(max_examples=100, deadline=None)
@given(panels)
def test_mean_tau_b_is_that_of_scipys_pairs(ranks: IntArray) -> None:
    ordering = [rater for rater in ranks if len(set(rater)) > 1]
    taus = [kendalltau(a, b).statistic for a, b in combinations(ordering, 2)]
    estimate = mean_tau_b(ranks)
    assert estimate.n == len(taus)
    assert (estimate.reason == ALL_TIED) == (not taus)
    if taus:
        assert estimate.value == pytest.approx(np.mean(taus), abs=1e-12)


@settings(max_examples=50, deadline=None)
@given(panels)
def test_only_the_order_of_the_ranks_matters(ranks: IntArray) -> None:
    middle = (2 * rankdata(ranks, axis=1)).astype(np.int64)
    rng = np.random.default_rng(0)
    mixed = rng.permutation(rng.permutation(middle, axis=0), axis=1)
    for measure in (kendall_w, mean_tau_b):
        assert measure(mixed).value == pytest.approx(measure(ranks).value, abs=1e-9)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 5))
def test_over_tasks_they_are_the_means_of_each_tasks_panel(seed: int, k: int) -> None:
    rng = np.random.default_rng(seed)
    unit = rng.integers(12, size=40) * 7
    ranks = rng.integers(1, k + 1, size=(40, k))
    ranks[rng.random(40) < 0.1, 0] = 0  # not complete
    found = concordance(unit, ranks)
    complete = (ranks > 0).all(axis=1)
    by_unit = [ranks[(unit == u) & complete] for u in np.unique(unit)]
    for measure, estimate in ((kendall_w, found.kendall_w), (mean_tau_b, found.tau_b)):
        each = [measure(panel).value for panel in by_unit if len(panel) > 1]
        values = [value for value in each if value is not None]
        assert estimate.n == len(values)
        if not values:
            assert estimate.reason == NONE_JUDGED_TWICE
            continue
        assert estimate.value == pytest.approx(np.mean(values), abs=1e-12)
        if len(values) > 1:
            half = 1.959964 * np.std(values, ddof=1) / len(values) ** 0.5
            assert estimate.upper == pytest.approx(min(1, np.mean(values) + half), abs=1e-6)


def test_no_task_ranked_twice_says_so() -> None:
    found = concordance(np.array([1, 2]), np.array([[1, 2, 3], [0, 1, 2]]))
    assert found.kendall_w == found.tau_b == Estimate(None, None, None, 0, NONE_JUDGED_TWICE)


@pytest.mark.parametrize("measure", [kendall_w, mean_tau_b])
def test_a_panel_that_is_none_has_a_reason(measure: Callable[[IntArray], Estimate]) -> None:
    assert measure(np.zeros((0, 4), dtype=np.int64)).reason == ONE_RATER
    assert measure(rankings("1234")).reason == ONE_RATER
    assert measure(rankings("1", "1")).reason == ONE_ITEM
    assert measure(rankings("11", "11")).reason == ALL_TIED
    for ranks in (np.array([[1, 0], [1, 2]]), np.array([[1, np.nan], [1, 2]])):
        with pytest.raises(ValueError, match="Complete rankings"):
            measure(ranks)


@settings(max_examples=100, deadline=None)
@given(short_rankings, st.integers(1, 5))
def test_alpha_of_complete_rankings_is_that_of_all_pairs(ranks: IntArray, units: int) -> None:
    unit = np.arange(len(ranks)) % units
    expected = plain_alpha(unit, ranks)
    value = ranking_alpha(unit - 2, ranks, resamples=1).value
    assert value == (None if expected is None else pytest.approx(expected, abs=1e-9))


@settings(max_examples=100, deadline=None)
@given(partial_rankings, st.integers(1, 5))
def test_alpha_of_partial_rankings_leaves_out_what_was_not_compared(
    ranks: IntArray, units: int
) -> None:
    unit = np.arange(len(ranks)) % units
    expected = plain_partial_alpha(unit, ranks)
    value = ranking_alpha(unit, ranks, resamples=1).value
    assert value == (None if expected is None else pytest.approx(expected, abs=1e-9))


def random_rankings(units: int, votes: int, k: int, noise: float) -> tuple[IntArray, IntArray]:
    rng = np.random.default_rng(5)
    unit = np.repeat(np.arange(units), votes)
    merit = rng.normal(size=(units, k))[unit] + noise * rng.normal(size=(units * votes, k))
    return unit, rankdata(-merit, axis=1).astype(np.int64)


def test_alpha_of_rankings_of_two_without_ties_is_nominal_alpha_with_its_interval() -> None:
    unit, ranks = random_rankings(200, 3, 2, noise=1)
    ranks[::7, 1] = 0
    compared = ranks[:, 1] > 0
    counts = counts_of(unit[compared], np.where(ranks[compared, 0] == 1, 0, 2), 3)
    nominal = alpha(counts, level="nominal", resamples=4000)
    estimate = ranking_alpha(unit, ranks, resamples=4000, seed=1)
    assert estimate.value == pytest.approx(nominal.value, abs=1e-12)
    assert estimate.n == nominal.n
    assert estimate.lower == pytest.approx(nominal.lower, abs=0.01)
    assert estimate.upper == pytest.approx(nominal.upper, abs=0.01)


def test_alpha_of_rankings_is_one_for_equal_and_about_zero_for_random_rankings() -> None:
    unit, equal = random_rankings(300, 3, 4, noise=0)
    assert ranking_alpha(unit, equal).value == 1
    assert ranking_alpha(unit, equal).lower is None
    _, random = random_rankings(300, 3, 4, noise=1e6)
    estimate = ranking_alpha(unit, random)
    assert estimate.lower is not None
    assert estimate.upper is not None
    assert estimate.lower < 0 < estimate.upper
    assert estimate.upper - estimate.lower < 0.1


def test_opposite_rankings_have_the_alpha_of_systematic_disagreement() -> None:
    # Six pairs of items, all reversed: D_o = 1, and D_e = 2 · 2 · 2 / (4 · 3).
    estimate = ranking_alpha(np.array([0, 0, 1, 1]), rankings("1234", "4321", "4321", "1234"))
    assert estimate.value == pytest.approx(1 - 12 / 8)


@settings(max_examples=50, deadline=None)
@given(partial_rankings)
def test_alpha_does_not_change_with_the_order_of_items_or_votes(ranks: IntArray) -> None:
    rng = np.random.default_rng(0)
    unit = np.arange(len(ranks)) // 2
    order, items = rng.permutation(len(ranks)), rng.permutation(ranks.shape[1])
    value = ranking_alpha(unit, ranks, resamples=1).value
    mixed = ranking_alpha(unit[order] * 10**9, ranks[order][:, items], resamples=1).value
    assert mixed == pytest.approx(value, abs=1e-9)


def test_units_repeated_within_their_cluster_leave_the_interval_as_it_was() -> None:
    unit, ranks = random_rankings(200, 3, 3, noise=1)
    fourfold, often = np.concatenate([unit + 200 * i for i in range(4)]), np.tile(ranks, (4, 1))
    once = ranking_alpha(unit, ranks, resamples=3000)
    together = ranking_alpha(fourfold, often, cluster=fourfold % 200, resamples=3000)
    assert together.value == pytest.approx(once.value, abs=0.001)
    assert together.lower == pytest.approx(once.lower, abs=0.01)
    assert together.upper == pytest.approx(once.upper, abs=0.01)
    with pytest.raises(ValueError, match="A cluster"):
        ranking_alpha(unit, ranks, cluster=unit[1:])


@pytest.mark.parametrize(
    ("unit", "ranks", "reason"),
    [
        ([], np.zeros((0, 3), dtype=np.int64), NO_ANSWERS),
        ([1, 1], np.array([[0, 1], [-1, -1]]), NO_ANSWERS),
        ([1, 2], rankings("12", "21"), NONE_JUDGED_TWICE),
        ([1, 1], np.array([[1, 2, 0], [1, 0, 2]]), NONE_JUDGED_TWICE),
        ([1, 1, 2], rankings("112", "112", "211"), ALL_THE_SAME),
    ],
)
def test_an_undefined_alpha_of_rankings_is_none_with_its_reason(
    unit: list[int], ranks: IntArray, reason: str
) -> None:
    estimate = ranking_alpha(np.array(unit, dtype=np.int64), ranks)
    assert (estimate.value, estimate.reason) == (None, reason)


@pytest.mark.parametrize("ranks", [np.array([[1], [1]]), np.array([[1, -2], [1, 2]])])
def test_rankings_that_are_none_are_refused(ranks: IntArray) -> None:
    with pytest.raises(ValueError, match="at least two responses"):
        ranking_alpha(np.array([0, 0]), ranks)


def test_a_ranking_without_its_unit_is_refused() -> None:
    with pytest.raises(ValueError, match="every ranking"):
        ranking_alpha(np.array([0]), rankings("12", "12"))
