"""What work costs: time and memory."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable


def seconds(work: Callable[[], object], times: int = 3) -> tuple[float, float]:
    """The least wall time and the least CPU time of a few runs."""
    wall, cpu = [], []
    for _ in range(times):
        began, began_cpu = time.perf_counter(), time.process_time()
        work()
        wall.append(time.perf_counter() - began)
        cpu.append(time.process_time() - began_cpu)
    return min(wall), min(cpu)


def megabytes(work: Callable[[], object]) -> float:
    """The most that `work` allocates at once, on top of what there was."""
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6
