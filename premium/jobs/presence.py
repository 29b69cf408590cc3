"""Show resident processes to operators.

They serve a queue without being workers of RQ, and say what they do.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Event, Thread

from redis import Redis
from redis.exceptions import RedisError

SIGN_SECONDS = 2.0
ALIVE_SECONDS = 10
_KEY = "premium:resident:{}:{}"


@dataclass(frozen=True, kw_only=True)
class Resident:
    """A resident process that is alive; `name` is `resident@host-pid`, `doing` a few words."""

    queue: str
    name: str
    doing: str

    @property
    def resident(self) -> str:
        """Return which of the declared residents it is."""
        return self.name.rpartition("@")[0]


def seen(redis: Redis, queue: str, name: str) -> bool:
    """Return whether this resident has given a sign of life lately."""
    return bool(redis.exists(_KEY.format(queue, name)))


@contextmanager
def present(redis: Redis, queue: str, name: str, doing: Callable[[], str]) -> Iterator[None]:
    """Give signs of life from a thread while the context lasts.

    Without Redis there are none, and nothing else happens.
    """
    ended = Event()
    thread = Thread(target=_tell, args=(redis, _KEY.format(queue, name), doing, ended), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(SIGN_SECONDS)
        with suppress(RedisError):
            redis.delete(_KEY.format(queue, name))


def residents(redis: Redis) -> list[Resident]:
    """Return the residents that are alive, by queue and name."""
    keys = sorted(redis.scan_iter(_KEY.format("*", "*"), count=1000))
    values = redis.mget(keys) if keys else []
    return [
        Resident(queue=key.decode().split(":")[2], name=key.decode().split(":", 3)[3], doing=json.loads(value)["doing"])
        for key, value in zip(keys, values, strict=True)
        if value is not None
    ]


def _tell(redis: Redis, key: str, doing: Callable[[], str], ended: Event) -> None:
    since = int(time.time())
    while True:
        with suppress(RedisError):
            redis.set(key, json.dumps({"doing": doing(), "since": since}), ex=ALIVE_SECONDS)
        if ended.wait(SIGN_SECONDS):
            return
