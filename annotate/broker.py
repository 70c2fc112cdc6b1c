"""Gives messages back to the broker whose worker died with them.

Redis hands an unacknowledged message out again only after the visibility timeout, which is hours
long because runs are. Whoever knows that a queue's workers are gone need not wait. It knows no
task.
"""

from collections.abc import Collection
from typing import Any

from kombu.utils.json import loads

from annotate.celery import app


def requeue_unacknowledged(queues: Collection[str]) -> int:
    """Put back, in front, every message of these queues that a worker took and did not finish.

    Call it only while no worker of these queues runs: a running worker's message would be handed
    to a second one. Returns how many messages were put back.
    """
    with app.connection_for_write() as connection:
        channel: Any = connection.default_channel  # kombu types only what every broker has
        taken = channel.client.hgetall(channel.unacked_key)
        mine = [tag for tag, entry in taken.items() if _queue(entry) in queues]
        for tag in mine:
            channel.qos.restore_by_tag(tag)
        return len(mine)


def _queue(entry: bytes) -> str:
    """The queue of an entry (message, exchange, routing key): the routing key names it."""
    _message, _exchange, routing_key = loads(entry.decode())
    return str(routing_key)
