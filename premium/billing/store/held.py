"""SQL of what the clock's jobs look after, by the worker's role."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from premium.billing.model import Held
from premium.billing.store import grants
from premium.billing.store.outbox import tell
from premium.billing.store.subscriptions import ENDED
from premium.storage.plain import to_json
from premium.storage.postgres import Database


class HeldStore:
    """All users' subscriptions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def owing(self, since: datetime) -> list[Held]:
        """Return subscriptions that owe, and whose grace ended no earlier than a moment."""
        return self._rows(_OWING, {"since": since})

    def planned(self, until: datetime) -> list[Held]:
        """Return subscriptions whose planned change is due before a moment."""
        return self._rows(_PLANNED, {"until": until})

    def uncompared(self, since: datetime, limit: int) -> list[Held]:
        """Return subscriptions that have not ended and were not compared since a moment."""
        return self._rows(_UNCOMPARED, {"since": since, "ended": list(ENDED), "limit": limit})

    def one(self, provider: str, name: str) -> Held | None:
        """Return a subscription by its provider's id."""
        return next(iter(self._rows(_ONE, {"provider": provider, "name": name})), None)

    def compared(self, subscription: UUID, at: datetime) -> None:
        """Write down that a subscription was compared with its provider."""
        with self._database.transaction() as connection:
            connection.execute("UPDATE subscriptions SET compared_at = %s WHERE id = %s", [at, subscription])

    def unplan(self, held: Held) -> None:
        """Forget a planned change, if it is still the same."""
        told = None if held.pending_change is None else to_json(held.pending_change.model_dump(mode="json"))
        with self._database.transaction() as connection:
            statement = "UPDATE subscriptions SET pending_change = NULL WHERE id = %s AND pending_change = %s::jsonb"
            connection.execute(statement, [held.id, told])

    def keep_tier(self, held: Held, until: datetime, key: str) -> None:
        """Let a user keep, once a key, the tier that he has paid for."""
        values = {"user": held.user_id, "tier": held.tier, "until": until, "by": "system", "key": key}
        with self._database.transaction() as connection:
            grants.add(connection, {**values, "reason": "the period that is paid for"})

    def untold(self, keys: Collection[str]) -> set[str]:
        """Return those of the keys of the outbox under which nothing was told."""
        with self._database.transaction() as connection:
            rows = connection.execute("SELECT key FROM outbox WHERE key = ANY (%s)", [list(keys)])
            return set(keys) - {row["key"] for row in rows}

    def tell(self, held: Held, kind: str, data: Mapping[str, object], key: str) -> bool:
        """Have something told of a subscription, once a key."""
        with self._database.transaction() as connection:
            return tell(connection, held.user_id, kind, {"subscription": str(held.id), **data}, key=key)

    def remove_checkouts(self, before: datetime) -> int:
        """Remove checkouts that were over before a moment; how many."""
        with self._database.transaction() as connection:
            return connection.execute("DELETE FROM checkouts WHERE expires_at < %s", [before]).rowcount

    def _rows(self, statement: str, values: dict[str, object]) -> list[Held]:
        with self._database.transaction() as connection, connection.cursor(row_factory=class_row(Held)) as cursor:
            return cursor.execute(statement, values).fetchall()


_COLUMNS = """id, user_id, provider, provider_subscription_id, tier, status, price_id, current_period_start,
    current_period_end, cancel_at_period_end, grace_until, pending_change, state_at"""
_OWING = f"""
SELECT {_COLUMNS} FROM subscriptions
WHERE status IN ('past_due', 'unpaid') AND grace_until > %(since)s ORDER BY grace_until, id
"""  # noqa: S608 - constants of ours
_PLANNED = f"""
SELECT {_COLUMNS} FROM subscriptions
WHERE pending_change IS NOT NULL AND (pending_change ->> 'at')::timestamptz <= %(until)s ORDER BY id
"""  # noqa: S608 - constants of ours
_UNCOMPARED = f"""
SELECT {_COLUMNS} FROM subscriptions
WHERE status <> ALL (%(ended)s) AND (compared_at IS NULL OR compared_at < %(since)s)
ORDER BY provider, id LIMIT %(limit)s
"""  # noqa: S608 - constants of ours
_ONE = f"""
SELECT {_COLUMNS} FROM subscriptions WHERE provider = %(provider)s AND provider_subscription_id = %(name)s
"""  # noqa: S608 - constants of ours
