"""Say what an event makes of a subscription, and what the subscription then allows.

A snapshot says all that it knows. Between snapshots a failed payment begins the grace, a paid one ends it, and a paid
checkout or invoice opens what was incomplete. What has ended stays so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from premium.billing.subscription.event import ENDED, Act, Event, Price
from premium.tiers import Tier

GRACE_SECONDS = 7 * 86_400
"""After the first failed payment."""
_PAYING = frozenset({"trialing", "active", "past_due"})
_OWING = frozenset({"past_due", "unpaid"})


@dataclass(frozen=True, kw_only=True)
class State:
    """A subscription after an event; times are exact Unix seconds."""

    status: str | None = None
    price: Price | None = None
    """The last one that a configuration knows; before the first of them an unknown one."""
    period_start: Decimal | None = None
    period_end: Decimal | None = None
    cancel_at_period_end: bool = False
    failed_at: Decimal | None = None
    """The first failed payment of those that are owed."""
    ended_at: Decimal | None = None
    state_at: Decimal | None = None

    @property
    def tier(self) -> Tier | None:
        """The tier that is paid for; None where the price is unknown."""
        return self.price.tier if self.price else None

    @property
    def is_live(self) -> bool:
        """Tell whether a user may not begin another one beside it."""
        return self.status is not None and self.status not in ENDED | {"incomplete"}

    @property
    def grace_until(self) -> Decimal | None:
        """When an owing subscription stops to allow anything."""
        return None if self.failed_at is None else self.failed_at + GRACE_SECONDS

    @property
    def allows_nothing(self) -> bool:
        """Tell whether it allows nothing any more, or nothing yet."""
        if self.status == "canceled":
            return not self.cancel_at_period_end or self.period_end is None
        return self.status not in _PAYING

    @property
    def allowed_until(self) -> Decimal | None:
        """The first instant at which it allows nothing; None without one."""
        ends = {"past_due": self.grace_until, "canceled": self.period_end}
        return None if self.allows_nothing else ends.get(self.status or "")

    def is_entitled(self, now: Decimal) -> bool:
        """Tell whether it allows at an instant what its tier has."""
        return not self.allows_nothing and (self.allowed_until is None or now < self.allowed_until)

    def aged(self, now: Decimal) -> State:
        """Return the state at an instant: what owes longer than its grace is unpaid."""
        over = self.status == "past_due" and not self.is_entitled(now)
        return replace(self, status="unpaid") if over else self


NOTHING = State()


def step(state: State, event: Event) -> State:
    """Return the subscription after an event that comes later than all before."""
    if state.status in ENDED:
        return state
    match event.act:
        case Act.STATE:
            return _told(state, event)
        case Act.PAID:
            return _paid(state, event)
        case Act.FAILED:
            return _failed(state, event)
        case Act.CHECKOUT if state.status in (None, "incomplete"):
            return replace(state, status="active" if event.first else "incomplete", state_at=event.at)
    return state


def _told(state: State, event: Event) -> State:
    told = event.snapshot
    status = told.status or state.status or "incomplete"
    owing = status in _OWING
    flag = told.cancel_at_period_end
    return State(
        status=status,
        price=_known(state.price, told.price),
        period_start=state.period_start if told.period_start is None else told.period_start,
        period_end=state.period_end if told.period_end is None else told.period_end,
        cancel_at_period_end=state.cancel_at_period_end if flag is None else flag,
        failed_at=(state.failed_at if state.failed_at is not None else event.at) if owing else None,
        ended_at=event.at if status in ENDED else None,
        state_at=event.at,
    )


def _paid(state: State, event: Event) -> State:
    told = event.snapshot
    opens = state.status in (None, "incomplete", *_OWING)
    later = told.period_end is not None and (state.period_end is None or told.period_end > state.period_end)
    return replace(
        state,
        status="active" if opens else state.status,
        failed_at=None if opens else state.failed_at,
        price=_known(None, told.price) if state.price is None else state.price,
        period_start=told.period_start if later else state.period_start,
        period_end=told.period_end if later else state.period_end,
        state_at=event.at,
    )


def _failed(state: State, event: Event) -> State:
    """Begin the grace, or go on with it; a first payment that fails leaves the subscription incomplete."""
    if state.status is None and event.first:
        return replace(state, status="incomplete", state_at=event.at)
    if state.status is not None and state.status not in _PAYING | _OWING:
        return state
    failed_at = event.at if state.failed_at is None else state.failed_at
    return replace(state, status=state.status if state.status in _OWING else "past_due", failed_at=failed_at,
                   state_at=event.at)  # fmt: skip


def _known(before: Price | None, told: Price | None) -> Price | None:
    """Return the price that counts: an unknown one changes nothing."""
    if told is None or (told.tier is None and before is not None):
        return before
    return told
