"""Nonces of wallet logins: each lives five minutes and is spent once.

They live in Redis alone, and of two logins at once one finds its nonce.
"""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from premium.accounts.once import Once
from premium.clock import Clock

if TYPE_CHECKING:
    from redis import Redis

SECONDS = 300
_ALPHABET = string.ascii_letters + string.digits
_LENGTH = 22
"""Of 62 letters and digits: 130 random bits."""


@dataclass(frozen=True)
class Nonce:
    """A nonce, whose it is, and when it ends."""

    text: str
    address: str | None
    """The only wallet that may use it, checksummed; None: any."""
    expires_at: datetime


class Nonces:
    """Give, spend and put back nonces; UpstreamUnavailable where Redis does not answer."""

    def __init__(self, redis: Redis, clock: Clock) -> None:
        self._kept = Once(redis, "login-nonce")
        self._clock = clock

    def issue(self, address: str | None) -> Nonce:
        """Return a new nonce, for one wallet or for any."""
        made = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
        nonce = Nonce(made, address, self._clock.now() + timedelta(seconds=SECONDS))
        self._put(nonce, SECONDS * 1000)
        return nonce

    def spend(self, text: str) -> Nonce | None:
        """Take a nonce away and return it.

        None for one that is spent, over or made up.
        """
        fields = self._kept.take(text)
        if fields is None:
            return None
        nonce = Nonce(text, fields["address"], datetime.fromisoformat(fields["expires_at"]))
        return nonce if self._clock.now() < nonce.expires_at else None

    def put_back(self, nonce: Nonce) -> None:
        """Let a nonce be used again, as an attempt could not be judged."""
        left = nonce.expires_at - self._clock.now()
        if left > timedelta(0):
            self._put(nonce, max(1, left // timedelta(milliseconds=1)))

    def _put(self, nonce: Nonce, milliseconds: int) -> None:
        kept = {"address": nonce.address, "expires_at": nonce.expires_at.isoformat()}
        self._kept.put(nonce.text, kept, milliseconds=milliseconds)
