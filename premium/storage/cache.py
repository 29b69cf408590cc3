"""A cache in Redis of JSON that always expires.

It can be rebuilt, so a Redis that fails is a miss, never an error.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from redis.exceptions import RedisError

from premium.storage.plain import to_json

if TYPE_CHECKING:
    from redis import Redis


class Cache:
    """Values by key, under one prefix.

    Keys are `<prefix>:<key>`. Decimals, UUIDs and times are kept as strings; the reader's model parses them.
    """

    def __init__(self, redis: Redis, prefix: str) -> None:
        self._redis = redis
        self._prefix = prefix

    def get(self, key: str) -> Any | None:
        """Return what was set; None where it is absent, expired or unreadable, or without Redis."""
        try:
            text = self._redis.get(self._name(key))
        except RedisError as error:
            self._missed("read", error)
            return None
        try:
            return None if text is None else json.loads(text)
        except ValueError as error:
            self._missed("parsed", error)
            return None

    def get_many(self, keys: Sequence[str]) -> dict[str, Any]:
        """Return what was set of these keys, in one question.

        What is absent or unreadable is left out.
        """
        found: dict[str, Any] = {}
        if not keys:
            return found
        try:
            texts = self._redis.mget([self._name(key) for key in keys])
        except RedisError as error:
            self._missed("read", error)
            return found
        for key, text in zip(keys, texts, strict=True):
            try:
                found |= {} if text is None else {key: json.loads(text)}
            except ValueError as error:
                self._missed("parsed", error)
        return found

    def set(self, key: str, value: Any, *, ttl_seconds: int) -> None:
        """Keep `value` for `ttl_seconds` (> 0)."""
        if ttl_seconds <= 0:
            raise ValueError("a cached value needs a time to live")
        try:
            self._redis.set(self._name(key), to_json(value), ex=ttl_seconds)
        except RedisError as error:
            self._missed("written", error)

    def delete(self, key: str) -> None:
        """Forget a key after a write.

        Where Redis fails its TTL bounds how long the old value lives.
        """
        try:
            self._redis.delete(self._name(key))
        except RedisError as error:
            self._missed("deleted", error)

    def _name(self, key: str) -> str:
        return f"{self._prefix}:{key}"

    def _missed(self, action: str, error: Exception) -> None:
        from premium.observability import logger

        logger.warning("a cached value could not be %s", action, cache=self._prefix, error=type(error).__name__)
