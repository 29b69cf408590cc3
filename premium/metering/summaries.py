"""Keep sums of days and months beside the counters of requests.

They are set, never added: summed up twice they are the same. A month's is an item of its own; a day's stands in the
item of its counters.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from boto3.dynamodb.conditions import Attr, Key

from premium.metering.counts import Count
from premium.storage.tables import Change, Table

KEPT_DAYS = 90
"""For which a day's counters are there; a month is summed up while all of its days are."""
_KEPT_MONTHS = 25
_STATE = {"pk": "aggregator", "sk": "last"}


@dataclass(frozen=True, kw_only=True)
class MonthSummary:
    """A month of one subject, as far as it is summed up."""

    subject: UUID
    customer: UUID
    tier: str | None
    month: date
    """Its first day."""
    through: date
    """The last day that is in it."""
    requests: int
    limited: int
    endpoints: Mapping[str, int]
    peak: tuple[date, int] | None
    """The earliest of equals; None without any request."""


class Summaries:
    """Sums of days and months in the table `usage`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def subjects(self, period: str) -> Iterator[UUID]:
        """Yield whose requests were counted on a day, or in a month: `2026-11-30`, `2026-11`."""
        start = None
        while True:
            page = self._table.query(Key("date").eq(period), index="date-key", start=start)
            yield from (UUID(item["key"]) for item in page.items)
            if page.next is None:
                return
            start = page.next

    def set_day(self, subject: UUID, day: date, hours: Count) -> None:
        """Write down the sum of a day's hours, where the day is still there."""
        summed = {"requests": hours.requests, "limited": hours.limited, "endpoints": dict(hours.endpoints)}
        key = {"pk": f"usage#{subject}", "sk": f"{day:%Y-%m}#daily#{day}"}
        self._table.update(key, Change(set={"summed": summed}), condition=Attr("pk").exists())

    def set_month(self, summary: MonthSummary) -> None:
        """Write a month down as it is now."""
        month, peak = f"{summary.month:%Y-%m}", summary.peak
        self._table.put(
            {
                "pk": f"usage#{summary.subject}", "sk": f"{month}#monthly#{month}", "date": month,
                "key": str(summary.subject), "customerId": str(summary.customer), "tier": summary.tier,
                "requests": summary.requests, "limited": summary.limited, "endpoints": dict(summary.endpoints),
                "peakDay": peak and peak[0].isoformat(), "peakRequests": peak and peak[1],
                "through": summary.through.isoformat(), "ttl": int(_end(summary.month).timestamp()),
            }
        )  # fmt: skip

    def month(self, subject: UUID, month: date) -> MonthSummary | None:
        """Return a month's sum; None where it was never summed up."""
        name = f"{month:%Y-%m}"
        item = self._table.get({"pk": f"usage#{subject}", "sk": f"{name}#monthly#{name}"})
        return None if item is None else _summary(item)

    def last(self) -> date | None:
        """Return the last day that was summed up."""
        item = self._table.get(_STATE)
        return None if item is None else date.fromisoformat(item["day"])

    def set_last(self, day: date) -> None:
        """Say that days are summed up through this one; never goes back."""
        later = Attr("day").not_exists() | Attr("day").lt(day.isoformat())
        self._table.update(_STATE, Change(set={"day": day.isoformat()}), condition=later)


def first_whole_month(today: date) -> date:
    """Return the first day of the earliest month whose days are all kept."""
    oldest = today - timedelta(days=KEPT_DAYS - 1)
    return oldest if oldest.day == 1 else (oldest.replace(day=1) + timedelta(days=31)).replace(day=1)


def _end(month: date) -> datetime:
    count = month.year * 12 + month.month + _KEPT_MONTHS
    return datetime(count // 12, count % 12 + 1, 1, tzinfo=UTC)


def _summary(item: Mapping[str, Any]) -> MonthSummary:
    peak = (date.fromisoformat(item["peakDay"]), int(item["peakRequests"])) if item.get("peakDay") else None
    return MonthSummary(
        subject=UUID(item["key"]),
        customer=UUID(item["customerId"]),
        tier=item.get("tier"),
        month=date.fromisoformat(f"{item['date']}-01"),
        through=date.fromisoformat(item["through"]),
        requests=int(item["requests"]),
        limited=int(item["limited"]),
        endpoints={name: int(n) for name, n in item["endpoints"].items()},
        peak=peak,
    )
