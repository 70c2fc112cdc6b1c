"""A snapshot as a file that others read: preferences, raw votes, step labels or
scores; JSONL or Parquet."""

from __future__ import annotations

from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import Any

from annotate.formats import write
from annotate.models import Snapshot
from annotate.queries.snapshots import rows_of

ROWS = {
    "preference": write.preference_rows,
    "votes": write.vote_rows,
    "steps": write.step_rows,
    "scores": write.score_rows,
}
SCHEMAS = {
    "preference": write.PREFERENCE_SCHEMA,
    "votes": write.VOTE_SCHEMA,
    "steps": write.STEP_SCHEMA,
    "scores": write.SCORE_SCHEMA,
}
CONTENT_TYPES = {"jsonl": "application/x-ndjson", "parquet": "application/vnd.apache.parquet"}
CHUNK = 2**20


def export_rows(snapshot: Snapshot, rows: str) -> Iterator[dict[str, Any]]:
    """`rows` is one of `ROWS`."""
    for row in rows_of(snapshot):
        yield from ROWS[rows](row)


def stream_export(snapshot: Snapshot, *, rows: str, format: str) -> Iterator[bytes]:
    """The file in chunks. Parquet has its index at the end, so it is written to disk first."""
    found = export_rows(snapshot, rows)
    if format == "jsonl":
        yield from write.jsonl_lines(found)
        return
    with TemporaryFile() as file:
        write.write_parquet(found, SCHEMAS[rows], file)
        file.seek(0)
        while chunk := file.read(CHUNK):
            yield chunk
