"""Users as the platform knows them, and their API keys."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from premium.tiers import Tier


class Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class User(Row):
    """Who a credential belongs to."""

    id: UUID
    external_id: str
    email: str | None
    tier: Tier
    is_restricted: bool


class KeyOwner(User):
    """The user of an API key, with what the key itself allows."""

    key_id: UUID
    scopes: tuple[str, ...]
    expires_at: datetime | None
    revoked_at: datetime | None

    def usable(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class Profile(Row):
    """What a user sees and changes of himself."""

    id: UUID
    external_id: str
    email: str | None
    wallet_address: str | None
    tier: Tier
    kyc_status: str
    is_restricted: bool
    created_at: datetime
    updated_at: datetime


class ApiKey(Row):
    """A key as its owner sees it; the key itself was shown once and is kept by nobody."""

    id: UUID
    name: str
    prefix: str
    scopes: tuple[str, ...]
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    created_at: datetime
