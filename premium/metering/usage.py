"""Count requests in Redis, in the rate limit's own round trip.

`premium.metering.journal` takes the counts out, `premium.metering.drain` writes them to their table.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal
from uuid import UUID, uuid4

from premium.observability import count

if TYPE_CHECKING:
    from redis import Redis

PENDING = "usage:pending"
SEPARATOR = "\x1f"
_MAX_BACKLOG = 10_000
_REPLAY = """
if redis.call('SET', KEYS[1], 1, 'NX', 'EX', 86400) then
  for i = 1, #ARGV, 2 do redis.call('HINCRBY', KEYS[2], ARGV[i], ARGV[i + 1]) end
end
"""
Outcome = Literal["served", "limited"]


@dataclass(frozen=True, kw_only=True)
class Use:
    """One request to be metered, by API key where there is one, else by user."""

    subject: UUID
    customer: UUID
    """The user who pays; the subject's owner."""
    endpoint: str
    """The route, `GET /v1/portfolio`, never the path: ids would make endless counters."""
    at: datetime
    tier: str = "free"
    """The user's, as it is now."""

    def field(self, outcome: Outcome) -> str:
        """Return the counter's name in Redis."""
        hour = self.at.strftime("%Y-%m-%dT%H")
        return SEPARATOR.join((str(self.subject), str(self.customer), hour, outcome, self.tier, self.endpoint))


class Backlog:
    """Keep counts that Redis could not take until it can."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._sent: tuple[str, Counter[str]] | None = None

    def add(self, field: str) -> None:
        """Keep one count; beyond 10,000 names new ones are dropped, and told of."""
        if field in self._counts or len(self._counts) < _MAX_BACKLOG:
            self._counts[field] += 1
        else:
            count("DroppedRequests")

    def replay(self, redis: Redis) -> None:
        """Add what is kept; an error leaves it for the next time.

        It has an id: where the answer was lost, and it is sent again, it counts once.
        """
        if self._sent is None and self._counts:
            self._sent, self._counts = (f"usage:replayed:{uuid4()}", self._counts), Counter()
        if self._sent is None:
            return
        name, counts = self._sent
        redis.eval(_REPLAY, 2, name, PENDING, *(part for pair in counts.items() for part in pair))
        self._sent = None
