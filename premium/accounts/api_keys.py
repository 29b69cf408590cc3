"""What users do with their API keys: make, change and revoke them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from premium.accounts.credentials.keys import generate, key_hash
from premium.accounts.model import ApiKey, NewKey, Rights
from premium.accounts.store import KeyStore
from premium.clock import Clock, rfc3339
from premium.entitlements import quota_of
from premium.errors import InvalidInput
from premium.manifest import services
from premium.principal import Principal
from premium.refusals import nearest, shown

SCOPES = frozenset(scope for service in services() for scope in service.scopes)


@dataclass(frozen=True, kw_only=True)
class ApiKeys:
    """The keys of users."""

    store: KeyStore
    clock: Clock
    ended: Callable[[UUID, Collection[UUID]], None]
    """Told, after the commit, of whose keys may not do any more what they did."""

    def of(self, user_id: UUID, *, after: tuple[datetime, UUID] | None, limit: int) -> list[ApiKey]:
        """Return a user's API keys, newest first."""
        return self.store.all(user_id, after=after, limit=limit)

    def add(self, by: Principal, *, name: str, rights: Rights, alerts_enabled: bool = True) -> NewKey:
        """Make an API key that may do no more than its maker.

        One that a key makes has scopes of that key, works from its networks, ends with it, and is revoked with it.
        InvalidInput for a scope that nobody has; Forbidden for more than the caller has.
        """
        self._check(sorted(rights.scopes), by)
        self._check_end(rights.expires_at)
        key = generate()
        record = self.store.add(
            by.user_id,
            parent=by.key_id,
            name=name,
            prefix=key.prefix,
            key_hash=key_hash(key.text),
            rights=rights,
            room=quota_of(by.tier, "api_keys"),
            alerts_enabled=alerts_enabled,
        )
        return NewKey(key.text, record)

    def change(self, by: Principal, key_id: UUID, changes: dict[str, Any]) -> ApiKey:
        """Change what is given of name, scopes, expires_at, networks and alerts_enabled.

        It holds with the next request; streams that the key opened are closed where its rights change. Errors as those
        of `add`; NotFound for another's key, Conflict for one that is revoked, is beyond the tier's quota or has made
        keys that may more.
        """
        if "scopes" in changes:
            self._check(changes["scopes"], by)
        self._check_end(changes.get("expires_at"))
        room = quota_of(by.tier, "api_keys")
        key = self.store.change(by.user_id, key_id, changes, by=by.key_id, room=room)
        if changes.keys() & {"scopes", "expires_at", "networks"}:
            self.ended(by.user_id, {key.id})
        return key

    def revoke(self, user_id: UUID, key_id: UUID) -> ApiKey:
        """Revoke an API key, and those that it made.

        The streams that they opened are closed. It is refused everywhere with the next request.
        """
        key, revoked = self.store.revoke(user_id, key_id)
        self.ended(user_id, revoked)
        return key

    def drop_role(self, user_id: UUID, role: str) -> set[UUID]:
        """Take a role from all keys of a user; return which had it.

        Their streams end.
        """
        keys = self.store.drop_scope(user_id, f"role:{role}")
        self.ended(user_id, keys)
        return keys

    def _check(self, scopes: Sequence[str], by: Principal) -> None:
        roles = {scope.removeprefix("role:") for scope in scopes if scope.startswith("role:")}
        known = SCOPES | {f"role:{role}" for role in roles if by.has_role(role)}
        if unknown := [scope for scope in scopes if scope not in known]:
            near = nearest(unknown[0], SCOPES)
            advice = f": did you mean {near}?" if near else f"; there are {', '.join(sorted(SCOPES))}"
            raise InvalidInput.about("scopes", f"no scope is called {shown(unknown[0])}{advice}")

    def _check_end(self, expires_at: datetime | None) -> None:
        if expires_at is not None and expires_at <= self.clock.now():
            raise InvalidInput.about("expiresAt", f"must be in the future; given {rfc3339(expires_at)}")
