"""Makes days of a time zone, and days with their parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from zoneinfo import ZoneInfo

from premium.portfolio.model import Interval, Point

Close = tuple[datetime, Mapping[str, str]]
"""When a day was closed, and US dollars by part."""


def begins(at: datetime, interval: Interval, zone: ZoneInfo) -> datetime:
    """Return in UTC when the day or week of a time begins there.

    Weeks begin on Monday.
    """
    local = at.astimezone(zone)
    day = local.date() - timedelta(days=local.weekday() if interval == "week" else 0)
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def in_zone(hours: Iterable[Point], interval: Interval, zone: ZoneInfo) -> list[Point]:
    """Return one point for each day or week that holds an hour, oldest first."""
    found = []
    for at, group in groupby(hours, key=lambda point: begins(point.at, interval, zone)):
        mine = list(group)
        lowest, highest = min(each.lowest for each in mine), max(each.highest for each in mine)
        found.append(Point(at=at, value=mine[-1].value, lowest=lowest, highest=highest))
    return found


def with_parts(points: Sequence[Point], closes: Iterable[Close], interval: Interval) -> list[Point]:
    """Return the points of UTC days or weeks with the parts of their last close.

    A part is null where no close of that time is known.
    """
    utc = ZoneInfo("UTC")
    known = {begins(at, interval, utc): parts for at, parts in closes}
    return [point.model_copy(update={"parts": _decimals(known.get(point.at))}) for point in points]


def _decimals(parts: Mapping[str, str] | None) -> dict[str, Decimal] | None:
    return None if parts is None else {key: Decimal(usd) for key, usd in parts.items()}
