"""Requests and views of accounts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from handlers.runtime import Body, Tier, View, Visible
from premium.accounts.model import Profile

Email = Annotated[str, Field(max_length=320, pattern=r"^[^@\s]+@[^@\s]+$", examples=["ada@example.org"]), Visible]


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


class StreamTokenView(View):
    """A token that opens one stream within a minute."""

    token: str | None = Field(
        description="The token itself, shown this once; a replay of the request has null", examples=["pst_3q2-7wEi…"]
    )
    expires_at: datetime = Field(description="When the token opens nothing any more")

    def remembered(self) -> StreamTokenView:
        """Return the answer that a replay gets: without the token."""
        return self.model_copy(update={"token": None})
