"""Declare the usage service."""

from __future__ import annotations

from pydantic import Field

from premium.manifest import (
    Alarm,
    Metric,
    NoticeKind,
    Place,
    Quota,
    Resident,
    Schedule,
    Service,
    ServiceSettings,
    Topic,
)

NAMESPACE = "Premium/Usage"


class UsageSettings(ServiceSettings):
    """Who is told of quotas."""

    customer_alerts_topic_arn: str | None = Field(
        default=None, description="ARN of the topic that is told of quotas that are nearly used up"
    )


SERVICE = Service(
    name="usage",
    title="Use of API keys: dashboards, monthly summaries, quotas",
    routes=(
        "GET /dashboard/usage/daily",
        "GET /dashboard/usage/monthly",
        "GET /dashboard/usage/realtime",
        "POST /admin/trigger-aggregation",
        "POST /admin/trigger-monitoring",
    ),
    quotas=(Quota(name="requests_a_month", used="premium.metering.counts.requests_of_month"),),
    scopes=("usage:read",),
    needs=("database", "redis", "jobs", "idempotency", "audit", "usage"),
    kinds=("usage.aggregate", "usage.monitor"),
    worker_needs=("usage", "topics"),
    schedules=(
        Schedule(name="usage.aggregate", every=1440, at=60, job="usage.aggregate"),
        Schedule(name="usage.monitor", every=60, job="usage.monitor"),
    ),
    residents=(Resident(name="usage.journal", queue="notifications", function="premium.usage.journal.serve"),),
    settings=UsageSettings,
    topics=(
        Topic(
            name="customer-alerts",
            variable="CUSTOMER_ALERTS_TOPIC_ARN",
            text="Levels of quotas that keys reached: `{level, keyPrefix, customerId, requests, quota, month}`",
        ),
    ),
    notices=(NoticeKind(name="usage.level"), NoticeKind(name="usage.anomaly")),
    tables=("usage_alerts",),
    metrics=(
        Metric(name="DailyRequests", title="Requests of a day", minutes=1440, namespace=NAMESPACE),
        Metric(name="AggregationSuccess", title="Days summed up", minutes=1440, namespace=NAMESPACE),
        Metric(name="AggregationFailure", title="Days not summed up", minutes=1440, namespace=NAMESPACE),
        Metric(name="AlertsSent", title="Levels and anomalies told", namespace=NAMESPACE),
        Metric(
            name="UnevenDays", title="Days unlike the sum of their hours, by key", minutes=1440, namespace=NAMESPACE
        ),
    ),
    alarms=(
        Alarm(
            name="UsageNotSummed",
            metric="AggregationFailure",
            text="A day's use could not be summed up",
            severity="warning",
            above=0,
        ),
        Alarm(
            name="UnevenUsage",
            metric="UnevenDays",
            text="The hours of a key's use do not add up to their day",
            severity="warning",
            above=0,
        ),
    ),
    places=(Place(store="premium", name="usage_alerts"),),
)
