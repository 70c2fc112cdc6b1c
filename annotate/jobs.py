"""How work is handed to Celery: by task name, after the transaction that asked for it commits."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.core.cache import cache
from django.db import transaction

COALESCE_SECONDS = 10


def enqueue(name: str, *args: Any, countdown: float = 0) -> None:
    """Sends task `name` once the current transaction has committed; never if it rolls back."""
    transaction.on_commit(partial(_send, name, args, countdown))


def enqueue_coalesced(name: str, *args: Any, seconds: int = COALESCE_SECONDS) -> None:
    """Like `enqueue`, but at most once in so many seconds for the same arguments.

    The task runs that long after the first call, so it sees everything that was asked meanwhile;
    a call in the very moment it starts opens the next window.
    """
    transaction.on_commit(partial(_send_coalesced, name, args, seconds))


def opened(name: str, *args: Any) -> None:
    """Called by a coalesced task before it reads: what is asked from now on needs another run."""
    cache.delete(_window(name, args))


def _send(name: str, args: tuple[Any, ...], countdown: float) -> None:
    # Imported late: annotate must be importable (models, commands, stats) without a broker.
    from annotate.celery import app  # noqa: PLC0415

    app.send_task(name, args=args, countdown=countdown or None)


def _send_coalesced(name: str, args: tuple[Any, ...], seconds: int) -> None:
    # The window outlives the countdown, so a lost worker delays the next run by a minute at most.
    if cache.add(_window(name, args), 1, timeout=seconds + 60):
        _send(name, args, seconds)


def _window(name: str, args: tuple[Any, ...]) -> str:
    return f"coalesce:{name}:{':'.join(map(str, args))}"
