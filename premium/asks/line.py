"""A line of questions and their replies in Redis, under Redis' own clock.

An ask waits in a list until a resident takes it; its reply is a list of one, which every waiter can read and which
expires. Deadlines are milliseconds of Redis, so that no two clocks are compared.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Literal, cast

from redis import Redis

from premium.errors import PayloadTooLarge

DATABASE = 4
"""Beside pub/sub: what is lost with a restart is asked again."""
MAX_ASK, MAX_REPLY = 512 << 10, 1 << 20
"""Bytes of JSON."""
SERVES_MS = 5_000
"""How long a resident counts as there after its last sign of life."""
KEPT_MS = 10_000
"""How long a reply outlives its deadline, for one who asks the same again."""
Standing = Literal["asked", "waiting", "answered", "full", "nobody"]


@dataclass(frozen=True)
class Question:
    """One ask as a resident has it in hand."""

    id: str
    body: Mapping[str, Any]
    due: int
    """The deadline, in Redis' milliseconds."""
    seconds: float
    """What was left of it when it was taken."""
    taken: float = field(default_factory=monotonic)

    def left(self) -> float:
        """Return the seconds that are left, below zero where it is late."""
        return self.seconds - (monotonic() - self.taken)


class Line:
    """One line of asks, by its name: `security`, `router:ethereum`."""

    def __init__(self, redis: Redis, name: str, *, most: int = 256) -> None:
        """`most`: asks that may wait at once."""
        self._redis, self._most = redis, most
        self._queue, self._serves = f"asks:{name}:queue", f"asks:{name}:serves"
        self._prefix = f"asks:{name}"
        self._put, self._tell = redis.register_script(_PUT), redis.register_script(_TELL)

    def put(self, ask_id: str, body: Mapping[str, Any], milliseconds: int) -> tuple[Standing, int]:
        """Put an ask at the end, unless it is there.

        Return how it stands and how many late ones were dropped. PayloadTooLarge over 512 KiB.
        """
        text = json.dumps(body, separators=(",", ":"))
        if len(text) > MAX_ASK:
            raise PayloadTooLarge(f"The request is larger than {MAX_ASK} bytes", details={"maximum": MAX_ASK})
        keys = [self._queue, self._reply(ask_id), f"{self._prefix}:asked:{ask_id}", self._serves]
        standing, dropped = cast(
            "tuple[bytes, int]", self._put(keys=keys, args=[ask_id, text, milliseconds, self._most])
        )
        return cast("Standing", standing.decode()), int(dropped)

    def wait(self, ask_id: str, seconds: float) -> Mapping[str, Any] | None:
        """Wait for a reply and leave it for others; None where none comes in time."""
        name = self._reply(ask_id)
        found = self._redis.blmove(name, name, max(seconds, 0.001), "LEFT", "LEFT")  # type: ignore[arg-type] # fractions are taken since Redis 6
        return None if found is None else json.loads(cast("bytes", found))

    def sign(self) -> None:
        """Say that somebody answers here."""
        self._redis.set(self._serves, 1, px=SERVES_MS)

    def take(self, seconds: float) -> Question | None:
        """Take the oldest ask; None where none comes.

        One that is late has no seconds left.
        """
        found = self._redis.blpop([self._queue], seconds)
        if found is None:
            return None
        due, ask_id, text = cast("list[bytes]", found)[1].split(b" ", 2)
        now, micros = self._redis.time()
        left = int(due) / 1000 - (now + micros / 1e6)
        return Question(ask_id.decode(), json.loads(text), int(due), left)

    def tell(self, question: Question, reply: Mapping[str, Any]) -> bool:
        """Write a reply; False where it is late, or where there is one.

        ValueError over 1 MiB.
        """
        text = json.dumps(reply, separators=(",", ":"))
        if len(text) > MAX_REPLY:
            raise ValueError(f"a reply of {len(text)} bytes is larger than {MAX_REPLY}")
        return bool(self._tell(keys=[self._reply(question.id)], args=[question.due, text, KEPT_MS]))

    def _reply(self, ask_id: str) -> str:
        return f"{self._prefix}:reply:{ask_id}"


_NOW = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
"""
_PUT = (
    _NOW
    + """
local dropped = 0
while true do
  local first = redis.call('LINDEX', KEYS[1], 0)
  if not first or tonumber(string.match(first, '^(%d+) ')) > now then break end
  redis.call('LPOP', KEYS[1])
  dropped = dropped + 1
end
if redis.call('EXISTS', KEYS[2]) == 1 then return {'answered', dropped} end
if redis.call('EXISTS', KEYS[4]) == 0 then return {'nobody', dropped} end
if redis.call('EXISTS', KEYS[3]) == 1 then return {'waiting', dropped} end
if redis.call('LLEN', KEYS[1]) >= tonumber(ARGV[4]) then return {'full', dropped} end
local due = string.format('%.0f', now + tonumber(ARGV[3]))
redis.call('RPUSH', KEYS[1], due .. ' ' .. ARGV[1] .. ' ' .. ARGV[2])
redis.call('PEXPIRE', KEYS[1], tonumber(ARGV[3]) + 60000)
redis.call('SET', KEYS[3], due, 'PX', ARGV[3])
return {'asked', dropped}
"""
)
"""KEYS: queue, reply, mark of the ask, sign of residents. ARGV: id, body, milliseconds, most."""
_TELL = (
    _NOW
    + """
if now >= tonumber(ARGV[1]) or redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('RPUSH', KEYS[1], ARGV[2])
redis.call('PEXPIRE', KEYS[1], tonumber(ARGV[1]) - now + tonumber(ARGV[3]))
return 1
"""
)
"""KEYS: reply. ARGV: deadline, reply, how long it is kept after the deadline."""
