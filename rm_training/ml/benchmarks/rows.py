"""The rows of a file, one at a time: JSON lines, a JSON list, an object with `examples`, Parquet.

What a file is is told by its first bytes, not by its name. A row that cannot be read comes as
`Damaged` in its place and reading goes on where it can. No more than a row and a piece of the file
are in memory at once; only an object with `examples` is read whole, up to `MAX_WHOLE`.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq

MAX_ROW = 16 * 2**20
MAX_WHOLE = 64 * 2**20
PIECE = 2**20
PARQUET_ROWS = 64
BROKEN = "From here on nothing could be read: {}. The rows before were."


class UnreadableFile(ValueError):
    """The file holds no rows at all; the message says why."""


@dataclass(frozen=True)
class Damaged:
    """Stands where a row could not be read."""

    reason: str


Row = tuple[int, object]


def rows(path: Path) -> Iterator[Row]:
    """Each row with its place: the line in JSON lines, else its number, from 1.

    Raises UnreadableFile where the file is none of the four kinds.
    """
    with path.open("rb") as file:
        start = file.read(200).removeprefix(codecs.BOM_UTF8).lstrip()
        file.seek(0)
        if start.startswith(b"PAR1"):
            yield from _parquet(path)
        elif start.startswith(b"version https://git-lfs"):
            raise UnreadableFile("it only points to a file in large-file storage. Fetch that file.")
        elif start.startswith(b"["):
            yield from _list(file)
        elif start.startswith(b"{"):
            yield from _objects(file, path.stat().st_size)
        elif start:
            raise UnreadableFile("it is neither JSON nor Parquet.")


def _parquet(path: Path) -> Iterator[Row]:
    place = 0
    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        raise UnreadableFile(f"its Parquet is damaged: {_first_line(error)}") from error
    try:
        for batch in file.iter_batches(batch_size=PARQUET_ROWS):
            for value in batch.to_pylist():
                place += 1
                yield place, value
    except (pa.ArrowException, OSError) as error:
        yield place + 1, Damaged(BROKEN.format(_first_line(error)))


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [repr(error)])[0]


def _objects(file: IO[bytes], size: int) -> Iterator[Row]:
    """An object with `examples`, on one line or many; else JSON lines."""
    first = _parsed(file.readline(MAX_ROW))
    file.seek(0)
    if isinstance(first, Damaged) and size <= MAX_WHOLE:
        first = _parsed(file.read())
        file.seek(0)
    examples = first.get("examples") if isinstance(first, dict) else None
    if isinstance(examples, list):
        yield from enumerate(examples, start=1)
    else:
        yield from _lines(file)


def _lines(file: IO[bytes]) -> Iterator[Row]:
    place = 0
    while line := file.readline(MAX_ROW + 1):
        place += 1
        if len(line) > MAX_ROW:
            yield place, Damaged(f"The row is longer than {MAX_ROW // 2**20} MiB.")
            while not line.endswith(b"\n") and (line := file.readline(MAX_ROW)):
                pass
        elif line.strip():
            yield place, _parsed(line)


def _parsed(raw: bytes) -> object:
    try:
        value: object = json.loads(raw.removeprefix(codecs.BOM_UTF8))
    except (ValueError, RecursionError) as error:
        return Damaged(f"It is not JSON: {error}.")
    return value


def _list(file: IO[bytes]) -> Iterator[Row]:
    """The elements of one JSON list, parsed as the file is read."""
    decoder = json.JSONDecoder()
    pieces = codecs.iterdecode(iter(lambda: file.read(PIECE), b""), "utf-8-sig")
    buffer, position, place = "", 0, 0
    try:
        buffer = next(pieces).lstrip()
        position = 1
        while True:
            position = _next_element(buffer, position)
            if buffer[position : position + 1] == "]":
                return
            try:
                value, position = decoder.raw_decode(buffer, position)
            except json.JSONDecodeError:
                # The element may go on in the next piece.
                buffer, position = buffer[position:], 0
                if len(buffer) > MAX_ROW:
                    raise
                more = next(pieces, "")
                if not more:
                    raise
                buffer += more
                continue
            place += 1
            yield place, value
    except (ValueError, RecursionError) as error:
        yield place + 1, Damaged(BROKEN.format(error))


def _next_element(buffer: str, position: int) -> int:
    while position < len(buffer) and buffer[position] in " \t\r\n,":
        position += 1
    return position
