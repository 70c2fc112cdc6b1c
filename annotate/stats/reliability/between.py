"""Who agrees with whom: every pair of raters, and two groups such as people and AI judges.

Long arrays in, a vote an entry. What is held grows with the votes and with the pairs of raters that
have something in common. It does not know who the raters are. An outcome is any whole number from
0; −1 says nothing and is left out.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, triu

from annotate.stats.arrays import FloatArray, IntArray, numbered
from annotate.stats.estimates import Estimate
from annotate.stats.reliability.bootstrap import bootstrapped, check_cluster
from annotate.stats.reliability.chance import Weights, agreement_weights, kappa
from annotate.stats.reliability.patterns import (
    cluster_of_units,
    counts_of,
    find_patterns,
)
from annotate.stats.reliability.raw import first_over_second
from annotate.stats.reliability.reasons import (
    CHANCE_IS_CERTAIN,
    NO_ANSWERS,
    NOTHING_IN_COMMON,
)


@dataclass(frozen=True, slots=True)
class RaterPairs:
    """Pairs of raters with a unit in common, `[pairs]` each, by `first` and then `second`.

    `first` < `second` are the raters; `together` counts the units both judged, `same` those they
    agree on, `raw` is the share. `expected` is that share by chance, from the answers each of them
    gave to these units, and `kappa` Cohen's κ, NaN where that is 1.
    """

    first: IntArray
    second: IntArray
    together: IntArray
    same: IntArray
    raw: FloatArray
    expected: FloatArray
    kappa: FloatArray


@dataclass(frozen=True, slots=True)
class GroupAgreement:
    """The share of pairs of votes, one of either group on the same unit, that say the same, and how
    far they agree beyond chance, 1 − D_o/D_e. `n` of both counts the units that both judged."""

    raw: Estimate
    corrected: Estimate


def rater_pairs(rater: IntArray, unit: IntArray, outcome: IntArray) -> RaterPairs:
    """The agreement of every pair of raters, from votes `rater[n]`, `unit[n]`, `outcome[n]`.

    Where a rater voted on a unit more than once, the last vote counts. Raises ValueError unless the
    three are equally long.
    """
    if not rater.shape == unit.shape == outcome.shape:
        raise ValueError("A rater, a unit and an outcome are needed for every vote.")
    said = outcome >= 0
    raters, who = numbered(rater[said])
    outcomes, what = numbered(outcome[said])
    units, where = numbered(unit[said])
    last = _last_votes(who * len(units) + where)
    incidence = csr_array(
        (np.ones(len(last), dtype=np.int64), (who[last] * len(outcomes) + what[last], where[last])),
        shape=(len(raters) * len(outcomes), len(units)),
    )
    return _pairs_of_tables(incidence @ incidence.T, raters, len(outcomes))


def group_agreement(
    unit: IntArray,
    outcome: IntArray,
    second: NDArray[np.bool_],
    *,
    weights: Weights = "identity",
    cluster: IntArray | None = None,
    resamples: int = 1000,
    seed: int = 0,
    confidence: float = 0.95,
) -> GroupAgreement:
    """How far two groups agree, from votes `unit[n]`, `outcome[n]` and `second[n]`, true for the
    votes of the second group.

    Every pair of a vote of the first group and one of the second on the same unit counts once, so
    a unit with many votes weighs more. D_e is the disagreement of such pairs if the groups' answers
    had nothing to do with each other, each answer counted as often as it has a partner: with one
    vote of either group a unit, the result is Cohen's κ. `weights` makes close answers agree in
    part, in the corrected figure only. `cluster[n]` names, for each vote, the cluster of its unit.
    The intervals are percentile bootstraps over units or clusters. Raises ValueError unless the
    arrays are equally long.
    """
    if not unit.shape == outcome.shape == second.shape:
        raise ValueError("A unit, an outcome and a group are needed for every vote.")
    check_cluster(cluster, len(unit))
    said = outcome >= 0
    labels, what = numbered(outcome[said])
    names, where = numbered(unit[said])
    counts = counts_of(where, what + len(labels) * second[said], 2 * len(labels))
    patterns = find_patterns(counts)
    first_votes, second_votes = _votes(patterns.counts)
    units = patterns.only((first_votes > 0) & (second_votes > 0))
    weight = agreement_weights(weights, labels)
    rows = _sums_of_pairs(units.counts, weight)
    if not len(rows):
        none = Estimate(None, None, None, 0, NOTHING_IN_COMMON if len(what) else NO_ANSWERS)
        return GroupAgreement(none, none)
    estimate = partial(
        bootstrapped,
        units=units,
        cluster=None if cluster is None else cluster_of_units(cluster[said], where, len(names)),
        resamples=resamples,
        seed=seed,
        confidence=confidence,
    )
    corrected = partial(_kappa_of_sums, weight=weight)
    raw = estimate(rows[:, :2], statistic=first_over_second)
    if np.isnan(corrected(units.times[None] @ rows))[0]:
        return GroupAgreement(raw, Estimate(None, None, None, raw.n, CHANCE_IS_CERTAIN))
    return GroupAgreement(raw, estimate(rows, statistic=corrected))


def _last_votes(key: IntArray) -> IntArray:
    """Where each distinct key occurs for the last time."""
    _, backwards = np.unique(key[::-1], return_index=True)
    last: IntArray = len(key) - 1 - backwards
    return last


def _pairs_of_tables(tables: Any, raters: IntArray, outcomes: int) -> RaterPairs:
    """The pairs from how often each rater's each outcome meets each other's, a sparse symmetric
    `[raters * outcomes, raters * outcomes]`."""
    # One vote a unit: a rater's outcomes meet on the diagonal only.
    meetings = triu(tables, k=1, format="coo")
    (one, one_said), (other, other_said) = (
        divmod(c.astype(np.int64), max(1, outcomes)) for c in meetings.coords
    )
    pairs, index = numbered(one * len(raters) + other)
    first, second = np.divmod(pairs, max(1, len(raters)))

    def total(key: IntArray, n: IntArray, size: int) -> IntArray:
        return np.bincount(key, weights=n, minlength=size).astype(np.int64)

    n, agree = meetings.data, one_said == other_said
    together = total(index, n, len(pairs))
    same = total(index[agree], n[agree], len(pairs))
    shape = (len(pairs), outcomes)
    by_one = total(index * outcomes + one_said, n, len(pairs) * outcomes).reshape(shape)
    by_other = total(index * outcomes + other_said, n, len(pairs) * outcomes).reshape(shape)
    raw, expected = same / together, (by_one * by_other).sum(axis=1) / together**2
    return RaterPairs(
        raters[first], raters[second], together, same, raw, expected, kappa(raw, expected)
    )


def _votes(counts: IntArray) -> tuple[IntArray, IntArray]:
    """The votes of the two groups, whose outcomes lie side by side in `counts[patterns, 2 V]`."""
    first, second = np.hsplit(counts, 2)
    return first.sum(axis=1), second.sum(axis=1)


def _sums_of_pairs(counts: IntArray, weight: FloatArray) -> FloatArray:
    """What a unit of each pattern adds to: pairs that say the same, pairs, their agreement by
    weight, and the outcomes of either group by pair; `[patterns, 3 + 2 V]`."""
    first, second = np.hsplit(counts, 2)
    first_votes, second_votes = _votes(counts)
    return np.column_stack(
        [
            (first * second).sum(axis=1),
            first_votes * second_votes,
            ((first @ weight) * second).sum(axis=1),
            first * second_votes[:, None],
            second * first_votes[:, None],
        ]
    )


def _kappa_of_sums(sums: FloatArray, weight: FloatArray) -> FloatArray:
    """1 − D_o/D_e of sums as `_sums_of_pairs` adds them, `[samples, columns]` to `[samples]`."""
    pairs = sums[:, 1:2]
    first, second = np.hsplit(sums[:, 3:] / pairs, 2)
    return kappa(sums[:, 2] / pairs[:, 0], ((first @ weight) * second).sum(axis=1))
