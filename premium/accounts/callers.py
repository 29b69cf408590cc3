"""From a verified credential to a user, kept for seconds so that most requests ask no database.

The tier: a subscription's is the truth once billing keeps one; until then the signed claim of the free platform is the
only word there is, so it decides and is written down, for workers and for API keys, which carry no claim.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from typing import Generic, TypeVar
from uuid import UUID

from premium.accounts.model import KeyOwner, User
from premium.accounts.store import AccountStore
from premium.accounts.tokens import Claims
from premium.clock import Clock
from premium.errors import Forbidden, Unauthenticated, UpstreamUnavailable
from premium.tiers import Tier

USER_SECONDS = 30.0
KEY_SECONDS = 0.5
"""A revoked key must be refused everywhere within a second."""
NOTED_SECONDS = 3600.0
_MAX_KNOWN = 10_000
_KEY_FORM = re.compile(r"pdk_[A-Za-z0-9]{8}_[A-Za-z0-9_-]{43}")
V = TypeVar("V")
U = TypeVar("U", bound=User)


def key_hash(key: str) -> bytes:
    """SHA-256: a key has 256 random bits, so neither salt nor stretching adds anything."""
    return hashlib.sha256(key.encode()).digest()


class Callers:
    """`by_claims` and `by_key` give the user or raise Unauthenticated, Forbidden, UpstreamUnavailable."""

    def __init__(self, store: AccountStore, clock: Clock, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._users: Recent[User] = Recent(USER_SECONDS, monotonic)
        self._keys: Recent[KeyOwner] = Recent(KEY_SECONDS, monotonic)
        self._noted: Recent[bool] = Recent(NOTED_SECONDS, monotonic)

    def by_claims(self, claims: Claims) -> User:
        """The user of a token; made at the first sight of the subject."""
        name = f"{claims.subject}\n{claims.tier}"
        user = self._users.get(name) or self._users.put(name, self._user(claims))
        return _unrestricted(user)

    def by_key(self, key: str) -> KeyOwner:
        """The owner of an API key that is neither revoked nor expired."""
        if not _KEY_FORM.fullmatch(key):
            raise Unauthenticated("The API key is not valid")
        owner = self._key_owner(key_hash(key))
        if owner is None or not owner.usable(self._clock.now()):
            raise Unauthenticated("The API key is not valid")
        if not owner.tier.includes(Tier.ENTERPRISE):
            raise Forbidden("API keys need the tier enterprise")
        return _unrestricted(owner)

    def _key_owner(self, hashed: bytes) -> KeyOwner | None:
        known = self._keys.get(hashed.hex())
        if known is None and (found := self._store.by_key_hash(hashed)):
            known = self._keys.put(hashed.hex(), found)
            self._seen(found.key_id, lambda: self._store.key_seen(found.id, found.key_id))
        return known

    def _seen(self, subject: UUID, note: Callable[[], None]) -> None:
        """Write down that a user or key is in use, once an hour; nothing fails for it."""
        if self._noted.get(str(subject)):
            return
        self._noted.put(str(subject), True)
        with suppress(UpstreamUnavailable):
            note()

    def _user(self, claims: Claims) -> User:
        user = self._store.by_external_id(claims.subject) or self._new(claims)
        if claims.tier is not None and user.tier != claims.tier:
            self._store.set_tier(user.id, claims.tier)
            user = user.model_copy(update={"tier": claims.tier})
        self._seen(user.id, lambda: self._store.user_seen(user.id))
        return user

    def _new(self, claims: Claims) -> User:
        for email in (claims.email, None):
            self._store.add_user(claims.subject, email.lower() if email else None, claims.tier or Tier.FREE)
            if user := self._store.by_external_id(claims.subject):
                return user
        raise UpstreamUnavailable("The user could not be made just now")


class Recent(Generic[V]):
    """Values by name for some seconds, the oldest dropped beyond 10,000."""

    def __init__(self, seconds: float, monotonic: Callable[[], float]) -> None:
        self._seconds = seconds
        self._monotonic = monotonic
        self._known: OrderedDict[str, tuple[float, V]] = OrderedDict()

    def get(self, name: str) -> V | None:
        at, value = self._known.get(name, (float("-inf"), None))
        return value if self._monotonic() - at < self._seconds else None

    def put(self, name: str, value: V) -> V:
        self._known[name] = (self._monotonic(), value)
        self._known.move_to_end(name)
        if len(self._known) > _MAX_KNOWN:
            self._known.popitem(last=False)
        return value


def _unrestricted(user: U) -> U:
    if user.is_restricted:
        raise Forbidden("This account is restricted; write to support")
    return user
