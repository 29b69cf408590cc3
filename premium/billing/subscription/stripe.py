"""Read Stripe's events, of both generations of its payloads.

Since API 2025-03-31 the period stands on the subscription's items, and an invoice names its subscription under
`parent`. In one second events stand in a fixed order of types, the deletion last.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from premium.billing.subscription.event import Act, Event, Payment, Price, Snapshot, Unreadable
from premium.billing.subscription.fields import currency, ident, inside, interval, items, seconds, status, text, whole
from premium.billing.subscription.prices import Plans, tier_of

PROVIDER = "stripe"
_SUBSCRIPTION, _INVOICE = "customer.subscription.", "invoice."
TYPES = (
    "checkout.session.completed",
    "customer.subscription.created",
    "invoice.payment_failed",
    "invoice.payment_succeeded",
    "customer.subscription.updated",
    "customer.subscription.paused",
    "customer.subscription.resumed",
    "customer.subscription.deleted",
)
"""In the order in which they count within one second."""
_BY_TYPE = {
    "customer.subscription.paused": "paused",
    "customer.subscription.resumed": "active",
    "customer.subscription.deleted": "canceled",
}
"""The status that a type says where the object does not."""


def read(raw: Mapping[str, Any], plans: Plans | None) -> Event:
    """Return what an event says; Unreadable where it lacks its id, type, time or object."""
    kind, at = text(raw.get("type")), seconds(raw.get("created"))
    identity = text(raw.get("id"))
    if identity is None or kind is None or at is None:
        missing = "id" if identity is None else "type" if kind is None else "created"
        raise Unreadable(f"{missing}: is not there, or of another form")
    if kind not in TYPES:
        return Event(provider=PROVIDER, id=identity, type=kind, at=at)
    thing = inside(raw, "data", "object")
    if not isinstance(thing, Mapping):
        raise Unreadable("data.object: must be an object")
    said = {"provider": PROVIDER, "id": identity, "type": kind, "at": at, "rank": TYPES.index(kind)}
    said["customer"] = ident(thing.get("customer"))
    if kind.startswith(_SUBSCRIPTION):
        return _state(thing, kind, plans, said)
    return _invoice(thing, kind, plans, said) if kind.startswith(_INVOICE) else _checkout(thing, said)


def _checkout(session: Mapping[str, Any], said: Mapping[str, Any]) -> Event:
    reference = text(session.get("client_reference_id"))
    return Event(
        **said,
        act=Act.CHECKOUT,
        subscription=ident(session.get("subscription")),
        user=reference or text(inside(session, "metadata", "user_id")),
        user_by=0 if reference else 1,
        first=session.get("payment_status") in ("paid", "no_payment_required"),
    )


def _state(thing: Mapping[str, Any], kind: str, plans: Plans | None, said: Mapping[str, Any]) -> Event:
    bought = list(items(thing, "items", "data"))
    item = next((each for each in bought if (price := _price(each, thing, plans)) and price.tier), None)
    item = item or (bought[0] if bought else thing)
    flag = thing.get("cancel_at_period_end")
    snapshot = Snapshot(
        status=_BY_TYPE[kind] if kind.endswith(".deleted") else status(thing.get("status")) or _BY_TYPE.get(kind),
        price=_price(item, thing, plans),
        period_start=_either(thing, item, "current_period_start"),
        period_end=_either(thing, item, "current_period_end"),
        cancel_at_period_end=flag if isinstance(flag, bool) else None,
    )
    user = text(inside(thing, "metadata", "user_id"))
    return Event(**said, act=Act.STATE, subscription=ident(thing), user=user, user_by=1, snapshot=snapshot)


def _either(thing: Mapping[str, Any], item: Mapping[str, Any], name: str) -> Decimal | None:
    at = seconds(thing.get(name))
    return seconds(item.get(name)) if at is None else at


def _price(item: Mapping[str, Any], thing: Mapping[str, Any], plans: Plans | None) -> Price | None:
    """Return the price of an item, or of a subscription or a line in earlier forms."""
    for name in ("price", "plan"):
        price = item.get(name)
        if (identity := ident(price)) is not None:
            says = [inside(price, "metadata", "tier"), inside(thing, "metadata", "tier"), inside(price, "lookup_key"),
                    inside(price, "nickname"), inside(price, "product", "name")]  # fmt: skip
            return Price(
                id=identity,
                tier=tier_of(identity, says, plans),
                interval=interval(inside(price, "recurring", "interval")) or interval(inside(price, "interval")),
                currency=currency(inside(price, "currency")),
                unit_amount=_first(whole(inside(price, "unit_amount")), whole(inside(price, "amount"))),
            )
    identity = ident(inside(item, "pricing", "price_details", "price"))
    return (identity and Price(id=identity, tier=tier_of(identity, [inside(thing, "metadata", "tier")], plans))) or None


def _invoice(invoice: Mapping[str, Any], kind: str, plans: Plans | None, said: Mapping[str, Any]) -> Event:
    """Read an invoice, whose subscription stands in one of three places."""
    details = inside(invoice, "parent", "subscription_details") or invoice.get("subscription_details") or {}
    lines = list(items(invoice, "lines", "data"))
    subscription = ident(invoice.get("subscription")) or ident(inside(details, "subscription"))
    for line in lines:
        subscription = subscription or ident(line.get("subscription"))
        subscription = subscription or ident(inside(line, "parent", "subscription_item_details", "subscription"))
    line = _newest(lines)
    start, end = seconds(inside(line, "period", "start")), seconds(inside(line, "period", "end"))
    paid = kind == "invoice.payment_succeeded"
    identity = ident(invoice)
    if paid and identity is None:
        raise Unreadable("data.object.id: an invoice needs one")
    amount = _first(whole(invoice.get("amount_paid")), whole(invoice.get("total")), 0)
    payment = Payment(
        id=identity or "",
        amount=amount or 0,
        currency=currency(invoice.get("currency")),
        period_start=start,
        period_end=end,
    )
    return Event(
        **said,
        act=Act.PAID if paid else Act.FAILED,
        subscription=subscription,
        user=text(inside(details, "metadata", "user_id")) or text(inside(invoice, "metadata", "user_id")),
        user_by=1,
        snapshot=Snapshot(price=_price(line, {"metadata": inside(details, "metadata")}, plans), period_start=start,
                          period_end=end) if paid else Snapshot(),
        payment=payment if paid else None,
        first=invoice.get("billing_reason") == "subscription_create",
    )  # fmt: skip


def _newest(lines: list[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return the line of the latest period: a proration's lie before it."""
    return max(lines, key=lambda line: seconds(inside(line, "period", "end")) or Decimal(-1), default={})


def _first(*found: int | None) -> int | None:
    return next((each for each in found if each is not None), None)
