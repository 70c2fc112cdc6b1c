"""`read`: a file in any known form, as records and the lines that are none.

Puts source, elements and forms together. Does not know where the stream comes from, and keeps
nothing of what it has yielded: that an `id` occurs twice is for its caller to find.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from typing import BinaryIO

import orjson

from annotate.formats.elements import Element, elements
from annotate.formats.fields import kind, refuse_nul
from annotate.formats.known import FORMS, KNOWN_FORMS, SEVERAL, Parser, form_of
from annotate.formats.records import BadLine, BadRecord, Record, Row, UnreadableFile
from annotate.formats.source import chunks

_PATIENCE = 100
"""Lines in a row, from the first, that may fail to be JSON objects before the file is given up."""


def read(stream: BinaryIO, *, name: str, format: str | None = None) -> Iterator[Record | BadLine]:
    """Read `stream` to its end, one record or complaint at a time, in bounded memory.

    name    what to call the file in messages
    format  the name of a form in `known`; None tells it by the first row

    JSON lines or one JSON list, gzipped or not. Lines count from 1; in a list they are where an
    element starts. Raises UnreadableFile, when the first item is asked for, if nothing in the file
    can be read. A file that breaks off half-way ends in a BadLine instead.
    """
    if format is not None and format not in FORMS and format not in SEVERAL:
        raise UnreadableFile(f"There is no format {format!r}. {KNOWN_FORMS}")
    return _read(stream, name, format)


def _read(stream: BinaryIO, name: str, format: str | None) -> Iterator[Record | BadLine]:
    found = elements(chunks(stream, name))
    early, line, raw = _until_an_object(found, name)
    form = format or _form(decode(raw), name)
    yield from early
    found = chain([(line, raw)], found)
    if form in SEVERAL:
        for element in found:
            yield from _records(*element, SEVERAL[form])
    else:
        parse, fields = FORMS[form]
        for element in found:
            yield _record(*element, parse, fields)


def _record(
    line: int, raw: bytes | BadLine, parse: Parser, fields: tuple[str, ...] | None
) -> Record | BadLine:
    if isinstance(raw, BadLine):
        return raw
    try:
        row = decode(raw)
        if b"\\u0000" in raw:
            kept = row if fields is None else {name: row[name] for name in fields if name in row}
            refuse_nul(kept, "")
        return parse(line, row)
    except BadRecord as error:
        return BadLine(line, str(error))


def _records(
    line: int, raw: bytes | BadLine, parse: Callable[[int, Row], list[Record | BadLine]]
) -> list[Record | BadLine]:
    """The same for a form whose rows are any number of records."""
    if isinstance(raw, BadLine):
        return [raw]
    try:
        row = decode(raw)
        if b"\\u0000" in raw:
            refuse_nul(row, "")
        return parse(line, row)
    except BadRecord as error:
        return [BadLine(line, str(error))]


def _until_an_object(found: Iterator[Element], name: str) -> tuple[list[BadLine], int, bytes]:
    """What was wrong with the first lines, and the first that is a JSON object."""
    early: list[BadLine] = []
    for line, raw in found:
        if isinstance(raw, BadLine):
            early.append(raw)
        else:
            try:
                decode(raw)
            except BadRecord as error:
                early.append(BadLine(line, str(error)))
            else:
                return early, line, raw
        if len(early) == _PATIENCE:
            break
    if not early:
        raise UnreadableFile(f"{name} holds no records. {KNOWN_FORMS}")
    raise UnreadableFile(
        f"{name} holds no JSON object that could be read. Line {early[0].line}: {early[0].reason}"
        f" {KNOWN_FORMS}"
    )


def _form(row: Row, name: str) -> str:
    form = form_of(row)
    if form is None:
        fields = ", ".join(sorted(row)[:8]) or "none"
        raise UnreadableFile(f"{name} is in no known form: its fields are {fields}. {KNOWN_FORMS}")
    return form


def decode(raw: bytes) -> Row:
    """The JSON object that `raw` is; BadRecord where it is none."""
    try:
        row = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise BadRecord(_why(raw, error)) from None
    if type(row) is not dict:
        raise BadRecord(f"A record must be a JSON object; this is {kind(row)}.")
    return row


def _why(raw: bytes, error: orjson.JSONDecodeError) -> str:
    try:
        raw.decode()
    except UnicodeDecodeError as wrong:
        return f"The record is not UTF-8: byte {wrong.start + 1} of it is 0x{raw[wrong.start]:02x}."
    if "surrogate" in error.msg:
        return (
            f"The record holds half a character (a lone surrogate) near its character {error.pos}."
        )
    return f"The record is not JSON: {error.msg} (character {error.pos + 1} of it)."
