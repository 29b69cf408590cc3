"""Routes of notices in the app: list them, mark them as read, confirm addresses."""

from __future__ import annotations

from uuid import UUID

from handlers.models.notifications import (
    AddressCode,
    AddressView,
    NewAddress,
    NoticeChange,
    NoticePosition,
    UserNoticeView,
    notice_view,
)
from handlers.runtime import Caller, Cursor, Limit, Listing, audited, entry, listing, needs, position, router
from premium.bootstrap import platform
from premium.notifications.service import Confirmations, Notices

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


@app.post("/v1/notices/addresses")
@needs(scope="notices:write", security=True)
def ask_for_code(caller: Caller, body: NewAddress) -> AddressView:
    """Send a code to an email address or a phone number, which confirms it.

    Nothing else is sent there before. A minute between two codes, ten a day.
    """
    audited(channel=body.channel)
    is_confirmed = Confirmations.of(platform()).ask(caller.user_id, body.channel, body.destination)
    return AddressView(channel=body.channel, destination=body.destination, confirmed=is_confirmed)


@app.post("/v1/notices/addresses/confirm")
@needs(scope="notices:write", security=True)
def confirm_address(caller: Caller, body: AddressCode) -> AddressView:
    """Confirm an address by the newest code that was sent to it.

    A code is valid for 30 minutes and five tries.
    """
    audited(channel=body.channel)
    Confirmations.of(platform()).confirm(caller.user_id, body.channel, body.destination, body.code)
    return AddressView(channel=body.channel, destination=body.destination, confirmed=True)


handler = entry(app)
