"""The percentile bootstrap over units, or clusters of them, by their patterns.

It does not know which coefficient it is for: what a pattern adds to the sums that the coefficient
is made of comes in as `rows`, and how it is made of them as a function. Efron & Tibshirani (1993),
An Introduction to the Bootstrap, chapter 13.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from annotate.stats.arrays import FloatArray, IntArray, numbered
from annotate.stats.estimates import Estimate
from annotate.stats.reliability.patterns import Patterns

Statistic = Callable[[FloatArray], FloatArray]
"""Sums to coefficients, `[samples, columns]` to `[samples]`; NaN where a sample has none."""

# Resampling weights held at once: 2 million int64 and their float64 copy are 32 MB.
_BLOCK_CELLS = 2_000_000
# Below this the resampled values differ by rounding alone.
_NO_SPREAD = 1e-12
# A draw from a multinomial costs as much for one kind as drawing so many units one by one.
_DRAWS_A_KIND = 8


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a bootstrap draws: the distinct kinds of units or clusters, and `times[kinds]` how many
    there are of each. `patterns` says how often each kind holds each pattern, sparse
    `[kinds, patterns]`; None where the kinds are the patterns."""

    times: IntArray
    patterns: Any = None

    def sums(self, rows: Any) -> Any:
        """`rows[patterns, columns]` summed by kind, `[kinds, columns]`."""
        return rows if self.patterns is None else self.patterns @ rows


def check_cluster(cluster: IntArray | None, units: int) -> None:
    """Raises ValueError unless there is a cluster for every unit, or none at all."""
    if cluster is not None and len(cluster) != units:
        raise ValueError("A cluster is needed for every unit.")


def drawn(units: Patterns, cluster: IntArray | None) -> Drawn:
    """The units by pattern, or their clusters (`cluster[units]`) by the patterns in them.

    Clusters are told apart by the sum of a random 64-bit number a pattern. Two that differ are
    taken for equal with a probability of about 2⁻⁶⁴, any two among a million with less than 10⁻⁷.
    """
    if cluster is None:
        return Drawn(units.times)
    kept = units.of_unit >= 0
    names, group = numbered(cluster[kept])
    ones = np.ones(len(group), dtype=np.uint64)
    shape = (len(names), len(units.times))
    patterns = csr_array((ones, (group, units.of_unit[kept])), shape=shape)
    salt = np.random.default_rng(0).integers(2**64, size=shape[1], dtype=np.uint64)
    _, example, times = np.unique(patterns @ salt, return_index=True, return_counts=True)
    return Drawn(times, patterns[example].astype(np.int64))


def bootstrapped(
    rows: Any,
    units: Patterns,
    statistic: Statistic,
    *,
    cluster: IntArray | None,
    resamples: int,
    seed: int,
    confidence: float,
) -> Estimate:
    """The statistic of all units with its percentile interval; `rows[patterns, columns]`, dense or
    sparse, is what a unit of each pattern adds to the sums.

    A resample without a value is left out. Where the units have none themselves, the estimate's
    value is NaN: the caller says why.
    """
    point = statistic((units.times @ rows)[None])
    kinds = drawn(units, cluster)
    added = kinds.sums(rows)
    block = max(1, _BLOCK_CELLS // max(added.shape))
    weights = _weights(kinds.times, resamples, block, np.random.default_rng(seed))
    resampled = [statistic(weight @ added) for weight in weights]
    lower, upper = _percentile_interval(np.concatenate(resampled), confidence)
    return Estimate(float(point[0]), lower, upper, int(units.times.sum()))


def _weights(
    times: IntArray, resamples: int, block: int, rng: np.random.Generator
) -> Iterator[IntArray]:
    """How often each kind is drawn, `[block, kinds]` at a time, in samples as large as the data.

    How often is multinomial, so a million units cost no more than the few hundred kinds they come
    in. Where nearly every one is a kind of its own, drawing them one by one is quicker.
    """
    size = int(times.sum())
    for start in range(0, resamples, block):
        samples = min(block, resamples - start)
        if len(times) * _DRAWS_A_KIND <= size:
            yield rng.multinomial(size, times / size, size=samples)
        else:
            kind = np.repeat(np.arange(len(times)), times)
            yield np.stack([_one_by_one(kind, len(times), rng) for _ in range(samples)])


def _one_by_one(kind: IntArray, kinds: int, rng: np.random.Generator) -> IntArray:
    return np.bincount(kind[rng.integers(len(kind), size=len(kind))], minlength=kinds)


def _percentile_interval(
    resampled: FloatArray, confidence: float
) -> tuple[float | None, float | None]:
    defined = resampled[np.isfinite(resampled)]
    if not defined.size or np.ptp(defined) < _NO_SPREAD:
        return None, None
    tail = (1 - confidence) / 2
    lower, upper = np.quantile(defined, [tail, 1 - tail])
    return float(lower), float(upper)
