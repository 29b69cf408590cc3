"""Limit requests a minute by a moving window in Redis, exact to the millisecond.

In no 60,000 ms do more than `limit` requests pass (one of exactly 60,000 ms ago still counts), and nobody is refused
while fewer did. Every process shares the window, under Redis' own clock; the same round trip counts usage.

What has passed is remembered in one string: a head of four numbers and a ring of instants, six bytes each, ascending.
`tail` is the first that counts, found from where it was before by doubling steps: the work does not grow with the
limit. The ring grows by half when it is full, and shrinks when an eighth of it is used: at most ten bytes a request
that is remembered. A clock of Redis that is set back does not turn the window's time: it goes on from the last request.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
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
_PREFIX = "window"
_MONTH_KEPT = 86_400
"""Seconds for which a month's counter outlives its month, for clocks that differ."""

WINDOW_SCRIPT = """
local time = redis.call('TIME')
local clock = time[1] * 1000 + math.floor(time[2] / 1000)
local limit, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local HEAD, ENTRY, LEAST = 24, 6, 64
local head, tail, last, shift, room = 0, 0, 0, 0, 0
local ring = redis.call('GETRANGE', KEYS[1], 0, HEAD - 1)
if #ring == HEAD then
  head, tail, last, shift = struct.unpack('>I6I6I6I6', ring)
  room = (redis.call('STRLEN', KEYS[1]) - HEAD) / ENTRY
end
local stepped = clock + shift < last
if stepped then shift = last - clock end
local now = clock + shift
local function instant(index)
  local place = HEAD + index % room * ENTRY
  return (struct.unpack('>I6', redis.call('GETRANGE', KEYS[1], place, place + ENTRY - 1)))
end
local low, high, stride = tail, head, 1
while low < high do
  local probe = math.min(low + stride - 1, high - 1)
  if instant(probe) >= now - window then high = probe break end
  low, stride = probe + 1, stride * 2
end
while low < high do
  local middle = math.floor((low + high) / 2)
  if instant(middle) < now - window then low = middle + 1 else high = middle end
end
local count = head - low
local quota = tonumber(ARGV[5] or '')
local spent = quota and tonumber(redis.call('GET', KEYS[4]) or 0) >= quota
local allowed = count < limit and not spent
local wait = 0
if allowed then
  if count == room or (room > LEAST and count * 8 < room) then
    local live, first = '', low % math.max(room, 1)
    if count > 0 then
      local start = HEAD + first * ENTRY
      live = redis.call('GETRANGE', KEYS[1], start, start + math.min(count, room - first) * ENTRY - 1)
      if first + count > room then
        live = live .. redis.call('GETRANGE', KEYS[1], HEAD, HEAD + (first + count - room) * ENTRY - 1)
      end
    end
    room = math.max(LEAST, math.floor(count * 1.5))
    if limit < room then room = math.max(limit, count + 1) end
    head, low = count, 0
    redis.call('SET', KEYS[1], string.rep('\\0', HEAD) .. live .. string.rep('\\0', (room - count) * ENTRY))
  end
  local place = HEAD + head % room * ENTRY
  redis.call('SETRANGE', KEYS[1], place, struct.pack('>I6', now))
  head, count = head + 1, count + 1
  redis.call('SETRANGE', KEYS[1], 0, struct.pack('>I6I6I6I6', head, low, now, shift))
  redis.call('PEXPIRE', KEYS[1], window + 1000)
  if quota then
    redis.call('INCR', KEYS[4])
    redis.call('EXPIRE', KEYS[4], ARGV[6])
  end
else
  if count >= limit then wait = limit > 0 and instant(head - limit) + window + 1 - now or window end
  if stepped then redis.call('SETRANGE', KEYS[1], 0, struct.pack('>I6I6I6I6', head, low, last, shift)) end
end
local frees = now + window + 1
if count > 0 then frees = instant(low) + window + 1 end
local field = allowed and ARGV[3] or ARGV[4]
if field ~= '' then redis.call('HINCRBY', KEYS[2], field, 1) end
local mark = KEYS[3] and redis.call('GET', KEYS[3]) or ''
return {allowed and 1 or 0, math.max(0, limit - count), frees - shift, wait, mark, spent and 1 or 0}
"""
"""Answers whether the request passes, how many more may, when the oldest leaves and in how long one passes (ms).

KEYS: the window, the counts of usage, the user's mark, his month's counter. ARGV: limit, window in ms, the counters of
what is served and of what is limited; where a month's quota refuses, the quota and the counter's seconds to live.
"""


@dataclass(frozen=True, kw_only=True)
class MonthQuota:
    """A month's requests, beyond which a user is refused; all of his keys share them."""

    user: UUID
    most: int
    now: datetime

    @property
    def counter(self) -> str:
        """Return the name of the month's counter in Redis."""
        return f"quota:{self.user}:{self.now:%Y-%m}"

    @property
    def ends_in(self) -> int:
        """Return the seconds until the month ends."""
        following = (self.now.replace(day=1) + timedelta(days=31)).replace(
            day=1, hour=0, minute=0, second=0, microsecond=0
        )
        return math.ceil((following - self.now).total_seconds())


def raise_month(redis: Redis, quota: MonthQuota, requests: int) -> None:
    """Set a month's counter to what is known of it, where Redis has less.

    It was lost, or begins now.
    """
    redis.eval(_RAISE, 1, quota.counter, requests, quota.ends_in + _MONTH_KEPT)


_RAISE = """
if tonumber(redis.call('GET', KEYS[1]) or 0) < tonumber(ARGV[1]) then
  redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
end
"""


@dataclass(frozen=True, kw_only=True)
class LimitState:
    """The limit's answer to one request, as its headers tell it."""

    allowed: bool
    limit: int
    remaining: int
    reset: int
    """Unix seconds by which the oldest request has left the window."""
    retry_after: int
    """Seconds to wait before the next request may pass; 0 when this one did."""
    known: bool = True
    """False when Redis did not answer and the configured policy decided."""
    spent: bool = False
    """The month's quota is used up."""
    mark: str = ""
    """The mark of the user that was asked for: another one says that his standing changed."""


class Limiter:
    """Count requests against limits.

    `redis` is database 2. `when_down` says what passes that cannot be counted: all (`open`), what changes nothing
    (`reads`), or nothing (`closed`). Users of `refused_tiers` are refused at their month's quota.
    """

    def __init__(
        self,
        redis: Redis,
        *,
        when_down: Literal["open", "reads", "closed"] = "reads",
        patience: float = PATIENCE_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
        refused_tiers: Collection[str] = (),
    ) -> None:
        self.refused_tiers = frozenset(refused_tiers)
        self._redis = impatient(redis, patience)
        self._script = self._redis.register_script(WINDOW_SCRIPT)
        self._when_down = when_down
        self._monotonic = monotonic
        self._failures = 0
        self._open_until = float("-inf")
        self._backlog = Backlog()

    def check(
        self,
        subject: str,
        limit: int,
        use: Use | None = None,
        *,
        changes: bool = False,
        marked: UUID | None = None,
        quota: MonthQuota | None = None,
    ) -> LimitState:
        """Count one request of a user or an address; `use` is metered with it.

        Beyond the `quota` it is refused.

        `changes`: it may change something, which `when_down` may refuse. `marked`: whose mark is read with it
        (`premium.storage.marks`).
        """
        if self._monotonic() < self._open_until:
            return self._undecided(limit, use, changes=changes)
        fields = (use.field("served"), use.field("limited")) if use else ("", "")
        try:
            keys = [f"{_PREFIX}:{subject}", PENDING, *([mark_name(marked)] if marked else [])]
            args: list[int | str] = [limit, WINDOW_SECONDS * 1000, *fields]
            if quota is not None:
                keys, args = (
                    [*keys[:2], mark_name(quota.user), quota.counter],
                    [*args, quota.most, quota.ends_in + _MONTH_KEPT],
                )
            answer = self._script(keys=keys, args=args)
        except RedisTimeout:
            # It may have been counted before the answer was lost; counting it again would bill it twice.
            return self._failed(limit, None, changes=changes)
        except RedisError:
            return self._failed(limit, use, changes=changes)
        self._failures = 0
        self._replay()
        spent = len(answer) > 5 and int(answer[5]) == 1
        allowed, remaining, frees_ms, wait_ms = (int(value) for value in answer[:4])
        return LimitState(
            allowed=allowed == 1,
            limit=limit,
            remaining=remaining,
            reset=math.ceil(frees_ms / 1000),
            retry_after=quota.ends_in if quota and spent else math.ceil(wait_ms / 1000),
            spent=spent,
            mark=answer[4].decode() if isinstance(answer[4], bytes) else str(answer[4] or ""),
        )

    def _replay(self) -> None:
        """Add what is kept from an outage; what fails now is tried with the next request."""
        try:
            self._backlog.replay(self._redis)
        except RedisError as error:
            logger.warning("buffered counts are not taken yet", error=type(error).__name__)

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
