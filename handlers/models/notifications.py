"""Requests and answers of the notice routes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from pydantic import Field, JsonValue, StrictBool

from handlers.runtime import Body, Position, View
from premium.notifications.model import NoticeRow


class NoticeChange(Body):
    """The fields of a notice that its user may change."""

    read: StrictBool = Field(default=True, description="false: mark it as not read again")


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
