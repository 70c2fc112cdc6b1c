"""The far side of `process.batches`: reads a file and sends what it holds, pickled, to its output.

`python -m annotate.incoming PATH NAME FORMAT OVERLAP SIZE`; FORMAT may be empty.
"""

from __future__ import annotations

import gc
import pickle
import signal
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO, cast

from annotate.formats import BadLine, UnreadableFile, read
from annotate.incoming.values import Batch, FromFile


class _Counting:
    """Counts the bytes read of a stream."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.count = 0

    def read(self, size: int = -1) -> bytes:
        chunk = self._stream.read(size)
        self.count += len(chunk)
        return chunk


def _batches(stream: BinaryIO, name: str, format: str, overlap: int, size: int) -> Iterator[Batch]:
    counting = _Counting(stream)
    items = read(cast("BinaryIO", counting), name=name, format=format or None)
    while some := list(islice(items, size)):
        bad = [item for item in some if isinstance(item, BadLine)]
        tasks = [FromFile.of(item, overlap) for item in some if not isinstance(item, BadLine)]
        yield Batch(counting.count, tasks, bad)


def main(path: str, name: str, format: str, overlap: str, size: str) -> None:
    """Sends batches, then None; or the UnreadableFile in their place."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the near side ends this one
    gc.disable()  # millions of objects and no cycles: collecting took a third of the time
    with Path(path).open("rb") as stream:
        try:
            for batch in _batches(stream, name, format, int(overlap), int(size)):
                _send(batch)
            _send(None)
        except UnreadableFile as error:
            _send(error)
        except BrokenPipeError:
            sys.exit(1)  # nobody listens any more


def _send(message: Batch | UnreadableFile | None) -> None:
    sys.stdout.buffer.write(pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
