"""Lead a verified credential to its user, known for some seconds.

Most requests ask no database.

The tier: a subscription's is the truth once billing keeps one; until then the signed claim of the free platform is the
only word there is, so it decides and is written down, for workers and for API keys, which carry no claim. Of several
tokens the newest decides (`iat`), whichever comes last: an older one neither raises nor lowers the tier again.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar
from uuid import UUID

from premium.accounts.credentials.keys import is_key, key_hash
from premium.accounts.model import KeyOwner, Standing, User
from premium.clock import Clock
from premium.errors import Forbidden, Unauthenticated, UpstreamUnavailable
from premium.tiers import Tier

if TYPE_CHECKING:
    from premium.accounts.credentials.tokens import Claims

USER_SECONDS = 30.0
KEY_SECONDS = 0.5
"""A revoked key must be refused everywhere within a second."""
NOTED_SECONDS = 3600.0
_MAX_KNOWN = 10_000
V = TypeVar("V")
U = TypeVar("U", bound=User)


class Users(Protocol):
    """Whoever knows the users: `premium.accounts.store.AccountStore`."""

    def by_external_id(self, external_id: str, /) -> Standing | None:
        """Return the user with the free platform's id."""
        ...

    def by_key_hash(self, hashed: bytes, /) -> KeyOwner | None:
        """Return the owner of the key with this hash."""
        ...

    def add_user(self, external_id: str, email: str | None, tier: Tier, issued_at: datetime | None, /) -> None:
        """Make the user unless there is one."""
        ...

    def set_tier(self, user_id: UUID, tier: Tier, issued_at: datetime | None, /) -> None:
        """Write down the tier of a token, unless a newer one's is there."""
        ...

    def user_seen(self, user_id: UUID, /) -> None:
        """Write down that the user is active."""
        ...

    def key_seen(self, user_id: UUID, key_id: UUID, /) -> None:
        """Write down that the key is in use."""
        ...


class CredentialOwners:
    """Find the users of credentials.

    Raises Unauthenticated, Forbidden, UpstreamUnavailable.
    """

    def __init__(self, users: Users, clock: Clock, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._users = users
        self._clock = clock
        self._known: Recent[Standing] = Recent(USER_SECONDS, monotonic)
        self._keys: Recent[KeyOwner] = Recent(KEY_SECONDS, monotonic)
        self._noted: Recent[bool] = Recent(NOTED_SECONDS, monotonic)

    def by_claims(self, claims: Claims) -> User:
        """Return the user of a token, made at the first sight of its subject."""
        known = self._known.get(claims.subject)
        if known is None or _outdated(known, claims):
            known = self._known.put(claims.subject, self._user(claims))
        return _unrestricted(known)

    def by_subject(self, external_id: str) -> User:
        """Return the user of an id that we vouch for ourselves, as it is now."""
        user = self._users.by_external_id(external_id)
        if user is None:
            raise Unauthenticated("The token is not valid")
        return _unrestricted(user)

    def by_key(self, key: str) -> KeyOwner:
        """Return the owner of an API key that is neither revoked nor expired."""
        if not is_key(key):
            raise Unauthenticated("The API key is not valid")
        owner = self._key_owner(key_hash(key))
        if owner is None or not owner.usable(self._clock.now()):
            raise Unauthenticated("The API key is not valid")
        if not owner.tier.includes(Tier.ENTERPRISE):
            raise Forbidden("API keys need the tier enterprise")
        return _unrestricted(owner)

    def _key_owner(self, hashed: bytes) -> KeyOwner | None:
        known = self._keys.get(hashed.hex())
        if known is None and (found := self._users.by_key_hash(hashed)):
            known = self._keys.put(hashed.hex(), found)
            self._seen(found.key_id, lambda: self._users.key_seen(found.id, found.key_id))
        return known

    def _seen(self, subject: UUID, note: Callable[[], None]) -> None:
        """Write down, once an hour, that a user or key is in use.

        Nothing fails for it.
        """
        if self._noted.get(str(subject)):
            return
        self._noted.put(str(subject), True)
        with suppress(UpstreamUnavailable):
            note()

    def _user(self, claims: Claims) -> Standing:
        user = self._users.by_external_id(claims.subject) or self._new(claims)
        if claims.tier is not None and _outdated(user, claims):
            self._users.set_tier(user.id, claims.tier, claims.issued_at)
            user = self._users.by_external_id(claims.subject) or user
        self._seen(user.id, lambda: self._users.user_seen(user.id))
        return user

    def _new(self, claims: Claims) -> Standing:
        tier, issued_at = claims.tier or Tier.FREE, claims.issued_at if claims.tier else None
        for email in (claims.email, None):
            self._users.add_user(claims.subject, email.lower() if email else None, tier, issued_at)
            if user := self._users.by_external_id(claims.subject):
                return user
        raise UpstreamUnavailable("The user could not be made just now")


class Recent(Generic[V]):
    """Keep values by name for some seconds.

    Beyond 10,000 the oldest are dropped.
    """

    def __init__(self, seconds: float, monotonic: Callable[[], float]) -> None:
        self._seconds = seconds
        self._monotonic = monotonic
        self._known: OrderedDict[str, tuple[float, V]] = OrderedDict()

    def get(self, name: str) -> V | None:
        """Return the value while it is fresh."""
        kept, value = self._known.get(name, (float("-inf"), None))
        return value if self._monotonic() - kept < self._seconds else None

    def put(self, name: str, value: V) -> V:
        """Keep a value and return it."""
        self._known[name] = (self._monotonic(), value)
        self._known.move_to_end(name)
        if len(self._known) > _MAX_KNOWN:
            self._known.popitem(last=False)
        return value


def _outdated(user: Standing, claims: Claims) -> bool:
    return claims.tier is not None and user.outdated_by(claims.tier, claims.issued_at)


def _unrestricted(user: U) -> U:
    if user.is_restricted:
        raise Forbidden("This account is restricted; write to support")
    return user
