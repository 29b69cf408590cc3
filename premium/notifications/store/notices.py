"""The SQL of notices: kept once for each kind and key with their deliveries, and listed for their user."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from psycopg import Connection
from psycopg.rows import DictRow, class_row

from premium.clock import rfc3339
from premium.errors import NotFound
from premium.notifications.model import Notice, NoticeRow, PostedNotice, StreamMessage
from premium.notifications.text import MAX_TEXT, MAX_TITLE
from premium.storage.plain import to_json
from premium.storage.postgres import Database

CHUNK = 2_000
"""Notices a statement: bounds its parameters and what one error repeats."""
Reference = tuple[UUID, str, str]
"""A notice by user, kind and key."""


def add(connection: Connection[DictRow], notices: Sequence[Notice]) -> list[PostedNotice]:
    """Keep the notices that were not told before, with their deliveries; in one order for all transactions.

    Two that insert the same rows crosswise would wait for each other.
    """
    ordered = sorted(notices, key=lambda notice: (notice.user, notice.kind, notice.key))
    chunks = (ordered[start : start + CHUNK] for start in range(0, len(ordered), CHUNK))
    return [posted for chunk in chunks for posted in _add(connection, chunk)]


def remove_old(connection: Connection[DictRow], now: datetime) -> int:
    """Remove notices of more than 13 months, with their deliveries; how many."""
    row = connection.execute("SELECT maintain_notices(%s) AS gone", (now,)).fetchone()
    return int(row["gone"]) if row is not None else 0


class NoticeStore:
    """Notices as their user sees them in the app."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, user_id: UUID, limit: int, after: tuple[datetime, UUID] | None) -> list[NoticeRow]:
        """Return up to `limit` notices, newest first, after the position."""
        at, notice_id = after or (None, None)
        values = {"user": user_id, "at": at, "id": notice_id, "limit": limit}
        with self._database.as_user(user_id) as connection, connection.cursor(row_factory=class_row(NoticeRow)) as rows:
            return rows.execute(_PAGE, values).fetchall()

    def unread(self, user_id: UUID) -> int:
        """Count the notices that the user has not read."""
        with self._database.as_user(user_id) as connection:
            row = connection.execute(_UNREAD, {"user": user_id}).fetchone()
        return int(row["unread"]) if row is not None else 0

    def mark(self, user_id: UUID, notice_id: UUID, *, read: bool) -> NoticeRow:
        """Mark a notice as read, or as not read; NotFound for an unknown one and for another user's alike."""
        values = {"user": user_id, "id": notice_id, "read": read}
        with self._database.as_user(user_id) as connection, connection.cursor(row_factory=class_row(NoticeRow)) as rows:
            row = rows.execute(_MARK, values).fetchone()
        if row is None:
            raise NotFound(f"there is no notice {notice_id}")
        return row


def _add(connection: Connection[DictRow], notices: Sequence[Notice]) -> Iterator[PostedNotice]:
    earlier = _withdraw(connection, notices)
    ids = [uuid4() for _ in notices]
    in_app = [_is_in_app(notice, earlier) for notice in notices]
    values = {
        "ids": ids, "users": [notice.user for notice in notices], "kinds": [notice.kind for notice in notices],
        "keys": [notice.key for notice in notices], "titles": [notice.title[:MAX_TITLE] for notice in notices],
        "texts": [notice.text[:MAX_TEXT] for notice in notices], "data": [to_json(notice.data) for notice in notices],
        "in_app": in_app,
    }  # fmt: skip
    made = {row["id"]: row["created_at"] for row in connection.execute(_ADD, values)}
    new = [(each, notice) for each, notice in zip(ids, notices, strict=True) if each in made]
    pending: dict[UUID, list[UUID]] = {each: [] for each, _ in new}
    for row in _deliveries(connection, new, earlier):
        if row["status"] == "pending":
            pending[row["notice_id"]].append(row["id"])
    listed = dict(zip(ids, in_app, strict=True))
    for each, notice in new:
        stream = notice.stream or (_message(each, notice, made[each]) if listed[each] else None)
        yield PostedNotice(
            id=each, user_id=notice.user, kind=notice.kind, key=notice.key, deliveries=tuple(pending[each]),
            stream=stream,
        )  # fmt: skip


def _withdraw(connection: Connection[DictRow], notices: Sequence[Notice]) -> dict[Reference, DictRow]:
    """Mark the notices that these take back; their rows."""
    named = [reference for notice in notices if (reference := _withdrawn(notice)) is not None]
    rows = _executed(connection, _WITHDRAW, "users kinds keys", named)
    return {(row["user_id"], row["kind"], row["key"]): row for row in rows}


def _withdrawn(notice: Notice) -> Reference | None:
    if notice.withdraws is None:
        return None
    return notice.user, *notice.withdraws


def _is_in_app(notice: Notice, earlier: dict[Reference, DictRow]) -> bool:
    """As the one that it takes back, or where it names no targets."""
    reference = _withdrawn(notice)
    if reference is None:
        return notice.targets is None
    return reference in earlier and bool(earlier[reference]["in_app"])


def _deliveries(
    connection: Connection[DictRow], new: Sequence[tuple[UUID, Notice]], earlier: dict[Reference, DictRow]
) -> Iterator[DictRow]:
    """Make the deliveries: to the targets named, to all of the user's destinations, or where one taken back went."""
    named = [
        (notice.user, each, place, target.channel, target.destination, target.text and target.text[:MAX_TEXT])
        for each, notice in new for place, target in enumerate(notice.targets or ())
    ]  # fmt: skip
    open_ones = [(each, notice, _withdrawn(notice)) for each, notice in new if notice.targets is None]
    everywhere = [(notice.user, each) for each, notice, reference in open_ones if reference is None]
    following = [
        (notice.user, each, earlier[reference]["id"]) for each, notice, reference in open_ones
        if reference is not None and reference in earlier
    ]  # fmt: skip
    yield from _executed(connection, _NAMED, "users notices places channels destinations texts", named)
    yield from _executed(connection, _EVERYWHERE, "users notices", everywhere)
    yield from _executed(connection, _FOLLOWING, "users notices earlier", following)


def _executed(
    connection: Connection[DictRow], query: str, names: str, rows: Sequence[tuple[Any, ...]]
) -> list[DictRow]:
    """The query's answer for these rows, given to it column by column; none for no rows."""
    if not rows:
        return []
    columns = dict(zip(names.split(), map(list, zip(*rows, strict=True)), strict=True))
    return connection.execute(query.encode(), columns).fetchall()


def _message(notice_id: UUID, notice: Notice, created_at: datetime) -> StreamMessage:
    data = {"id": str(notice_id), "kind": notice.kind, "title": notice.title[:MAX_TITLE],
            "text": notice.text[:MAX_TEXT], "createdAt": rfc3339(created_at)}  # fmt: skip
    return StreamMessage(channel="notices", type="notice", data=data)


_WITHDRAW = """
UPDATE notices n SET withdrawn_at = coalesce(n.withdrawn_at, now())
FROM unnest(%(users)s::uuid[], %(kinds)s::text[], %(keys)s::text[]) AS w (user_id, kind, key)
WHERE n.user_id = w.user_id AND n.kind = w.kind AND n.key = w.key
RETURNING n.id, n.user_id, n.kind, n.key, n.in_app
"""
_ADD = """
INSERT INTO notices (id, user_id, kind, key, title, text, data, in_app)
SELECT * FROM unnest(%(ids)s::uuid[], %(users)s::uuid[], %(kinds)s::text[], %(keys)s::text[], %(titles)s::text[],
                     %(texts)s::text[], %(data)s::jsonb[], %(in_app)s::boolean[])
ON CONFLICT DO NOTHING
RETURNING id, created_at
"""
_NAMED = """
INSERT INTO notification_deliveries
    (user_id, notice_id, place, channel, destination, text, status, last_error, ended_at)
SELECT t.user_id, t.notice_id, t.place, t.channel, w.destination, t.text,
       CASE WHEN w.destination IS NULL THEN 'failed' ELSE 'pending' END,
       CASE WHEN w.destination IS NULL THEN 'the profile names no destination for this channel' END,
       CASE WHEN w.destination IS NULL THEN now() END
FROM unnest(%(users)s::uuid[], %(notices)s::uuid[], %(places)s::int[], %(channels)s::text[], %(destinations)s::text[],
            %(texts)s::text[]) AS t (user_id, notice_id, place, channel, destination, text)
LEFT JOIN LATERAL (
    SELECT p.destination FROM notification_destinations p
    WHERE t.destination IS NULL AND p.user_id = t.user_id AND p.channel = t.channel
    ORDER BY p.is_account LIMIT 1
) p ON true
CROSS JOIN LATERAL (SELECT coalesce(t.destination, p.destination)) AS w (destination)
RETURNING id, notice_id, status
"""
_EVERYWHERE = """
INSERT INTO notification_deliveries (user_id, notice_id, place, channel, destination)
SELECT DISTINCT ON (t.notice_id, p.channel) t.user_id, t.notice_id,
       array_position(ARRAY['email', 'push', 'telegram', 'webhook'], p.channel) - 1, p.channel, p.destination
FROM unnest(%(users)s::uuid[], %(notices)s::uuid[]) AS t (user_id, notice_id)
JOIN notification_destinations p ON p.user_id = t.user_id
WHERE p.channel <> 'webhook' OR p.signing_secret IS NOT NULL
ORDER BY t.notice_id, p.channel, p.is_account
RETURNING id, notice_id, status
"""
_FOLLOWING = """
INSERT INTO notification_deliveries (user_id, notice_id, place, channel, destination)
SELECT d.user_id, t.notice_id, d.place, d.channel, d.destination
FROM unnest(%(users)s::uuid[], %(notices)s::uuid[], %(earlier)s::uuid[]) AS t (user_id, notice_id, earlier_id)
JOIN notification_deliveries d ON d.notice_id = t.earlier_id AND d.user_id = t.user_id
WHERE d.status IN ('pending', 'sent')
RETURNING id, notice_id, status
"""
_COLUMNS = "id, kind, title, text, data, read_at, withdrawn_at, created_at"
_PAGE = f"""
SELECT {_COLUMNS} FROM notices
WHERE user_id = %(user)s AND in_app
  AND (%(at)s::timestamptz IS NULL OR (created_at, id) < (%(at)s::timestamptz, %(id)s::uuid))
ORDER BY created_at DESC, id DESC
LIMIT %(limit)s
"""  # noqa: S608 - constant columns
_UNREAD = "SELECT count(*) AS unread FROM notices WHERE user_id = %(user)s AND in_app AND read_at IS NULL"
_MARK = f"""
UPDATE notices SET read_at = CASE WHEN %(read)s THEN coalesce(read_at, now()) END
WHERE user_id = %(user)s AND id = %(id)s AND in_app
RETURNING {_COLUMNS}
"""  # noqa: S608 - constant columns
