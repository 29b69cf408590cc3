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
    kind: str = Field(description="The service that tells, a dot, what it tells")
    title: str
    text: str
    data: Mapping[str, JsonValue]
    read_at: datetime | None
    withdrawn_at: datetime | None = Field(description="When a later notice took it back")
    created_at: datetime


class NoticePosition(Position):
    """The last notice of a page."""

    created_at: datetime
    id: UUID


def notice_view(row: NoticeRow) -> UserNoticeView:
    """Return the view of a notice's row."""
    return UserNoticeView.model_validate(row.model_dump())
