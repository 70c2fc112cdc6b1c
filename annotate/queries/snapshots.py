"""Reads a snapshot's rows back, checking that they are the ones that were hashed."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator
from typing import Any

import orjson

from annotate import artifacts
from annotate.models import Snapshot


class Damaged(Exception):
    """The stored rows are not those that the snapshot hashed."""


def rows_of(snapshot: Snapshot) -> Iterator[dict[str, Any]]:
    """The rows, streamed. Damaged at the end where the bytes don't match the hash."""
    digest = hashlib.sha256()
    with artifacts.open_read(snapshot.path) as raw, gzip.GzipFile(fileobj=raw) as lines:
        for line in lines:
            digest.update(line)
            yield orjson.loads(line)
    if digest.hexdigest() != snapshot.sha256:
        raise Damaged(f"Snapshot {snapshot.number} is damaged: its rows do not have its hash.")
