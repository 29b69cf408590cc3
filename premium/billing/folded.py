"""Fold all events of a customer, and write down what follows.

That is subscriptions, payments, tiers and verdicts.

All in one transaction, under a lock of the customer: killed at any point it leaves nothing, run again it leaves the
same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from premium.accounts.service import find_user, settle_agreed, settle_tier
from premium.billing.intake import read
from premium.billing.model import StoredEvent, Verdict
from premium.billing.store import subscriptions, webhooks
from premium.billing.store.outbox import tell
from premium.billing.subscription.event import Event, Payment, Unreadable
from premium.billing.subscription.ledger import Ledger, Outcome
from premium.billing.subscription.prices import Plans

_STATES: Mapping[Outcome, str] = {
    Outcome.WAITING: "waiting",
    Outcome.INVALID: "failed",
    Outcome.UNKNOWN_TYPE: "ignored",
    Outcome.NO_SUBSCRIPTION: "ignored",
}
"""What is written beside an event; all else is applied."""
_NEVER_BEGUN = frozenset({"incomplete", "incomplete_expired"})
"""A checkout that was given up takes nobody's tier away."""


class Folded(NamedTuple):
    """What came of folding a customer's events."""

    changed: set[UUID]
    """Users whose tier, or agreed number of requests, is another."""
    unknown: int
    """Events whose price maps to no tier."""
    unreadable: bool
    """The event itself cannot be read."""
    tied: set[str]
    """Subscriptions of which two events of one second say different things: the provider is asked."""
    judged: set[str]
    """The events that were folded, the event's own among them."""


def fold(connection: Connection[DictRow], event: StoredEvent, plans: Plans, now: datetime) -> Folded:
    """Write down what all events of a customer leave."""
    stored = webhooks.family(connection, event)
    ledger = _ledger(connection, stored, plans)
    users = _keep(connection, event.provider, ledger, plans, now)
    webhooks.judge(connection, _verdicts(stored, ledger))
    unknown = sum(entry.outcome is Outcome.UNKNOWN_PRICE for entry in ledger.entries)
    tied = {name for name in ledger.subscriptions() if ledger.histories[name].is_tied}
    mine = {entry.event_id: entry.outcome for entry in ledger.entries}
    changed = {user for user in sorted(users) if settle(connection, user, now)}
    is_unreadable = mine.get(event.event_id) is Outcome.INVALID
    return Folded(changed, unknown, is_unreadable, tied, {each.event_id for each in stored})


def settle(connection: Connection[DictRow], user: UUID, now: datetime) -> bool:
    """Give a user the best tier of his subscriptions and grants.

    What was agreed goes with it. Tell whether either changed.
    """
    webhooks.hold(connection, f"user:{user}")
    stands = subscriptions.standing(connection, user, now)
    change = settle_tier(connection, user, stands.best, is_kept=stands.is_kept)
    if change is not None:
        tell(connection, user, "tier.changed", {"before": change[0].value, "after": change[1].value})
    is_agreed_anew = settle_agreed(connection, user, stands.best, stands.agreed)
    return change is not None or is_agreed_anew


def lapse(connection: Connection[DictRow], user: UUID, now: datetime) -> bool:
    """Act on what of a user's has ended; tell whether his tier changed."""
    webhooks.hold(connection, f"user:{user}")
    for row in subscriptions.ended(connection, user, now):
        about = {"subscription": str(row["id"]), "status": row["status"]}
        tell(connection, user, "subscription.lapsed", about)
    return settle(connection, user, now)


def _ledger(connection: Connection[DictRow], stored: Sequence[StoredEvent], plans: Plans) -> Ledger:
    """Take the events in as they arrived; users that nobody knows are none."""
    provider = stored[0].provider
    customers = sorted({each.customer for each in stored if each.customer})
    ledger = Ledger(subscriptions.customers_of(connection, provider, customers))
    users: dict[str, str | None] = {}
    for each in stored:
        try:
            event = read(provider, each.payload, plans)
        except Unreadable as error:
            ledger.refuse(each.event_id, each.type, str(error))
            continue
        ledger.take(replace(event, user=_user(connection, event, users)))
    return ledger


def _user(connection: Connection[DictRow], event: Event, users: dict[str, str | None]) -> str | None:
    if event.user is None:
        return None
    if event.user not in users:
        found = find_user(connection, event.user)
        users[event.user] = None if found is None else str(found)
    return users[event.user]


def _keep(connection: Connection[DictRow], provider: str, ledger: Ledger, plans: Plans, now: datetime) -> set[UUID]:
    users, instant = set[UUID](), Decimal(str(now.timestamp()))
    for name in ledger.subscriptions():
        history, user = ledger.histories[name], ledger.user_of(name)
        if user is None or history.state.status is None:
            continue
        state, customer = history.state.aged(instant), ledger.customer_of(name)
        agreed = plans[state.price.id].requests_a_month if state.price and state.price.id in plans else None
        named = (provider, name, customer)
        kept = subscriptions.keep(connection, UUID(user), named, state, agreed)
        paid = subscriptions.pay(connection, kept.user, kept.id, provider, history.payments)
        _tell(connection, kept, provider, paid)
        if state.status not in _NEVER_BEGUN:
            users.add(kept.user)
    return users


def _tell(connection: Connection[DictRow], kept: subscriptions.Kept, provider: str, paid: list[Payment]) -> None:
    """Have everybody told what is new of a subscription, each payment once."""
    about = {"subscription": str(kept.id), "provider": provider}
    if kept.news:
        tell(connection, kept.user, "subscription.changed", {**about, **kept.news})
    for each in paid:
        told = {**about, "payment": each.id, "amount": str(each.amount), "currency": each.currency}
        tell(connection, kept.user, "payment.received", told, key=f"paid:{provider}:{each.id}")


def _verdicts(stored: Sequence[StoredEvent], ledger: Ledger) -> list[Verdict]:
    return [
        Verdict(
            provider=event.provider,
            event_id=event.event_id,
            state=_STATES.get(entry.outcome, "applied"),
            outcome=entry.outcome.value,
            error=entry.why[:500] if entry.why else None,
        )
        for event, entry in zip(stored, ledger.entries, strict=True)
    ]
