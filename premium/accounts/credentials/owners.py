"""Lead a verified credential to its user, known for some seconds.

Most requests ask no database.

The tier: a subscription's is the truth once billing keeps one; until then the signed claim of the free platform is the
only word there is, so it decides and is written down, for workers and for API keys, which carry no claim. Of several
tokens the newest decides (`iat`), whichever comes last: an older one neither raises nor lowers the tier again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, TypeVar
from uuid import UUID

from premium.accounts.credentials.keys import is_key, key_hash
from premium.accounts.credentials.known import KnownUsers, Recent
from premium.accounts.model import KeyOwner, SessionOwner, Standing, User
from premium.clock import Clock
from premium.entitlements import entitlements
from premium.errors import Forbidden, Unauthenticated, UpstreamUnavailable
from premium.tiers import Tier

if TYPE_CHECKING:
    from premium.accounts.credentials.tokens import Claims

USER_SECONDS = 30.0
"""The longest that a row is kept; a mark ends it at once."""
NOTED_SECONDS = 3600.0
U = TypeVar("U", bound=User)


class Users(Protocol):
    """Whoever knows the users: `premium.accounts.store.AccountStore`."""

    def by_external_id(self, external_id: str, /) -> Standing | None:
        """Return the user with the free platform's id."""
        ...

    def by_session(self, session_id: UUID, /) -> SessionOwner | None:
        """Return the user of a session, over or not."""
        ...

    def add_user(self, external_id: str, email: str | None, tier: Tier, issued_at: datetime | None, /) -> None:
        """Make the user unless there is one."""
        ...

    def set_tier(self, user_id: UUID, tier: Tier, issued_at: datetime | None, /) -> None:
        """Write down the tier of a token, unless a newer one's is there."""
        ...

    def erased_since(self, external_id: str, /) -> datetime | None:
        """Return when the user was erased, within the last week."""
        ...

    def user_seen(self, user_id: UUID, /) -> None:
        """Write down that the user is active."""
        ...


class Keys(Protocol):
    """Whoever knows the API keys: `premium.accounts.store.KeyStore`."""

    def by_hash(self, hashed: bytes, /) -> KeyOwner | None:
        """Return the owner of the key with this hash."""
        ...

    def seen(self, user_id: UUID, key_id: UUID, /) -> None:
        """Write down that the key is in use."""
        ...


class CredentialOwners:
    """Find the users of credentials.

    Raises Unauthenticated, Forbidden, UpstreamUnavailable.
    """

    def __init__(
        self,
        users: Users,
        keys: Keys,
        clock: Clock,
        *,
        changed: Callable[[UUID], object] = lambda _: None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take who knows the users and keys, and who tells the other processes that a tier `changed`."""
        self._users = users
        self._keys = keys
        self._clock = clock
        self._changed = changed
        self._known = KnownUsers(USER_SECONDS, monotonic)
        self._noted: Recent[bool] = Recent(NOTED_SECONDS, monotonic)

    def of_claims(self, claims: Claims) -> User:
        """Return the user of a token, restricted or not.

        The free platform's user is made at the first sight of its subject.
        """
        if claims.session_id is not None:
            return self._session_owner(claims.session_id, claims.subject)
        name = f"subject:{claims.subject}"
        known = self._known.get(name)
        if not isinstance(known, Standing) or _outdated(known, claims):
            known = self._user(claims)
            self._known.put(name, known)
        return known

    def of_key(self, key: str) -> KeyOwner:
        """Return the owner of an API key that holds, restricted or not."""
        if not is_key(key):
            raise Unauthenticated("The API key is not valid")
        owner = self._key_owner(key_hash(key))
        if owner is None or not owner.usable(self._clock.now()):
            raise Unauthenticated("The API key is not valid")
        return owner

    def is_current(self, user: User, mark: str | None) -> bool:
        """Tell whether what is known of a user holds under a later mark.

        None: no mark could be read. Where it does not hold it is forgotten: look again.
        """
        return self._known.holds(user, mark)

    def by_claims(self, claims: Claims) -> User:
        """Return the user of a token; Forbidden for one who is restricted."""
        return admitted(self.of_claims(claims))

    def by_subject(self, external_id: str) -> User:
        """Return the user of an id that we vouch for ourselves, as it is now."""
        user = self._users.by_external_id(external_id)
        if user is None:
            raise Unauthenticated("The token is not valid")
        return admitted(user)

    def _session_owner(self, session_id: UUID, subject: str) -> SessionOwner:
        name = f"session:{session_id}"
        known = self._known.get(name)
        if not isinstance(known, SessionOwner):
            known = self._users.by_session(session_id)
            if known is None or known.external_id != subject:
                raise Unauthenticated("The token is not valid")
            self._known.put(name, known)
            owner = known.id
            self._seen(owner, lambda: self._users.user_seen(owner))
        if not known.usable(self._clock.now()):
            raise Unauthenticated("The session is over; log in again")
        return known

    def _key_owner(self, hashed: bytes) -> KeyOwner | None:
        name = f"key:{hashed.hex()}"
        known = self._known.get(name)
        if isinstance(known, KeyOwner):
            return known
        found = self._keys.by_hash(hashed)
        if found is not None:
            self._known.put(name, found)
            self._seen(found.key_id, lambda: self._keys.seen(found.id, found.key_id))
        return found

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
            self._changed(user.id)
            user = self._users.by_external_id(claims.subject) or user
        self._seen(user.id, lambda: self._users.user_seen(user.id))
        return user

    def _new(self, claims: Claims) -> Standing:
        tier, issued_at = claims.tier or Tier.FREE, claims.issued_at if claims.tier else None
        erased = self._users.erased_since(claims.subject)
        if erased is not None and (claims.issued_at is None or claims.issued_at <= erased):
            raise Unauthenticated("This account was erased; log in again to open a new one")
        for email in (claims.email, None):
            self._users.add_user(claims.subject, email.lower() if email else None, tier, issued_at)
            if user := self._users.by_external_id(claims.subject):
                return user
        raise UpstreamUnavailable("The user could not be made just now")


def _outdated(user: Standing, claims: Claims) -> bool:
    return claims.tier is not None and user.outdated_by(claims.tier, claims.issued_at)


def admitted(user: U) -> U:
    """Return a user who may ask.

    Forbidden for a restricted one, and for a key below the tier of keys.
    """
    if isinstance(user, KeyOwner) and "api_keys" not in entitlements(user.tier).services:
        raise Forbidden("API keys need the tier enterprise")
    if user.is_restricted:
        raise Forbidden("This account is restricted; write to support")
    return user
