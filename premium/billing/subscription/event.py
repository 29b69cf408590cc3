"""What a provider's event says, in one form for all providers."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from premium.tiers import Tier

STATUSES = frozenset(
    {"incomplete", "incomplete_expired", "trialing", "active", "past_due", "unpaid", "paused", "canceled"}
)
ENDED = frozenset({"canceled", "incomplete_expired"})
"""After these nothing comes: another subscription has another id."""
Key = tuple[Decimal, int, str]
"""Where an event stands among those of its provider: instant, precedence of its type, id."""


class Unreadable(ValueError):
    """An event that lacks what it needs; the message names the field."""


class Act(StrEnum):
    """What an event can tell of a subscription."""

    CHECKOUT = "checkout"
    STATE = "state"
    PAID = "paid"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Price:
    """What a subscription costs a period: minor units of one currency."""

    id: str
    tier: Tier | None
    """None for a price that no configuration knows: it changes no tier."""
    interval: str | None = None
    currency: str | None = None
    unit_amount: int | None = None


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """A subscription as the provider has it; None says nothing of a field."""

    status: str | None = None
    price: Price | None = None
    period_start: Decimal | None = None
    period_end: Decimal | None = None
    cancel_at_period_end: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Payment:
    """Money that came in, once for each id of the provider's."""

    id: str
    amount: int
    currency: str | None
    period_start: Decimal | None
    period_end: Decimal | None


@dataclass(frozen=True, kw_only=True)
class Event:
    """One event; `act` is None for a type that tells nothing of subscriptions."""

    provider: str
    id: str
    type: str
    at: Decimal
    """Unix seconds, exact."""
    rank: int = 0
    act: Act | None = None
    subscription: str | None = None
    customer: str | None = None
    user: str | None = None
    user_by: int = 0
    """How well the event knows its user: 0 by the checkout's own reference, 1 by metadata."""
    snapshot: Snapshot = Snapshot()
    payment: Payment | None = None
    first: bool = False
    """The payment is the one that a subscription begins with, or the checkout was paid."""

    @property
    def key(self) -> Key:
        """Where the event stands among those of its provider."""
        return self.at, self.rank, self.id
