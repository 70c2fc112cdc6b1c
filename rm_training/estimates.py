"""A figure as the API sends it: an `Estimate`, with its interval or the reason why it has none."""

from __future__ import annotations

from typing import Any

from rm_training.ml.intervals import Interval


def estimate(
    interval: Interval | None, n: int, *, no_figure: str, no_interval: str
) -> dict[str, Any]:
    """Figure, 95 % interval, and how many comparisons it rests on."""
    if interval is None or interval.value is None:
        return {"value": None, "lower": None, "upper": None, "n": n, "reason": no_figure}
    return {
        "value": interval.value,
        "lower": interval.lower,
        "upper": interval.upper,
        "n": n,
        "reason": None if interval.lower is not None else no_interval,
    }
