"""Django's Redis cache with one client a thread: it would make a new one at every call."""

from __future__ import annotations

from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient


class Client(RedisCacheClient):
    _made: Any = None

    def get_client(
        self, key: str | bytes | memoryview[int] | None = None, *, write: bool = False
    ) -> Any:
        self._made = self._made or super().get_client(key, write=write)
        return self._made


class Cache(RedisCache):
    """For one server; Django keeps an instance a thread."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = Client
