"""Billing: what users pay for, and what payment providers tell of it, signed by them."""

from __future__ import annotations

from handlers.models.billing import (
    CheckoutView,
    End,
    InvoiceView,
    NewCheckout,
    PortalView,
    PreviewView,
    ReceiptView,
    SubscriptionChange,
    SubscriptionView,
    WantedPlan,
)
from handlers.runtime import Caller, IdempotencyKey, Limit, Raw, RequestId, asked, audited, entry, needs, router, signed
from premium.billing.model import Subscription
from premium.billing.quotas import used_quotas
from premium.billing.sales import Sales
from premium.billing.service import Subscriptions, Webhooks
from premium.billing.signatures.judge import Provider
from premium.bootstrap import platform
from premium.tiers import Tier

app = router("Billing")


@app.get("/v1/subscriptions")
@needs(scope="subscriptions:read")
def get_subscription(caller: Caller) -> SubscriptionView:
    """Return what the caller pays for, and what his tier allows.

    Of several subscriptions it is the one that allows most. Without one its fields are null, and the tier is that of
    the free platform.
    """
    return _shown(caller, Subscriptions.of(platform()).current(caller.user_id))


@app.post("/v1/subscriptions", status_code=201)
@needs(scope="subscriptions:write", security=True)
def start_checkout(caller: Caller, body: NewCheckout, key: IdempotencyKey, request_id: RequestId) -> CheckoutView:
    """Open a page of the provider's where the caller pays for a tier.

    The same wish finds the same page while it is open; another one takes its place. CONFLICT while a subscription
    lives. The subscription begins when the provider tells of the payment, some seconds after it.
    """
    opened = Sales.of(platform()).open(
        caller.user_id, Tier(body.tier), body.interval, body.provider, body.currency, key=key or request_id
    )
    audited(target=opened.id, provider=body.provider, tier=body.tier, interval=body.interval)
    return CheckoutView.of(opened)


@app.put("/v1/subscriptions")
@needs(scope="subscriptions:write", security=True)
def change_subscription(caller: Caller, body: SubscriptionChange, request_id: RequestId) -> SubscriptionView:
    """Change what the caller pays for.

    More comes at once and is prorated as the provider computes it; less comes with the period's end, unless `when`
    says otherwise. What the caller has already takes a planned change or cancellation back.
    """
    tier = Tier(body.tier) if body.tier else None
    changed = Sales.of(platform()).change(caller.user_id, tier, body.interval, body.when, key=request_id)
    audited(target=changed.id, tier=body.tier, interval=body.interval, when=body.when)
    return _shown(caller, changed)


@app.delete("/v1/subscriptions")
@needs(scope="subscriptions:write", security=True)
def remove_subscription(caller: Caller, request_id: RequestId, when: End = "period_end") -> SubscriptionView:
    """End the caller's subscription, with the period that is paid for or at once."""
    ended = Sales.of(platform()).cancel(caller.user_id, when, key=request_id)
    audited(target=ended.id, when=when)
    return _shown(caller, ended)


@app.post("/v1/subscriptions/preview")
@needs(scope="subscriptions:read")
def try_subscription_change(caller: Caller, body: WantedPlan) -> PreviewView:
    """Show what a change at once would cost; nothing changes."""
    return PreviewView.of(Sales.of(platform()).preview(caller.user_id, Tier(body.tier), body.interval))


@app.post("/v1/subscriptions/portal")
@needs(scope="subscriptions:write", security=True)
def start_billing_portal(caller: Caller) -> PortalView:
    """Open the provider's page where the caller looks after his means of payment."""
    return PortalView(url=Sales.of(platform()).portal(caller.user_id))


@app.get("/v1/subscriptions/invoices")
@needs(scope="subscriptions:read")
def list_invoices(caller: Caller, limit: Limit = 50) -> list[InvoiceView]:
    """List the bills of the caller's subscription, the newest first."""
    return [InvoiceView.of(each) for each in Sales.of(platform()).invoices(caller.user_id, limit)]


@app.post("/webhooks/stripe")
@signed
def import_stripe_event(raw: Raw) -> ReceiptView:
    """Take an event of Stripe, signed in `Stripe-Signature`.

    It is stored once, without personal data, and applied by a job. INVALID_INPUT for what Stripe did not sign.
    """
    return _taken("stripe", raw)


@app.post("/webhooks/paddle")
@signed
def import_paddle_event(raw: Raw) -> ReceiptView:
    """Take an event of Paddle, signed in `Paddle-Signature`.

    It is stored once, without personal data, and applied by a job. INVALID_INPUT for what Paddle did not sign.
    """
    return _taken("paddle", raw)


@app.post("/v1/subscriptions/webhooks")
@signed
def import_signed_event(raw: Raw) -> ReceiptView:
    """Take an event of the provider whose signature is among the headers."""
    return _taken(None, raw)


def _taken(provider: Provider | None, raw: Raw) -> ReceiptView:
    receipt = Webhooks.of(platform()).take(provider, raw.headers, raw.body, asked=asked())
    return ReceiptView(**receipt.model_dump())


def _shown(caller: Caller, found: Subscription | None) -> SubscriptionView:
    subscriptions = Subscriptions.of(platform())
    allows = subscriptions.entitlements(caller.user_id, caller.tier)
    return SubscriptionView.of(found, caller.tier, allows, used_quotas(platform(), caller.user_id, allows))


handler = entry(app)
