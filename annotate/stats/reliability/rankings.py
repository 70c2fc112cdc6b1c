"""How far whole rankings agree: α under a distance of rankings.

Ranks are 1 = best, equal numbers a tie; only their order counts. Arrays in, numbers out. It is for
tasks, each ranked by a few; `panels` has W and τ-b.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotate.stats.arrays import FloatArray, IntArray, numbered
from annotate.stats.consensus import pair_outcomes
from annotate.stats.estimates import Estimate
from annotate.stats.reliability.bootstrap import bootstrapped, check_cluster
from annotate.stats.reliability.patterns import Counts, cluster_of_units, find_patterns
from annotate.stats.reliability.reasons import (
    ALL_THE_SAME,
    NO_ANSWERS,
    NONE_JUDGED_TWICE,
)


def ranking_alpha(
    unit: IntArray,
    ranks: IntArray,
    *,
    cluster: IntArray | None = None,
    resamples: int = 1000,
    seed: int = 0,
    confidence: float = 0.95,
) -> Estimate:
    """α = 1 − D_o/D_e of whole rankings, `unit[n]` (any integers) ranked as `ranks[n, k]`.

    The distance of two rankings is Kemeny and Snell's (Mathematical Models in the Social Sciences,
    1962, chapter 2) scaled to 0 … 1: the share of the pairs of items that they order differently, a
    tie against an order counting one half. It is a sum over pairs of items, and so are D_o and D_e,
    which makes them a matter of counting. D_e mixes the rankings of all units, place by place, so
    what raters have in common whatever the task (the first response is the better one) counts as
    chance. Tasks of another k are for another call.

    Ranks 0 and −1 are those of `consensus.pair_outcomes`. A pair of items that a ranking doesn't
    compare is a missing value, treated as Krippendorff treats one: D_o and D_e are over the
    comparisons of items that somebody else made in the same unit, and a comparison counts as much
    from a short ranking as from a long one. `n` is the units with a pair of items compared twice.

    `cluster[n]` names, for each ranking, the cluster of its unit. The interval is the percentile
    bootstrap over units or clusters. Raises ValueError for fewer than two items, a rank
    below −1, or a unit or a cluster missing.
    """
    check_cluster(cluster, len(unit))
    if len(unit) != len(ranks):
        raise ValueError("A unit is needed for every ranking.")
    if ranks.ndim != 2 or ranks.shape[1] < 2 or ranks.min(initial=0) < -1:
        raise ValueError("A ranking orders at least two responses, with ranks from −1.")
    names, index = numbered(unit)
    counts = _outcomes_by_unit(index, ranks, len(names))
    patterns = find_patterns(counts)
    comparisons = _by_pair(patterns.counts).sum(axis=2)
    units = patterns.only((comparisons >= 2).any(axis=1))
    rows = _disagreements(units.counts)
    reason = _why_no_alpha(counts, rows)
    if reason is not None:
        return Estimate(None, None, None, int(units.times.sum()), reason)
    return bootstrapped(
        rows,
        units,
        _alpha_of_sums,
        cluster=None if cluster is None else cluster_of_units(cluster, index, len(names)),
        resamples=resamples,
        seed=seed,
        confidence=confidence,
    )


def _outcomes_by_unit(index: IntArray, ranks: IntArray, units: int) -> Counts:
    """How often each unit's pairs of items are won, tied and lost, `[units, pairs * 3]`.

    Pair by pair, so that a million rankings of six need no array of their 15 million outcomes.
    """
    distinct = find_patterns(ranks + 1)
    outcomes = pair_outcomes(distinct.counts - 1)
    counts = np.empty((units, outcomes.shape[1], 3), dtype=np.int32)
    for pair, outcome in enumerate(outcomes.T):
        # A fourth column takes what was not compared, and is dropped.
        cell = index * 4 + (outcome % 4)[distinct.of_unit]
        counts[:, pair] = np.bincount(cell, minlength=4 * units).reshape(units, 4)[:, :3]
    return counts.reshape(units, counts.shape[1] * 3)


def _by_pair(table: NDArray[Any]) -> NDArray[Any]:
    """`[n, pairs * 3]` to `[n, pairs, 3]`."""
    return table.reshape(len(table), table.shape[1] // 3, 3)


def _disagreements(counts: IntArray) -> FloatArray:
    """What each kind of unit adds to the sums, `[kinds, pairs * 3]` to `[kinds, 1 + pairs * 3]`:
    observed disagreement, and the outcomes of the pairs of items that it compares twice."""
    outcomes = _by_pair(counts)
    votes = outcomes.sum(axis=2)
    shared = np.where(votes[:, :, None] >= 2, outcomes, 0).astype(np.float64)
    observed = _differing(shared) / np.maximum(votes - 1, 1)
    return np.column_stack([observed.sum(axis=1), shared.reshape(counts.shape)])


def _differing(outcomes: FloatArray) -> FloatArray:
    """Σ of the distance over ordered pairs of votes, `[..., 3]` counts to `[...]`: 1 between first
    and second, one half between either and a tie."""
    first, tie, second = np.moveaxis(outcomes, -1, 0)
    differing: FloatArray = 2 * first * second + (first + second) * tie
    return differing


def _expected(sums: FloatArray) -> FloatArray:
    """The disagreement expected where the votes of all units are mixed, on the scale of the first
    column of `sums[samples, 1 + pairs * 3]`: `[samples]`."""
    outcomes = _by_pair(sums[:, 1:])
    others = np.maximum(outcomes.sum(axis=2) - 1, 1)
    expected: FloatArray = (_differing(outcomes) / others).sum(axis=1)
    return expected


def _alpha_of_sums(sums: FloatArray) -> FloatArray:
    expected = _expected(sums)
    ratio: FloatArray = np.full(len(sums), np.nan)
    np.divide(sums[:, 0], expected, out=ratio, where=expected > 0)
    return 1 - ratio


def _why_no_alpha(counts: Counts, rows: FloatArray) -> str | None:
    if not counts.any():
        return NO_ANSWERS
    if not len(rows):
        return NONE_JUDGED_TWICE
    return None if _expected(rows.sum(axis=0, keepdims=True))[0] > 0 else ALL_THE_SAME
