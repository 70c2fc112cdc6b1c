"""The one form in which figures are printed."""

from __future__ import annotations

import json


def figure(
    bench: str,
    name: str,
    value: float,
    unit: str,
    *,
    n: int,
    peer: str | None = None,
    peer_value: float | None = None,
) -> None:
    """One line. `ratio` is ours over the peer's; null without one."""
    ratio = value / peer_value if peer_value else None
    line = {
        "bench": bench, "figure": name, "value": round(value, 4), "unit": unit, "peer": peer,
        "peer_value": peer_value, "ratio": ratio, "n": n,
    }  # fmt: skip
    print(json.dumps(line), flush=True)
