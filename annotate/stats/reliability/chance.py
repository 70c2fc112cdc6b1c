"""Coefficients of the form (p_a − p_e) / (1 − p_e): the share of agreement beyond chance.

Gwet's AC1 and AC2, Fleiss' κ, Brennan and Prediger's coefficient and Cohen's κ differ in p_e alone.
Any number of raters a unit, a different one for each: p_a is the mean over units judged twice or
more of the share of pairs of raters who agree, p_e is made of the mean over all units of the shares
of answers. With weights, close answers agree in part. Arrays in, numbers out; it does not know the
raters.

Formulas, also of the standard errors (linearised, the units a sample of many more): Gwet (2014),
Handbook of Inter-Rater Reliability, 4th edition, chapters 2 to 5; Gwet (2008), "Computing
inter-rater reliability and its variance in the presence of high agreement", BJMSP 61.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import stdtrit

from annotate.stats.arrays import FloatArray, IntArray, numbered
from annotate.stats.estimates import Estimate
from annotate.stats.reliability.bootstrap import check_cluster, drawn
from annotate.stats.reliability.patterns import Counts, Patterns, find_patterns
from annotate.stats.reliability.raw import why_undefined
from annotate.stats.reliability.reasons import CHANCE_IS_CERTAIN, NOTHING_IN_COMMON

Weights = Literal["identity", "linear", "quadratic", "ordinal"]

_Chance = Callable[[FloatArray, FloatArray], tuple[float, FloatArray]]
"""Shares of the answers `[values]` and weights to p_e and its slope in each share `[values]`."""

# p_e this near to 1 is 1 but for rounding; an error below it is none.
_NOTHING = 1e-12


@dataclass(frozen=True, slots=True)
class ChanceCorrected:
    """A coefficient with what it is made of: `observed` p_a, `expected` p_e. Its interval is that
    of Student's t, cut at 1. The standard error is None where the interval is."""

    estimate: Estimate
    observed: float | None = None
    expected: float | None = None
    standard_error: float | None = None


def gwet_ac(
    counts: Counts, *, weights: Weights = "identity", cluster: IntArray | None = None
) -> ChanceCorrected:
    """Gwet's AC1 (identity weights) or AC2 of `counts[units, values]`.

    p_e = Σw/(K(K − 1)) · Σ π(1 − π). Every column is an answer that was offered, used or not: an
    unused one changes the result. `cluster[units]` names units that are not independent, as for
    `alpha`; the standard error is then that of the sums by cluster.
    """
    return _coefficient(counts, weights, cluster, _gwet_chance)


def fleiss_kappa(
    counts: Counts, *, weights: Weights = "identity", cluster: IntArray | None = None
) -> ChanceCorrected:
    """Fleiss' κ of `counts[units, values]`, p_e = Σ w_kl π_k π_l; arguments as for `gwet_ac`."""
    return _coefficient(counts, weights, cluster, _fleiss_chance)


def brennan_prediger(
    counts: Counts, *, weights: Weights = "identity", cluster: IntArray | None = None
) -> ChanceCorrected:
    """Brennan and Prediger's coefficient, Randolph's free-marginal κ, of `counts[units, values]`.

    p_e = Σw/K²: all answers alike likely, 1/K without weights. Arguments as for `gwet_ac`.
    """
    return _coefficient(counts, weights, cluster, _uniform_chance)


def cohen_kappa(
    first: IntArray, second: IntArray, *, weights: Weights = "identity"
) -> ChanceCorrected:
    """Cohen's κ of two raters, `first[n]` and `second[n]` the answers to the same units, from 0.

    Units that either left out (−1) don't count. Answers nobody gave don't matter. The standard
    error is that of Fleiss, Cohen & Everitt, Psychological Bulletin 72 (1969), with n − 1 for n as
    in all of this module. Raises ValueError where the two differ in length.
    """
    if first.shape != second.shape:
        raise ValueError("Two raters' answers to the same units are needed.")
    both = (first >= 0) & (second >= 0)
    n = int(both.sum())
    if not n:
        return _undefined(0, NOTHING_IN_COMMON)
    labels, index = numbered(np.concatenate([first[both], second[both]]))
    cells = np.bincount(index[:n] * len(labels) + index[n:], minlength=len(labels) ** 2)
    table = cells.reshape(len(labels), -1)
    return _kappa_of_table(table, agreement_weights(weights, labels))


def agreement_weights(weights: Weights, labels: IntArray) -> FloatArray:
    """How far each pair of answers agrees, 1 on the diagonal and 0 for the farthest apart:
    `labels[values]`, the answers' places in their order, to `[values, values]`.

    Ordinal: 1 − C(d + 1, 2)/C(d_max + 1, 2) at d places apart (Gwet 2014, chapter 3).
    """
    apart = np.abs(labels[:, None] - labels).astype(np.float64)
    if weights == "identity":
        return np.eye(len(labels))
    distance = {"linear": apart, "quadratic": apart**2, "ordinal": apart * (apart + 1)}[weights]
    agreement: FloatArray = 1 - distance / max(1.0, distance.max(initial=0))
    return agreement


def kappa(observed: FloatArray, expected: FloatArray) -> FloatArray:
    """(p_a − p_e) / (1 − p_e) of arrays of one shape; NaN where p_e is 1."""
    result: FloatArray = np.full(np.shape(expected), np.nan)
    defined = 1 - expected > _NOTHING
    np.divide(observed - expected, 1 - expected, out=result, where=defined)
    return result


def _gwet_chance(share: FloatArray, weight: FloatArray) -> tuple[float, FloatArray]:
    values = len(share)
    if values < 2:
        return 1.0, np.zeros(values)
    scale = weight.sum() / (values * (values - 1))
    return float(scale * (share * (1 - share)).sum()), scale * (1 - 2 * share)


def _fleiss_chance(share: FloatArray, weight: FloatArray) -> tuple[float, FloatArray]:
    return float(share @ weight @ share), 2 * weight @ share


def _uniform_chance(share: FloatArray, weight: FloatArray) -> tuple[float, FloatArray]:
    return float(weight.mean()), np.zeros_like(share)


def _coefficient(
    counts: Counts, weights: Weights, cluster: IntArray | None, chance: _Chance
) -> ChanceCorrected:
    check_cluster(cluster, len(counts))
    patterns = find_patterns(counts)
    units = patterns.only(patterns.counts.sum(axis=1) > 0)
    raters = units.counts.sum(axis=1)
    twice = raters >= 2
    n, n_twice = int(units.times.sum()), int(units.times[twice].sum())
    reason = why_undefined(counts, units.only(twice))
    if reason is not None:
        return _undefined(n_twice, reason)
    weight = agreement_weights(weights, np.arange(counts.shape[1]))
    within = _within(units.counts, weight)
    shares = units.counts / raters[:, None]
    share = units.times @ shares / n
    expected, slope = chance(share, weight)
    if 1 - expected < _NOTHING:
        return _undefined(n_twice, CHANCE_IS_CERTAIN)
    observed = float(units.times @ within / n_twice)
    value = (observed - expected) / (1 - expected)
    # What the coefficient changes by when a unit of each pattern weighs more: Gwet's κ*_i − κ.
    own = n / n_twice * (within - expected * twice)
    influence = (own - (1 - value) * ((shares - share) @ slope)) / (1 - expected) - value
    return _with_error(observed, expected, _error(influence, units, cluster), n_twice)


def _within(counts: IntArray, weight: FloatArray) -> FloatArray:
    """The share of pairs of raters who agree, `[patterns, values]` to `[patterns]`; 0 for one."""
    raters = counts.sum(axis=1)
    pairs = raters * (raters - 1)
    agreeing = (counts * (counts @ weight - 1)).sum(axis=1)
    shares: FloatArray = np.divide(agreeing, pairs, out=np.zeros(len(pairs)), where=pairs > 0)
    return shares


def _error(influence: FloatArray, units: Patterns, cluster: IntArray | None) -> tuple[float, int]:
    """The standard error of the units, or their clusters, as a sample, and how many those are."""
    kinds = drawn(units, cluster)
    size = int(kinds.times.sum())
    squares = kinds.times @ np.square(kinds.sums(influence))
    return np.sqrt(squares * size / max(1, size - 1)) / units.times.sum(), size


def _kappa_of_table(table: IntArray, weight: FloatArray) -> ChanceCorrected:
    """Cohen's κ of a contingency table `[values, values]`."""
    n = int(table.sum())
    rows, columns = table.sum(axis=1) / n, table.sum(axis=0) / n
    row_mean, column_mean = weight @ columns, rows @ weight
    observed, expected = float((table * weight).sum() / n), float(rows @ row_mean)
    if 1 - expected < _NOTHING:
        return _undefined(n, CHANCE_IS_CERTAIN)
    value = (observed - expected) / (1 - expected)
    slope = row_mean[:, None] + column_mean - 2 * expected
    influence = (weight - expected - (1 - value) * slope) / (1 - expected) - value
    error = np.sqrt((table * np.square(influence)).sum() / (n * max(1, n - 1)))
    return _with_error(observed, expected, (error, n), n)


def _with_error(
    observed: float, expected: float, error: tuple[float, int], n: int
) -> ChanceCorrected:
    """The coefficient with the t interval of its standard error from a sample of some size."""
    value = (observed - expected) / (1 - expected)
    standard_error, size = float(error[0]), error[1]
    if size < 2 or standard_error < _NOTHING:
        return ChanceCorrected(Estimate(value, None, None, n), observed, expected)
    half = float(stdtrit(size - 1, 0.975)) * standard_error
    interval = Estimate(value, value - half, min(1.0, value + half), n)
    return ChanceCorrected(interval, observed, expected, standard_error)


def _undefined(n: int, reason: str) -> ChanceCorrected:
    return ChanceCorrected(Estimate(None, None, None, n, reason))
