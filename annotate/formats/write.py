"""Writers of an export: snapshot rows to training rows, and rows to JSON lines or Parquet.

Follows TRL's conversational preference type, which `datasets.load_dataset` reads as it is. Knows
the snapshot row (a mapping with task, prompt, responses, votes and posterior) and not where it is
kept. Both writers stream: they hold one row, or one row group, at a time.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, BinaryIO

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

SnapshotRow = Mapping[str, Any]

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
        ("late", pa.bool_()),
        ("at", pa.string()),
    ]
)

GROUP_ROWS = 10_000
GROUP_CHARACTERS = 16 * 1024 * 1024
"""A row group is written when it has this many rows, or this many characters of text."""


def preference_rows(row: SnapshotRow) -> Iterator[dict[str, Any]]:
    """One TRL preference row for each pair of responses that the posterior does not exactly tie.

    prompt, chosen, rejected  lists of messages
    margin       see `margin`; negative where strength and posterior point different ways
    probability  P(chosen over rejected) with half of P(tie), so at least .5
    judgments    how many votes the task has, late ones too

    A task without a posterior yields nothing. k responses yield at most k(k-1)/2 rows.
    """
    responses, votes, posterior = row["responses"], row["votes"], row["posterior"] or ()
    for pair, (i, j) in enumerate(combinations(range(len(responses)), 2)):
        outcome = posterior[3 * pair : 3 * pair + 3]
        if not outcome or outcome[0] == outcome[2]:
            continue
        first, tie, second = outcome
        chosen, rejected = (i, j) if first > second else (j, i)
        yield {
            "prompt": row["prompt"],
            "chosen": _answer(responses[chosen]),
            "rejected": _answer(responses[rejected]),
            "margin": margin(votes, chosen, rejected),
            "probability": max(0.5, max(first, second) + tie / 2),
            "judgments": len(votes),
        }


def _answer(response: Mapping[str, Any]) -> list[dict[str, str]]:
    return [{"role": "assistant", "content": response["text"]}]


def margin(votes: Sequence[Mapping[str, Any]], chosen: int, rejected: int) -> float:
    """Mean strength of the votes on one pair, in favour of `chosen`; from -3 to 3.

    A vote for `chosen` counts its strength, one for `rejected` minus its strength, a tie 0. Votes
    that prefer one but were not asked how strongly are left out. 0 when no vote has a strength.
    """
    if all(vote["strength"] is None for vote in votes):
        return 0.0
    signed = [
        0 if vote["ranks"][chosen] == vote["ranks"][rejected] else _signed(vote, chosen, rejected)
        for vote in votes
        if vote["strength"] is not None or vote["ranks"][chosen] == vote["ranks"][rejected]
    ]
    return sum(signed) / len(signed)


def _signed(vote: Mapping[str, Any], chosen: int, rejected: int) -> int:
    strength: int = vote["strength"]
    return strength if vote["ranks"][chosen] < vote["ranks"][rejected] else -strength


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
            writer.write_batch(pa.RecordBatch.from_pylist(group, schema=schema))
            count += len(group)
    return count


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
