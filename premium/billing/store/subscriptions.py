"""SQL of subscriptions and payments."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
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
COLUMNS = """id, provider, provider_subscription_id, customer_id, tier, status, price_id, interval, currency,
    unit_amount, current_period_start, current_period_end, cancel_at_period_end, grace_until, requests_a_month,
    pending_change"""
ENDED = ("canceled", "incomplete_expired")
NOT_LIVE = (*ENDED, "incomplete")
"""Beside these a user may not begin another one."""


def moment(at: Decimal | None) -> datetime | None:
    """Return exact Unix seconds as a time, to the microsecond that PostgreSQL keeps."""
    return None if at is None else _EPOCH + timedelta(microseconds=int(at * 1_000_000))


class SubscriptionStore:
    """Subscriptions: a user's own, or all of them by the worker's role."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_user(self, user_id: UUID) -> Subscription | None:
        """Return the subscription that counts for a user: what allows most, then the latest."""
        values = {"user": user_id} | best_first()
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
            return cursor.execute(_UNENDED, {"user": user_id, "but": list(ENDED)}).fetchall()

    def lapsed(self, now: datetime, most: int) -> list[UUID]:
        """Return users of whose subscriptions or grants one has ended, which nobody has acted on."""
        with self._database.transaction() as connection:
            rows = connection.execute(_LAPSED, {"now": now, "most": most}).fetchall()
        return [row["user_id"] for row in rows]


def best_first() -> dict[str, Any]:
    """Return the parameter by which subscriptions are ordered: what allows most counts most."""
    return {"order": [tier.value for tier in Tier]}


def customers_of(connection: Connection[DictRow], provider: str, customers: Collection[str]) -> dict[str, str]:
    """Return the users of known customers."""
    values = {"provider": provider, "customers": list(customers)}
    return {row["customer_id"]: str(row["user_id"]) for row in connection.execute(_CUSTOMERS, values)}


class Kept(NamedTuple):
    """A subscription that was written down, and what of it is new."""

    id: UUID
    user: UUID
    news: dict[str, Any]
    """Status, tier and end where they are others than before; empty where nothing is."""


def keep(
    connection: Connection[DictRow], user: UUID, named: tuple[str, str, str | None], state: State,
    agreed: int | None = None,
) -> Kept:  # fmt: skip
    """Write a subscription down as it is now.

    `named`: its provider, its id and its customer's there. The user stays the one of whom it was first known.
    `agreed`: requests a month.
    """
    before = connection.execute(_BEFORE, {"provider": named[0], "name": named[1]}).fetchone()
    price, until = state.price, state.allowed_until
    values: dict[str, Any] = {
        "user": user, "provider": named[0], "name": named[1], "customer": named[2], "status": state.status,
        "tier": state.tier, "price": price and price.id, "interval": price and price.interval,
        "currency": price and price.currency, "unit_amount": price and price.unit_amount,
        "start": moment(state.period_start), "end": moment(state.period_end), "flag": state.cancel_at_period_end,
        "grace": moment(state.grace_until), "ended": moment(state.ended_at), "state_at": moment(state.state_at),
        "until": _NEVER if state.allows_nothing else moment(until), "agreed": agreed,
    }  # fmt: skip
    row = connection.execute(_KEEP, values).fetchone()
    assert row is not None  # noqa: S101 - an upsert that returns
    now = {name: row[name] for name in _TOLD}
    return Kept(row["id"], row["user_id"], {} if before is not None and now == {**before} else now)


def pay(
    connection: Connection[DictRow], user: UUID, subscription: UUID, provider: str, paid: Sequence[tuple[Key, Payment]]
) -> list[Payment]:
    """Write payments down, each once; return those that are new."""
    found = []
    for key, payment in paid:
        values = {
            "user": user, "subscription": subscription, "provider": provider, "name": payment.id,
            "amount": payment.amount, "currency": payment.currency, "start": moment(payment.period_start),
            "end": moment(payment.period_end), "paid_at": moment(key[0]),
        }  # fmt: skip
        if connection.execute(_PAY, values).rowcount == 1:
            found.append(payment)
    return found


class Standing(NamedTuple):
    """What a user's subscriptions and grants allow."""

    best: Tier | None
    """None where nothing is allowed."""
    is_kept: bool
    """A subscription of his once began: no token's claim counts any more."""
    agreed: int | None
    """Requests a month that were agreed for the best tier; None: what it allows."""


def standing(connection: Connection[DictRow], user: UUID, now: datetime) -> Standing:
    """Return what a user's subscriptions and grants allow at a moment."""
    values = {"user": user, "now": now, "never": ["incomplete", "incomplete_expired"]}
    row = connection.execute(_STANDING, values).fetchone() or {}
    best = max((Tier(each) for each in row.get("tiers") or []), key=list(Tier).index, default=None)
    agreed = (row.get("agreed") or {}).get(best.value) if best else None
    return Standing(best, bool(row.get("is_kept")), agreed)


_OF_USER = f"""
SELECT {COLUMNS} FROM subscriptions WHERE user_id = %(user)s
ORDER BY allowed_until IS NULL OR allowed_until > now() DESC,
    array_position(%(order)s::text[], tier) DESC NULLS LAST, state_at DESC, id
LIMIT 1
"""  # noqa: S608 - constants of ours
_UNENDED = f"""
SELECT {COLUMNS} FROM subscriptions
WHERE user_id = %(user)s AND status <> ALL (%(but)s) ORDER BY created_at, id
"""  # noqa: S608 - constants of ours
_KEEP = """
INSERT INTO subscriptions (user_id, provider, provider_subscription_id, customer_id, tier, status, price_id, interval,
    currency, unit_amount, current_period_start, current_period_end, cancel_at_period_end, grace_until, allowed_until,
    ended_at, state_at, requests_a_month)
VALUES (%(user)s, %(provider)s, %(name)s, %(customer)s, %(tier)s, %(status)s, %(price)s, %(interval)s, %(currency)s,
    %(unit_amount)s, %(start)s, %(end)s, %(flag)s, %(grace)s, %(until)s, %(ended)s, %(state_at)s, %(agreed)s)
ON CONFLICT (provider, provider_subscription_id) DO UPDATE SET
    customer_id = excluded.customer_id, tier = excluded.tier, status = excluded.status, price_id = excluded.price_id,
    interval = excluded.interval, currency = excluded.currency, unit_amount = excluded.unit_amount,
    requests_a_month = excluded.requests_a_month,
    current_period_start = excluded.current_period_start, current_period_end = excluded.current_period_end,
    cancel_at_period_end = excluded.cancel_at_period_end, grace_until = excluded.grace_until,
    allowed_until = excluded.allowed_until, ended_at = excluded.ended_at, state_at = excluded.state_at,
    updated_at = now()
RETURNING id, user_id, status, tier, cancel_at_period_end, current_period_end
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


def ended(connection: Connection[DictRow], user: UUID, now: datetime) -> list[dict[str, Any]]:
    """Mark what of a user's has ended as acted on, and return its subscriptions."""
    values = {"user": user, "now": now}
    connection.execute(_GRANTS_SETTLED, values)
    return connection.execute(_SETTLED, values).fetchall()


_STANDING = """
SELECT
    ARRAY(
        SELECT tier FROM subscriptions
        WHERE user_id = %(user)s AND tier IS NOT NULL AND (allowed_until IS NULL OR allowed_until > %(now)s)
        UNION SELECT tier FROM tier_grants WHERE user_id = %(user)s AND until > %(now)s
    ) AS tiers,
    (
        SELECT jsonb_object_agg(tier, agreed) FROM (
            SELECT tier, max(requests_a_month) AS agreed FROM subscriptions
            WHERE user_id = %(user)s AND tier IS NOT NULL AND (allowed_until IS NULL OR allowed_until > %(now)s)
            GROUP BY tier
        ) a
    ) AS agreed,
    EXISTS (SELECT 1 FROM subscriptions WHERE user_id = %(user)s AND status <> ALL (%(never)s)) AS is_kept
"""
_BEFORE = """
SELECT status, tier, cancel_at_period_end, current_period_end FROM subscriptions
WHERE provider = %(provider)s AND provider_subscription_id = %(name)s
"""
_TOLD = ("status", "tier", "cancel_at_period_end", "current_period_end")
_LAPSED = """
SELECT user_id FROM subscriptions
WHERE allowed_until <= %(now)s AND allowed_until > '-infinity' AND (settled_at IS NULL OR settled_at < allowed_until)
UNION SELECT user_id FROM tier_grants WHERE settled_at IS NULL AND until <= %(now)s
ORDER BY user_id LIMIT %(most)s
"""
_SETTLED = """
UPDATE subscriptions
SET settled_at = %(now)s, updated_at = now(),
    status = CASE WHEN status = 'past_due' AND grace_until <= %(now)s THEN 'unpaid' ELSE status END
WHERE user_id = %(user)s AND allowed_until <= %(now)s AND allowed_until > '-infinity'
  AND (settled_at IS NULL OR settled_at < allowed_until)
RETURNING id, status, grace_until
"""
_GRANTS_SETTLED = """
UPDATE tier_grants SET settled_at = %(now)s
WHERE user_id = %(user)s AND settled_at IS NULL AND until <= %(now)s
"""
