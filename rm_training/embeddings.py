"""The cache of embeddings in the database: by backbone and content, computed once, ever.

It knows keys and vectors, not texts or models. Rows go in and out by COPY, some thousands at once,
each call a transaction of its own: a run that is killed keeps what it has computed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray

CHUNK = 5_000
FloatArray = NDArray[np.float32]


class DatabaseCache:
    """Embeddings by one backbone, named by its digest. Vectors are little-endian float32."""

    def __init__(self, backbone: str) -> None:
        self._backbone = backbone

    def get(self, keys: Sequence[bytes]) -> dict[bytes, FloatArray]:
        """The vectors of those keys that are known."""
        found: dict[bytes, FloatArray] = {}
        with connection.cursor() as cursor:
            for chunk in _chunks(keys):
                cursor.execute(
                    "SELECT key, vector FROM rm_training_embedding"
                    " WHERE backbone = %s AND key = ANY(%s)",
                    [self._backbone, chunk],
                )
                for key, vector in cursor:
                    found[bytes(key)] = np.frombuffer(vector, dtype="<f4")
        return found

    def put(self, items: Mapping[bytes, FloatArray]) -> None:
        """Adds vectors; a key that another worker added meanwhile keeps the vector it has."""
        for chunk in _chunks(list(items)):
            self._put({key: items[key] for key in chunk})

    @transaction.atomic
    def _put(self, items: Mapping[bytes, FloatArray]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE TEMPORARY TABLE IF NOT EXISTS fresh_embeddings (key bytea, vector bytea)"
                " ON COMMIT DELETE ROWS"
            )
            with cursor.copy("COPY fresh_embeddings FROM STDIN (FORMAT BINARY)") as copy:
                copy.set_types(["bytea", "bytea"])
                for key, vector in items.items():
                    copy.write_row((key, np.asarray(vector, dtype="<f4").tobytes()))
            # In the order of keys, so that two workers with the same texts can't deadlock.
            cursor.execute(
                "INSERT INTO rm_training_embedding (backbone, key, vector)"
                " SELECT %s, key, vector FROM fresh_embeddings ORDER BY key"
                " ON CONFLICT DO NOTHING",
                [self._backbone],
            )
            cursor.execute("TRUNCATE fresh_embeddings")


def _chunks(keys: Sequence[bytes]) -> Iterator[list[bytes]]:
    rest = iter(keys)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk
