"""Declare the usage service."""

from __future__ import annotations

from premium.manifest import Alarm, Metric, Schedule, Service

NAMESPACE = "Premium/Usage"

SERVICE = Service(
    name="usage",
    title="Use of API keys: dashboards, monthly summaries, quotas",
    routes=(
        "GET /dashboard/usage/daily",
        "GET /dashboard/usage/monthly",
        "GET /dashboard/usage/realtime",
        "POST /admin/trigger-aggregation",
    ),
    scopes=("usage:read",),
    needs=("database", "redis", "jobs", "idempotency", "audit", "usage"),
    kinds=("usage.aggregate",),
    worker_needs=("usage",),
    schedules=(Schedule(name="usage.aggregate", every=1440, at=60, job="usage.aggregate"),),
    metrics=(
        Metric(name="DailyRequests", title="Requests of a day", minutes=1440, namespace=NAMESPACE),
        Metric(name="AggregationSuccess", title="Days summed up", minutes=1440, namespace=NAMESPACE),
        Metric(name="AggregationFailure", title="Days not summed up", minutes=1440, namespace=NAMESPACE),
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
)
