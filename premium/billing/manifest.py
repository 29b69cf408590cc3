"""Declare the billing service."""

from __future__ import annotations

from pydantic import Field

from premium.manifest import Alarm, Command, Metric, Schedule, Secret, Service, ServiceSettings

_PRICE = r"[A-Za-z0-9_-]{1,100}=(starter|pro|enterprise)(:(day|week|month|year)(:[a-z]{3})?)?"


class BillingSettings(ServiceSettings):
    """Who pays by what price, and who signs what providers send."""

    billing_prices: str = Field(
        default="",
        pattern=rf"^({_PRICE}(,{_PRICE})*)?$",
        description="What the providers' prices buy: `price_1=pro:month:usd,pri_2=starter:year:eur`",
    )
    stripe_webhook_secret_arn: str | None = Field(
        default=None, description="ARN of the secret that signs Stripe's webhooks"
    )
    paddle_webhook_secret_arn: str | None = Field(
        default=None, description="ARN of the secret that signs Paddle's webhooks"
    )


def _secret(provider: str) -> Secret:
    return Secret(
        name=f"{provider}Webhooks",
        variable=f"{provider.upper()}_WEBHOOK_SECRET_ARN",
        text=f"`value` signs {provider}'s webhooks; `previous` is the one before, while it is rotated in",
        fields=("value", "previous"),
        readers=("function",),
    )


SERVICE = Service(
    name="billing",
    title="Subscriptions, usage and limits",
    routes=(
        "GET /dashboard/usage/daily",
        "GET /dashboard/usage/monthly",
        "GET /dashboard/usage/realtime",
        "GET /v1/subscriptions",
        "POST /v1/subscriptions/webhooks",
        "POST /webhooks/stripe",
        "POST /webhooks/paddle",
    ),
    scopes=("subscriptions:read", "usage:read"),
    needs=("database", "redis", "jobs", "idempotency", "audit", "usage"),
    kinds=("billing.apply", "billing.upkeep"),
    worker_needs=("audit",),
    schedules=(Schedule(name="billing.upkeep", every=1, job="billing.upkeep"),),
    settings=BillingSettings,
    secrets=(_secret("Stripe"), _secret("Paddle")),
    tables=("webhook_events", "subscriptions", "payments"),
    metrics=(
        Metric(name="WebhooksRefused", title="Webhooks that nobody signed"),
        Metric(name="UnknownPrices", title="Events whose price maps to no tier"),
    ),
    alarms=(
        Alarm(
            name="WebhooksRefused",
            metric="WebhooksRefused",
            text="Over 100 webhooks in five minutes were not signed by their provider",
            severity="warning",
            above=100,
        ),
        Alarm(
            name="UnknownPrices",
            metric="UnknownPrices",
            text="Somebody pays a price that BILLING_PRICES does not know",
            severity="warning",
            above=0,
        ),
    ),
    commands=(Command(name="billing", text="Webhooks, subscriptions, limits, quotas; offline too."),),
)
"""Subscriptions, and how much was used of what they allow.

Its door is `premium.billing.service`: `Webhooks.of(platform)`.
"""
