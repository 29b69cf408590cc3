"""SQL of checkouts, and of what users change of their subscriptions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow, class_row

from premium.billing.model import Checkout, PendingChange, Subscription
from premium.billing.providers.port import OpenedCheckout
from premium.billing.store.subscriptions import COLUMNS, NOT_LIVE, SubscriptionStore, best_first
from premium.storage.plain import to_json
from premium.storage.postgres import Database


class SaleStore:
    """What a user buys; under his own row-level security."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def latest(self, user_id: UUID) -> Subscription | None:
        """Return the subscription that counts for a user, ended or not."""
        return SubscriptionStore(self._database).of_user(user_id)

    def live(self, user_id: UUID) -> Subscription | None:
        """Return the subscription beside which a user may not begin another one."""
        with self._database.as_user(user_id) as connection:
            return live_of(connection, user_id)

    def customer(self, user_id: UUID, provider: str) -> str | None:
        """Return who a user is at a provider where he bought before."""
        with self._database.as_user(user_id) as connection:
            row = connection.execute(_CUSTOMER, {"user": user_id, "provider": provider}).fetchone()
        return None if row is None else row["customer_id"]

    def open_checkout(self, user_id: UUID) -> Checkout | None:
        """Return the page where a user may still pay, and has not."""
        with self._database.as_user(user_id) as connection:
            return _open(connection, user_id)

    def keep(
        self, user_id: UUID, provider: str, price: str, opened: OpenedCheckout
    ) -> tuple[Checkout | None, Checkout | None]:
        """Keep the page where a user pays; return it and the one before.

        None where a subscription lives by now: nothing is written.
        """
        values = {"user": user_id, "provider": provider, "name": opened.id, "price": price, "url": opened.url}
        with self._database.as_user(user_id) as connection:
            connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"billing:user:{user_id}"])
            if live_of(connection, user_id) is not None:
                return None, None
            before = _open(connection, user_id)
            if before is not None and before.provider_checkout_id != opened.id:
                connection.execute(_CLOSE, [before.id])
            with connection.cursor(row_factory=class_row(Checkout)) as cursor:
                made = cursor.execute(_ADD, values | {"until": opened.expires_at}).fetchone()
        return made, None if before is None or before.provider_checkout_id == opened.id else before

    def plan(self, user_id: UUID, subscription: UUID, change: PendingChange | None) -> None:
        """Keep what becomes of a subscription when its period ends; None: nothing."""
        told = None if change is None else to_json(change.model_dump(mode="json"))
        with self._database.as_user(user_id) as connection:
            connection.execute(_PLAN, {"id": subscription, "change": told})


def live_of(connection: Connection[DictRow], user_id: UUID) -> Subscription | None:
    """Return the subscription beside which a user may not begin another one."""
    values: dict[str, Any] = {"user": user_id, "but": list(NOT_LIVE)} | best_first()
    with connection.cursor(row_factory=class_row(Subscription)) as cursor:
        return cursor.execute(_LIVE, values).fetchone()


def _open(connection: Connection[DictRow], user_id: UUID) -> Checkout | None:
    with connection.cursor(row_factory=class_row(Checkout)) as cursor:
        return cursor.execute(_OPEN, {"user": user_id}).fetchone()


_CHECKOUT = "id, provider, provider_checkout_id, price_id, url, expires_at"
_LIVE = f"""
SELECT {COLUMNS} FROM subscriptions WHERE user_id = %(user)s AND status <> ALL (%(but)s)
ORDER BY array_position(%(order)s::text[], tier) DESC NULLS LAST, state_at DESC, id LIMIT 1
"""  # noqa: S608 - constants of ours
_CUSTOMER = """
SELECT customer_id FROM subscriptions
WHERE user_id = %(user)s AND provider = %(provider)s AND customer_id IS NOT NULL ORDER BY state_at DESC LIMIT 1
"""
_OPEN = f"""
SELECT {_CHECKOUT} FROM checkouts c
WHERE user_id = %(user)s AND closed_at IS NULL AND expires_at > now()
  AND NOT EXISTS (SELECT 1 FROM subscriptions s WHERE s.user_id = c.user_id AND s.created_at > c.created_at)
ORDER BY created_at DESC, id LIMIT 1
"""  # noqa: S608 - constants of ours
_CLOSE = "UPDATE checkouts SET closed_at = now() WHERE id = %s"
_ADD = f"""
INSERT INTO checkouts (user_id, provider, provider_checkout_id, price_id, url, expires_at)
VALUES (%(user)s, %(provider)s, %(name)s, %(price)s, %(url)s, %(until)s)
ON CONFLICT (provider, provider_checkout_id) DO UPDATE SET closed_at = NULL RETURNING {_CHECKOUT}
"""  # noqa: S608 - constants of ours
_PLAN = "UPDATE subscriptions SET pending_change = %(change)s WHERE id = %(id)s"
