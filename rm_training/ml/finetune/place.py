"""The folder of a fine-tune: who trains in it, and with which batch one was killed. It knows no
network and no data."""

from __future__ import annotations

import errno
import fcntl
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import IO

import torch
from accelerate import PartialState

LOCK_FILE = "lock"
NO_LOCKS = {errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}
_held: set[Path] = set()
log = logging.getLogger(__name__)
SIZE_FILE = "prompts_per_batch"


def processes() -> PartialState:
    """Those of this training, which are made known to each other by the first call.

    Without a GPU that has to be said, or each takes itself for the only one. They wait for each
    other as long as the Trainer's do.
    """
    return PartialState(cpu=not torch.cuda.is_available(), timeout=timedelta(minutes=30))


class InUse(RuntimeError):
    """Another process trains in the folder."""


@contextmanager
def alone(place: Path) -> Iterator[None]:
    """Keeps other trainings out of the folder, which is made where it is missing.

    The lock is the system's, so it ends with this process however that ends; of the processes of
    one training the main one holds it, and may ask for it again while it does. On a disk that has
    no locks there is none. Raises InUse.
    """
    if place in _held or not processes().is_main_process:
        yield
        return
    place.mkdir(parents=True, exist_ok=True)
    with (place / LOCK_FILE).open("w") as lock:
        _take(lock, place)
        _held.add(place)
        try:
            yield
        finally:
            _held.remove(place)


def _take(lock: IO[str], place: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise InUse(
            f"Another process is training in {place}. It was left alone: wait until it has "
            "ended, or end it, then start again."
        ) from None
    except OSError as error:
        if error.errno not in NO_LOCKS:
            raise
        log.warning("%s is on a disk without locks: nothing keeps other trainings out", place)


@contextmanager
def trying(checkpoints: Path, size: int) -> Iterator[None]:
    """Leaves a note of the prompts a batch that is gone only if the body ends in any way of its
    own: the kernel kills a process that wants too much memory, which then can note nothing."""
    note = checkpoints / SIZE_FILE
    main = processes().is_main_process
    if main:
        checkpoints.mkdir(parents=True, exist_ok=True)
        note.write_text(str(size), encoding="utf-8")
    try:
        yield
    finally:
        if main:
            note.unlink(missing_ok=True)


def size_when_killed(checkpoints: Path) -> int | None:
    """The prompts a batch with which a process was killed while it trained; None where none was.

    Every process of a training must ask before the first of them tries.
    """
    note = checkpoints / SIZE_FILE
    words = note.read_text(encoding="utf-8") if note.exists() else ""
    processes().wait_for_everyone()
    return int(words) if words.isdecimal() else None
