"""Crowd-BT on planted raters: what it finds, how sure it says it is, and what it refuses."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from annotate.stats.arrays import FloatArray
from annotate.stats.consensus.calibration import calibration
from annotate.stats.consensus.crowd_bt import CrowdBT
from annotate.stats.consensus.crowd_density import (
    BIAS_SD,
    Parameters,
    log_posterior,
    packed,
    turned,
)
from annotate.stats.consensus.crowd_outcomes import honest_outcomes
from tests.annotate.test_stats_consensus_crowd_density import (
    SIDE,
    Comparisons,
    cast,
    chances,
    davidson,
    league,
    planted,
    tasks,
)


def correlation(a: FloatArray, b: FloatArray) -> float:
    return float(np.corrcoef(a, b)[0, 1])


def held(fit: CrowdBT, reliability: FloatArray) -> float:
    """The share of reliabilities that their interval holds."""
    lower, upper = fit.reliability_interval.T
    return float(((lower < reliability) & (reliability < upper)).mean())


def test_planted_scores_and_raters_are_found_with_honest_intervals() -> None:
    at = planted(11, 100, 50)
    fit = league(12, at, 100_000).fit(100, 50)
    found = fit.parameters
    assert (fit.method, fit.converged) == ("joint", True)
    assert correlation(found.scores, at.scores) > 0.99
    assert correlation(found.reliability, at.reliability) > 0.99
    assert correlation(found.left_bias, at.left_bias) > 0.95
    assert found.tie == pytest.approx(at.tie, rel=0.03)
    error = found.scores - found.scores.mean() - at.scores + at.scores.mean()
    # Of 100 or 50 intervals of 95 %.
    assert (np.abs(error) < 1.96 * fit.score_se).mean() > 0.87
    assert held(fit, at.reliability) > 0.85
    assert (np.abs(found.left_bias - at.left_bias) < 1.96 * fit.left_bias_se).mean() > 0.85


@pytest.mark.parametrize(("overlap", "score_sd"), [(3, 2.0), (5, 1.0), (10, 1.0)])
def test_items_of_one_pair_each_leave_raters_and_soft_labels_well_estimated(
    overlap: int, score_sd: float
) -> None:
    at = planted(13, 2 * (60_000 // overlap), 40, score_sd)
    fit = tasks(14, at, overlap).fit(len(at.scores), 40)
    assert (fit.method, fit.converged) == ("pairs", True)
    assert correlation(fit.parameters.reliability, at.reliability) > 0.9
    assert fit.parameters.reliability.mean() == pytest.approx(at.reliability.mean(), abs=0.04)
    assert held(fit, at.reliability) > 0.8
    assert fit.score_sd == pytest.approx(score_sd, rel=0.2)
    assert fit.parameters.tie == pytest.approx(at.tie, rel=0.1)
    first = np.arange(0, len(at.scores), 2)
    found = honest_outcomes(fit, first, first + 1)
    # What a perfect rater says next comes true as often as predicted.
    d = at.scores[first] - at.scores[first + 1]
    odds = np.exp(d / 2)
    wins = np.random.default_rng(0).random(len(d)) < odds / (odds + at.tie + 1 / odds)
    error = calibration(found.posterior[:, 0], wins.astype(float)).error
    assert error is not None
    assert error < 0.025


def test_the_joint_mode_would_call_every_rater_of_such_tasks_reliable() -> None:
    # Why the method "pairs" is there: the same votes, with every score maximised over.
    at = planted(13, 2 * 6000, 40)
    votes = tasks(14, at, 5)
    found = votes.fit(12_000, 40).parameters
    args = (votes.first, votes.second, votes.outcome, votes.rater, votes.shown_left)
    prepared = turned(*args, items=12_000, raters=40)
    liars = Parameters(found.scores, np.full(40, 0.97), found.left_bias, found.tie)
    assert (
        log_posterior(packed(liars), prepared, 1.0)[0]
        > log_posterior(packed(found), prepared, 1.0)[0]
    )
    assert at.reliability.mean() < 0.75


def test_a_soft_label_is_the_integral_over_the_difference() -> None:
    at = planted(15, 400, 20)
    votes = tasks(16, at, 4)
    fit = votes.fit(400, 20)
    found = fit.parameters
    first = np.arange(0, 400, 2)
    labels = honest_outcomes(fit, first, first + 1)
    for pair in range(0, 200, 23):
        own = votes.of(votes.first == 2 * pair)

        def joint(d: float, own: Comparisons = own) -> FloatArray:
            p = float(norm(0, fit.score_sd * np.sqrt(2)).pdf(d))
            for outcome, rater, left in zip(own.outcome, own.rater, own.shown_left, strict=True):
                eta, bias = found.reliability[rater], found.left_bias[rater]
                p *= chances(d, SIDE[left], eta, bias, found.tie)[outcome]
            return p * np.append(1, davidson(d, found.tie))

        grid = np.array([joint(d) for d in np.linspace(-10, 10, 401)]).sum(axis=0)
        expected = grid[1:] / grid[0]
        assert labels.posterior[pair] == pytest.approx(expected, abs=0.015)
        assert labels.first_wins[pair] == pytest.approx(expected[0] + expected[1] / 2, abs=0.015)
    assert labels.posterior.sum(axis=1) == pytest.approx(1)
    assert labels.entropy == pytest.approx(
        -(labels.posterior * np.log(labels.posterior)).sum(axis=1)
    )


def test_rankings_of_four_are_pairs_with_items_in_common() -> None:
    at = planted(17, 4 * 1500, 30)
    base = 4 * np.repeat(np.arange(1500), 3)
    rater = np.random.default_rng(17).integers(30, size=len(base))
    i, j = np.array([*combinations(range(4), 2)]).T
    first, second = (base[:, None] + i).ravel(), (base[:, None] + j).ravel()
    fit = cast(18, at, first, second, np.repeat(rater, 6)).fit(6000, 30)
    assert fit.method == "pairs"
    assert correlation(fit.parameters.reliability, at.reliability) > 0.85
    assert held(fit, at.reliability) > 0.8
    d, guess = (p.scores[first] - p.scores[second] for p in (at, fit.parameters))
    assert np.polyfit(guess, d, 1)[0] == pytest.approx(1, abs=0.15)


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 10**6), st.booleans())
def test_which_item_is_called_first_changes_nothing(seed: int, once: bool) -> None:
    at = planted(seed, 12, 4)
    votes = tasks(seed, at, 5) if once else league(seed, at, 600)
    swap = np.random.default_rng(seed).random(len(votes.first)) < 0.5
    other = Comparisons(
        np.where(swap, votes.second, votes.first),
        np.where(swap, votes.first, votes.second),
        np.where(swap, 2 - votes.outcome, votes.outcome),
        votes.rater,
        np.where(swap, 1 - votes.shown_left, votes.shown_left),
    )
    fit, same = votes.fit(12, 4), other.fit(12, 4)
    assert same.parameters.scores == pytest.approx(fit.parameters.scores, abs=2e-3)
    assert same.parameters.reliability == pytest.approx(fit.parameters.reliability, abs=2e-3)
    before = honest_outcomes(fit, np.array([0, 2]), np.array([1, 3]))
    after = honest_outcomes(same, np.array([1, 3]), np.array([0, 2]))
    assert after.posterior[:, ::-1] == pytest.approx(before.posterior, abs=2e-3)
    assert after.first_wins == pytest.approx(1 - before.first_wins, abs=2e-3)


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 10**6), st.booleans())
def test_names_and_order_change_nothing(seed: int, once: bool) -> None:
    at = planted(seed, 12, 4)
    votes = tasks(seed, at, 5) if once else league(seed, at, 600)
    rng = np.random.default_rng(seed)
    items, raters, order = (
        rng.permutation(12),
        rng.permutation(4),
        rng.permutation(len(votes.first)),
    )
    moved = votes.of(order)
    other = Comparisons(
        items[moved.first],
        items[moved.second],
        moved.outcome,
        raters[moved.rater],
        moved.shown_left,
    )
    fit, same = votes.fit(12, 4), other.fit(12, 4)
    assert same.parameters.scores[items] == pytest.approx(fit.parameters.scores, abs=2e-3)
    assert same.parameters.reliability[raters] == pytest.approx(
        fit.parameters.reliability, abs=2e-3
    )
    assert same.score_se[items] == pytest.approx(fit.score_se, abs=2e-3)


def test_who_always_clicks_left_is_not_known_to_be_reliable() -> None:
    at = Parameters(planted(19, 30, 6).scores, np.full(6, 0.9), np.zeros(6), 0.5)
    votes = league(20, at, 6000)
    clicker = votes.rater == 5
    votes.outcome[clicker] = np.where(votes.shown_left[clicker] == 0, 0, 2)
    fit = votes.fit(30, 6)
    bias, se = fit.parameters.left_bias, fit.left_bias_se
    assert bias[5] > 10 * se[5]
    assert (np.abs(bias[:5]) < 4 * se[:5]).all()
    lower, upper = fit.reliability_interval.T
    assert lower[5] < 0.4
    assert upper[5] > 0.9
    assert lower[:5].min() > 0.7
    assert (upper - lower)[:5].max() < 0.25


def test_a_side_nobody_knows_says_nothing_about_the_left() -> None:
    votes = league(21, planted(21, 10, 3), 2000)
    fit = Comparisons(
        votes.first, votes.second, votes.outcome, votes.rater, np.full_like(votes.rater, -1)
    ).fit(10, 3)
    assert fit.parameters.left_bias == pytest.approx(np.zeros(3), abs=1e-6)
    assert fit.left_bias_se == pytest.approx(np.full(3, BIAS_SD))


def test_raters_half_of_whom_turn_every_answer_round_do_not_turn_the_scores() -> None:
    at = Parameters(
        planted(22, 20, 9).scores, np.r_[np.full(5, 0.95), np.full(4, 0.05)], np.zeros(9), 0.8
    )
    found = league(23, at, 9000).fit(20, 9).parameters
    assert correlation(found.scores, at.scores) > 0.95
    assert found.reliability[:5].min() > 0.8
    assert found.reliability[5:].max() < 0.25


@pytest.mark.parametrize("once", [True, False])
def test_a_warm_start_ends_where_a_cold_one_does_and_sooner(once: bool) -> None:
    at = planted(24, 60, 10)
    votes = tasks(25, at, 8) if once else league(25, at, 20_000)
    cold = votes.fit(60, 10)
    warm = votes.fit(60, 10, warm=cold.parameters)
    assert warm.parameters.scores == pytest.approx(cold.parameters.scores, abs=0.01)
    assert warm.parameters.reliability == pytest.approx(cold.parameters.reliability, abs=0.01)
    assert warm.iterations < cold.iterations


def test_two_leagues_that_never_met_are_each_put_around_the_priors_mean() -> None:
    at = planted(26, 20, 5)
    one = league(27, Parameters(at.scores[:10], at.reliability, at.left_bias, 0.8), 4000)
    two = league(28, Parameters(at.scores[10:], at.reliability, at.left_bias, 0.8), 4000)
    both = Comparisons(
        np.r_[one.first, two.first + 10], np.r_[one.second, two.second + 10],
        np.r_[one.outcome, two.outcome], np.r_[one.rater, two.rater],
        np.r_[one.shown_left, two.shown_left],
    )  # fmt: skip
    fit = both.fit(20, 5)
    assert fit.converged
    for part in (slice(0, 10), slice(10, 20)):
        assert fit.parameters.scores[part].mean() == pytest.approx(0, abs=0.01)
        assert correlation(fit.parameters.scores[part], at.scores[part]) > 0.95
    # Across the two all that is known is the prior.
    across = honest_outcomes(fit, np.array([0]), np.array([10]))
    assert across.entropy[0] > 0.5


def lone(first: int, second: int, outcome: int, times: int = 1) -> Comparisons:
    return Comparisons(
        *(np.full(times, value, dtype=np.int64) for value in (first, second, outcome, 0, -1))
    )


@pytest.mark.parametrize(
    "votes",
    [
        lone(0, 1, 0, 0),
        lone(0, 1, 0),
        lone(0, 1, 1),
        lone(0, 1, 2, 50),
        lone(0, 1, 1, 5000),
        lone(1, 0, 0, 1_000_000),
        Comparisons(*(np.array(row) for row in ([0, 1], [1, 2], [0, 0], [0, 0], [0, 1]))),
    ],
)
def test_however_little_or_one_sided_the_votes_the_result_is_finite(votes: Comparisons) -> None:
    fit = votes.fit(4, 2)
    assert fit.converged
    at, found = fit.parameters, honest_outcomes(fit, np.array([0, 0]), np.array([1, 3]))
    numbers = (at.scores, at.reliability, at.left_bias, at.tie, fit.score_se, fit.left_bias_se)
    for value in (*numbers, fit.reliability_interval, fit.log_posterior, found.posterior):
        assert np.isfinite(value).all()
    assert found.posterior.sum(axis=1) == pytest.approx(1)
    # What had no votes has its prior: item 3 and rater 1 are in none but the last.
    assert at.scores[3] == pytest.approx(0, abs=1e-6)
    assert fit.score_se[3] == pytest.approx(fit.score_sd)
    if not (votes.rater == 1).any():
        assert at.reliability[1] == pytest.approx(0.8, abs=1e-4)
        assert fit.left_bias_se[1] == pytest.approx(BIAS_SD)


def test_without_votes_everything_is_the_prior() -> None:
    fit = lone(0, 1, 0, 0).fit(3, 2)
    found = honest_outcomes(fit, np.array([0, 1]), np.array([1, 2]))
    assert fit.parameters.tie == 1
    assert found.first_wins == pytest.approx([0.5, 0.5])


def test_all_ties_make_a_tie_likely_and_nobody_better() -> None:
    fit = league(29, planted(29, 10, 4), 4000)
    tied = Comparisons(fit.first, fit.second, np.ones_like(fit.outcome), fit.rater, fit.shown_left)
    found = tied.fit(10, 4)
    labels = honest_outcomes(found, np.array([0]), np.array([1]))
    assert labels.posterior[0, 1] > 0.95
    assert found.parameters.scores == pytest.approx(np.zeros(10), abs=1e-3)


def test_more_votes_make_surer() -> None:
    certain = [
        honest_outcomes(fit, np.array([0]), np.array([1])).first_wins[0]
        for fit in (lone(0, 1, 0, times).fit(2, 1) for times in (0, 1, 5, 50))
    ]
    assert certain == sorted(certain)
    assert certain[0] == pytest.approx(0.5)
    assert certain[-1] > 0.7


@pytest.mark.parametrize(
    ("row", "names"),
    [
        ((0, 0, 0, 0, 0), "itself"),
        ((0, 5, 0, 0, 0), "item"),
        ((-1, 1, 0, 0, 0), "item"),
        ((0, 1, 3, 0, 0), "outcome"),
        ((0, 1, -1, 0, 0), "outcome"),
        ((0, 1, 0, 2, 0), "rater"),
        ((0, 1, 0, 0, 2), "left"),
        ((0, 1, 0, 0, -2), "left"),
    ],
)
def test_what_is_no_vote_is_refused(row: tuple[int, ...], names: str) -> None:
    with pytest.raises(ValueError, match=names):
        Comparisons(*(np.array([value]) for value in row)).fit(5, 2)


def test_what_does_not_fit_is_refused() -> None:
    votes = lone(0, 1, 0)
    with pytest.raises(ValueError, match="outcome, rater and side"):
        Comparisons(*(np.zeros(n, np.int64) for n in (2, 2, 2, 2, 1))).fit(2, 1)
    for score_sd in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="standard deviation"):
            votes.fit(2, 1, score_sd=score_sd)
    with pytest.raises(ValueError, match="warm start"):
        votes.fit(3, 1, warm=votes.fit(2, 1).parameters)
    with pytest.raises(ValueError, match="itself"):
        honest_outcomes(votes.fit(2, 1), np.array([0]), np.array([0]))
    with pytest.raises(ValueError, match="item"):
        honest_outcomes(votes.fit(2, 1), np.array([0]), np.array([2]))
