"""What α of many units costs; `cost_of_alpha()` is for a benchmark to call."""

import time
import tracemalloc
from collections.abc import Callable

import numpy as np

from annotate.stats.arrays import IntArray
from annotate.stats.reliability import alpha


def many_counts(units: int, values: int = 7, ratings: int = 4, seed: int = 0) -> IntArray:
    """`[units, values]` of raters who mostly stay within one of what a unit is."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(values, size=units)
    far = np.abs(np.arange(values)[:, None] - np.arange(values))
    chances = 0.4**far / (0.4**far).sum(axis=1, keepdims=True)
    return rng.multinomial(ratings, chances[truth])


def seconds(work: Callable[[], object], times: int = 3) -> tuple[float, float]:
    """The least wall time and the least CPU time of a few runs."""
    wall, cpu = [], []
    for _ in range(times):
        began, began_cpu = time.perf_counter(), time.process_time()
        work()
        wall.append(time.perf_counter() - began)
        cpu.append(time.process_time() - began_cpu)
    return min(wall), min(cpu)


def peak_megabytes(work: Callable[[], object]) -> float:
    """The most that `work` holds at once, on top of what there was."""
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


def cost_of_alpha(units: int = 1_000_000, resamples: int = 1000) -> dict[str, float]:
    """Ordinal α of 7 values, 4 ratings a unit, with its bootstrap: seconds and megabytes."""
    counts = many_counts(units)

    def work() -> object:
        return alpha(counts, level="ordinal", resamples=resamples)

    wall, cpu = seconds(work)
    return {"wall_s": wall, "cpu_s": cpu, "peak_mb": peak_megabytes(work)}


def test_alpha_of_many_units_costs_little_time_and_memory() -> None:
    cost = cost_of_alpha(units=200_000)
    assert cost["cpu_s"] < 0.5
    assert cost["peak_mb"] < 40
