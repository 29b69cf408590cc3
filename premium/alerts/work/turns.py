"""Take turns: in each period one process has it."""

from __future__ import annotations

from redis import Redis
from redis.exceptions import RedisError

from premium.observability import logger

_SHARE = 0.9
"""Of the period that a turn holds: whoever took it is awake for the next."""


class Turn:
    """The turn of a name in a period of seconds."""

    def __init__(self, redis: Redis, name: str, seconds: int) -> None:
        self._redis, self._key, self.seconds = redis, f"turn:{name}", seconds

    def take(self) -> bool:
        """Take the turn of this period; return False where another process has it.

        Without Redis everybody has it: what is sent twice has one id, and only costs a request more.
        """
        try:
            return bool(self._redis.set(self._key, "1", nx=True, px=int(self.seconds * 1000 * _SHARE)))
        except RedisError as error:
            logger.warning("no turn is kept", turn=self._key, error=str(error)[:200])
            return True
