"""Use cases of buying: checkout, change, cancellation, and the provider's pages.

What a provider answers to a change is stored as an event of its own and applied like one: the next webhook finds
nothing new, and one that is lost is not missed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from premium.billing import told
from premium.billing.manifest import BillingSettings
from premium.billing.model import Checkout, PendingChange, Subscription
from premium.billing.providers.choice import provider_of
from premium.billing.providers.port import Invoice, PaymentProvider, Preview, WantedCheckout
from premium.billing.signatures.judge import Provider
from premium.billing.store.checkouts import SaleStore
from premium.billing.subscription.prices import Plans, plans_of, price_for
from premium.bootstrap import Platform
from premium.errors import AppError, Conflict, NotFound, Unprocessable
from premium.observability import logger
from premium.tiers import Tier

When = Literal["now", "period_end"]
_LENGTHS = ("day", "week", "month", "year")
_CHANGEABLE = ("trialing", "active")
_MOST_INVOICES = 100


@dataclass(frozen=True, kw_only=True)
class Sales:
    """What users buy, change and end."""

    platform: Platform
    store: SaleStore

    @classmethod
    def of(cls, platform: Platform) -> Sales:
        """Return the use cases over the request's database."""
        return cls(platform=platform, store=SaleStore(platform.database))

    def open(
        self, user_id: UUID, tier: Tier, interval: str, provider: Provider, currency: str | None, *, key: str
    ) -> Checkout:
        """Have the provider make the page where a user pays.

        The same wish finds the same page while that is open. Conflict while a subscription lives. What the provider
        does not answer leaves nothing.
        """
        _refuse_second(self.store.live(user_id))
        price = self._price(provider, tier, interval, currency)
        known = self.store.open_checkout(user_id)
        if known is not None and (known.provider, known.price_id) == (provider, price):
            return known
        customer = self.store.customer(user_id, provider)
        wanted = WantedCheckout(user=str(user_id), price=price, customer=customer, now=self.platform.clock.now())
        opened = self._ask(provider).open_checkout(wanted, key=f"checkout:{user_id}:{key}")
        kept, before = self.store.keep(user_id, provider, price, opened)
        if kept is None:
            self._close(provider, opened.id)
            raise _second()
        if before is not None:
            self._close(before.provider, before.provider_checkout_id)
        return kept

    def change(
        self, user_id: UUID, tier: Tier | None, interval: str | None, when: When | None, *, key: str
    ) -> Subscription:
        """Change what a subscription buys.

        More comes at once, less with the period's end, unless asked otherwise. The same as it is takes back what was
        planned, a cancellation too.
        """
        found = self._changeable(user_id)
        to_tier = tier or found.tier or Tier.FREE
        to_interval = interval or found.interval or "month"
        price = self._price(found.provider, to_tier, to_interval, found.currency)
        is_same = price == found.price_id or (to_tier, to_interval) == (found.tier, found.interval)
        at = found.current_period_end
        when = when or ("now" if at is None or _is_more(found, to_tier, to_interval) else "period_end")
        if not is_same and when == "period_end" and at is not None:
            kept = self._kept_on(found, key) if found.cancel_at_period_end else found
            planned = PendingChange(tier=to_tier, interval=to_interval, price=price, at=at)
            self.store.plan(user_id, found.id, planned)
            return kept.model_copy(update={"pending_change": planned})
        self.store.plan(user_id, found.id, None)
        found = found.model_copy(update={"pending_change": None})
        if is_same:
            return self._kept_on(found, key) if found.cancel_at_period_end else found
        return self._changed(found, price, prorated=True, key=key)

    def cancel(self, user_id: UUID, when: When, *, key: str) -> Subscription:
        """End a subscription, with its period or at once; NotFound without one."""
        found = self._live(user_id)
        self.store.plan(user_id, found.id, None)
        name, asked = found.provider_subscription_id, self.platform.clock.now()
        answer = self._ask(found.provider).cancel(name, at_once=when == "now", key=f"cancel:{name}:{key}")
        told.take(self.platform, found.provider, answer, asked, request_id=key)
        return told.overlaid(found, answer, self._plans()).model_copy(update={"pending_change": None})

    def preview(self, user_id: UUID, tier: Tier, interval: str) -> Preview:
        """Return what a change at once would cost."""
        found = self._changeable(user_id)
        price = self._price(found.provider, tier, interval, found.currency)
        return self._ask(found.provider).preview(found.provider_subscription_id, price)

    def portal(self, user_id: UUID) -> str:
        """Return the provider's page where a user looks after his means of payment."""
        found = self._live(user_id)
        if found.customer_id is None:
            raise NotFound("The provider has not told yet which customer you are")
        return self._ask(found.provider).portal(found.customer_id, found.provider_subscription_id)

    def invoices(self, user_id: UUID, limit: int) -> list[Invoice]:
        """Return the bills of the subscription that counts, the newest first; none without one."""
        found = self.store.latest(user_id)
        if found is None:
            return []
        return self._ask(found.provider).invoices(found.provider_subscription_id, limit=min(limit, _MOST_INVOICES))

    def _kept_on(self, found: Subscription, key: str) -> Subscription:
        """Take a planned cancellation back."""
        return self._changed(found, found.price_id or "", prorated=False, key=f"on:{key}")

    def _changed(self, found: Subscription, price: str, *, prorated: bool, key: str) -> Subscription:
        name, asked = found.provider_subscription_id, self.platform.clock.now()
        answer = self._ask(found.provider).change(name, price, prorated=prorated, key=f"change:{name}:{key}")
        told.take(self.platform, found.provider, answer, asked, request_id=key)
        return told.overlaid(found, answer, self._plans())

    def _live(self, user_id: UUID) -> Subscription:
        found = self.store.live(user_id)
        if found is None:
            raise NotFound("You have no subscription")
        return found

    def _changeable(self, user_id: UUID) -> Subscription:
        found = self._live(user_id)
        if found.status not in _CHANGEABLE:
            why = "pay what is owed first" if found.status in ("past_due", "unpaid") else "it cannot be changed"
            raise Conflict(f"Your subscription is {found.status}: {why}", details={"status": found.status})
        return found

    def _price(self, provider: Provider, tier: Tier, interval: str, currency: str | None) -> str:
        price = price_for(self._plans(), provider, tier, interval, currency)
        if price is None:
            wanted = " ".join(filter(None, (tier.value, f"a {interval}", f"in {currency}" if currency else None)))
            raise Unprocessable.about("tier", f"{provider} sells no {wanted} here")
        return price

    def _plans(self) -> Plans:
        return plans_of(self.platform.settings.of(BillingSettings).billing_prices)

    def _ask(self, provider: Provider) -> PaymentProvider:
        return provider_of(self.platform, provider)

    def _close(self, provider: Provider, checkout: str) -> None:
        """Take a page back; one that stays open is paid by nobody, or found by the comparison with the provider."""
        try:
            self._ask(provider).close_checkout(checkout)
        except AppError:
            logger.warning("a checkout stays open at its provider", provider=provider, checkout=checkout)


def _is_more(found: Subscription, tier: Tier, interval: str) -> bool:
    """Tell whether a change allows more, or pays for longer."""
    if found.tier is not None and tier is not found.tier:
        return tier.includes(found.tier)
    return _LENGTHS.index(interval) >= _LENGTHS.index(found.interval or "month")


def _refuse_second(found: Subscription | None) -> None:
    if found is not None:
        raise _second(found)


def _second(found: Subscription | None = None) -> Conflict:
    about: Mapping[str, Any] = {} if found is None else {"id": str(found.id), "status": found.status}
    return Conflict("You have a subscription: change it, or end it before you begin another one", details=about)
