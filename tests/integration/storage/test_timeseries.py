"""Native partitions: made ahead, dropped after 90 days, and roll-ups that outlive them and are never emptied."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from local.postgres import OWNER
from migrations.layout import detect
from premium.storage.timeseries import TimeSeries, copy_rows
from tests.fixtures.databases import UrlOf

pytestmark = pytest.mark.integration
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)
COLUMNS = ("user_id", "job_id", "timestamp", "total_value")


@pytest.fixture
def url(copy_of: Callable[[str], UrlOf]) -> UrlOf:
    url = copy_of("timeseries")
    with psycopg.connect(url(OWNER)) as connection:
        layout = detect(connection)
    if layout.name != "native":
        pytest.skip(f"TimescaleDB maintains itself: {layout.reason}")
    return url


@pytest.fixture
def worker(url: UrlOf) -> Iterator[TimeSeries]:
    series = TimeSeries(lambda: url("premium_worker"))
    yield series
    series.close()


@pytest.fixture
def app(url: UrlOf) -> Iterator[TimeSeries]:
    series = TimeSeries(lambda: url("premium_app"))
    yield series
    series.close()


def fill(worker: TimeSeries, user: uuid.UUID, days: int) -> None:
    """Four snapshots a day for `days` days up to NOW, worth 1, 2, 3, …"""
    steps = [NOW - DAY * days + timedelta(hours=6) * i for i in range(days * 4 + 1)]
    with worker.transaction() as connection:
        copy_rows(
            connection, "portfolio_snapshots", COLUMNS, [(user, uuid.uuid4(), at, i + 1) for i, at in enumerate(steps)]
        )


def maintain(worker: TimeSeries, at: datetime) -> dict[str, Any]:
    with worker.transaction() as connection:
        row = connection.execute("SELECT maintain_timeseries(%s) AS did", (at,)).fetchone()
    assert row is not None
    return dict(row["did"])


def read(app: TimeSeries, user: uuid.UUID, view: str) -> list[dict[str, Any]]:
    order = '"timestamp"' if view == "my_portfolio_snapshots" else "bucket"
    with app.as_user(user) as connection:
        return connection.execute(f"SELECT * FROM {view} ORDER BY {order}").fetchall()  # noqa: S608 - a constant


def test_roll_ups_are_what_the_snapshots_say(worker: TimeSeries, app: TimeSeries) -> None:
    user = uuid.uuid4()
    fill(worker, user, 20)
    by_day: dict[datetime, list[Decimal]] = {}
    for row in read(app, user, "my_portfolio_snapshots"):
        by_day.setdefault(row["timestamp"].replace(hour=0), []).append(row["total_value"])
    expected = [
        {
            "user_id": user,
            "bucket": day,
            "first_value": values[0],
            "last_value": values[-1],
            "lowest_value": min(values),
            "highest_value": max(values),
            "average_value": sum(values) / len(values),
            "snapshots": len(values),
        }
        for day, values in sorted(by_day.items())
    ]
    assert read(app, user, "my_portfolio_daily") == expected, "before any roll-up, from the snapshots themselves"
    maintain(worker, NOW)
    assert read(app, user, "my_portfolio_daily") == expected, "closed days from the roll-up, today as it is"
    weeks = read(app, user, "my_portfolio_weekly")
    assert {row["bucket"].weekday() for row in weeks} == {0}, "weeks begin on Monday, UTC"
    assert sum(row["snapshots"] for row in weeks) == 81
    assert weeks[-1]["last_value"] == 81


def test_roll_ups_outlive_the_ninety_days_and_are_never_emptied(worker: TimeSeries, app: TimeSeries) -> None:
    user = uuid.uuid4()
    fill(worker, user, 120)
    assert maintain(worker, NOW - 20 * DAY)["dropped"] == 0, "rows of days without a partition lie in the default one"
    days, weeks = read(app, user, "my_portfolio_daily"), read(app, user, "my_portfolio_weekly")
    assert len(days) == 121
    for later in (0, 1, 8, 30):
        maintain(worker, NOW + later * DAY)
        kept = read(app, user, "my_portfolio_snapshots")
        cutoff = (NOW + later * DAY).replace(hour=0) - 90 * DAY
        assert kept[0]["timestamp"] == cutoff, "older snapshots are gone, the 90 days are whole"
        assert read(app, user, "my_portfolio_daily") == days
        assert read(app, user, "my_portfolio_weekly") == weeks


def test_a_refresh_asked_for_by_hand_does_not_reach_what_was_dropped(
    worker: TimeSeries, app: TimeSeries, url: UrlOf
) -> None:
    user = uuid.uuid4()
    fill(worker, user, 120)
    maintain(worker, NOW)
    days, weeks = read(app, user, "my_portfolio_daily"), read(app, user, "my_portfolio_weekly")
    with psycopg.connect(url(OWNER)) as connection:
        connection.execute("SELECT portfolio_snapshots_refresh('-infinity', %s)", (NOW.replace(hour=0),))
    assert read(app, user, "my_portfolio_daily") == days
    assert read(app, user, "my_portfolio_weekly") == weeks


def test_a_late_snapshot_reaches_its_day(worker: TimeSeries, app: TimeSeries) -> None:
    """A job that is retried writes a snapshot as old as its request."""
    user = uuid.uuid4()
    fill(worker, user, 10)
    maintain(worker, NOW)
    with worker.transaction() as connection:
        late = NOW - DAY + timedelta(hours=9)
        copy_rows(connection, "portfolio_snapshots", COLUMNS, [(user, uuid.uuid4(), late, 1_000_000)])
    maintain(worker, NOW + timedelta(minutes=1))
    assert read(app, user, "my_portfolio_daily")[-2]["highest_value"] == 1_000_000
    assert read(app, user, "my_portfolio_weekly")[-1]["highest_value"] == 1_000_000


def test_partitions_are_made_ahead_and_rows_of_unforeseen_days_move_into_theirs(worker: TimeSeries, url: UrlOf) -> None:
    far = NOW + 400 * DAY
    with worker.transaction() as connection:
        copy_rows(connection, "portfolio_snapshots", COLUMNS, [(uuid.uuid4(), uuid.uuid4(), far, 1)])
    place = 'SELECT tableoid::regclass::text FROM portfolio_rows WHERE "timestamp" = %s'
    with psycopg.connect(url(OWNER), autocommit=True) as connection:
        assert connection.execute(place, (far,)).fetchone() == ("portfolio_snapshots_default",)
        maintain(worker, far)
        assert connection.execute(place, (far,)).fetchone() == (f"portfolio_snapshots_{far:%Y%m%d}",)
        ahead = f"portfolio_snapshots_{far + 7 * DAY:%Y%m%d}"
        assert connection.execute("SELECT to_regclass(%s)::text", (ahead,)).fetchone() == (ahead,)


def test_copy_is_idempotent_and_fast(worker: TimeSeries) -> None:
    rows = [(uuid.uuid4(), uuid.uuid4(), NOW + timedelta(seconds=i), Decimal(i)) for i in range(5_000)]
    began = time.perf_counter()
    with worker.transaction() as connection:
        assert copy_rows(connection, "portfolio_snapshots", COLUMNS, rows) == len(rows)
    print(f"{len(rows) / (time.perf_counter() - began):,.0f} rows a second")
    with worker.transaction() as connection:
        assert copy_rows(connection, "portfolio_snapshots", COLUMNS, rows[:10]) == 0


@pytest.mark.parametrize(
    ("view", "order"),
    [("my_portfolio_snapshots", '"timestamp" DESC LIMIT 1'), ("my_portfolio_daily", "bucket LIMIT 90")],
)
def test_a_users_history_is_read_by_index(
    worker: TimeSeries, app: TimeSeries, url: UrlOf, view: str, order: str
) -> None:
    users = [uuid.uuid4() for _ in range(300)]
    for user in users:
        fill(worker, user, 12)
    maintain(worker, NOW)
    with psycopg.connect(url(OWNER), autocommit=True) as connection:
        connection.execute("ANALYZE")
    with app.as_user(users[0]) as connection:
        rows = connection.execute(f"EXPLAIN SELECT * FROM {view} ORDER BY {order}").fetchall()  # noqa: S608 - constants
    plan = "\n".join(row["QUERY PLAN"] for row in rows)
    assert "Index" in plan
    full = [line for line in plan.splitlines() if "Seq Scan on portfolio_snapshots" in line]
    assert all("progress" in line or "rows=1 " in line or "rows=0 " in line for line in full), plan
