"""Tokens of a minute that open one stream and nothing else.

A stream's address stands in logs of proxies and browsers; what stands there must soon be worth nothing. A token is
random, kept by its hash alone, and spent by the first connection that shows it.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from premium.accounts.once import Once
from premium.clock import Clock

if TYPE_CHECKING:
    from redis import Redis

SECONDS = 60
_PREFIX = "pst_"
_FORM = re.compile(r"pst_[A-Za-z0-9_-]{43}")


@dataclass(frozen=True)
class StreamToken:
    """A new token at the one moment when it is known, and when it ends."""

    token: str
    expires_at: datetime


@dataclass(frozen=True)
class Pass:
    """What a spent token was worth: whose stream, and until when."""

    external_id: str
    ends_at: int | None
    """Unix seconds; None for no end of its own."""
    key_id: UUID | None
    """The API key that asked for it: the stream hears what that may read."""
    session_id: UUID | None = None
    """The session that asked for it: the stream lasts as long."""


class StreamTokens:
    """Issue and spend tokens, which live in Redis.

    UpstreamUnavailable where Redis does not answer: no stream is opened on a guess.
    """

    def __init__(self, redis: Redis, clock: Clock) -> None:
        self._kept = Once(redis, "stream-token")
        self._clock = clock

    def now(self) -> int:
        """Return the clock's Unix seconds."""
        return int(self._clock.now().timestamp())

    def issue(
        self, external_id: str, *, ends_at: int | None, key_id: UUID | None = None, session_id: UUID | None = None
    ) -> StreamToken:
        """Return a token for a user's stream.

        The stream ends with the credential that asked for it: with the session, not with its access token.
        """
        text = _PREFIX + secrets.token_urlsafe(32)
        ids = {"key": str(key_id) if key_id else None, "session": str(session_id) if session_id else None}
        worth = {"user": external_id, "ends": None if session_id else ends_at, **ids}
        expires_at = self._clock.now() + timedelta(seconds=SECONDS)
        self._kept.put(_name(text), worth, milliseconds=SECONDS * 1000)
        return StreamToken(text, expires_at)

    def spend(self, token: str) -> Pass | None:
        """Return what a token is worth, once.

        None for one that is spent, expired or made up.
        """
        fields = self._kept.take(_name(token))
        if fields is None or "key" not in fields:
            return None  # without it an earlier release's, which does not say how much it may hear
        key, session = fields["key"], fields.get("session")
        return Pass(str(fields["user"]), fields["ends"], UUID(key) if key else None, UUID(session) if session else None)


def is_stream_token(text: str) -> bool:
    """Tell whether a text has the form of a stream token."""
    return _FORM.fullmatch(text) is not None


def _name(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
