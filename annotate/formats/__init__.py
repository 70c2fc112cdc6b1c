"""Parsers and writers of preference files: records in, records out, streaming.

`read` turns files into records, `write` (imported on its own: it loads pyarrow) turns snapshot rows
into files. Neither knows the database.
"""

from annotate.formats.reader import read
from annotate.formats.records import (
    MAX_LINE,
    BadLine,
    Candidate,
    Message,
    Record,
    UnreadableFile,
    Vote,
)

__all__ = [
    "MAX_LINE",
    "BadLine",
    "Candidate",
    "Message",
    "Record",
    "UnreadableFile",
    "Vote",
    "read",
]
