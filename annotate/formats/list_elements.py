"""The elements of one JSON list, as raw bytes, without parsing them.

Follows quotes and brackets only, so a broken element costs itself and not the elements after it.
Holds one element, or one piece of the file, at a time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from annotate.formats.records import MAX_LINE, BadLine, too_long

# What may be passed over: anything but a mark, and strings that end. At depth 1 a comma is a mark.
# Repeated so often at most, since each turn of a loop is remembered; the next match goes on there.
# Possessive loops would remember none, but give wrong matches in Python 3.11.2.
_STRING = rb'"[^"\\\n]*(?:\\.[^"\\\n]*){0,1000}"'
_TO_MARK = re.compile(rb'(?:[^"\[\]{},]+|' + _STRING + rb"){0,1000}", re.DOTALL)
_TO_MARK_DEEP = re.compile(rb'(?:[^"\[\]{}]+|' + _STRING + rb"){0,1000}", re.DOTALL)
# The rest of a string: up to its quote, to a newline (no string holds one: its quote was
# forgotten), or to where the piece ends, perhaps between a backslash and what it escapes.
_IN_STRING = re.compile(rb'[^"\\\n]*(?:\\.[^"\\\n]*){0,1000}', re.DOTALL)


class ListElements:
    """Takes the pieces of a file whose first mark is `[`."""

    def __init__(self, line: int) -> None:
        self.line = line  # where the bytes at `_start` stand
        self._buffer = b""
        self._start = 0  # of the element being read
        self._at = 0  # read up to here
        self._depth = 0
        self._in_string = False
        self._ended = False
        self._complained = False  # about text after the end
        self._skipping: int | None = None  # the first line of an element too long to hold

    def feed(self, piece: bytes) -> Iterator[tuple[int, bytes | BadLine]]:
        """The elements that `piece` completes."""
        self._buffer = self._buffer[self._start :] + piece
        self._at, self._start = self._at - self._start, 0
        while not self._ended and self._next_mark():
            mark = self._buffer[self._at : self._at + 1]
            if mark == b'"':
                self._in_string = True
            elif mark in b"[{":
                self._depth += 1
                if self._depth == 1:
                    self._pass(self._at + 1)
            elif mark in b"]}":
                self._depth -= 1
                if self._depth == 0:
                    yield from self._element()
                    self._ended = True
            elif self._depth == 1:
                yield from self._element()
            self._at += 1
        self._drop_what_is_too_long()
        yield from self._after_the_end()

    def close(self) -> Iterator[tuple[int, bytes | BadLine]]:
        """The last element of a list that was never closed, and the complaint about it."""
        if self._ended:
            return
        if self._depth == 1 and not self._in_string:
            yield from self._element()
        line = self._line_of_element()
        yield line, BadLine(line, "The file ends before its list does: the closing ] is missing.")

    def _next_mark(self) -> bool:
        """Move to the next quote, bracket or separating comma; False if it has yet to come."""
        if self._in_string:
            self._at = _end_of(_IN_STRING, self._buffer, self._at)
            if self._buffer[self._at : self._at + 1] in (b"", b"\\"):
                return False
            self._in_string = False
            self._at += 1
        pattern = _TO_MARK_DEEP if self._depth > 1 else _TO_MARK
        self._at = _end_of(pattern, self._buffer, self._at)
        return self._at < len(self._buffer)

    def _element(self) -> Iterator[tuple[int, bytes | BadLine]]:
        """What stands between the last separator and this one, unless it is blank."""
        line = self._line_of_element()
        raw = self._buffer[self._start : self._at].strip()
        if self._skipping is not None or len(raw) > MAX_LINE:
            yield line, too_long(line)
        elif raw:
            yield line, raw
        self._skipping = None
        self._pass(self._at + 1)

    def _line_of_element(self) -> int:
        if self._skipping is not None:
            return self._skipping
        found = _BLANK.match(self._buffer, self._start)
        blank = self._buffer[self._start : found.end() if found else self._start]
        return self.line + blank.count(b"\n")

    def _pass(self, to: int) -> None:
        self.line += self._buffer.count(b"\n", self._start, to)
        self._start = to

    def _drop_what_is_too_long(self) -> None:
        if self._skipping is None and self._at - self._start > MAX_LINE:
            self._skipping = self._line_of_element()
        if self._skipping is not None:
            self._pass(self._at)

    def _after_the_end(self) -> Iterator[tuple[int, bytes | BadLine]]:
        if not self._ended:
            return
        if self._buffer[self._start :].strip() and not self._complained:
            self._complained = True
            line = self._line_of_element()
            yield line, BadLine(line, "Text stands after the end of the list; it was not read.")
        self._at = len(self._buffer)
        self._pass(self._at)


_BLANK = re.compile(rb"\s*")


def _end_of(pattern: re.Pattern[bytes], buffer: bytes, at: int) -> int:
    """Where `pattern`, which matches nothing at least, stops matching, one match after another."""
    while found := pattern.match(buffer, at):
        if found.end() == at:
            break
        at = found.end()
    return at
