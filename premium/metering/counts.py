"""Read the counts of requests that the drain has written down.

A count is in its table within a minute of its request.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from boto3.dynamodb.conditions import Key

from premium.storage.tables import Table

if TYPE_CHECKING:
    from premium.bootstrap import Platform

_ENDPOINT = "endpoint#"


@dataclass(frozen=True, kw_only=True)
class Count:
    """Requests of one subject, or of several together, in an hour or a day."""

    time: str
    """`2026-11-30T05` or `2026-11-30`, in UTC."""
    requests: int = 0
    limited: int = 0
    """Refused by the limit, beyond `requests`."""
    endpoints: Mapping[str, int] = field(default_factory=dict)
    customer: UUID | None = field(default=None, compare=False)
    """The user who pays; None of several together."""
    tier: str | None = field(default=None, compare=False)
    """The tier of the last request."""

    def __add__(self, other: Count) -> Count:
        """Return both together; the time is this one's."""
        return Count(
            time=self.time,
            requests=self.requests + other.requests,
            limited=self.limited + other.limited,
            endpoints=dict(Counter(self.endpoints) + Counter(other.endpoints)),
        )


class UsageCounts:
    """Counts by subject: an API key, or a user for what he asks by tokens."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def days(self, subject: UUID, first: date, last: date) -> dict[str, Count]:
        """Return the days that have a count, both ends included, by their date."""
        return self._read(subject, "daily", first.isoformat(), last.isoformat())

    def hours(self, subject: UUID, first: datetime, last: datetime) -> dict[str, Count]:
        """Return the hours that have a count, both ends included."""
        return self._read(subject, "hourly", first.strftime("%Y-%m-%dT%H"), last.strftime("%Y-%m-%dT%H"))

    def of_customer(self, customer: UUID, last: date) -> int:
        """Return a user's requests of a month through a day, over all of his keys."""
        within = Key("date").between(last.replace(day=1).isoformat(), last.isoformat())
        condition, total, start = Key("customerId").eq(str(customer)) & within, 0, None
        while True:
            page = self._table.query(condition, index="customerId-date", start=start)
            total += sum(int(item.get("requests", 0)) for item in page.items)
            if page.next is None:
                return total
            start = page.next

    def _read(self, subject: UUID, period: Literal["daily", "hourly"], first: str, last: str) -> dict[str, Count]:
        found = {}
        for month in _months(first, last):
            for item in self._items(subject, f"{month}#{period}#{first}", f"{month}#{period}#{last}"):
                count = _count(item)
                found[count.time] = count
        return found

    def _items(self, subject: UUID, first: str, last: str) -> Iterator[Mapping[str, Any]]:
        condition = Key("pk").eq(f"usage#{subject}") & Key("sk").between(first, last)
        start = None
        while True:
            page = self._table.query(condition, start=start)
            yield from page.items
            if page.next is None:
                return
            start = page.next


def _months(first: str, last: str) -> Iterator[str]:
    """Yield the months from one time to another; counts of a month stand together."""
    day, end = date.fromisoformat(first[:10]).replace(day=1), date.fromisoformat(last[:10])
    while day <= end:
        yield day.strftime("%Y-%m")
        day = (day + timedelta(days=31)).replace(day=1)


def _count(item: Mapping[str, Any]) -> Count:
    endpoints = {name.removeprefix(_ENDPOINT): int(n) for name, n in item.items() if name.startswith(_ENDPOINT)}
    time = str(item["sk"]).rpartition("#")[2]
    return Count(
        time=time,
        requests=int(item.get("requests", 0)),
        limited=int(item.get("limited", 0)),
        endpoints=endpoints,
        customer=UUID(item["customerId"]) if "customerId" in item else None,
        tier=item.get("tier"),
    )


def requests_of_month(platform: Platform, user_id: UUID, quota: str) -> int:  # noqa: ARG001 - counters of quotas are asked alike
    """Return a user's requests of the running month; named by manifests."""
    return UsageCounts(platform.tables("usage")).of_customer(user_id, platform.clock.now().date())
