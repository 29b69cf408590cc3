"""Callers behind streams, without a token."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from premium.principal import Principal
from premium.tiers import Tier


def listener(
    user_id: UUID, *, expires_at: int | None = None, scopes: Iterable[str] = ("*",), key_id: UUID | None = None
) -> Principal:
    """The caller who opened a connection."""
    return Principal(
        user_id=user_id,
        external_id=f"user_{user_id.hex[:8]}",
        tier=Tier.PRO,
        scopes=frozenset(scopes),
        key_id=key_id,
        expires_at=expires_at,
    )
