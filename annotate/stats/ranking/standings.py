"""One ranking of policies as people read it: intervals, ranks, win rates. A `Ranking` in."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotate.stats.arrays import FloatArray, IntArray
from annotate.stats.estimates import Estimate
from annotate.stats.ranking.davidson import outcome_probabilities
from annotate.stats.ranking.result import Ranking
from annotate.stats.ranking.simultaneous import Ranks, rank_ranges, simultaneous_errors

NEVER_COMPARED = "This policy has not been compared with another one yet."
NO_COMPARISONS = "No two policies have been compared yet."
ONE_PROMPT = "All comparisons are of one prompt, so there is no telling how they vary."
"""Reasons for there being no number."""


@dataclass(frozen=True, slots=True)
class Standings:
    """Figures by policy, scores and win rates with simultaneous 95 % intervals.

    A score is on the logit scale, about the mean of the policies that a chain of comparisons joins
    (`ranking.component`); so are ranks. A win rate is the expected one against the average of
    these, a tie for half a win. `win_probability[i, j]` is that of i beating j, NaN where no chain
    joins them; what it leaves with that of j beating i is a tie. Where clustered errors can't be
    had, intervals and the ranges of ranks are None and `no_intervals` says why.
    """

    ranking: Ranking
    scores: tuple[Estimate, ...]
    win_rates: tuple[Estimate, ...]
    ranks: Ranks | None
    win_probability: FloatArray
    no_intervals: str | None


def standings(ranking: Ranking, counts: IntArray) -> Standings:
    """From the ranking, with its clustered errors, and each policy's number of comparisons."""
    together = ranking.component[:, None] == ranking.component
    others = together & ~np.eye(len(counts), dtype=bool)
    joined = others.any(axis=1)
    win, tie = outcome_probabilities(ranking.score[:, None] - ranking.score, ranking.log_tie)
    score_error = win_error = ranks = None
    errors = ranking.clustered
    if errors is not None and errors.covariance is not None and errors.clusters is not None:
        covariance = errors.covariance[: len(counts), : len(counts)]
        freedom = errors.clusters - 1
        slopes = _win_rate_slopes(win, tie, others)
        score_error = _half_widths(covariance, joined, freedom)
        win_error = _half_widths(slopes @ covariance @ slopes.T, joined, freedom)
        ranks = rank_ranges(ranking.score, covariance, ranking.component, freedom)
    no_intervals = None if score_error is not None else ONE_PROMPT
    return Standings(
        ranking,
        _estimates(ranking.score, score_error, counts, joined),
        _estimates(_mean(win + tie / 2, others), win_error, counts, joined, low=0.0, high=1.0),
        ranks,
        np.where(together, win, np.nan),
        no_intervals if counts.any() else NO_COMPARISONS,
    )


def _mean(table: FloatArray, others: NDArray[np.bool_]) -> FloatArray:
    """Each row's mean over the others it can be compared with."""
    mean: FloatArray = np.where(others, table, 0.0).sum(axis=1) / np.maximum(others.sum(axis=1), 1)
    return mean


def _win_rate_slopes(win: FloatArray, tie: FloatArray, others: NDArray[np.bool_]) -> FloatArray:
    """Derivatives of the win rates by the scores, for the delta method; ν is taken as known.

    That of an expected outcome by the difference of scores is the outcome's variance.
    """
    variance = np.where(others, (1 - tie) / 4 - np.square(win - (1 - tie) / 2), 0.0)
    slopes: FloatArray = np.diag(variance.sum(axis=1)) - variance
    slopes /= np.maximum(others.sum(axis=1), 1)[:, None]
    return slopes


def _half_widths(covariance: FloatArray, joined: NDArray[np.bool_], freedom: float) -> FloatArray:
    """Those never compared have no part in it."""
    half = np.zeros(len(joined))
    half[joined] = simultaneous_errors(covariance[np.ix_(joined, joined)], freedom)
    return half


def _estimates(
    value: FloatArray,
    half: FloatArray | None,
    counts: IntArray,
    joined: NDArray[np.bool_],
    *,
    low: float = -np.inf,
    high: float = np.inf,
) -> tuple[Estimate, ...]:
    def one(policy: int) -> Estimate:
        n, centre = int(counts[policy]), float(value[policy])
        if not joined[policy]:
            return Estimate(None, None, None, n, NEVER_COMPARED)
        if half is None:
            return Estimate(centre, None, None, n)
        width = float(half[policy])
        return Estimate(centre, max(low, centre - width), min(high, centre + width), n)

    return tuple(one(policy) for policy in range(len(value)))
