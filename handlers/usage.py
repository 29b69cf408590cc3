"""Usage: what a user's keys were used for, and what staff starts by hand."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from handlers.models.usage import AggregationRequest, DayView, HourView, MonthlyUsageView, month_of
from handlers.runtime import Caller, IdempotencyKey, JobView, RequestId, audited, entry, job_view, needs, router
from premium.billing.service import Subscriptions
from premium.bootstrap import platform
from premium.usage.dashboards import Dashboards
from premium.usage.service import Usage

app = router("Usage")

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


@app.get("/dashboard/usage/monthly")
@needs(scope="usage:read")
def get_monthly_usage(caller: Caller, month: Month = None) -> MonthlyUsageView:
    """Return a month of each of the caller's keys, and its expected end.

    The first entry, without a key, is what the caller asked by tokens. Counts are at most a minute old.
    """
    first = month_of(month, platform().clock.now().date())
    quota = Subscriptions.of(platform()).entitlements(caller.user_id, caller.tier).requests_a_month
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


@app.post("/admin/trigger-aggregation", status_code=202)
@needs(roles=("admin",))
def start_aggregation(
    caller: Caller, request_id: RequestId, idempotency_key: IdempotencyKey, body: AggregationRequest | None = None
) -> JobView:
    """Sum up a day's use, as the clock does at 01:00 UTC.

    Missed days before it are summed up, too. Twice leaves the same.
    """
    day = body.date if body else None
    audited(day=str(day or "yesterday"))
    usage = Usage.of(platform())
    record = usage.aggregate(caller.user_id, day, request_id=request_id, idempotency_key=idempotency_key)
    return job_view(record)


@app.post("/admin/trigger-monitoring", status_code=202)
@needs(roles=("admin",))
def start_monitoring(caller: Caller, request_id: RequestId, idempotency_key: IdempotencyKey) -> JobView:
    """Look at all quotas, as the clock does each hour.

    Who was told of a level is not told again.
    """
    usage = Usage.of(platform())
    return job_view(usage.monitor(caller.user_id, request_id=request_id, idempotency_key=idempotency_key))


handler = entry(app)
