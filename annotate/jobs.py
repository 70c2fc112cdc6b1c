"""How work is handed to Celery: by task name, after the transaction that asked for it commits."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from secrets import randbits
from typing import Any

from django.core.cache import cache
from django.db import transaction

from annotate.cache import redis

COALESCE_SECONDS = 10
ITEMS_AT_ONCE = 1_000
_MARK_BITS = 52  # what a sorted set's scores hold exactly
_FORGET = """
for i = 1, #ARGV, 2 do
    if redis.call('ZSCORE', KEYS[1], ARGV[i]) == ARGV[i + 1] then
        redis.call('ZREM', KEYS[1], ARGV[i])
    end
end
"""
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


def gathered(name: str, key: int) -> dict[int, int]:
    """The items that were named and that no run has `finished` with, each with a mark that naming
    it again changes."""
    found = redis().zrange(_named(name, key), 0, -1, withscores=True)
    return {int(item): int(mark) for item, mark in found}


def finished(name: str, key: int, items: Mapping[int, int]) -> None:
    """What a run found with `gathered` and has done with, called once its transaction is committed:
    an item that was named again meanwhile stays."""
    for chunk in _chunks([*items.items()]):
        redis().eval(_FORGET, 1, _named(name, key), *[part for pair in chunk for part in pair])


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
    with redis().pipeline() as steps:  # one trip, as it is behind every click of a rater
        steps.zadd(_named(name, key), {item: randbits(_MARK_BITS) for item in items})
        steps.set(window, 1, nx=True, ex=COALESCE_SECONDS + 60)
        first = steps.execute()[-1]
    if first:
        _send(name, (key,), COALESCE_SECONDS)


def _chunks(items: Sequence[tuple[int, int]]) -> Iterator[Sequence[tuple[int, int]]]:
    return (items[at : at + ITEMS_AT_ONCE] for at in range(0, len(items), ITEMS_AT_ONCE))


def _named(name: str, key: int) -> str:
    """The sorted set of the items, by their marks."""
    return f"gather:{name}:{key}"


def _window(name: str, args: tuple[Any, ...]) -> str:
    return f"coalesce:{name}:{':'.join(map(str, args))}"
