"""SQL of what payment providers told."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection, Cursor
from psycopg.rows import DictRow, class_row

from premium.billing.model import NewEvent, SeenEvent, StoredEvent, UnnotedEvent, Verdict
from premium.billing.signatures.judge import Provider
from premium.storage.plain import to_json
from premium.storage.postgres import Database

_COLUMNS = """id, provider, event_id, type, created, received_at, payload, subscription, customer, state, outcome,
    attempts, error"""


class WebhookStore:
    """Signed events, each once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, event: NewEvent) -> bool:
        """Store an event; False where it was there before.

        The application role may do no more.
        """
        asked = None if event.asked is None else to_json(event.asked)
        values = event.model_dump() | {"payload": to_json(event.payload), "asked": asked}
        with self._database.transaction() as connection:
            return connection.execute(_ADD, values).rowcount == 1

    def page(self, provider: str | None, kind: str | None, state: str | None, limit: int) -> list[StoredEvent]:
        """Return the newest events; what is None does not matter."""
        values = {"provider": provider, "type": kind, "state": state, "limit": limit}
        with self._database.transaction() as connection, _rows(connection) as rows:
            return rows.execute(_PAGE, values).fetchall()

    def open_since(self, moment: datetime, limit: int) -> list[StoredEvent]:
        """Return events that nobody has applied since a moment, the oldest first."""
        with self._database.transaction() as connection, _rows(connection) as rows:
            return rows.execute(_OPEN, {"moment": moment, "limit": limit}).fetchall()

    def note_next(self, limit: int, write: Callable[[Sequence[UnnotedEvent]], None]) -> int:
        """Have the audit entries of the oldest events that were applied written; how many.

        They are marked in the same transaction. Two at once take different ones. What raises is left.
        """
        with self._database.transaction() as connection:
            with connection.cursor(row_factory=class_row(UnnotedEvent)) as cursor:
                found = cursor.execute(_UNNOTED, {"limit": limit}).fetchall()
            if found:
                write(found)
                statement = "UPDATE webhook_events SET noted_at = now() WHERE id = ANY (%s)"
                connection.execute(statement, [[each.id for each in found]])
        return len(found)

    def remove_old(self, before: datetime, *, ended_before: datetime) -> int:
        """Remove events that came before a moment; how many.

        The newest of them that tells of a subscription stays, as what comes later is folded on it, until the
        subscription has ended before `ended_before`.
        """
        with self._database.transaction() as connection:
            return connection.execute(_REMOVE, {"before": before, "ended": ended_before}).rowcount

    def found(
        self, named: tuple[str | None, str | None, str | None], before: tuple[datetime, UUID] | None, limit: int
    ) -> list[SeenEvent]:
        """Return the newest events before a place, without what is in them; for staff.

        `named`: provider, type and state; what is None does not matter.
        """
        at, place = before or (None, None)
        with (
            self._database.transaction() as connection,
            connection.cursor(row_factory=class_row(SeenEvent)) as cursor,
        ):
            statement = "SELECT * FROM webhooks_found(%s, %s, %s, %s, %s, %s)"
            return cursor.execute(statement, [*named, at, place, limit]).fetchall()

    def reopen_one(self, event: UUID) -> tuple[Provider, str] | None:
        """Have one event applied again, for staff; return its provider and its id there."""
        with self._database.transaction() as connection:
            row = connection.execute("SELECT * FROM reopen_webhook(%s)", [event]).fetchone()
        return None if row is None else (row["provider"], row["event_id"])

    def reopen(self, provider: str, event_ids: Collection[str]) -> list[str]:
        """Have events applied again; return those that are there."""
        values = {"provider": provider, "ids": list(event_ids)}
        with self._database.transaction() as connection:
            return [str(row["event_id"]) for row in connection.execute(_REOPEN, values)]


def locked(connection: Connection[DictRow], provider: str, event_id: str) -> StoredEvent | None:
    """Return an event, and hold its customer, else its subscription, until the transaction ends."""
    with _rows(connection) as rows:
        found = rows.execute(_ONE, {"provider": provider, "id": event_id}).fetchone()
    if found is not None:
        name = f"{provider}:{found.customer or found.subscription or event_id}"
        hold(connection, name)
    return found


def hold(connection: Connection[DictRow], name: str) -> None:
    """Let nobody else do with this name what the transaction does."""
    connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"billing:{name}"])


def family(connection: Connection[DictRow], event: StoredEvent) -> list[StoredEvent]:
    """Return all events of an event's customer and subscriptions, as they arrived."""
    subscriptions = {event.subscription} - {None}
    customers = {event.customer} - {None}
    while True:
        values: dict[str, Any] = {"provider": event.provider, "id": event.event_id}
        values |= {"subscriptions": sorted(map(str, subscriptions)), "customers": sorted(map(str, customers))}
        with _rows(connection) as rows:
            found = rows.execute(_FAMILY, values).fetchall()
        known = len(subscriptions) + len(customers)
        subscriptions |= {each.subscription for each in found} - {None}
        customers |= {each.customer for each in found} - {None}
        if len(subscriptions) + len(customers) == known:
            return found


def judge(connection: Connection[DictRow], verdicts: Sequence[Verdict]) -> None:
    """Write down what events did."""
    with connection.cursor() as cursor:
        cursor.executemany(_JUDGE, [each.model_dump() for each in verdicts])


def _rows(connection: Connection[Any]) -> Cursor[StoredEvent]:
    return connection.cursor(row_factory=class_row(StoredEvent))


_ADD = """
INSERT INTO webhook_events (provider, event_id, type, created, payload, subscription, customer, asked)
VALUES (%(provider)s, %(event_id)s, %(type)s, %(created)s, %(payload)s, %(subscription)s, %(customer)s, %(asked)s)
ON CONFLICT DO NOTHING
"""
_ONE = f"SELECT {_COLUMNS} FROM webhook_events WHERE provider = %(provider)s AND event_id = %(id)s"  # noqa: S608 - constants of ours
_PAGE = f"""
SELECT {_COLUMNS} FROM webhook_events
WHERE (%(provider)s::text IS NULL OR provider = %(provider)s)
  AND (%(type)s::text IS NULL OR type = %(type)s) AND (%(state)s::text IS NULL OR state = %(state)s)
ORDER BY received_at DESC, id DESC LIMIT %(limit)s
"""  # noqa: S608 - constants of ours
_OPEN = f"""
SELECT {_COLUMNS} FROM webhook_events WHERE state = 'received' AND received_at < %(moment)s
ORDER BY received_at, id LIMIT %(limit)s
"""  # noqa: S608 - constants of ours
_UNNOTED = """
SELECT id, provider, event_id, type, received_at, subscription, state, outcome, error, asked FROM webhook_events
WHERE noted_at IS NULL AND state <> 'received' ORDER BY received_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
"""
_FAMILY = f"""
SELECT {_COLUMNS} FROM webhook_events
WHERE provider = %(provider)s
  AND (subscription = ANY (%(subscriptions)s) OR customer = ANY (%(customers)s) OR event_id = %(id)s)
ORDER BY received_at, id
"""  # noqa: S608 - constants of ours
_JUDGE = """
UPDATE webhook_events SET state = %(state)s, outcome = %(outcome)s, error = %(error)s, attempts = attempts + 1
WHERE provider = %(provider)s AND event_id = %(event_id)s
  AND (state <> %(state)s OR outcome IS DISTINCT FROM %(outcome)s OR error IS DISTINCT FROM %(error)s)
"""
_REMOVE = """
DELETE FROM webhook_events e WHERE e.received_at < %(before)s AND (
    e.subscription IS NULL
    OR e.type NOT LIKE '%%subscription.%%'
    OR e.state IN ('waiting', 'ignored', 'failed')
    OR EXISTS (
        SELECT 1 FROM subscriptions s
        WHERE s.provider = e.provider AND s.provider_subscription_id = e.subscription AND s.ended_at < %(ended)s
    )
    OR EXISTS (
        SELECT 1 FROM webhook_events n
        WHERE n.provider = e.provider AND n.subscription = e.subscription AND n.type LIKE '%%subscription.%%'
          AND n.state = 'applied' AND n.received_at < %(before)s AND (n.created, n.event_id) > (e.created, e.event_id)
    )
)
"""
_REOPEN = """
UPDATE webhook_events SET state = 'received', outcome = NULL, error = NULL
WHERE provider = %(provider)s AND event_id = ANY (%(ids)s) RETURNING event_id
"""
