"""The density behind Crowd-BT against plain formulas, numerical integrals and finite differences;
and the planted votes of its tests."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.integrate import quad
from scipy.optimize import approx_fprime
from scipy.special import expit, logit
from scipy.stats import norm

from annotate.stats.arrays import FloatArray, IntArray
from annotate.stats.consensus.crowd_bt import CrowdBT, crowd_bt
from annotate.stats.consensus.crowd_density import (
    BIAS_SD,
    LOG_TIE_SD,
    Parameters,
    log_posterior,
    packed,
    rater_information,
    score_information,
    turned,
)
from annotate.stats.consensus.crowd_raters import PairVotes, differences, log_marginal, on_pairs

SIDE = np.array([1, -1, 0])  # by shown_left: 0 first, 1 second, -1 unknown


@dataclass(frozen=True)
class Comparisons:
    first: IntArray
    second: IntArray
    outcome: IntArray
    rater: IntArray
    shown_left: IntArray

    def fit(self, items: int, raters: int, **how: object) -> CrowdBT:
        return crowd_bt(
            self.first, self.second, self.outcome, self.rater, self.shown_left,
            items=items, raters=raters, **how,  # type: ignore[arg-type] # keywords by name
        )  # fmt: skip

    def of(self, which: IntArray | NDArray[np.bool_]) -> "Comparisons":
        arrays = (self.first, self.second, self.outcome, self.rater, self.shown_left)
        return Comparisons(*(array[which] for array in arrays))


def davidson(d: float, nu: float) -> FloatArray:
    """Chances of first wins, tie, second wins."""
    shares = np.array(
        [np.exp(d), nu * np.exp(d / 2), 1.0]
    )  # Davidson's own form, e^(s_i) and so on
    normalised: FloatArray = shares / shares.sum()
    return normalised


def chances(d: float, side: int, eta: float, bias: float, nu: float) -> FloatArray:
    c = side * bias
    mixed: FloatArray = eta * davidson(d + c, nu) + (1 - eta) * davidson(-d + c, nu)
    return mixed


def cast(
    seed: int, at: Parameters, first: IntArray, second: IntArray, rater: IntArray
) -> Comparisons:
    """Votes drawn from the model, each side as likely."""
    rng = np.random.default_rng(seed)
    shown_left = rng.integers(2, size=len(first))
    honest = rng.random(len(first)) < at.reliability[rater]
    d = (at.scores[first] - at.scores[second]) * np.where(honest, 1, -1)
    odds = np.exp((d + SIDE[shown_left] * at.left_bias[rater]) / 2)
    total = odds + at.tie + 1 / odds
    drawn = rng.random(len(first)) * total
    outcome = (drawn > odds).astype(np.int64) + (drawn > odds + at.tie)
    return Comparisons(first, second, outcome, rater, shown_left)


def planted(seed: int, items: int, raters: int, score_sd: float = 1.0) -> Parameters:
    rng = np.random.default_rng(seed)
    return Parameters(
        rng.normal(0, score_sd, items), rng.uniform(0.4, 0.98, raters),
        rng.normal(0, 0.3, raters), 0.8,
    )  # fmt: skip


def league(seed: int, at: Parameters, votes: int) -> Comparisons:
    """Any item against any other."""
    rng, items = np.random.default_rng(seed), len(at.scores)
    first = rng.integers(items, size=votes)
    second = (first + rng.integers(1, items, size=votes)) % items
    return cast(seed, at, first, second, rng.integers(len(at.reliability), size=votes))


def tasks(seed: int, at: Parameters, overlap: int) -> Comparisons:
    """Each item in one pair, which `overlap` raters judge."""
    rng = np.random.default_rng(seed)
    first = np.repeat(np.arange(0, len(at.scores), 2), overlap)
    rater = rng.integers(len(at.reliability), size=len(first))
    return cast(seed, at, first, first + 1, rater)


def small(seed: int) -> tuple[Comparisons, Parameters]:
    at = planted(seed, 5, 3)
    votes = league(seed, at, 40)
    votes.shown_left[::5] = -1
    return votes, at


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10**6))
def test_the_log_posterior_is_the_plain_formula(seed: int) -> None:
    votes, at = small(seed)
    args = (votes.first, votes.second, votes.outcome, votes.rater, votes.shown_left)
    prepared = turned(*args, items=5, raters=3)
    found, _ = log_posterior(packed(at), prepared, 1.5)
    expected = norm(0, 1.5).logpdf(at.scores).sum() - norm(0, 1.5).logpdf(0) * 5
    expected += norm(0, BIAS_SD).logpdf(at.left_bias).sum() - norm(0, BIAS_SD).logpdf(0) * 3
    expected += norm(0, LOG_TIE_SD).logpdf(np.log(at.tie)) - norm(0, LOG_TIE_SD).logpdf(0)
    expected += (4 * np.log(at.reliability) + np.log(1 - at.reliability)).sum()
    for first, second, outcome, rater, left in zip(*args, strict=True):
        d, eta, bias = (
            at.scores[first] - at.scores[second],
            at.reliability[rater],
            at.left_bias[rater],
        )
        expected += np.log(chances(d, SIDE[left], eta, bias, at.tie)[outcome])
    assert found == pytest.approx(expected, abs=1e-9)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 10**6))
def test_the_gradient_is_that_of_finite_differences(seed: int) -> None:
    votes, at = small(seed)
    prepared = turned(
        votes.first, votes.second, votes.outcome, votes.rater, votes.shown_left, items=5, raters=3
    )
    vector = packed(at)
    _, gradient = log_posterior(vector, prepared, 1.5)
    expected = approx_fprime(vector, lambda x: log_posterior(x, prepared, 1.5)[0], 1e-6)
    assert gradient == pytest.approx(expected, abs=2e-4)


def pair_votes(votes: Comparisons, score_sd: float) -> tuple[IntArray, PairVotes]:
    """Votes on pairs (first < second) as `crowd_raters` takes them."""
    code, pair = np.unique(votes.first * 100 + votes.second, return_inverse=True)
    side = np.array([2, 0, 1])[votes.shown_left]
    on = on_pairs(
        pair, votes.outcome, votes.rater, side, pairs=len(code), raters=3, score_sd=score_sd
    )
    return pair, on


def test_the_marginal_likelihood_is_that_of_numerical_integration() -> None:
    votes = tasks(1, planted(1, 8, 3), 5)
    votes.shown_left[::4] = -1
    vector = np.r_[logit([0.9, 0.7, 0.5]), 0.3, -0.2, 0.1, np.log(0.7), np.log(1.2)]
    pair, on = pair_votes(votes, 1.5)
    likelihoods, means, variances = [], [], []
    for one in range(4):
        own = [
            *zip(
                *(a[pair == one] for a in (votes.outcome, votes.rater, votes.shown_left)),
                strict=True,
            )
        ]

        def joint(d: float, power: int, own: list[tuple[int, int, int]] = own) -> float:
            p = norm(0, 1.5 * 1.2 * np.sqrt(2)).pdf(d) * d**power
            for outcome, rater, left in own:
                eta, bias = expit(vector[rater]), vector[3 + rater]
                p *= chances(d, SIDE[left], eta, bias, 0.7)[outcome]
            return float(p)

        zero, once, twice = (quad(joint, -15, 15, args=(power,))[0] for power in range(3))
        likelihoods.append(zero)
        means.append(once / zero)
        variances.append(twice / zero - (once / zero) ** 2)
    nothing = Comparisons(*(np.zeros(0, np.int64) for _ in range(5)))
    prior, _ = log_marginal(vector, pair_votes(nothing, 1.5)[1])
    found, _ = log_marginal(vector, on)
    assert found - prior == pytest.approx(np.log(likelihoods).sum(), abs=1e-3)
    mean, variance = differences(vector, on)
    assert mean == pytest.approx(means, abs=2e-3)
    assert variance == pytest.approx(variances, rel=5e-3)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 10**6))
def test_the_marginal_gradient_is_that_of_finite_differences(seed: int) -> None:
    votes = tasks(seed, planted(seed, 12, 3), 4)
    votes.shown_left[::4] = -1
    _, on = pair_votes(votes, 1.0)
    vector = np.random.default_rng(seed).normal(0, 0.5, 8)
    _, gradient = log_marginal(vector, on)
    expected = approx_fprime(vector, lambda x: log_marginal(x, on)[0], 1e-6)
    assert gradient == pytest.approx(expected, abs=2e-4)


def test_the_information_is_the_expected_square_of_the_slope() -> None:
    votes, at = small(3)
    args = (votes.first, votes.second, np.zeros_like(votes.outcome), votes.rater, votes.shown_left)
    found = score_information(at, turned(*args, items=5, raters=3))
    for n in range(0, 40, 7):
        rater, side = votes.rater[n], SIDE[votes.shown_left[n]]
        d = at.scores[votes.first[n]] - at.scores[votes.second[n]]
        habits = (at.reliability[rater], at.left_bias[rater], at.tie)
        p, low, high = (chances(d + step, side, *habits) for step in (0, -1e-5, 1e-5))
        slope = (np.log(high) - np.log(low)) / 2e-5
        assert found[n] == pytest.approx((p * slope**2).sum(), rel=1e-6)


def test_a_raters_information_is_the_sum_of_squared_slopes() -> None:
    votes, at = small(4)
    expected = np.zeros((3, 2, 2))
    for n in range(40):
        one = votes.of(np.array([n]))
        args = (one.first, one.second, one.outcome, one.rater, one.shown_left)
        none = turned(*(array[:0] for array in args), items=5, raters=3)
        slope = log_posterior(packed(at), turned(*args, items=5, raters=3), 1.0)[1]
        slope = slope - log_posterior(packed(at), none, 1.0)[1]
        rater = votes.rater[n]
        both = slope[[5 + rater, 8 + rater]]
        expected[rater] += np.outer(both, both)
    args = (votes.first, votes.second, votes.outcome, votes.rater, votes.shown_left)
    found = rater_information(at, turned(*args, items=5, raters=3))
    assert found == pytest.approx(expected, abs=1e-12)
