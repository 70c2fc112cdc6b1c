"""Krippendorff's α with a bootstrap interval.

It does not know who the raters are, and it does not judge whether a value is good: preferences
honestly given often reach no more than 0.2 to 0.3. Krippendorff (2011), Computing Krippendorff's
Alpha-Reliability.
"""

from typing import Any, Literal

import numpy as np
from scipy.sparse import csr_array

from annotate.stats.arrays import FloatArray, IntArray
from annotate.stats.estimates import Estimate
from annotate.stats.reliability.bootstrap import bootstrapped
from annotate.stats.reliability.patterns import Counts
from annotate.stats.reliability.raw import pairable, why_undefined
from annotate.stats.reliability.reasons import ALL_THE_SAME

Level = Literal["nominal", "ordinal", "interval", "ratio"]


def alpha(
    counts: Counts,
    *,
    level: Level = "ordinal",
    values: FloatArray | None = None,
    cluster: IntArray | None = None,
    resamples: int = 1000,
    seed: int = 0,
    confidence: float = 0.95,
) -> Estimate:
    """Krippendorff's α of `counts[units, values]`, the values in order; unused ones don't matter.

    `values[values]` are the numbers that the columns stand for, 0, 1, 2, … where None; nominal and
    ordinal don't read them. `cluster[units]` names what units must be drawn together (the pairs of
    one task of k > 2 responses, which are not independent); None draws each unit by itself. The
    interval is the percentile bootstrap over units or clusters. A resample that holds one value
    only has no α and is left out. Raises ValueError for counts that are none, a number missing or
    not finite, or a negative one at the level ratio.
    """
    numbers = _numbers(values, counts.shape[-1], level)
    units = pairable(counts, cluster)
    reason = why_undefined(counts, units)
    if reason is None and not _differ(units.counts, numbers, level):
        reason = ALL_THE_SAME
    if reason is not None:
        return Estimate(None, None, None, int(units.times.sum()), reason)
    square = (-1, *numbers.shape * 2)
    return bootstrapped(
        _coincidences(units.counts),
        units,
        lambda sums: alpha_of_coincidences(sums.reshape(square), level, numbers),
        cluster=cluster,
        resamples=resamples,
        seed=seed,
        confidence=confidence,
    )


def alpha_of_coincidences(
    coincidences: FloatArray, level: Level, values: FloatArray | None = None
) -> FloatArray:
    """α of each coincidence matrix, `[..., values, values]` to `[...]`; NaN for one value only.

    1 − (N − 1) · Σ o δ² / Σ n_c (n_k − [c = k]) δ², with o the coincidences, n their marginals and
    N the sum of all (Krippendorff 2011, section C).
    """
    marginals = coincidences.sum(axis=-1)
    distance = _squared_distance(marginals, level, values)
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


def _squared_distance(marginals: FloatArray, level: Level, values: FloatArray | None) -> FloatArray:
    """δ² of every pair of values, `[..., values]` to `[..., values, values]`.

    Ordinal: Σ_{g=c..k} n_g − (n_c + n_k)/2 is the difference of the values' mean ranks.
    """
    columns = marginals.shape[-1]
    if level == "nominal":
        return 1 - np.eye(columns)
    numbers = _numbers(values, columns, level)
    position = np.cumsum(marginals, axis=-1) - marginals / 2 if level == "ordinal" else numbers
    difference = position[..., :, None] - position[..., None, :]
    if level == "ratio":
        total = numbers[:, None] + numbers
        difference = np.divide(difference, total, out=np.zeros_like(total), where=total > 0)
    return np.square(difference)


def _numbers(values: FloatArray | None, columns: int, level: Level) -> FloatArray:
    """The numbers that the columns stand for, `[columns]`."""
    if values is None:
        return np.arange(columns, dtype=np.float64)
    if values.shape != (columns,) or not np.isfinite(values).all():
        raise ValueError("A number is needed for every value.")
    if level == "ratio" and values.min(initial=0) < 0:
        raise ValueError("The level ratio needs numbers from a true zero, so none below it.")
    return values


def _differ(counts: IntArray, numbers: FloatArray, level: Level) -> bool:
    """Whether there are two answers any distance apart."""
    used = np.flatnonzero(counts.any(axis=0))
    if level in {"interval", "ratio"}:
        return len(used) > 0 and bool(np.ptp(numbers[used]) > 0)
    return len(used) > 1


def _coincidences(counts: IntArray) -> Any:
    """What a unit of each pattern adds to the coincidence matrix, n_c (n_k − [c = k]) / (m − 1):
    `[patterns, values]` to a sparse `[patterns, values²]`, which stays small for a hundred values.
    """
    patterns, values = counts.shape
    pattern, value = np.nonzero(counts)
    n = counts[pattern, value]
    partners = np.bincount(pattern, minlength=patterns)[pattern]
    # Every value of a pattern beside every value of it, `first` and `second` into the nonzeros.
    first = np.repeat(np.arange(len(n)), partners)
    begins = np.cumsum(partners) - partners - np.searchsorted(pattern, pattern)
    second = np.arange(len(first)) - np.repeat(begins, partners)
    others = counts.sum(axis=1)[pattern[first]] - 1
    share = n[first] * (n[second] - (first == second)) / others
    cells = (pattern[first], value[first] * values + value[second])
    return csr_array((share, cells), shape=(patterns, values**2))
