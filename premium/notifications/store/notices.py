"""The SQL of notices: kept once a kind and key, and listed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from psycopg import Connection
from psycopg.rows import DictRow, class_row

from premium.clock import rfc3339
from premium.errors import NotFound
from premium.notifications.model import (
    CHANNELS,
    IMPORTANT_SECONDS,
    KEPT_SECONDS,
    Notice,
    NoticeRow,
    PostedNotice,
    StreamMessage,
    Target,
)
from premium.plaintext import MAX_TEXT, MAX_TITLE
from premium.storage.plain import to_json
from premium.storage.postgres import Database

CHUNK = 2_000
"""Notices a statement: bounds its parameters and what one error repeats."""
Reference = tuple[UUID, str, str]
"""A notice by user, kind and key."""
Row = dict[str, Any]


def add(connection: Connection[DictRow], notices: Sequence[Notice]) -> list[PostedNotice]:
    """Keep the notices that were not told before, with their deliveries.

    In one order for all transactions: two that insert the same rows crosswise would wait for each other.
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
        """Mark a notice as read, or as not read.

        NotFound for an unknown one and for another user's alike.
        """
        values = {"user": user_id, "id": notice_id, "read": read}
        with self._database.as_user(user_id) as connection, connection.cursor(row_factory=class_row(NoticeRow)) as rows:
            row = rows.execute(_MARK, values).fetchone()
        if row is None:
            raise NotFound(f"there is no notice {notice_id}")
        return row


def _add(connection: Connection[DictRow], notices: Sequence[Notice]) -> Iterator[PostedNotice]:
    earlier = _withdraw(connection, notices)
    rows: list[Row] = [
        {"id": uuid4(), "user_id": notice.user, "kind": notice.kind, "key": notice.key,
         "title": notice.title[:MAX_TITLE], "text": notice.text[:MAX_TEXT], "data": notice.data,
         "in_app": _is_in_app(notice, earlier)}
        for notice in notices
    ]  # fmt: skip
    made = {row["id"]: row["created_at"] for row in _executed(connection, _ADD, rows)}
    new = [(row, notice) for row, notice in zip(rows, notices, strict=True) if row["id"] in made]
    pending: dict[UUID, list[UUID]] = {row["id"]: [] for row, _ in new}
    for delivery in _deliveries(connection, new, earlier):
        if delivery["status"] == "pending":
            pending[delivery["notice_id"]].append(delivery["id"])
    for row, notice in new:
        stream = notice.stream or (_message(row, made[row["id"]]) if row["in_app"] else None)
        yield PostedNotice(
            id=row["id"], user_id=notice.user, kind=notice.kind, key=notice.key, deliveries=tuple(pending[row["id"]]),
            stream=stream,
        )  # fmt: skip


def _withdraw(connection: Connection[DictRow], notices: Sequence[Notice]) -> dict[Reference, DictRow]:
    """Mark the notices that these take back; their rows."""
    named = [reference for notice in notices if (reference := _withdrawn(notice)) is not None]
    found = _executed(connection, _WITHDRAW, [{"user_id": user, "kind": kind, "key": key} for user, kind, key in named])
    _executed(connection, _UNTRIED, [{"user_id": row["user_id"], "notice_id": row["id"]} for row in found])
    return {(row["user_id"], row["kind"], row["key"]): row for row in found}


def _withdrawn(notice: Notice) -> Reference | None:
    return None if notice.withdraws is None else (notice.user, *notice.withdraws)


def _is_in_app(notice: Notice, earlier: dict[Reference, DictRow]) -> bool:
    """As the one that it takes back, or where it names no targets."""
    reference = _withdrawn(notice)
    if reference is None:
        return notice.targets is None
    return reference in earlier and bool(earlier[reference]["in_app"])


def _deliveries(
    connection: Connection[DictRow], new: Sequence[tuple[Row, Notice]], earlier: dict[Reference, DictRow]
) -> Iterator[DictRow]:
    """Make the deliveries: to the targets named, to all of the user's destinations, or where one taken back went."""
    named: list[Row] = []
    everywhere: list[Row] = []
    following: list[Row] = []
    for row, notice in new:
        made, reference = {"notice_id": row["id"], "user_id": notice.user}, _withdrawn(notice)
        if notice.targets is not None:
            named += (made | _target(place, target) for place, target in enumerate(notice.targets))
        elif reference is None:
            everywhere.append(made)
        elif reference in earlier:
            following.append(made | {"earlier_id": earlier[reference]["id"]})
    yield from _executed(connection, _NAMED, named)
    yield from _executed(connection, _EVERYWHERE, everywhere)
    yield from _executed(connection, _FOLLOWING, following)


def _target(place: int, target: Target) -> Row:
    text = target.text and target.text[:MAX_TEXT]
    return {"place": place, "channel": target.channel, "destination": target.destination, "text": text,
            "important": target.important}  # fmt: skip


def _executed(connection: Connection[DictRow], query: str, rows: Sequence[Row]) -> list[DictRow]:
    """The query's answer for these rows; as one JSON text, which is the quickest way for thousands."""
    if not rows:
        return []
    kept = query.replace("{important}", str(IMPORTANT_SECONDS)).replace("{usual}", str(KEPT_SECONDS))
    values = {"rows": to_json(rows), "channels": list(CHANNELS)}
    return connection.execute(kept.encode(), values).fetchall()


def _message(row: Row, created_at: datetime) -> StreamMessage:
    data = {name: row[name] for name in ("kind", "title", "text")}
    data |= {"id": str(row["id"]), "createdAt": rfc3339(created_at)}
    return StreamMessage(channel="notices", type="notice", data=data)


_WITHDRAW = """
UPDATE notices n SET withdrawn_at = coalesce(n.withdrawn_at, now())
FROM jsonb_to_recordset(%(rows)s::jsonb) AS w (user_id uuid, kind text, key text)
WHERE n.user_id = w.user_id AND n.kind = w.kind AND n.key = w.key
RETURNING n.id, n.user_id, n.kind, n.key, n.in_app
"""
_ADD = """
INSERT INTO notices (id, user_id, kind, key, title, text, data, in_app)
SELECT id, user_id, kind, key, title, text, data, in_app
FROM jsonb_to_recordset(%(rows)s::jsonb) AS g
    (id uuid, user_id uuid, kind text, key text, title text, text text, data jsonb, in_app boolean)
ON CONFLICT DO NOTHING
RETURNING id, created_at
"""
_NAMED = """
INSERT INTO notification_deliveries
    (user_id, notice_id, place, channel, destination, of_profile, text, kept_seconds, give_up_at, status, last_error,
     ended_at)
SELECT t.user_id, t.notice_id, t.place, t.channel, w.destination, t.destination IS NULL, t.text, kept.seconds,
       now() + make_interval(secs => kept.seconds),
       CASE WHEN w.destination IS NULL THEN 'failed' ELSE 'pending' END,
       CASE WHEN w.destination IS NULL THEN 'the profile names no destination for this channel' END,
       CASE WHEN w.destination IS NULL THEN now() END
FROM jsonb_to_recordset(%(rows)s::jsonb)
    AS t (user_id uuid, notice_id uuid, place int, channel text, destination text, text text, important boolean)
LEFT JOIN LATERAL (
    SELECT p.destination, p.important FROM notification_destinations p
    WHERE t.destination IS NULL AND p.user_id = t.user_id AND p.channel = t.channel
    ORDER BY p.is_account LIMIT 1
) p ON true
CROSS JOIN LATERAL (SELECT coalesce(t.destination, p.destination)) AS w (destination)
CROSS JOIN LATERAL (SELECT CASE WHEN t.important OR p.important THEN {important} ELSE {usual} END) AS kept (seconds)
RETURNING id, notice_id, status
"""
_EVERYWHERE = """
INSERT INTO notification_deliveries
    (user_id, notice_id, place, channel, destination, of_profile, kept_seconds, give_up_at)
SELECT DISTINCT ON (t.notice_id, p.channel) t.user_id, t.notice_id,
       array_position(%(channels)s::text[], p.channel) - 1, p.channel, p.destination, true, kept.seconds,
       now() + make_interval(secs => kept.seconds)
FROM jsonb_to_recordset(%(rows)s::jsonb) AS t (user_id uuid, notice_id uuid)
JOIN notification_destinations p ON p.user_id = t.user_id
CROSS JOIN LATERAL (SELECT CASE WHEN p.important THEN {important} ELSE {usual} END) AS kept (seconds)
WHERE p.channel <> 'webhook' OR p.signing_secret IS NOT NULL
ORDER BY t.notice_id, p.channel, p.is_account
RETURNING id, notice_id, status
"""
# What was never tried nobody has heard of: it goes out no more, and there is nothing to take back.
_UNTRIED = """
UPDATE notification_deliveries d
SET status = 'failed', last_error = 'it was taken back before it was sent', ended_at = now()
FROM jsonb_to_recordset(%(rows)s::jsonb) AS w (user_id uuid, notice_id uuid)
WHERE d.user_id = w.user_id AND d.notice_id = w.notice_id AND d.status = 'pending' AND d.attempts = 0
RETURNING d.id
"""
# An attempt that is under way holds its claim for a minute: what takes it back waits for its end, to come after it.
_FOLLOWING = """
INSERT INTO notification_deliveries
    (user_id, notice_id, place, channel, destination, of_profile, kept_seconds, give_up_at, next_attempt_at)
SELECT d.user_id, t.notice_id, d.place, d.channel, d.destination, d.of_profile, d.kept_seconds,
       now() + make_interval(secs => d.kept_seconds),
       CASE WHEN d.status = 'pending' AND d.next_attempt_at > now() + interval '25 seconds'
            THEN least(d.next_attempt_at, now() + interval '35 seconds') ELSE now() END
FROM jsonb_to_recordset(%(rows)s::jsonb) AS t (user_id uuid, notice_id uuid, earlier_id uuid)
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
