"""From a raw stream to decompressed chunks, in bounded memory.

Knows gzip (by its magic bytes) and files that are surely something else. Knows nothing of JSON.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import BinaryIO

from annotate.formats.known import KNOWN_FORMS
from annotate.formats.records import UnreadableFile

CHUNK = 256 * 1024
_GZIP = b"\x1f\x8b"
_LFS = b"version https://git-lfs"
_FOREIGN = {
    b"PK\x03\x04": "a ZIP archive",
    b"PAR1": "a Parquet file",
    b"\x28\xb5\x2f\xfd": "a Zstandard file",
    b"\xfd7zXZ": "an XZ file",
    b"BZh": "a bzip2 file",
    b"\xff\xfe": "UTF-16 text",
    b"\xfe\xff": "UTF-16 text",
}
_BOM = b"\xef\xbb\xbf"


class DamagedStream(Exception):
    """The stream ends or breaks before its end; `str()` says how, as the end of a sentence."""


def chunks(stream: BinaryIO, name: str) -> Iterator[bytes]:
    """Decompressed pieces of at most `CHUNK` bytes, the first without its byte order mark.

    Raises UnreadableFile if the file is surely none we know, DamagedStream where it breaks.
    """
    head = _head(stream, name)
    pieces = _gunzip(stream, head) if head.startswith(_GZIP) else _plain(stream, head)
    first = next(pieces, b"")
    while len(first) < len(_LFS) and (more := next(pieces, b"")):
        first += more
    _refuse_foreign(first, name)
    yield first.removeprefix(_BOM)
    yield from pieces


def _head(stream: BinaryIO, name: str) -> bytes:
    """The first piece: long enough to know the file by, however the stream doles it out."""
    head = b""
    try:
        while len(head) < len(_LFS) and (more := stream.read(CHUNK)):
            head += more
    except OSError as error:
        raise UnreadableFile(f"{name} cannot be read: {error}.") from error
    if not head:
        raise UnreadableFile(f"{name} is empty. {KNOWN_FORMS}")
    return head


def _refuse_foreign(head: bytes, name: str) -> None:
    if head.startswith(_LFS):
        raise UnreadableFile(
            f"{name} is a git-lfs pointer, not the data: run `git lfs pull` and import again."
        )
    for magic, what in _FOREIGN.items():
        if head.startswith(magic):
            raise UnreadableFile(f"{name} is {what}. {KNOWN_FORMS}")


def _read(stream: BinaryIO) -> bytes:
    try:
        return stream.read(CHUNK)
    except OSError as error:
        raise DamagedStream(f"reading failed ({error})") from error


def _plain(stream: BinaryIO, head: bytes) -> Iterator[bytes]:
    yield head
    while piece := _read(stream):
        yield piece


def _gunzip(stream: BinaryIO, data: bytes) -> Iterator[bytes]:
    """All members of a gzip file; zeros that pad it are ignored, as gzip itself does."""
    member = zlib.decompressobj(wbits=31)
    while data or (data := _read(stream)):
        if member.eof:
            data = data.lstrip(b"\0")
            if not data:
                continue
            member = zlib.decompressobj(wbits=31)
        try:
            piece = member.decompress(data, CHUNK)
        except zlib.error as error:
            raise DamagedStream(f"the gzip data is damaged ({error})") from error
        data = member.unused_data if member.eof else member.unconsumed_tail
        if piece:
            yield piece
    if not member.eof:
        raise DamagedStream("the gzip file is cut off before its end")
