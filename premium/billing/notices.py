"""What users are told of their subscriptions, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from premium.billing.store.outbox import Told
from premium.notifications.model import Notice

Words = tuple[str, str]
"""Title and text."""


def notice_of(told: Told) -> Notice | None:
    """Return the notice of what happened; None for what users are not told."""
    words = _WORDS.get(told.kind)
    said = words(told.data) if words else None
    if said is None:
        return None
    (title, text), key, data = said, str(told.id), {"event": told.kind, **told.data}
    if told.kind == "payment.owed":
        return Notice(user=told.user_id, kind="billing.owed", key=key, title=title, text=text, data=data)
    return Notice(user=told.user_id, kind="billing.plan", key=key, title=title, text=text, data=data)


def _tier(data: Mapping[str, Any]) -> Words:
    before, after = data["before"], data["after"]
    if after == "free":
        return "Your plan has ended", f"You had {before}. What exceeds the free plan is kept, and can be read."
    return f"Your plan is {after}", f"You had {before}. It holds from now on, for all your keys."


def _changed(data: Mapping[str, Any]) -> Words | None:
    if data.get("status") in ("trialing", "active") and data.get("cancel_at_period_end"):
        return "Your subscription ends with its period", f"It holds until {data.get('current_period_end')}."
    return None


def _owed(data: Mapping[str, Any]) -> Words:
    link = f" Pay here: {data['link']}" if data.get("link") else " Pay in your account, under billing."
    if data["day"] >= 7:
        return "Your subscription is unpaid", f"Its plan has ended; it comes back as soon as it is paid.{link}"
    until = f"Your plan holds until {data['until']}."
    return "A payment failed", f"The payment of your subscription failed. {until}{link}"


_WORDS: Mapping[str, Callable[[Mapping[str, Any]], Words | None]] = {
    "tier.changed": _tier,
    "subscription.changed": _changed,
    "payment.owed": _owed,
}
