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
    name: str | None = Field(description="What the user is called", examples=["Ada Lovelace"])
    country: str | None = Field(description="Where he says that he lives (ISO 3166-1 alpha-2)", examples=["GB"])
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
    pending_email: str | None = Field(
        default=None,
        description="Where a code was sent just now: it holds once `POST /v1/users/profile/email` is given the code",
        examples=["ada@example.net"],
    )

    @classmethod
    def of(cls, row: Profile, pending: str | None = None) -> ProfileView:
        """Return the view of a profile, and of the address that waits."""
        return cls.model_validate(row.model_dump(exclude={"is_restricted"}) | {"pending_email": pending})


class ProfileChange(Body):
    """The fields of a profile that its user may change."""

    email: Email | None
    """Another address, which holds once it is confirmed; null removes the one that is there."""
    name: Annotated[str, Visible] | None = Field(default=None, min_length=1, max_length=100, examples=["Ada Lovelace"])
    """What the user is called; null removes it, and without the field it stays."""
    country: str | None = Field(default=None, pattern="^[A-Z]{2}$", examples=["GB"])
    """ISO 3166-1 alpha-2; null removes it, and without the field it stays."""
    time_zone: str | None = Field(default=None, min_length=1, max_length=64, examples=["America/New_York"])
    """IANA name; null removes it, and without the field it stays."""

    def names(self) -> dict[str, str | None]:
        """Return what is given of name and country."""
        return {each: getattr(self, each) for each in ("name", "country") if each in self.model_fields_set}


class EmailCode(Body):
    """The code that confirms another address."""

    email: Email = Field(description="Where the code was sent")
    code: str | None = Field(
        default=None,
        min_length=8,
        max_length=20,
        description="As it was sent, in any case; without it only an address that was confirmed before",
        examples=["K7QF-2M9T"],
    )


class StreamTokenView(View):
    """A token that opens one stream within a minute."""

    token: str | None = Field(
        description="The token itself, shown this once; a replay of the request has null", examples=["pst_3q2-7wEi…"]
    )
    expires_at: datetime = Field(description="When the token opens nothing any more")

    def remembered(self) -> StreamTokenView:
        """Return the answer that a replay gets: without the token."""
        return self.model_copy(update={"token": None})
