"""Routes of notices in the app: list them, mark them as read."""

from __future__ import annotations

from uuid import UUID

from handlers.models.notifications import NoticeChange, NoticePosition, UserNoticeView, notice_view
from handlers.runtime import Caller, Cursor, Limit, Listing, entry, listing, needs, position, router
from premium.bootstrap import platform
from premium.notifications.service import Notices

app = router("Notices")


@app.get("/v1/notices")
@needs(scope="notices:read")
def list_notices(caller: Caller, limit: Limit = 50, cursor: Cursor = None) -> Listing[UserNoticeView]:
    """List the caller's notices, newest first.

    `meta.unread` counts those that were not read.
    """
    notices, place = Notices.of(platform()), position(cursor, NoticePosition)
    after = (place.created_at, place.id) if place else None
    rows = [notice_view(row) for row in notices.page(caller.user_id, limit + 1, after)]
    unread = notices.unread(caller.user_id)
    return listing(rows, limit, NoticePosition, unread=unread, created_at="created_at", id="id")


@app.put("/v1/notices/<notice_id>")
@needs(scope="notices:write")
def change_notice(caller: Caller, notice_id: UUID, change: NoticeChange) -> UserNoticeView:
    """Mark a notice as read or unread."""
    return notice_view(Notices.of(platform()).mark(caller.user_id, notice_id, read=change.read))


handler = entry(app)
