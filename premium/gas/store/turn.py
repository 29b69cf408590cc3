"""Whose turn it is to follow the chains: one process at a time.

It keeps the turn for as long as it gives signs of life.
"""

from __future__ import annotations

from redis import Redis
from redis.exceptions import RedisError

from premium.errors import UpstreamUnavailable

SECONDS = 10
_KEY = "gas:follower"
_CLAIM = """
local held = redis.call('GET', KEYS[1])
if held and held ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
return 1
"""
_RELEASE = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end"


class Turn:
    """The hold of one process on all followed chains."""

    def __init__(self, redis: Redis, owner: str) -> None:
        self._owner = owner
        self._claim, self._release = redis.register_script(_CLAIM), redis.register_script(_RELEASE)

    def claim(self) -> bool:
        """Take or renew the turn; return whether it is ours.

        UpstreamUnavailable without Redis: two processes would ask nodes twice.
        """
        try:
            return bool(self._claim(keys=[_KEY], args=[self._owner, SECONDS]))
        except RedisError as error:
            raise UpstreamUnavailable(f"Redis does not answer ({type(error).__name__})") from error

    def release(self) -> None:
        """Give the turn back, so that another process need not wait for its end."""
        try:
            self._release(keys=[_KEY], args=[self._owner])
        except RedisError:
            return  # it ends by itself
