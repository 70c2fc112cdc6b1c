"""Reads a file in a process of its own, so that parsing and storing keep a core each.

This is the near side, `__main__` the far one. Batches come through a pipe, which holds the far side
back: with the batch taken in ahead, two at most are waiting.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from annotate.formats import UnreadableFile
from annotate.incoming.values import Batch

ROOT = Path(__file__).resolve().parent.parent.parent


class ReadingFailed(Exception):
    """The reading process ended before the file did; `str()` is a sentence that says how."""


@contextmanager
def batches(
    path: Path, *, name: str, format: str | None, overlap: int, size: int
) -> Iterator[Iterator[Batch]]:
    """Batches of `size` records, good and bad; the last may be smaller.

    UnreadableFile where nothing in the file can be read; ReadingFailed where the process dies.
    """
    arguments = [str(path.resolve()), name, format or "", str(overlap), str(size)]
    command = [sys.executable, "-m", "annotate.incoming", *arguments]
    with (
        subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
        ) as process,
        ThreadPoolExecutor(1) as thread,
    ):
        try:
            yield _ahead(_received(process), thread)
        finally:
            process.kill()  # which ends the thread's wait for it, too


def _received(process: subprocess.Popen[bytes]) -> Iterator[Batch]:
    assert process.stdout is not None
    while True:
        try:
            message = pickle.load(process.stdout)  # noqa: S301 -- from our own process
        except (EOFError, pickle.UnpicklingError):
            raise ReadingFailed(
                f"The process that read the file ended early (status {process.wait()})."
            ) from None
        if message is None:
            return
        if isinstance(message, UnreadableFile):
            raise message
        yield message


def _ahead(found: Iterator[Batch], thread: Executor) -> Iterator[Batch]:
    """The same, each taken in while the one before is worked on."""
    coming = thread.submit(next, found, None)
    while (batch := coming.result()) is not None:
        coming = thread.submit(next, found, None)
        yield batch
