"""The model behind `crowd_bt`: votes, parameters, the joint log posterior and its gradient.

Arrays in, arrays out. It does not know how a maximum is found nor what it is used for.

A vote's probability is η · D(δ + c) + (1 − η) · D(−δ + c), with δ the difference of the two scores,
c the rater's left bias (plus where the first was on the left, minus on the right, 0 where that is
unknown), η the rater's reliability and D Davidson's model: e^(d/2), ν and e^(−d/2), normalised, for
first wins, tie and second wins. The mirror turns the scores round and leaves the bias where it is:
turned too, somebody who always clicks left would pass for reliable, as only a bias on honest votes
explains them; so their reliability stays open. Chen et al., "Pairwise ranking
aggregation in a crowdsourced setting", WSDM 2013; Davidson, "On extending the Bradley–Terry model
to accommodate ties in paired comparison experiments", JASA 65 (1970).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, log_expit, logit

from annotate.stats.arrays import FloatArray, IntArray

BIAS_SD = 0.5
LOG_TIE_SD = 1.5
HONEST, MIRRORED = 4.0, 1.0
"""The prior of a reliability in votes of either sort: a Beta whose density is taken over the logit,
so without votes its mode is 4/5. It keeps the mirror solution, where all raters err, out of reach.
"""
VAGUE = 0.1
"""About the information of a vote on any one of the parameters, to scale a search with."""
SIDES = np.array([-1.0, 0.0, 1.0])

# A maximum is found at this relative change of the mean log posterior a vote.
_TOLERANCE = 1e-8
_MOST_ITERATIONS = 500
# Votes worked on at once: a dozen arrays of them stay within the processor's cache.
_BLOCK = 1 << 14


@dataclass(frozen=True, slots=True)
class Parameters:
    """`scores[items]`, `reliability[raters]` (η), `left_bias[raters]` and `tie` (ν)."""

    scores: FloatArray
    reliability: FloatArray
    left_bias: FloatArray
    tie: float


@dataclass(frozen=True, slots=True)
class Votes:
    """Votes turned so that the first item wins or ties, the wins before the ties.

    `mark` is 3 · rater + 0 where the first was on the right, + 1 where nobody knows, + 2 on the
    left.
    """

    first: IntArray
    second: IntArray
    mark: IntArray
    wins: int
    items: int
    raters: int

    def blocks(self) -> Iterator[tuple[slice, bool]]:
        """Slices of the votes, and whether they are ties."""
        for start, end, tie in ((0, self.wins, False), (self.wins, len(self.first), True)):
            for begin in range(start, end, _BLOCK):
                yield slice(begin, min(begin + _BLOCK, end)), tie


class Maximum(NamedTuple):
    vector: FloatArray
    value: float
    iterations: int
    found: bool


class _Vote(NamedTuple):
    """Probabilities, and derivatives of their logs in δ, the logit of η, c and log ν."""

    p: FloatArray
    difference: FloatArray
    reliability: FloatArray
    side: FloatArray
    tie: FloatArray


def turned(
    first: IntArray,
    second: IntArray,
    outcome: IntArray,
    rater: IntArray,
    shown_left: IntArray,
    *,
    items: int,
    raters: int,
) -> Votes:
    """The votes of `crowd_bt`, in the order the density wants them."""
    lost = outcome == 2
    side = np.array([2, 0, 1])[shown_left]
    order = np.argsort(outcome == 1, kind="stable")
    return Votes(
        np.where(lost, second, first)[order],
        np.where(lost, first, second)[order],
        (rater * 3 + np.where(lost, 2 - side, side))[order],
        int(np.count_nonzero(outcome != 1)), items, raters,
    )  # fmt: skip


def packed(parameters: Parameters) -> FloatArray:
    """Parameters as one vector: scores, logits of reliability, left biases, log ν."""
    at, flips = parameters, logit(parameters.reliability)
    vector: FloatArray = np.r_[at.scores, flips, at.left_bias, np.log(at.tie)]
    return vector


def unpacked(vector: FloatArray, items: int) -> Parameters:
    reliability, left_bias = vector[items:-1].reshape(2, -1)
    return Parameters(vector[:items], expit(reliability), left_bias, float(np.exp(vector[-1])))


def log_posterior(vector: FloatArray, votes: Votes, score_sd: float) -> tuple[float, FloatArray]:
    """The log posterior density up to a constant, and its gradient, at a `packed` vector."""
    at = unpacked(vector, votes.items)
    value, gradient = rater_prior(vector[votes.items :])
    value -= float(at.scores @ at.scores) / score_sd**2 / 2
    half, bias, honest = _tables(at)
    by_item: FloatArray = -at.scores / score_sd**2
    by_mark = np.zeros((2, 3 * votes.raters))
    for part, tie in votes.blocks():
        first, second, mark = votes.first[part], votes.second[part], votes.mark[part]
        vote = _vote(half[first] / half[second], bias[mark], honest[mark], at.tie, tie=tie)
        value += float(np.log(vote.p).sum())
        gradient[-1] += vote.tie.sum()
        by_item += np.bincount(first, vote.difference, votes.items)
        by_item -= np.bincount(second, vote.difference, votes.items)
        by_mark[0] += np.bincount(mark, vote.reliability, 3 * votes.raters)
        by_mark[1] += np.bincount(mark, vote.side, 3 * votes.raters)
    flips, sides = by_mark.reshape(2, -1, 3)
    gradient[:-1] += np.r_[flips.sum(axis=1), sides @ SIDES]
    return value, np.r_[by_item, gradient]


def rater_prior(vector: FloatArray) -> tuple[float, FloatArray]:
    """The log prior of logits of reliability, left biases and log ν, up to a constant, and its
    gradient."""
    reliability, left_bias = vector[:-1].reshape(2, -1)
    honest, mirrored = log_expit(reliability).sum(), log_expit(-reliability).sum()
    squares = left_bias @ left_bias / BIAS_SD**2 + (vector[-1] / LOG_TIE_SD) ** 2
    return float(HONEST * honest + MIRRORED * mirrored - squares / 2), np.r_[
        HONEST - (HONEST + MIRRORED) * expit(reliability),
        -left_bias / BIAS_SD**2,
        -vector[-1] / LOG_TIE_SD**2,
    ]


def rater_precision(rated: IntArray) -> FloatArray:
    """Roughly the information on each of those, from the prior and `rated[raters]` votes."""
    prior = [HONEST * MIRRORED / (HONEST + MIRRORED), BIAS_SD**-2, LOG_TIE_SD**-2]
    votes = np.r_[rated, rated, rated.sum()]
    precision: FloatArray = np.repeat(prior, [len(rated), len(rated), 1]) + VAGUE * votes
    return precision


def maximum(
    density: Callable[[FloatArray], tuple[float, FloatArray]],
    start: FloatArray,
    precision: FloatArray,
    votes: int,
) -> Maximum:
    """The highest density from a start on, by L-BFGS over parameters divided by their `precision`'s
    square root."""
    scale, total = np.sqrt(precision), max(votes, 1)

    def descent(scaled: FloatArray) -> tuple[float, FloatArray]:
        value, gradient = density(scaled / scale)
        return -value / total, -gradient / scale / total

    best = minimize(
        descent, start * scale, jac=True, method="L-BFGS-B",
        options={"ftol": _TOLERANCE, "gtol": 0, "maxiter": _MOST_ITERATIONS},
    )  # fmt: skip
    return Maximum(best.x / scale, float(-best.fun * total), int(best.nit), bool(best.success))


def score_information(at: Parameters, votes: Votes) -> FloatArray:
    """The expected information of each vote on its δ, `[votes]`."""
    half, bias, honest = _tables(at)
    information = np.zeros(len(votes.mark))
    for part, _ in votes.blocks():
        mark = votes.mark[part]
        odds, side = half[votes.first[part]] / half[votes.second[part]], bias[mark]
        # The second wins where the first wins with everything turned round.
        for args, tie in (
            ((odds, side), False),
            ((odds, side), True),
            ((1 / odds, 1 / side), False),
        ):
            vote = _vote(*args, honest[mark], at.tie, tie=tie)
            information[part] += vote.p * vote.difference**2
    return information


def rater_information(at: Parameters, votes: Votes) -> FloatArray:
    """The votes' information on logits of reliability and left biases, `[raters, 2, 2]`: the sum of
    squared slopes (Berndt, Hall, Hall & Hausman 1974)."""
    half, bias, honest = _tables(at)
    by_mark = np.zeros((3, 3 * votes.raters))
    for part, tie in votes.blocks():
        mark = votes.mark[part]
        odds = half[votes.first[part]] / half[votes.second[part]]
        vote = _vote(odds, bias[mark], honest[mark], at.tie, tie=tie)
        a, b = vote.reliability, vote.side
        by_mark += [np.bincount(mark, row, 3 * votes.raters) for row in (a * a, a * b, b * b)]
    return as_matrices(by_mark.reshape(3, -1, 3))


def as_matrices(sums: FloatArray) -> FloatArray:
    """Of products of slopes in reliability and side `[3, raters, sides]`, `[raters, 2, 2]`."""
    own, mixed, side = sums[0].sum(axis=1), sums[1] @ SIDES, sums[2] @ SIDES**2
    return np.stack([own, mixed, mixed, side], axis=1).reshape(-1, 2, 2)


def _tables(at: Parameters) -> tuple[FloatArray, FloatArray, FloatArray]:
    """e^(s/2) by item; e^(c/2) and η by mark."""
    bias = np.exp(np.outer(at.left_bias, SIDES / 2)).ravel()
    return np.exp(at.scores / 2), bias, np.repeat(at.reliability, 3)


def _vote(odds: FloatArray, bias: FloatArray, honest: FloatArray, nu: float, *, tie: bool) -> _Vote:
    """The first wins, or a tie, at odds e^(δ/2) and bias e^(c/2)."""
    right, wrong = odds * bias, bias / odds
    right_back, wrong_back = 1 / right, 1 / wrong
    right_all, wrong_all = right + right_back + nu, wrong + wrong_back + nu
    right_p = honest * ((nu if tie else right) / right_all)
    p = right_p + (1 - honest) * ((nu if tie else wrong) / wrong_all)
    is_right = right_p / p
    is_wrong, won = 1 - is_right, float(not tie)
    if_right = is_right * (won - (right - right_back) / right_all)
    if_wrong = is_wrong * (won - (wrong - wrong_back) / wrong_all)
    return _Vote(
        p, (if_right - if_wrong) / 2, is_right - honest, (if_right + if_wrong) / 2,
        float(tie) - nu * (is_right / right_all + is_wrong / wrong_all),
    )  # fmt: skip
