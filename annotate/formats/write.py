"""Writers of an export: rows to JSON lines or Parquet, and the columns of each kind of row.

Knows what `training_rows` and `vote_rows` make of a snapshot row (a mapping with task, prompt,
responses, votes and posterior) and not where that is kept. Both writers stream: they hold one row,
or one row group, at a time.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, BinaryIO

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from annotate.formats.training_rows import (
    SnapshotRow,
    margin,
    preference_rows,
    score_rows,
    step_rows,
)

__all__ = [
    "PREFERENCE_SCHEMA",
    "SCORE_SCHEMA",
    "STEP_SCHEMA",
    "VOTE_SCHEMA",
    "jsonl_lines",
    "margin",
    "preference_rows",
    "score_rows",
    "step_rows",
    "vote_rows",
    "write_parquet",
]

_MESSAGES = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))

PREFERENCE_SCHEMA = pa.schema(
    [
        ("prompt", _MESSAGES),
        ("chosen", _MESSAGES),
        ("rejected", _MESSAGES),
        ("margin", pa.float64()),
        ("probability", pa.float64()),
        ("judgments", pa.int64()),
    ]
)
VOTE_SCHEMA = pa.schema(
    [
        ("task", pa.int64()),
        ("rater", pa.string()),
        ("kind", pa.string()),
        ("prompt", _MESSAGES),
        ("responses", pa.list_(pa.struct([("text", pa.string()), ("policy", pa.string())]))),
        ("ranks", pa.list_(pa.int16())),
        ("strength", pa.int16()),
        ("unacceptable", pa.list_(pa.bool_())),
        ("answer", pa.string()),
        ("meta", pa.string()),
        ("late", pa.bool_()),
        ("at", pa.string()),
    ]
)
STEP_SCHEMA = pa.schema(
    [
        ("prompt", pa.string()),
        ("completions", pa.list_(pa.string())),
        ("labels", pa.list_(pa.bool_())),
    ]
)
_MARK = pa.struct(
    [
        ("rater", pa.string()),
        ("category", pa.string()),
        ("start", pa.int64()),
        ("end", pa.int64()),
        ("note", pa.string()),
    ]
)
SCORE_SCHEMA = pa.schema(
    [
        ("prompt", _MESSAGES),
        ("response", pa.string()),
        ("criterion", pa.string()),
        ("mean", pa.float64()),
        ("n", pa.int64()),
        ("marks", pa.list_(_MARK)),
    ]
)
_AS_JSON = ("answer", "meta")
"""Columns whose values are objects of any shape: Parquet holds them as JSON text."""

GROUP_ROWS = 10_000
GROUP_CHARACTERS = 16 * 1024 * 1024
"""A row group is written when it has this many rows, or this many characters of text."""


def vote_rows(row: SnapshotRow) -> Iterator[dict[str, Any]]:
    """Every vote of a task, with what was voted on. `ranks` follows `responses`."""
    responses = [{"text": item["text"], "policy": item["policy"]} for item in row["responses"]]
    for vote in row["votes"]:
        yield {
            "task": row["task"],
            "rater": vote["rater"],
            "kind": vote["kind"],
            "prompt": row["prompt"],
            "responses": responses,
            "ranks": vote["ranks"],
            "strength": vote["strength"],
            "unacceptable": vote["unacceptable"],
            "answer": vote.get("answer", {}),
            "meta": row.get("meta"),
            "late": vote["late"],
            "at": vote["at"],
        }


def jsonl_lines(rows: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """A line a row, as it comes: what a streamed download sends."""
    for row in rows:
        yield orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)


def write_parquet(rows: Iterable[Mapping[str, Any]], schema: pa.Schema, sink: BinaryIO) -> int:
    """Write `rows` as Parquet in row groups; returns how many. `sink` needs `write` alone.

    The schema is given, so that no rows at all make a valid file. Raises pyarrow's ArrowInvalid
    or ArrowTypeError where a row does not fit it.
    """
    count = 0
    with pq.ParquetWriter(_Forward(sink), schema, compression="zstd") as writer:
        for group in _groups(rows):
            flat = list(map(_flat, group))
            writer.write_batch(pa.RecordBatch.from_pylist(flat, schema=schema))
            count += len(group)
    return count


def _flat(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """The row with its objects of any shape as JSON text."""
    found = [name for name in _AS_JSON if row.get(name) is not None]
    return {**row, **{name: orjson.dumps(row[name]).decode() for name in found}} if found else row


def _groups(rows: Iterable[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    group: list[Mapping[str, Any]] = []
    held = 0
    for row in rows:
        group.append(row)
        held += _characters(row)
        if len(group) == GROUP_ROWS or held >= GROUP_CHARACTERS:
            yield group
            group, held = [], 0
    if group:
        yield group


def _characters(value: Any) -> int:
    if isinstance(value, str):
        return len(value)
    if isinstance(value, Mapping):
        return sum(map(_characters, value.values()))
    return sum(map(_characters, value)) if isinstance(value, list | tuple) else 0


class _Forward(io.RawIOBase):
    """Passes writes on: pyarrow wants a whole file object, and must not close the sink."""

    def __init__(self, sink: BinaryIO) -> None:
        self._sink = sink

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        piece = bytes(data)
        self._sink.write(piece)
        return len(piece)
