"""Requests and answers of the notice routes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, JsonValue, StrictBool

from handlers.runtime import Body, Position, View, Visible
from premium.notifications.model import NoticeRow


class NoticeChange(Body):
    """The fields of a notice that its user may change."""

    read: StrictBool = Field(default=True, description="false: mark it as not read again")


class NewAddress(Body):
    """An address to confirm."""

    channel: Literal["email", "sms"]
    """What kind of address it is."""
    destination: Annotated[str, Visible] = Field(
        min_length=1, max_length=2048, description="The address", examples=["ada@example.org"]
    )


class AddressCode(NewAddress):
    """A code that was sent to an address."""

    code: str = Field(
        min_length=8, max_length=20, description="As it was sent; dashes and case do not matter", examples=["K7QF-2M9T"]
    )


class AddressView(View):
    """An address, and whether it is confirmed."""

    channel: Literal["email", "sms"]
    """What kind of address it is."""
    destination: str = Field(description="The address", examples=["ada@example.org"])
    confirmed: bool
    """Whether anything but codes is sent to it."""


class UserNoticeView(View):
    """A notice as the app shows it."""

    id: UUID
    """The notice's id."""
    kind: str = Field(description="The service that tells, a dot, what it tells", examples=["alerts.fired"])
    title: str = Field(description="One line", examples=["Whales on ethereum"])
    text: str = Field(description="The message", examples=["Whale: 1,250,000 USD moved"])
    data: Mapping[str, JsonValue] = Field(
        description="Ids and figures for programs", examples=[{"alertId": "0198f6ab-5c1e-7d2a-9b3f-2f1a6c0d4e57"}]
    )
    read_at: datetime | None
    """When its user marked it as read."""
    withdrawn_at: datetime | None = Field(description="When a later notice took it back")
    created_at: datetime
    """When it was told."""


class NoticePosition(Position):
    """The last notice of a page."""

    created_at: datetime
    id: UUID


def notice_view(row: NoticeRow) -> UserNoticeView:
    """Return the view of a notice's row."""
    return UserNoticeView.model_validate(row.model_dump())
