"""The cache of embeddings in the database."""

from __future__ import annotations

import hashlib
import threading

import numpy as np
import pytest
from django.db import connection

from rm_training import embeddings
from rm_training.embeddings import DatabaseCache
from rm_training.models import Embedding

pytestmark = pytest.mark.django_db


def key(n: int) -> bytes:
    return hashlib.sha256(str(n).encode()).digest()


def vectors(numbers: range) -> dict[bytes, np.ndarray]:
    return {key(n): np.random.default_rng(n).normal(size=7).astype(np.float32) for n in numbers}


def test_vectors_come_back_bit_by_bit() -> None:
    cache = DatabaseCache("a" * 64)
    items = vectors(range(20))
    cache.put(items)
    found = cache.get([key(n) for n in range(30)])
    assert found.keys() == items.keys()
    for k, vector in items.items():
        assert np.array_equal(found[k], vector)
        assert found[k].dtype == np.float32


def test_more_than_a_chunk_goes_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embeddings, "CHUNK", 4)
    cache = DatabaseCache("a" * 64)
    cache.put(vectors(range(11)))
    assert len(cache.get([key(n) for n in range(11)])) == 11


def test_nothing_in_and_nothing_asked_for_is_nothing_out() -> None:
    cache = DatabaseCache("a" * 64)
    cache.put({})
    assert cache.get([]) == {}


def test_backbones_do_not_share_vectors() -> None:
    DatabaseCache("a" * 64).put(vectors(range(3)))
    assert DatabaseCache("b" * 64).get([key(0)]) == {}


def test_a_vector_that_is_there_is_kept() -> None:
    cache = DatabaseCache("a" * 64)
    cache.put({key(0): np.zeros(3, np.float32)})
    cache.put({key(0): np.ones(3, np.float32), key(1): np.ones(3, np.float32)})
    assert cache.get([key(0)])[key(0)].tolist() == [0, 0, 0]
    assert Embedding.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_workers_with_the_same_texts_do_not_get_in_each_others_way() -> None:
    items = vectors(range(400))
    backwards = dict(reversed(items.items()))
    failures: list[BaseException] = []

    def put(batch: dict[bytes, np.ndarray]) -> None:
        try:
            DatabaseCache("a" * 64).put(batch)
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=put, args=[b]) for b in (items, backwards) * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert Embedding.objects.count() == 400
