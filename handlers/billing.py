"""Billing: what users pay for, and what payment providers tell of it, signed by them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from handlers.models.billing import ReceiptView, SubscriptionView
from handlers.models.billing_usage import DayView, HourView, MonthlyUsageView, month_of
from handlers.runtime import Caller, Raw, RequestId, audited, entry, needs, public, router
from premium.billing.dashboards import Dashboards
from premium.billing.service import Subscriptions, Webhooks
from premium.billing.signatures.judge import Provider
from premium.bootstrap import platform
from premium.entitlements import entitlements

app = router("Billing")

Month = Annotated[
    str | None,
    Query(
        pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$",
        description="The month, as 2026-03; this one without",
        examples=["2026-03"],
    ),
]
KeyName = Annotated[
    str | None,
    Query(
        alias="apiKey",
        max_length=100,
        description="A key's id or prefix, never the key; all without",
        examples=["pdk_a1B2c3D4"],
    ),
]
FirstDay = Annotated[
    date | None, Query(alias="startDate", description="The first day, as 2026-03-01", examples=["2026-03-01"])
]
LastDay = Annotated[
    date | None,
    Query(alias="endDate", description="The last day, as 2026-03-31; today without", examples=["2026-03-31"]),
]


@app.get("/v1/subscriptions")
@needs(scope="subscriptions:read")
def get_subscription(caller: Caller) -> SubscriptionView:
    """Return what the caller pays for, and what his tier allows.

    Of several subscriptions it is the one that allows most. Without one its fields are null, and the tier is that of
    the free platform.
    """
    return SubscriptionView.of(Subscriptions.of(platform()).current(caller.user_id), caller.tier)


@app.get("/dashboard/usage/monthly")
@needs(scope="usage:read")
def get_monthly_usage(caller: Caller, month: Month = None) -> MonthlyUsageView:
    """Return a month of each of the caller's keys, and its expected end.

    The first entry, without a key, is what the caller asked by tokens. Counts are at most a minute old.
    """
    first = month_of(month, platform().clock.now().date())
    quota = entitlements(caller.tier).requests_a_month
    return MonthlyUsageView.of(first, Dashboards.of(platform()).month(caller.user_id, first, quota), quota)


@app.get("/dashboard/usage/daily")
@needs(scope="usage:read")
def list_daily_usage(
    caller: Caller, api_key: KeyName = None, start_date: FirstDay = None, end_date: LastDay = None
) -> list[DayView]:
    """List the days of use of a key, or of all keys.

    Days are UTC; those without use are there with 0. Both ends are included; without them the last 30 days.
    """
    last = end_date or platform().clock.now().date()
    first = start_date or last - timedelta(days=29)
    return [DayView.of(each) for each in Dashboards.of(platform()).days(caller.user_id, api_key, first, last)]


@app.get("/dashboard/usage/realtime")
@needs(scope="usage:read")
def list_hourly_usage(caller: Caller, api_key: KeyName = None) -> list[HourView]:
    """List the last 24 hours of use of a key, or of all keys.

    The running hour is included.
    """
    return [HourView.of(each) for each in Dashboards.of(platform()).hours(caller.user_id, api_key)]


@app.post("/webhooks/stripe")
@public
def import_stripe_event(raw: Raw, request_id: RequestId) -> ReceiptView:
    """Take an event of Stripe, signed in `Stripe-Signature`.

    It is stored once, without personal data, and applied by a job. INVALID_INPUT for what Stripe did not sign.
    """
    return _taken("stripe", raw, request_id)


@app.post("/webhooks/paddle")
@public
def import_paddle_event(raw: Raw, request_id: RequestId) -> ReceiptView:
    """Take an event of Paddle, signed in `Paddle-Signature`.

    It is stored once, without personal data, and applied by a job. INVALID_INPUT for what Paddle did not sign.
    """
    return _taken("paddle", raw, request_id)


@app.post("/v1/subscriptions/webhooks")
@public
def import_signed_event(raw: Raw, request_id: RequestId) -> ReceiptView:
    """Take an event of the provider whose signature is among the headers."""
    return _taken(None, raw, request_id)


def _taken(provider: Provider | None, raw: Raw, request_id: str) -> ReceiptView:
    receipt = Webhooks.of(platform()).take(provider, raw.headers, raw.body, request_id=request_id)
    audited(target=receipt.event_id, provider=receipt.provider, known=receipt.known)
    return ReceiptView(**receipt.model_dump())


handler = entry(app)
