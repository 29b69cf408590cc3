"""Have one waiting job apply all events that are stored before it begins.

A burst of events needs few jobs.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from redis.exceptions import RedisError

if TYPE_CHECKING:
    from redis import Redis

_NAME = "billing:waiting"
_SECONDS = 2
"""For which a job that never begins keeps others from being started; the next one applies what it left."""


def is_first(redis: Redis) -> bool:
    """Tell whether no job waits, so that one is to be started.

    Where Redis does not say, one is. Call it when the event is stored: a job that begins later reads it.
    """
    try:
        return bool(redis.set(_NAME, 1, nx=True, ex=_SECONDS))
    except RedisError:
        return True


def begin(redis: Redis) -> None:
    """Say that the waiting job begins: what is stored from now on needs another one."""
    with suppress(RedisError):
        redis.delete(_NAME)
