"""Requests and views of usage."""

from __future__ import annotations

from datetime import date
from datetime import date as Day  # noqa: N812 - a field is called date
from fractions import Fraction
from uuid import UUID

from pydantic import Field

from handlers.runtime import Body, View
from premium.metering.counts import Count
from premium.usage.model import KeyMonth


class AggregationRequest(Body):
    """The day that is summed up."""

    date: Day | None = None
    """The day in UTC; yesterday without."""


class EndpointView(View):
    """How often an endpoint was asked."""

    endpoint: str = Field(description="The route", examples=["GET /v1/portfolio"])
    requests: int = Field(description="Requests that were served", examples=[120])


class DayView(View):
    """A day of use."""

    date: date
    """The day in UTC."""
    requests: int = Field(description="Requests that were served", examples=[120])
    limited: int = Field(description="Requests that the limit refused", examples=[0])
    endpoints: list[EndpointView]
    """By use, the most used first."""

    @classmethod
    def of(cls, count: Count) -> DayView:
        """Return a day's view."""
        day = date.fromisoformat(count.time)
        return cls(date=day, requests=count.requests, limited=count.limited, endpoints=_endpoints(count))


class HourView(View):
    """An hour of use."""

    hour: str = Field(description="The hour in UTC", examples=["2026-03-01T12"])
    requests: int = Field(description="Requests that were served", examples=[12])
    limited: int = Field(description="Requests that the limit refused", examples=[0])

    @classmethod
    def of(cls, count: Count) -> HourView:
        """Return an hour's view."""
        return cls(hour=count.time, requests=count.requests, limited=count.limited)


class UsedKeyView(View):
    """A key, as far as it may be shown."""

    id: UUID
    """The key's id."""
    prefix: str = Field(description="The part of the key that may be shown", examples=["pdk_a1B2c3D4"])
    name: str = Field(description="Its name", examples=["Trading bot"])


class PeakView(View):
    """The day with most requests."""

    date: date
    """The day, the earliest of equals."""
    requests: int = Field(description="Requests of that day", examples=[400])


class ProjectionView(View):
    """Where the month is expected to end."""

    requests: int = Field(description="Expected at the month's end", examples=[12_000])
    low: int = Field(description="95 of 100 months end above", examples=[9_000])
    high: int = Field(description="and below", examples=[15_000])
    exceeded_on: date | None
    """The day on which the quota is used up; null where it lasts."""


class KeyUsageView(View):
    """A month of one key."""

    key: UsedKeyView | None
    """The key; null is what was asked by tokens."""
    requests: int = Field(description="Requests that were served", examples=[5_000])
    limited: int = Field(description="Requests that the limit refused", examples=[3])
    quota: int = Field(description="Requests a month, over all keys", examples=[1_000_000])
    percent: str = Field(description="Of the quota, two places", examples=["0.50"])
    daily_average: str = Field(description="Over the days that have begun, two places", examples=["166.67"])
    peak_day: PeakView | None
    """The day with most requests; null without any."""
    endpoints: list[EndpointView]
    """By use, the most used first."""
    projection: ProjectionView | None
    """Where the month ends; null before its first complete day."""


class MonthlyUsageView(View):
    """A month of all of a user's keys."""

    month: str = Field(description="The month", examples=["2026-03"])
    keys: list[KeyUsageView]
    """What was asked by tokens first, then the keys, the newest first."""
    total: int = Field(description="Requests of all of them", examples=[5_000])

    @classmethod
    def of(cls, month: date, found: list[KeyMonth], quota: int) -> MonthlyUsageView:
        """Return a month's view."""
        total = sum(each.summary.requests for each in found)
        return cls(month=month.strftime("%Y-%m"), keys=[_key(each, quota) for each in found], total=total)


def month_of(text: str | None, today: date) -> date:
    """Return the first day of a month, of today's without a text."""
    return today.replace(day=1) if text is None else date.fromisoformat(f"{text}-01")


def _key(found: KeyMonth, quota: int) -> KeyUsageView:
    key, summary, projection = found.key, found.summary, found.projection
    return KeyUsageView(
        key=key and UsedKeyView(id=key.id, prefix=key.prefix, name=key.name),
        requests=summary.requests,
        limited=found.limited,
        quota=quota,
        percent=_places(Fraction(100 * summary.requests, quota)),
        daily_average=_places(summary.daily_average),
        peak_day=summary.peak and PeakView(date=summary.peak[0], requests=summary.peak[1]),
        endpoints=[EndpointView(endpoint=name, requests=n) for name, n in found.endpoints],
        projection=projection and ProjectionView(**projection._asdict()),
    )


def _endpoints(count: Count) -> list[EndpointView]:
    ordered = sorted(count.endpoints.items(), key=lambda each: (-each[1], each[0]))
    return [EndpointView(endpoint=name, requests=n) for name, n in ordered]


def _places(value: Fraction) -> str:
    """Return two places, halves up."""
    hundredths = (200 * value.numerator + value.denominator) // (2 * value.denominator)
    return f"{hundredths // 100}.{hundredths % 100:02}"
