"""How far raters agree: Krippendorff's α and raw agreement, each with a bootstrap interval.

Arrays in, numbers out. It does not know who the raters are, when they answered or where the answers
are kept, and it does not judge whether a value is good: preferences honestly given often reach no
more than 0.2 to 0.3.

A unit is whatever was judged (one pair of responses); `counts[u, v]` says how many raters gave unit
u the value v. Units judged once say nothing about agreement and are left out everywhere.

References: Krippendorff (2011), Computing Krippendorff's Alpha-Reliability; Efron & Tibshirani
(1993), An Introduction to the Bootstrap, chapter 13 (the percentile interval).
"""

from typing import Literal

import krippendorff
import numpy as np

from annotate.stats.arrays import FloatArray, IntArray
from annotate.stats.estimates import Estimate

Level = Literal["nominal", "ordinal", "interval"]

NO_ANSWERS = "Nothing has been judged yet."
NONE_JUDGED_TWICE = "No pair has been judged by two raters yet, so there is nothing to compare."
ALL_THE_SAME = (
    "Every answer is the same, so agreement can't be told from chance: "
    "α needs at least two different answers."
)

# Resampling weights held at once: 2 million int64 and their float64 copy are 32 MB.
_BLOCK_CELLS = 2_000_000
# Below this the resampled values differ by rounding alone.
_NO_SPREAD = 1e-12


def alpha(
    counts: IntArray,
    *,
    level: Level = "ordinal",
    cluster: IntArray | None = None,
    resamples: int = 1000,
    seed: int = 0,
    confidence: float = 0.95,
) -> Estimate:
    """Krippendorff's α of `counts[units, values]`, the values in order; unused ones don't matter.

    `level="interval"` takes the values to be equally spaced. `cluster[units]` names what units must
    be drawn together (the pairs of one task of k > 2 responses, which are not independent); None
    draws each unit by itself. The point estimate is the `krippendorff` package's; the interval is
    the percentile bootstrap over units or clusters. A resample that holds one value only has no α
    and is left out.
    """
    pairable, kept = _pairable(counts, cluster)
    reason = _why_undefined(counts, pairable)
    if reason is None and np.count_nonzero(pairable.any(axis=0)) < 2:
        reason = ALL_THE_SAME
    if reason is not None:
        return Estimate(None, None, None, len(pairable), reason)
    values = pairable.shape[1]
    point = krippendorff.alpha(
        value_counts=pairable, value_domain=np.arange(values), level_of_measurement=level
    )
    sums = _resampled_sums(_coincidences(pairable), kept, resamples, seed)
    resampled = alpha_of_coincidences(sums.reshape(-1, values, values), level)
    lower, upper = _percentile_interval(resampled, confidence)
    return Estimate(float(point), lower, upper, len(pairable), None)


def raw_agreement(
    counts: IntArray,
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
    pairable, kept = _pairable(counts, cluster)
    reason = _why_undefined(counts, pairable)
    if reason is not None:
        return Estimate(None, None, None, len(pairable), reason)
    raters = pairable.sum(axis=1)
    agreeing = (pairable * (pairable - 1)).sum(axis=1)
    rows = np.stack([agreeing, raters * (raters - 1)], axis=1).astype(np.float64)
    total = rows.sum(axis=0)
    sums = _resampled_sums(rows, kept, resamples, seed)
    lower, upper = _percentile_interval(sums[:, 0] / sums[:, 1], confidence)
    return Estimate(float(total[0] / total[1]), lower, upper, len(pairable), None)


def outcome_counts(task: IntArray, outcome: IntArray) -> IntArray:
    """Votes to counts: `task[n]` (any integers) and `outcome[n]` in {0, 1, 2} to `[units, 3]`.

    One row a distinct task, in ascending order of its number; the columns are first wins, tie,
    second wins, in this order ordinal (read backwards, which is the same α, they are lose < tie <
    win of the first response). Raises ValueError for an outcome outside {0, 1, 2}.
    """
    if outcome.size and not (outcome.min() >= 0 and outcome.max() <= 2):
        raise ValueError("An outcome is 0 (first wins), 1 (tie) or 2 (second wins).")
    tasks, unit = np.unique(task, return_inverse=True)
    return np.bincount(unit * 3 + outcome, minlength=3 * len(tasks)).reshape(-1, 3)


def alpha_of_coincidences(coincidences: FloatArray, level: Level) -> FloatArray:
    """α of each coincidence matrix, `[..., values, values]` to `[...]`; NaN for one value only.

    1 − (N − 1) · Σ o δ² / Σ n_c (n_k − [c = k]) δ², with o the coincidences, n their marginals and
    N the sum of all (Krippendorff 2011, section C).
    """
    marginals = coincidences.sum(axis=-1)
    distance = _squared_distance(marginals, level)
    observed = (coincidences * distance).sum(axis=(-2, -1))
    # The diagonal of δ² is zero, so the term [c = k] of the expected coincidences drops out.
    products = marginals[..., :, None] * marginals[..., None, :]
    expected = (products * distance).sum(axis=(-2, -1))
    disagreement = np.full_like(expected, np.nan)
    np.divide(
        (marginals.sum(axis=-1) - 1) * observed, expected, out=disagreement, where=expected > 0
    )
    result: FloatArray = 1 - disagreement
    return result


def _squared_distance(marginals: FloatArray, level: Level) -> FloatArray:
    """δ² of every pair of values, `[..., values]` to `[..., values, values]`.

    Ordinal: Σ_{g=c..k} n_g − (n_c + n_k)/2 is the difference of the values' mean ranks.
    """
    values = marginals.shape[-1]
    if level == "nominal":
        return 1 - np.eye(values)
    if level == "interval":
        position = np.arange(values, dtype=np.float64)
    else:
        position = np.cumsum(marginals, axis=-1) - marginals / 2
    return np.square(position[..., :, None] - position[..., None, :])


def _pairable(counts: IntArray, cluster: IntArray | None) -> tuple[IntArray, IntArray | None]:
    """The units judged at least twice, and their clusters."""
    if cluster is not None and len(cluster) != len(counts):
        raise ValueError("A cluster is needed for every unit.")
    twice = counts.sum(axis=1) >= 2
    return counts[twice], None if cluster is None else cluster[twice]


def _why_undefined(counts: IntArray, pairable: IntArray) -> str | None:
    if not counts.any():
        return NO_ANSWERS
    return None if len(pairable) else NONE_JUDGED_TWICE


def _coincidences(counts: IntArray) -> FloatArray:
    """What each unit adds to the coincidence matrix, `[units, values]` to `[units, values²]`."""
    units, values = counts.shape
    pairs = counts[:, :, None] * counts[:, None, :]
    diagonal = np.arange(values)
    pairs[:, diagonal, diagonal] -= counts
    others = counts.sum(axis=1) - 1
    shares: FloatArray = pairs / others[:, None, None]
    return shares.reshape(units, values * values)


def _resampled_sums(
    rows: FloatArray, cluster: IntArray | None, resamples: int, seed: int
) -> FloatArray:
    """Column sums of bootstrap samples of the rows or their clusters, `[resamples, columns]`.

    Equal rows come from units with equal counts, and how often each kind of row is drawn is
    multinomial, so a million units cost no more than the few hundred kinds they come in.
    """
    patterns, multiplicity = _distinct_rows(_sum_by_cluster(rows, cluster))
    size = int(multiplicity.sum())
    share = multiplicity / size
    rng = np.random.default_rng(seed)
    block = max(1, _BLOCK_CELLS // len(patterns))
    return np.concatenate(
        [
            rng.multinomial(size, share, size=min(block, resamples - start)) @ patterns
            for start in range(0, resamples, block)
        ]
    )


def _sum_by_cluster(rows: FloatArray, cluster: IntArray | None) -> FloatArray:
    if cluster is None:
        return rows
    names, index = np.unique(cluster, return_inverse=True)
    sums = np.zeros((len(names), rows.shape[1]))
    np.add.at(sums, index, rows)
    return sums


def _distinct_rows(rows: FloatArray) -> tuple[FloatArray, IntArray]:
    """The distinct rows and how often each occurs. Nine times as fast as `np.unique(axis=0)`."""
    ordered = rows[np.lexsort(rows.T)]
    is_new = np.append(True, (ordered[1:] != ordered[:-1]).any(axis=1))
    starts = np.flatnonzero(is_new)
    return ordered[starts], np.diff(np.append(starts, len(rows)))


def _percentile_interval(
    resampled: FloatArray, confidence: float
) -> tuple[float | None, float | None]:
    defined = resampled[np.isfinite(resampled)]
    if not defined.size or np.ptp(defined) < _NO_SPREAD:
        return None, None
    tail = (1 - confidence) / 2
    lower, upper = np.quantile(defined, [tail, 1 - tail])
    return float(lower), float(upper)
