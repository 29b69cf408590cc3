"""SQL of subscriptions and payments."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow, class_row

from premium.billing.model import Subscription
from premium.billing.subscription.event import Key, Payment
from premium.billing.subscription.state import State
from premium.storage.postgres import Database
from premium.tiers import Tier

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NEVER = "-infinity"


def moment(at: Decimal | None) -> datetime | None:
    """Return exact Unix seconds as a time, to the microsecond that PostgreSQL keeps."""
    return None if at is None else _EPOCH + timedelta(microseconds=int(at * 1_000_000))


class SubscriptionStore:
    """Subscriptions: a user's own, or all of them by the worker's role."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_user(self, user_id: UUID) -> Subscription | None:
        """Return the subscription that counts for a user: what allows most, then the latest."""
        values = {"user": user_id, "order": [tier.value for tier in Tier]}
        with (
            self._database.as_user(user_id) as connection,
            connection.cursor(row_factory=class_row(Subscription)) as cursor,
        ):
            return cursor.execute(_OF_USER, values).fetchone()

    def unended(self, user_id: UUID) -> list[Subscription]:
        """Return a user's subscriptions that may still cost him something; by the worker's role."""
        with (
            self._database.transaction() as connection,
            connection.cursor(row_factory=class_row(Subscription)) as cursor,
        ):
            return cursor.execute(_UNENDED, {"user": user_id}).fetchall()

    def lapsed(self, since: datetime, now: datetime) -> list[UUID]:
        """Return users of whose subscriptions one stopped to allow its tier within this time."""
        with self._database.transaction() as connection:
            rows = connection.execute(_LAPSED, {"since": since, "now": now}).fetchall()
        return [row["user_id"] for row in rows]


def customers_of(connection: Connection[DictRow], provider: str, customers: Collection[str]) -> dict[str, str]:
    """Return the users of known customers."""
    values = {"provider": provider, "customers": list(customers)}
    return {row["customer_id"]: str(row["user_id"]) for row in connection.execute(_CUSTOMERS, values)}


def keep(
    connection: Connection[DictRow], user: UUID, named: tuple[str, str], customer: str | None, state: State
) -> tuple[UUID, UUID]:
    """Write a subscription down as it is now; return its id and user.

    `named`: its provider and its id there. The user stays the one of whom it was first known.
    """
    price, until = state.price, state.allowed_until
    values: dict[str, Any] = {
        "user": user, "provider": named[0], "name": named[1], "customer": customer, "status": state.status,
        "tier": state.tier, "price": price and price.id, "interval": price and price.interval,
        "currency": price and price.currency, "unit_amount": price and price.unit_amount,
        "start": moment(state.period_start), "end": moment(state.period_end), "flag": state.cancel_at_period_end,
        "grace": moment(state.grace_until), "ended": moment(state.ended_at), "state_at": moment(state.state_at),
        "until": _NEVER if state.allows_nothing else moment(until),
    }  # fmt: skip
    row = connection.execute(_KEEP, values).fetchone()
    assert row is not None  # noqa: S101 - an upsert that returns
    return row["id"], row["user_id"]


def pay(
    connection: Connection[DictRow], user: UUID, subscription: UUID, provider: str, paid: Sequence[tuple[Key, Payment]]
) -> None:
    """Write payments down, each once."""
    rows = [
        {"user": user, "subscription": subscription, "provider": provider, "name": payment.id,
         "amount": payment.amount, "currency": payment.currency, "start": moment(payment.period_start),
         "end": moment(payment.period_end), "paid_at": moment(key[0])}
        for key, payment in paid
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.executemany(_PAY, rows)


def tiers_allowed(connection: Connection[DictRow], user: UUID, now: datetime) -> list[Tier]:
    """Return the tiers that a user's subscriptions allow at a moment."""
    rows = connection.execute(_ALLOWED, {"user": user, "now": now}).fetchall()
    return [Tier(row["tier"]) for row in rows]


_COLUMNS = """id, provider, provider_subscription_id, customer_id, tier, status, price_id, interval, currency,
    unit_amount, current_period_start, current_period_end, cancel_at_period_end, grace_until"""
_OF_USER = f"""
SELECT {_COLUMNS} FROM subscriptions WHERE user_id = %(user)s
ORDER BY allowed_until IS NULL OR allowed_until > now() DESC,
    array_position(%(order)s::text[], tier) DESC NULLS LAST, state_at DESC, id
LIMIT 1
"""  # noqa: S608 - constants of ours
_UNENDED = f"""
SELECT {_COLUMNS} FROM subscriptions
WHERE user_id = %(user)s AND status NOT IN ('canceled', 'incomplete_expired') ORDER BY created_at, id
"""  # noqa: S608 - constants of ours
_KEEP = """
INSERT INTO subscriptions (user_id, provider, provider_subscription_id, customer_id, tier, status, price_id, interval,
    currency, unit_amount, current_period_start, current_period_end, cancel_at_period_end, grace_until, allowed_until,
    ended_at, state_at)
VALUES (%(user)s, %(provider)s, %(name)s, %(customer)s, %(tier)s, %(status)s, %(price)s, %(interval)s, %(currency)s,
    %(unit_amount)s, %(start)s, %(end)s, %(flag)s, %(grace)s, %(until)s, %(ended)s, %(state_at)s)
ON CONFLICT (provider, provider_subscription_id) DO UPDATE SET
    customer_id = excluded.customer_id, tier = excluded.tier, status = excluded.status, price_id = excluded.price_id,
    interval = excluded.interval, currency = excluded.currency, unit_amount = excluded.unit_amount,
    current_period_start = excluded.current_period_start, current_period_end = excluded.current_period_end,
    cancel_at_period_end = excluded.cancel_at_period_end, grace_until = excluded.grace_until,
    allowed_until = excluded.allowed_until, ended_at = excluded.ended_at, state_at = excluded.state_at,
    updated_at = now()
RETURNING id, user_id
"""
_PAY = """
INSERT INTO payments (user_id, subscription_id, provider, provider_payment_id, amount, currency, period_start,
    period_end, paid_at)
VALUES (%(user)s, %(subscription)s, %(provider)s, %(name)s, %(amount)s, %(currency)s, %(start)s, %(end)s, %(paid_at)s)
ON CONFLICT (provider, provider_payment_id) DO NOTHING
"""
_CUSTOMERS = """
SELECT DISTINCT ON (customer_id) customer_id, user_id FROM subscriptions
WHERE provider = %(provider)s AND customer_id = ANY (%(customers)s) ORDER BY customer_id, created_at
"""
_ALLOWED = """
SELECT tier FROM subscriptions
WHERE user_id = %(user)s AND tier IS NOT NULL AND (allowed_until IS NULL OR allowed_until > %(now)s)
"""
_LAPSED = """
SELECT DISTINCT user_id FROM subscriptions WHERE allowed_until > %(since)s AND allowed_until <= %(now)s
"""
