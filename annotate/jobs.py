"""How work is handed to Celery: by task name, after the transaction that asked for it commits."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from typing import Any

from django.core.cache import cache
from django.db import transaction

COALESCE_SECONDS = 10
EVERYTHING = 0
"""The item that stands for all: no row has this number."""


def enqueue(name: str, *args: Any, countdown: float = 0) -> None:
    """Sends task `name` once the current transaction has committed; never if it rolls back."""
    transaction.on_commit(partial(_send, name, args, countdown))


def enqueue_coalesced(name: str, *args: Any, seconds: int = COALESCE_SECONDS) -> None:
    """Like `enqueue`, but at most once in so many seconds for the same arguments.

    The task runs that long after the first call, so it sees everything that was asked meanwhile;
    a call in the very moment it starts opens the next window.
    """
    transaction.on_commit(partial(_send_coalesced, name, args, seconds))


def enqueue_gathered(name: str, key: int, items: Collection[int]) -> None:
    """Like `enqueue_coalesced` for the argument `key`, and adds to the items that its next run
    finds with `gathered`. EVERYTHING among them stands for all."""
    transaction.on_commit(partial(_send_gathered, name, key, items))


def gathered(name: str, key: int) -> set[int]:
    """The items named since the last run that `finished`: those of a run that died come again."""
    named, taken = _named(name, key)
    with _redis().pipeline() as steps:
        steps.sunionstore(taken, taken, named)
        steps.delete(named)
        steps.smembers(taken)
        return {int(item) for item in steps.execute()[-1]}


def finished(name: str, key: int, items: Collection[int]) -> None:
    """What a run has done with: called once its transaction is committed."""
    if items:
        _redis().srem(_named(name, key)[1], *items)


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


def _send_gathered(name: str, key: int, items: Collection[int]) -> None:
    window = cache.make_key(_window(name, (key,)))
    with _redis().pipeline() as steps:  # one trip, as it is behind every click of a rater
        steps.sadd(_named(name, key)[0], *items)
        steps.set(window, 1, nx=True, ex=COALESCE_SECONDS + 60)
        first = steps.execute()[-1]
    if first:
        _send(name, (key,), COALESCE_SECONDS)


def _redis() -> Any:
    return cache._cache.get_client(write=True)  # type: ignore[attr-defined] # Django's Redis cache


def _named(name: str, key: int) -> tuple[str, str]:
    """The sets of items: those named since the last run began, and those a run has taken."""
    return f"gather:{name}:{key}", f"gather:{name}:{key}:taken"


def _window(name: str, args: tuple[Any, ...]) -> str:
    return f"coalesce:{name}:{':'.join(map(str, args))}"
