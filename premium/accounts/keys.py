"""API keys: made, listed, revoked. The key is shown once; its hash is kept."""

from __future__ import annotations

import secrets
import string
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from premium.accounts.callers import key_hash
from premium.accounts.model import ApiKey
from premium.accounts.store import AccountStore
from premium.clock import Clock
from premium.errors import InvalidInput

SCOPES = frozenset(
    f"{area}:{right}"
    for area in ("alerts", "tax", "portfolio", "security", "jobs", "profile", "notices")
    for right in ("read", "write")
)
MAX_KEYS = 20
_ALPHABET = string.ascii_letters + string.digits


@dataclass(frozen=True)
class NewKey:
    """A key at the one moment when it is known."""

    key: str
    record: ApiKey


class ApiKeys:
    """Use cases of a user's own keys."""

    def __init__(self, store: AccountStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def add(
        self, user_id: UUID, *, name: str, scopes: Iterable[str], roles: frozenset[str], expires_at: datetime | None
    ) -> NewKey:
        """A key with these scopes; `role:admin` only for one who has that role."""
        wanted = sorted(set(scopes))
        self._check(wanted, roles, expires_at)
        prefix = "pdk_" + "".join(secrets.choice(_ALPHABET) for _ in range(8))
        key = f"{prefix}_{secrets.token_urlsafe(32)}"
        record = self._store.add_key(
            user_id,
            name=name,
            prefix=prefix,
            key_hash=key_hash(key),
            scopes=wanted,
            expires_at=expires_at,
            room=MAX_KEYS,
        )
        return NewKey(key, record)

    def page(self, user_id: UUID, *, after: tuple[datetime, UUID] | None, limit: int) -> list[ApiKey]:
        return self._store.keys(user_id, after=after, limit=limit)

    def revoke(self, user_id: UUID, key_id: UUID) -> ApiKey:
        """In force everywhere within a second (`premium.accounts.callers.KEY_SECONDS`)."""
        return self._store.revoke_key(user_id, key_id)

    def _check(self, scopes: Sequence[str], roles: frozenset[str], expires_at: datetime | None) -> None:
        known = SCOPES | {f"role:{role}" for role in roles}
        if unknown := [scope for scope in scopes if scope not in known]:
            raise InvalidInput("A scope is not known", details={"scopes": f"not known: {', '.join(unknown)[:200]}"})
        if expires_at is not None and expires_at <= self._clock.now():
            raise InvalidInput("The key would have expired already", details={"expiresAt": "must be in the future"})
