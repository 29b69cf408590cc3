"""Declare the billing service."""

from __future__ import annotations

from pydantic import Field

from premium.manifest import (
    Alarm,
    Command,
    Metric,
    NoticeKind,
    Place,
    Schedule,
    Secret,
    Service,
    ServiceSettings,
    Topic,
)

_PRICE = r"[A-Za-z0-9_-]{1,100}=(starter|pro|enterprise)(:(day|week|month|year)(:[a-z]{3}(:[1-9][0-9]{0,11})?)?)?"


_LEDGER = "commercial and tax law: what was paid, and for what"


class BillingSettings(ServiceSettings):
    """Who pays by what price, and who signs what providers send."""

    billing_prices: str = Field(
        default="",
        pattern=rf"^({_PRICE}(,{_PRICE})*)?$",
        description="What the providers' prices buy: `price_1=pro:month:usd,pri_2=starter:year:eur`; a fourth part"
        " is the number of requests a month that was agreed with one customer",
    )
    stripe_webhook_secret_arn: str | None = Field(
        default=None, description="ARN of the secret that signs Stripe's webhooks"
    )
    paddle_webhook_secret_arn: str | None = Field(
        default=None, description="ARN of the secret that signs Paddle's webhooks"
    )
    stripe_api_secret_arn: str | None = Field(default=None, description="ARN of the key of Stripe's API")
    paddle_api_secret_arn: str | None = Field(default=None, description="ARN of the key of Paddle's API")
    stripe_api_url: str | None = Field(
        default=None, pattern=r"^https?://", description="Where Stripe's API is, when it is not Stripe's own"
    )
    paddle_api_url: str | None = Field(
        default=None, pattern=r"^https?://", description="Where Paddle's API is: its sandbox, or a local one"
    )
    billing_events_topic_arn: str | None = Field(
        default=None, description="ARN of the topic that is told of tiers, subscriptions and payments"
    )
    billing_page: str = Field(
        default="/app/billing",
        pattern=r"^/[A-Za-z0-9/_-]{0,100}$",
        description="The page of ours, under the first of CORS_ORIGINS, to which the providers send users back",
    )


def _secret(provider: str) -> Secret:
    return Secret(
        name=f"{provider}Webhooks",
        variable=f"{provider.upper()}_WEBHOOK_SECRET_ARN",
        text=f"`value` signs {provider}'s webhooks; `previous` is the one before, while it is rotated in",
        fields=("value", "previous"),
        readers=("function",),
    )


def _api_key(provider: str) -> Secret:
    return Secret(
        name=f"{provider}Api",
        variable=f"{provider.upper()}_API_SECRET_ARN",
        text=f"`value` is the key of {provider}'s API, by which checkouts are opened and subscriptions changed",
        fields=("value",),
    )


SERVICE = Service(
    name="billing",
    title="Subscriptions and payments",
    routes=(
        "GET /v1/subscriptions",
        "POST /v1/subscriptions",
        "PUT /v1/subscriptions",
        "DELETE /v1/subscriptions",
        "POST /v1/subscriptions/preview",
        "POST /v1/subscriptions/portal",
        "GET /v1/subscriptions/invoices",
        "POST /v1/subscriptions/webhooks",
        "POST /webhooks/stripe",
        "POST /webhooks/paddle",
    ),
    scopes=("subscriptions:read", "subscriptions:write"),
    needs=("database", "redis", "jobs", "idempotency", "audit", "usage"),
    kinds=(
        "billing.apply",
        "billing.upkeep",
        "billing.dunning",
        "billing.changes",
        "billing.compare",
        "billing.compare_one",
        "billing.purge",
    ),
    worker_needs=("audit", "topics"),
    topics=(
        Topic(
            name="billing-events",
            variable="BILLING_EVENTS_TOPIC_ARN",
            text="Tiers, subscriptions and payments: `{id, kind, userId, at, …}`; the same id is the same message",
        ),
    ),
    schedules=(
        Schedule(name="billing.upkeep", every=1, job="billing.upkeep"),
        Schedule(name="billing.dunning", every=5, job="billing.dunning"),
        Schedule(name="billing.changes", every=5, job="billing.changes"),
        Schedule(name="billing.compare", every=1440, at=180, job="billing.compare"),
        Schedule(name="billing.purge", every=1440, at=210, job="billing.purge"),
    ),
    notices=(NoticeKind(name="billing.plan"), NoticeKind(name="billing.owed")),
    settings=BillingSettings,
    secrets=(_secret("Stripe"), _secret("Paddle"), _api_key("Stripe"), _api_key("Paddle")),
    tables=("webhook_events", "subscriptions", "payments", "checkouts", "tier_grants", "outbox"),
    metrics=(
        Metric(name="WebhooksRefused", title="Webhooks that nobody signed"),
        Metric(name="WebhooksFailed", title="Events that could not be applied or read"),
        Metric(name="UnknownPrices", title="Events whose price maps to no tier"),
        Metric(name="ReconciliationDifferences", title="Subscriptions unlike their provider's", minutes=1440),
        Metric(name="OutboxWaiting", title="Changes that nobody was told of", statistic="Maximum", minutes=5),
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
            name="WebhooksFailed",
            metric="WebhooksFailed",
            text="Signed events cannot be applied or read",
            severity="warning",
            above=5,
        ),
        Alarm(
            name="UnknownPrices",
            metric="UnknownPrices",
            text="Somebody pays a price that BILLING_PRICES does not know",
            severity="warning",
            above=0,
        ),
        Alarm(
            name="ReconciliationDifferences",
            metric="ReconciliationDifferences",
            text="The nightly comparison found subscriptions unlike their provider's",
            severity="warning",
            above=0,
            minutes=60,
        ),
        Alarm(
            name="OutboxWaiting",
            metric="OutboxWaiting",
            text="Over 100 changes wait for a quarter of an hour to be told: topic, mails or audit fail",
            severity="warning",
            above=100,
            statistic="Minimum",
            periods=3,
        ),
    ),
    commands=(Command(name="billing", text="Webhooks, subscriptions, limits, quotas; offline too."),),
    places=(
        Place(store="premium", name="checkouts"),
        Place(store="premium", name="tier_grants"),
        Place(store="premium", name="outbox"),
        Place(store="premium", name="subscriptions", erasure="keep", reason=_LEDGER, years=7),
        Place(store="premium", name="payments", erasure="keep", reason=_LEDGER, years=7),
        Place(
            store="premium",
            name="webhook_events",
            user="",
            erasure="expire",
            reason="90 days, without names, addresses and cards; the newest of a subscription goes with its ledger",
            exported=False,
        ),
        Place(
            store="provider",
            name="stripe-paddle",
            erasure="keep",
            reason="they invoice in their own name and keep their books; subscriptions end first",
            years=7,
            exported=False,
            erases="premium.billing.service.end_subscriptions_of",
        ),
    ),
)
"""Subscriptions, and how much was used of what they allow.

Its door is `premium.billing.service`: `Webhooks.of(platform)`.
"""
