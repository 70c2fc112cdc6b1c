"""Raw agreement, and which units any agreement can be measured on.

Units judged once say nothing about agreement and are left out.
"""

import numpy as np

from annotate.stats.arrays import FloatArray, IntArray
from annotate.stats.estimates import Estimate
from annotate.stats.reliability.bootstrap import bootstrapped, check_cluster
from annotate.stats.reliability.patterns import Counts, Patterns, find_patterns
from annotate.stats.reliability.reasons import NO_ANSWERS, NONE_JUDGED_TWICE


def raw_agreement(
    counts: Counts,
    *,
    cluster: IntArray | None = None,
    resamples: int = 1000,
    seed: int = 0,
    confidence: float = 0.95,
) -> Estimate:
    """The share of pairs of raters of one unit who gave the same value, over all units together.

    `counts[units, values]`, `cluster` and the interval are those of `alpha`. Not corrected for
    chance.
    """
    units = pairable(counts, cluster)
    reason = why_undefined(counts, units)
    if reason is not None:
        return Estimate(None, None, None, int(units.times.sum()), reason)
    raters = units.counts.sum(axis=1)
    agreeing = (units.counts * (units.counts - 1)).sum(axis=1)
    return bootstrapped(
        np.stack([agreeing, raters * (raters - 1)], axis=1).astype(np.float64),
        units,
        first_over_second,
        cluster=cluster,
        resamples=resamples,
        seed=seed,
        confidence=confidence,
    )


def first_over_second(sums: FloatArray) -> FloatArray:
    """The ratio of two columns, `[samples, 2]` to `[samples]`."""
    ratio: FloatArray = sums[:, 0] / sums[:, 1]
    return ratio


def pairable(counts: Counts, cluster: IntArray | None) -> Patterns:
    """The units judged at least twice."""
    check_cluster(cluster, len(counts))
    units = find_patterns(counts)
    return units.only(units.counts.sum(axis=1) >= 2)


def why_undefined(counts: Counts, units: Patterns) -> str | None:
    """Why the pairable `units` of `counts` have no agreement; None where they have."""
    if len(units.times):
        return None
    return NONE_JUDGED_TWICE if counts.any() else NO_ANSWERS
