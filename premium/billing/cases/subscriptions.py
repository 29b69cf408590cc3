"""Answer cases of `premium billing fold`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from premium.billing.signatures.judge import Provider
from premium.billing.subscription import paddle, stripe
from premium.billing.subscription.event import Event, Unreadable
from premium.billing.subscription.fields import instant, shown, text
from premium.billing.subscription.ledger import Ledger
from premium.billing.subscription.prices import Plan, Plans
from premium.billing.subscription.state import State
from premium.cases import Case, Kind
from premium.money import decimal_of
from premium.tiers import Tier

_READERS = {"stripe": stripe.read, "paddle": paddle.read}
_LATEST = 253_402_300_799


def _moment(value: object) -> object:
    """Take Unix seconds, or a time of RFC 3339."""
    if value is None or (found := instant(value)) is not None:
        return None if value is None else found
    seconds = decimal_of(value)  # type: ignore[arg-type] # it refuses what is no number
    if not 0 <= seconds <= _LATEST:
        raise ValueError("must be Unix seconds, or a time as 2026-03-01T12:00:00Z")
    return seconds


def _bought(value: object) -> object:
    return {"tier": value} if isinstance(value, str) else value


class Bought(Case):
    """What a price buys."""

    tier: Tier
    interval: str | None = None
    currency: str | None = None


class Events(Case):
    """Events of a provider as they arrived."""

    events: list[Any]
    provider: Provider | None = None
    """Left out, each event tells by its form."""
    prices: dict[str, Annotated[Bought, BeforeValidator(_bought)]] | None = None
    """What the provider's price ids buy; without it a price names its tier itself."""
    customers: dict[str, str] = Field(default={})
    """Users that are known by their customer."""
    now: Annotated[Decimal | None, BeforeValidator(_moment)] = None
    """When it is asked what is allowed; left out, with the newest event."""


def whole(given: Any) -> object:
    """Return the case of a file of events alone, None for others."""
    listed = given if isinstance(given, list) else [given]
    objects = [each for each in listed if isinstance(each, Mapping)]
    cases = any("events" in each or "cases" in each for each in objects)
    return {"events": listed} if not cases and any(_is_event(each) for each in objects) else None


def _is_event(value: Mapping[str, Any]) -> bool:
    return "event_type" in value or ("type" in value and ("data" in value or "created" in value))


def _answer(case: Events) -> Mapping[str, Any]:
    plans = None if case.prices is None else {price: Plan(**dict(each)) for price, each in case.prices.items()}
    read = [_read(raw, case.provider, plans) for raw in case.events]
    events = [each for each in read if isinstance(each, Event)]
    asks_user = bool(case.customers) or any(event.user is not None for event in events)
    ledger = Ledger(case.customers, asks_user=asks_user)
    for raw, each in zip(case.events, read, strict=True):
        if isinstance(each, Event):
            ledger.take(each)
        else:
            ledger.refuse(*_names(raw), str(each))
    now = max((event.at for event in events), default=Decimal(0)) if case.now is None else case.now
    return _told(ledger, now, aged=case.now is not None)


def _read(raw: object, wanted: Provider | None, plans: Plans | None) -> Event | Unreadable:
    if not isinstance(raw, Mapping):
        return Unreadable("an event is an object")
    provider = "paddle" if "event_type" in raw or "event_id" in raw else "stripe"
    if wanted is not None and provider != wanted:
        return Unreadable(f"it has not the form of an event of {wanted}")
    try:
        return _READERS[provider](raw, plans)
    except Unreadable as error:
        return error


def _names(raw: object) -> tuple[str | None, str | None]:
    given = raw if isinstance(raw, Mapping) else {}
    return text(given.get("id", given.get("event_id"))), text(given.get("type", given.get("event_type")))


def _told(ledger: Ledger, now: Decimal, *, aged: bool) -> dict[str, Any]:
    states = {name: ledger.histories[name].state for name in ledger.subscriptions()}
    states = {name: state.aged(now) if aged else state for name, state in states.items()}
    ordered = sorted(states.items(), key=lambda each: _order(each[0], each[1], now), reverse=True)
    rows = [
        {"id": name, "user": ledger.user_of(name), "customer": ledger.customer_of(name), **_state(state, now)}
        for name, state in ordered
    ]
    main = rows[0] if rows else None
    others = [row["id"] for row in rows[1:] if main and row["live"] and main["live"] and row["user"] == main["user"]]
    payments = [
        {"id": payment.id, "subscription": name, "at": shown(key[0]), "amount": payment.amount,
         "currency": payment.currency, "period_start": shown(payment.period_start),
         "period_end": shown(payment.period_end)}
        for name in ledger.subscriptions() for key, payment in ledger.histories[name].payments
    ]  # fmt: skip
    return {
        "subscription": main,
        "tier": _tier(rows, main["user"] if main else None),
        "ledger": [{"index": index, **asdict(entry)} for index, entry in enumerate(ledger.entries)],
        "subscriptions": rows,
        "conflicts": sorted(others),
        "payments": sorted(payments, key=lambda each: (each["at"], each["id"])),
        "waiting": list(ledger.unclaimed()),
    }


def _state(state: State, now: Decimal) -> dict[str, Any]:
    price = state.price
    return {
        "status": state.status,
        "tier": state.tier,
        "entitled": state.is_entitled(now),
        "live": state.is_live,
        "price": price and price.id,
        "interval": price and price.interval,
        "currency": price and price.currency,
        "unit_amount": price and price.unit_amount,
        "current_period_start": shown(state.period_start),
        "current_period_end": shown(state.period_end),
        "cancel_at_period_end": state.cancel_at_period_end,
        "grace_until": shown(state.grace_until),
        "ended_at": shown(state.ended_at),
        "state_at": shown(state.state_at),
    }


def _order(name: str, state: State, now: Decimal) -> tuple[bool, bool, int, Decimal, str]:
    """The subscription that counts: entitled, live, of the best tier, the latest."""
    tier = list(Tier).index(state.tier) if state.tier else -1
    return state.is_entitled(now), state.is_live, tier, state.state_at or Decimal(0), name


def _tier(rows: Sequence[Mapping[str, Any]], user: str | None) -> str:
    """Return the best tier of what is allowed to the user."""
    tiers = [row["tier"] for row in rows if row["entitled"] and row["tier"] and row["user"] == user]
    return max(tiers, key=list(Tier).index, default=Tier.FREE)


KIND = Kind("fold", frozenset(), Events, _answer)
