"""Django's Redis cache with one client a thread: it would make a new one at every call."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient


class Client(RedisCacheClient):
    _made: Any = None

    def get_client(
        self, key: str | bytes | memoryview[int] | None = None, *, write: bool = False
    ) -> Any:
        self._made = self._made or super().get_client(key, write=write)
        return self._made


def redis() -> Any:
    """This thread's client, for what Django's cache has no words for."""
    return cache._cache.get_client(write=True)  # type: ignore[attr-defined] # a proxy of `Cache`


class Cache(RedisCache):
    """For one server; Django keeps an instance a thread."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = Client
