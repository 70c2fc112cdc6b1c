"""Short forms of texts for lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

EXCERPT = 140


def excerpt(messages: Sequence[Mapping[str, Any]]) -> str:
    """The start of the last thing the user said, on one line, at most 140 characters."""
    last = next((m for m in reversed(messages) if m["role"] == "user"), messages[-1])
    text = " ".join(str(last["content"]).split())
    return text if len(text) <= EXCERPT else text[: EXCERPT - 1].rstrip() + "…"
