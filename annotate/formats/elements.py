"""The records of a file as raw bytes with their line numbers: JSON lines, or the elements of one
JSON list (`list_elements`), in bounded memory.

Finds where records begin and end and does not parse them. A record over `MAX_LINE` is skipped
without being held.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from annotate.formats.list_elements import ListElements
from annotate.formats.records import MAX_LINE, BadLine, too_long
from annotate.formats.source import DamagedStream

Element = tuple[int, bytes | BadLine]

_CONTENT = re.compile(rb"\S")


def elements(pieces: Iterator[bytes]) -> Iterator[Element]:
    """Each record's line and its bytes, blank ones left out, or a BadLine in its place.

    Where the stream breaks, a BadLine is the last element; the record it breaks in is lost.
    """
    blank_lines = 0
    splitter: Lines | ListElements | None = None
    try:
        for piece in pieces:
            if splitter is None:
                content = _CONTENT.search(piece)
                if content is None:
                    blank_lines += piece.count(b"\n")
                    continue
                is_list = content.group() == b"["
                splitter = (ListElements if is_list else Lines)(blank_lines + 1)
            yield from splitter.feed(piece)
    except DamagedStream as error:
        line = splitter.line if splitter else blank_lines + 1
        reason = f"From here on nothing could be read: {error}. What stands before was read."
        yield line, BadLine(line, reason)
        return
    if splitter is not None:
        yield from splitter.close()


class Lines:
    """JSON lines: whatever stands between newlines."""

    def __init__(self, line: int) -> None:
        self.line = line
        self._tail = b""
        self._skipping = False

    def feed(self, piece: bytes) -> Iterator[Element]:
        """The records that `piece` completes."""
        *complete, self._tail = (self._tail + piece).split(b"\n")
        for raw in complete:
            if self._skipping or len(raw) > MAX_LINE:
                yield self.line, too_long(self.line)
                self._skipping = False
            elif raw and not raw.isspace():
                yield self.line, raw
            self.line += 1
        if self._skipping or len(self._tail) > MAX_LINE:
            self._skipping, self._tail = True, b""

    def close(self) -> Iterator[Element]:
        """The last record, where no newline follows it."""
        if self._skipping:
            yield self.line, too_long(self.line)
        elif self._tail and not self._tail.isspace():
            yield self.line, self._tail
