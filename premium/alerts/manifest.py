"""Declare the alerts service."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from premium.manifest import (
    Alarm,
    Command,
    Consumer,
    Metric,
    NoticeKind,
    Place,
    Queue,
    Quota,
    Resident,
    Schedule,
    Service,
    ServiceSettings,
)


class AlertSettings(ServiceSettings):
    """What the environment tells matchers and sources."""

    alert_shards: int = Field(
        default=1,
        ge=1,
        le=1024,
        description="Matchers that divide the events among them; the same in every process of a stage",
    )
    alert_warm_shards: int = Field(
        default=2, ge=0, le=1024, description="Shards whose rules a matcher that stands by keeps ready"
    )
    event_sources: str = Field(
        default="", description="Chains, comma-separated, whose nodes the sources turn into events"
    )
    protocol_api_url: str | None = Field(
        default=None, description="Provider of protocols' TVL that speaks DefiLlama's API; without it none is polled"
    )
    events_queue_url: str | None = Field(default=None, description="SQS queue of chain events")
    events_dead_letters: str | None = Field(
        default=None,
        description="Dead-letter queue of the events queue: unreadable events go there at once, with their reason",
    )


SERVICE = Service(
    name="alerts",
    title="Rules on chain events and prices",
    routes=(
        "GET /v1/alerts/catalogue",
        "POST /v1/alerts/rules",
        "GET /v1/alerts/rules",
        "GET /v1/alerts/rules/{id}",
        "PUT /v1/alerts/rules/{id}",
        "DELETE /v1/alerts/rules/{id}",
        "POST /v1/alerts/rules/{id}/test",
        "GET /v1/alerts/history",
        "GET /v1/alerts/destinations",
        "PUT /v1/alerts/destinations",
        "POST /v2/premium/alerts",
        "GET /v2/premium/alerts",
        "PUT /v2/premium/alerts/{id}",
        "DELETE /v2/premium/alerts/{id}",
    ),
    needs=("database", "redis", "idempotency", "audit"),
    hot=True,
    consumers=(Consumer(name="alert_events", queue="events", needs=("database", "redis", "events"), timeout=60),),
    scopes=("alerts:read", "alerts:write"),
    channels=("alerts",),
    kinds=("alerts.partitions",),
    queue="alerts",
    worker_needs=("event_sender", "market"),
    queues=(
        Queue(
            name="alerts",
            urgency=0,
            processes=1,
            share=Decimal("0.25"),
            waits="premium.alerts.states.waiting_batches",
        ),
    ),
    states="premium.alerts.states.states",
    notices=(
        NoticeKind(name="alerts.fired", permits="premium.alerts.store.firings.permits"),
        NoticeKind(name="alerts.retracted", permits="premium.alerts.store.firings.permits"),
    ),
    schedules=(Schedule(name="alerts.partitions", every=1440, job="alerts.partitions"),),
    residents=(
        Resident(name="alerts.matcher", queue="alerts", function="premium.alerts.work.matcher.serve"),
        Resident(name="alerts.sources", queue="alerts", function="premium.alerts.work.sources.serve"),
        Resident(name="alerts.ticks", queue="alerts", function="premium.alerts.work.ticks.serve"),
    ),
    settings=AlertSettings,
    quotas=(Quota(name="rules", owned="premium.alerts.service.own_rules"),),
    tables=(
        "alert_rules",
        "alert_rule_changes",
        "alert_history",
        "alert_batches",
        "alert_events",
        "alert_shards",
        "alert_levels",
        "alert_cooldowns",
        "alert_disarmed",
        "chain_blocks",
        "chain_readers",
    ),
    metrics=(
        Metric(name="AlertsTriggered", title="Alerts triggered"),
        Metric(name="NodesDoubted", title="Nodes whose answers contradicted each other"),
        Metric(name="TicksSent", title="Prices and protocols sent as events, by source", minutes=5),
        Metric(name="TicksWithoutPrice", title="Named assets and protocols without a good figure", minutes=5),
        Metric(name="TickPollsFailed", title="Polls of prices and protocols that failed, by source", minutes=5),
    ),
    alarms=(
        Alarm(
            name="TickPolls",
            metric="TickPollsFailed",
            text="a source of prices or protocols has not answered for a quarter of an hour: price rules do not fire",
            severity="warning",
            above=10,
            minutes=15,
        ),
    ),
    commands=(Command(name="alerts", text="Replay events against rules; batches and deliveries."),),
    places=(
        Place(store="premium", name="alert_history"),
        Place(store="premium", name="alert_rules"),
        Place(store="redis", name="2:window:trials:{user}", exported=False),
    ),
)
