"""Requests and answers of the notice routes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from pydantic import Field, JsonValue, StrictBool

from handlers.runtime import Body, Position, View
from premium.notifications.model import NoticeRow


class NoticeChange(Body):
    """What a user changes of a notice."""

    read: StrictBool = Field(default=True, description="false: mark it as not read again")


class NoticeView(View):
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
    """The place of a notice in the list."""

    created_at: datetime
    id: UUID


def notice_view(row: NoticeRow) -> NoticeView:
    """Return the view of a notice's row."""
    return NoticeView.model_validate(row.model_dump())
