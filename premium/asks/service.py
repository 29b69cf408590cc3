"""Ask a resident and wait for its reply."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any, Self
from uuid import uuid4

from redis import Redis
from redis.exceptions import RedisError

from premium.asks.line import Line
from premium.asks.replies import read_reply
from premium.errors import UpstreamUnavailable
from premium.observability import count, logger
from premium.storage.redis_client import impatient

SECONDS = 1.5
"""How long a handler waits; the gateway waits 29."""


@dataclass(frozen=True)
class Asks:
    """The asking side of one line."""

    line: Line
    seconds: float = SECONDS

    @classmethod
    def over(cls, redis: Redis, name: str, *, seconds: float = SECONDS, most: int = 256) -> Self:
        """Return a line over a client of Redis, of database 4."""
        return cls(Line(impatient(redis, seconds + 0.5, again=True), name, most=most), seconds)

    def ask(self, body: Mapping[str, Any], *, ask_id: str | None = None) -> Mapping[str, Any]:
        """Return the resident's answer; asks of one id share it.

        UpstreamUnavailable where nobody answers in time; an error that the resident tells is raised as its own.
        """
        started, name = monotonic(), ask_id or uuid4().hex
        try:
            standing, dropped = self.line.put(name, body, round(self.seconds * 1000))
            if dropped:
                count("AsksDropped", dropped)
            if standing in ("nobody", "full"):
                raise UpstreamUnavailable(_REASONS[standing])
            reply = self.line.wait(name, self.seconds - (monotonic() - started))
        except RedisError as error:
            logger.warning("an ask found no Redis", error=type(error).__name__)
            raise UpstreamUnavailable("The service is not available now: try again") from error
        if reply is None:
            raise UpstreamUnavailable("No answer came in time: try again")
        return read_reply(reply)


_REASONS = {
    "nobody": "The service is not available now: try again",
    "full": "Too many wait for an answer now: try again",
}
