"""Requests and views of accounts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from handlers.runtime import Body, Moment, Position, Tier, View, Visible
from premium.accounts.model import ApiKey, NewKey, Profile

Email = Annotated[str, Field(max_length=320, pattern=r"^[^@\s]+@[^@\s]+$", examples=["ada@example.org"]), Visible]
Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^\S(.*\S)?$", examples=["Trading desk"]), Visible]


class ProfileView(View):
    """A user's own data."""

    id: UUID
    """The user's id here."""
    external_id: str = Field(description="The user's id on the free platform", examples=["user_123"])
    email: str | None = Field(description="Where mail goes; null: nowhere", examples=["ada@example.org"])
    wallet_address: str | None = Field(
        description="The wallet that signed in", examples=["0x52908400098527886E0F7030069857D2E4169EE7"]
    )
    time_zone: str | None = Field(
        description="IANA name of the zone of the user's own days: tax days in the US and Canada",
        examples=["America/New_York"],
    )
    tier: Tier
    """What the user pays for."""
    kyc_status: str = Field(description="How far the identity is checked", examples=["none"])
    created_at: datetime
    """When the user came."""
    updated_at: datetime
    """When a field was last changed."""

    @classmethod
    def of(cls, row: Profile) -> ProfileView:
        """Return the view of a profile."""
        return cls.model_validate(row.model_dump(exclude={"is_restricted"}))


class ProfileChange(Body):
    """The fields of a profile that its user may change."""

    email: Email | None
    """The new address; null removes it."""
    time_zone: str | None = Field(default=None, min_length=1, max_length=64, examples=["America/New_York"])
    """IANA name; null removes it, and without the field it stays."""


class NewApiKey(Body):
    """A request for a new API key."""

    name: Name
    """What the key is for; its user's own words."""
    scopes: list[Annotated[str, Field(max_length=64)]] = Field(
        max_length=50,
        examples=[["portfolio:read"]],
        description="What the key may do; each of `<service>:read` and `<service>:write`",
    )
    expires_at: Moment | None = None
    """Refused from then on; without it the key has no end."""


class ApiKeyView(View):
    """An API key without the key itself."""

    id: UUID
    """The key's id, by which it is revoked."""
    name: str = Field(description="Its user's own words", examples=["Trading desk"])
    prefix: str = Field(description="The part of the key that may be shown", examples=["pk_live_8fK2"])
    scopes: list[str] = Field(description="What the key may do", examples=[["portfolio:read"]])
    expires_at: datetime | None
    """Refused from then on; null: it has no end."""
    revoked_at: datetime | None
    """When it was revoked."""
    last_used_at: datetime | None
    """Its last request, to the minute."""
    created_at: datetime
    """When it was made."""

    @classmethod
    def of(cls, row: ApiKey) -> ApiKeyView:
        """Return the view of a key."""
        return cls.model_validate(row.model_dump())


class CreatedApiKey(ApiKeyView):
    """A new API key with the key itself."""

    key: str | None = Field(
        description="The key itself, shown this once; a replay of the request has null", examples=["pk_live_8fK2…"]
    )

    @classmethod
    def made(cls, new: NewKey) -> CreatedApiKey:
        """Return the view of a new key."""
        return cls(key=new.key, **new.record.model_dump())

    def remembered(self) -> CreatedApiKey:
        """Return the answer that a replay gets: without the key."""
        return self.model_copy(update={"key": None})


class StreamTokenView(View):
    """A token that opens one stream within a minute."""

    token: str | None = Field(
        description="The token itself, shown this once; a replay of the request has null", examples=["pst_3q2-7wEi…"]
    )
    expires_at: datetime = Field(description="When the token opens nothing any more")

    def remembered(self) -> StreamTokenView:
        """Return the answer that a replay gets: without the token."""
        return self.model_copy(update={"token": None})


class AfterKey(Position):
    """A position in the list of keys."""

    created_at: datetime
    id: UUID
