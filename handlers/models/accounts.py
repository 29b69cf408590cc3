"""Requests and views of accounts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from handlers.runtime import Body, Moment, Position, Tier, View
from premium.accounts.model import ApiKey, NewKey, Profile

Email = Annotated[str, Field(max_length=320, pattern=r"^[^@\s]+@[^@\s]+$", examples=["ada@example.org"])]
Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^\S(.*\S)?$")]


class ProfileView(View):
    """A user's own data."""

    id: UUID
    external_id: str
    email: str | None
    wallet_address: str | None
    time_zone: str | None
    """IANA name of the zone of the user's own days: tax days in the US and Canada."""
    tier: Tier
    kyc_status: str
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: Profile) -> ProfileView:
        """Return the view of a profile."""
        return cls.model_validate(row.model_dump(exclude={"is_restricted"}))


class ProfileChange(Body):
    """The fields of a profile that its user may change."""

    email: Email | None
    """null removes it."""
    time_zone: str | None = Field(default=None, min_length=1, max_length=64, examples=["America/New_York"])
    """IANA name; null removes it, and without the field it stays."""


class NewApiKey(Body):
    """A request for a new API key."""

    name: Name
    scopes: list[Annotated[str, Field(max_length=64)]] = Field(max_length=50, examples=[["portfolio:read"]])
    expires_at: Moment | None = None


class ApiKeyView(View):
    """An API key without the key itself."""

    id: UUID
    name: str
    prefix: str
    """The part of the key that may be shown."""
    scopes: list[str]
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    created_at: datetime

    @classmethod
    def of(cls, row: ApiKey) -> ApiKeyView:
        """Return the view of a key."""
        return cls.model_validate(row.model_dump())


class CreatedApiKey(ApiKeyView):
    """A new API key with the key itself."""

    key: str | None
    """Shown this once; a replay of the request has null."""

    @classmethod
    def made(cls, new: NewKey) -> CreatedApiKey:
        """Return the view of a new key."""
        return cls(key=new.key, **new.record.model_dump())

    def remembered(self) -> CreatedApiKey:
        """Return the answer that a replay gets: without the key."""
        return self.model_copy(update={"key": None})


class AfterKey(Position):
    """A position in the list of keys."""

    created_at: datetime
    id: UUID
