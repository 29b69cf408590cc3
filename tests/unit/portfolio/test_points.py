"""Points by days of a time zone, and split into parts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from premium.portfolio.model import Point
from premium.portfolio.snapshots.points import begins, in_zone, with_parts

pytestmark = pytest.mark.unit

BERLIN = ZoneInfo("Europe/Berlin")


def hour(at: datetime, value: int) -> Point:
    return Point(at=at, value=Decimal(value), lowest=Decimal(value - 1), highest=Decimal(value + 1))


def test_a_day_of_a_zone_begins_at_its_midnight_also_when_clocks_change() -> None:
    assert begins(datetime(2026, 3, 28, 23, 30, tzinfo=UTC), "day", BERLIN) == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert begins(datetime(2026, 3, 29, 22, 30, tzinfo=UTC), "day", BERLIN) == datetime(2026, 3, 29, 22, tzinfo=UTC)
    sunday = datetime(2026, 3, 29, 12, tzinfo=UTC)
    assert begins(sunday, "week", BERLIN) == datetime(2026, 3, 22, 23, tzinfo=UTC)
    assert begins(sunday, "week", ZoneInfo("UTC")) == datetime(2026, 3, 23, tzinfo=UTC)


def test_hours_make_days_of_the_zone() -> None:
    start = datetime(2026, 1, 1, 21, tzinfo=UTC)
    first, second = in_zone([hour(start + timedelta(hours=n), n) for n in range(5)], "day", BERLIN)
    assert (first.at, first.value, first.lowest, first.highest) == (
        datetime(2025, 12, 31, 23, tzinfo=UTC), Decimal(1), Decimal(-1), Decimal(2))  # fmt: skip
    assert (second.at, second.value) == (datetime(2026, 1, 1, 23, tzinfo=UTC), Decimal(4))
    assert in_zone([], "day", BERLIN) == []


def test_parts_are_those_of_the_last_close() -> None:
    monday = datetime(2026, 1, 5, tzinfo=UTC)
    days = [hour(monday, 3), hour(monday + timedelta(days=1), 4)]
    closes = [(monday + timedelta(hours=23), {"a": "1.5", "b": "1.5"})]
    first, second = with_parts(days, closes, "day")
    assert (first.parts, second.parts) == ({"a": Decimal("1.5"), "b": Decimal("1.5")}, None)
    later = [*closes, (monday + timedelta(days=1, hours=5), {"a": "4"})]
    (week,) = with_parts([hour(monday, 4)], later, "week")
    assert week.parts == {"a": Decimal(4)}
