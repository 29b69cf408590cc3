"""Fold all events of a customer, and write down what follows.

That is subscriptions, payments, tiers and verdicts.

All in one transaction, under a lock of the customer: killed at any point it leaves nothing, run again it leaves the
same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from premium.accounts.service import find_user, keep_paid_tier
from premium.billing.intake import read
from premium.billing.model import StoredEvent, Verdict
from premium.billing.store import subscriptions, webhooks
from premium.billing.subscription.event import Event, Unreadable
from premium.billing.subscription.ledger import Ledger, Outcome
from premium.billing.subscription.prices import Plans
from premium.tiers import Tier

_STATES: Mapping[Outcome, str] = {
    Outcome.WAITING: "waiting",
    Outcome.INVALID: "failed",
    Outcome.UNKNOWN_TYPE: "ignored",
    Outcome.NO_SUBSCRIPTION: "ignored",
}
"""What is written beside an event; all else is applied."""
_NEVER_BEGUN = frozenset({"incomplete", "incomplete_expired"})
"""A checkout that was given up takes nobody's tier away."""


def fold(connection: Connection[DictRow], event: StoredEvent, plans: Plans, now: datetime) -> tuple[set[UUID], int]:
    """Return the users whose tier changed, and how many prices are unknown."""
    stored = webhooks.family(connection, event)
    ledger = _ledger(connection, stored, plans)
    users = _keep(connection, event.provider, ledger)
    webhooks.judge(connection, _verdicts(stored, ledger))
    unknown = sum(entry.outcome is Outcome.UNKNOWN_PRICE for entry in ledger.entries)
    return {user for user in sorted(users) if settle(connection, user, now)}, unknown


def settle(connection: Connection[DictRow], user: UUID, now: datetime) -> bool:
    """Give a user the best tier of his subscriptions; tell whether it changed."""
    webhooks.hold(connection, f"user:{user}")
    allowed = subscriptions.tiers_allowed(connection, user, now)
    return keep_paid_tier(connection, user, max(allowed, key=list(Tier).index, default=Tier.FREE))


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


def _keep(connection: Connection[DictRow], provider: str, ledger: Ledger) -> set[UUID]:
    users = set[UUID]()
    for name in ledger.subscriptions():
        history, user = ledger.histories[name], ledger.user_of(name)
        if user is None or history.state.status is None:
            continue
        customer = ledger.customer_of(name)
        kept, owner = subscriptions.keep(connection, UUID(user), (provider, name), customer, history.state)
        subscriptions.pay(connection, owner, kept, provider, history.payments)
        if history.state.status not in _NEVER_BEGUN:
            users.add(owner)
    return users


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
