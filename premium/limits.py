"""Limit requests a minute by a sliding window in Redis.

Every Lambda shares the window, and the same round trip counts usage.

The window is 60 buckets of one second under Redis' own clock, so that no Lambda's clock matters. Within any minute at
most `limit` requests pass (to one second), and one who asks at an even pace of `limit` a minute is never refused.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from redis import Redis, RedisError
from redis.exceptions import TimeoutError as RedisTimeout

from premium.metering.usage import PENDING, Backlog, Use
from premium.observability import count, logger
from premium.storage.marks import mark_name
from premium.storage.redis_client import impatient

WINDOW_SECONDS = 60
PATIENCE_SECONDS = 0.05
"""A Redis that takes longer than this is treated as down: the request waits for it no longer."""
_FAILURES_TO_OPEN = 3
_OPEN_SECONDS = 1.0

_SCRIPT = """
local second = tonumber(redis.call('TIME')[1])
local limit, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local used, oldest, stale = 0, second, {}
local buckets = redis.call('HGETALL', KEYS[1])
for i = 1, #buckets, 2 do
  local at = tonumber(buckets[i])
  if at <= second - window then
    stale[#stale + 1] = buckets[i]
  else
    used = used + tonumber(buckets[i + 1])
    if at < oldest then oldest = at end
  end
end
if #stale > 0 then redis.call('HDEL', KEYS[1], unpack(stale)) end
local allowed = used < limit
if allowed then
  redis.call('HINCRBY', KEYS[1], second, 1)
  redis.call('EXPIRE', KEYS[1], window + 1)
  used = used + 1
end
local field = allowed and ARGV[3] or ARGV[4]
if field ~= '' then redis.call('HINCRBY', KEYS[2], field, 1) end
local mark = KEYS[3] and redis.call('GET', KEYS[3]) or ''
return {allowed and 1 or 0, math.max(0, limit - used), oldest + window, second, mark}
"""


@dataclass(frozen=True, kw_only=True)
class LimitState:
    """The limit's answer to one request, as its headers tell it."""

    allowed: bool
    limit: int
    remaining: int
    reset: int
    """Unix seconds at which the oldest request leaves the window."""
    retry_after: int
    """Seconds to wait before the next request may pass; 0 when this one did."""
    known: bool = True
    """False when Redis did not answer and the configured policy decided."""
    mark: str = ""
    """The mark of the user that was asked for: another one says that his standing changed."""


class Limiter:
    """Count requests against limits.

    `redis` is database 2. `when_down` says what passes that cannot be counted: all (`open`), what changes nothing
    (`reads`), or nothing (`closed`).
    """

    def __init__(
        self,
        redis: Redis,
        *,
        when_down: Literal["open", "reads", "closed"] = "reads",
        patience: float = PATIENCE_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._redis = impatient(redis, patience)
        self._script = self._redis.register_script(_SCRIPT)
        self._when_down = when_down
        self._monotonic = monotonic
        self._failures = 0
        self._open_until = float("-inf")
        self._backlog = Backlog()

    def check(
        self, subject: str, limit: int, use: Use | None = None, *, changes: bool = False, marked: UUID | None = None
    ) -> LimitState:
        """Count one request of a user or an address; `use` is metered with it.

        `changes`: it may change something, which `when_down` may refuse. `marked`: whose mark is read with it
        (`premium.storage.marks`).
        """
        if self._monotonic() < self._open_until:
            return self._undecided(limit, use, changes=changes)
        fields = (use.field("served"), use.field("limited")) if use else ("", "")
        try:
            keys = [f"limit:{subject}", PENDING, *([mark_name(marked)] if marked else [])]
            answer = self._script(keys=keys, args=[limit, WINDOW_SECONDS, *fields])
            self._backlog.replay(self._redis)
        except RedisTimeout:
            # It may have been counted before the answer was lost; counting it again would bill it twice.
            return self._failed(limit, None, changes=changes)
        except RedisError:
            return self._failed(limit, use, changes=changes)
        self._failures = 0
        allowed, remaining, reset, now = (int(value) for value in answer[:4])
        return LimitState(
            allowed=allowed == 1,
            limit=limit,
            remaining=remaining,
            reset=reset,
            retry_after=0 if allowed else max(1, reset - now),
            mark=answer[4].decode() if isinstance(answer[4], bytes) else str(answer[4] or ""),
        )

    def _failed(self, limit: int, use: Use | None, *, changes: bool) -> LimitState:
        self._failures += 1
        if self._failures >= _FAILURES_TO_OPEN:
            self._open_until = self._monotonic() + _OPEN_SECONDS
        logger.warning("rate limits are not counted", failures=self._failures, policy=self._when_down)
        count("UncountedRequests")
        return self._undecided(limit, use, changes=changes)

    def _undecided(self, limit: int, use: Use | None, *, changes: bool) -> LimitState:
        allowed = self._when_down == "open" or (self._when_down == "reads" and not changes)
        if use is not None:
            self._backlog.add(use.field("served" if allowed else "limited"))
        reset = int(time.time()) + WINDOW_SECONDS
        return LimitState(
            allowed=allowed, limit=limit, remaining=limit, reset=reset, retry_after=0 if allowed else 1, known=False
        )
