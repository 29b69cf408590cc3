"""Every question of the application has the same answer on native partitions and on TimescaleDB."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import psycopg
import pytest

from migrations.roles import OWNER
from premium.portfolio.store.snapshots import SnapshotStore
from premium.storage.timeseries import TimeSeries, copy_rows
from tests.fixtures.databases import UrlOf
from tests.fixtures.timescale import timescale_database

pytestmark = pytest.mark.integration
NOW = datetime.now(UTC)
USER, ANOTHER = uuid.uuid4(), uuid.uuid4()
COLUMNS = ("user_id", "job_id", "timestamp", "total_value", "chain_breakdown")
CHAINS = '{"ethereum": {"status": "fresh", "as_of": "2026-01-02T03:04:05Z", "block": 7}}'


@dataclass(frozen=True)
class Layout:
    url: UrlOf
    worker: TimeSeries
    app: TimeSeries

    def upkeep(self) -> None:
        """What the schedule and, on TimescaleDB, the server's own scheduler do in a night."""
        with self.worker.transaction() as connection:
            connection.execute("SELECT maintain_timeseries(%s)", (NOW,))
        with psycopg.connect(self.url(OWNER), autocommit=True) as owner:
            if owner.execute("SELECT FROM pg_extension WHERE extname = 'timescaledb'").fetchone() is None:
                return
            jobs = "SELECT job_id FROM timescaledb_information.jobs WHERE hypertable_name IS NOT NULL"
            for (job,) in owner.execute(jobs).fetchall():
                owner.execute("CALL run_job(%s)", (job,))


@pytest.fixture(scope="module")
def layouts(copy_of: Callable[[str], UrlOf]) -> Iterator[list[Layout]]:
    """The same snapshots of 80 days on both, at uneven times, some in the last minute before midnight or a week."""
    rows = snapshots()
    with timescale_database() as other, ExitStack() as stack:
        found = []
        for url in (copy_of("timeseries"), other):
            worker, app = (TimeSeries(partial(url, role)) for role in ("premium_worker", "premium_app"))
            stack.callback(worker.close)
            stack.callback(app.close)
            with worker.transaction() as connection:
                assert copy_rows(connection, "portfolio_snapshots", COLUMNS, rows) == len(rows)
            found.append(Layout(url, worker, app))
        yield found


def snapshots() -> list[tuple[Any, ...]]:
    chance = random.Random(20)
    midnight = NOW.replace(hour=0, minute=0, second=0, microsecond=0)
    times = [NOW - timedelta(days=chance.uniform(0, 80)) for _ in range(600)]
    times += [midnight - timedelta(days=n, microseconds=chance.choice([0, 1])) for n in range(30)]
    return [
        (user, uuid.uuid4(), at, Decimal(chance.randrange(10**14)) / 10**8, CHAINS)
        for at in times
        for user in (USER, ANOTHER)
    ]


def answers(layout: Layout) -> dict[str, Any]:
    store, since = SnapshotStore(layout.app), NOW - timedelta(days=70)
    with layout.app.as_user(USER) as connection:
        views = {
            name: connection.execute(f"SELECT * FROM my_portfolio_{name} ORDER BY bucket").fetchall()  # noqa: S608 - constants
            for name in ("daily", "weekly")
        }
    return views | {
        "newest": store.newest(USER),
        "between": store.between(USER, since, NOW, 1000),
        "before": SnapshotStore(layout.worker).before(USER, since),
        "hour": store.history(USER, "hour", since, NOW, 2000),
        "day": store.history(USER, "day", since, NOW, 2000),
        "week": store.history(USER, "week", since, NOW, 2000),
    }


def test_both_layouts_answer_alike(layouts: list[Layout]) -> None:
    """Before any upkeep (all of it as it is now), after it, and with a snapshot that came late to a closed day."""
    late = [(USER, uuid.uuid4(), NOW - timedelta(days=1, hours=1), Decimal(10**7), CHAINS)]
    first = [answers(layout) for layout in layouts]
    for layout in layouts:
        layout.upkeep()
    second = [answers(layout) for layout in layouts]
    for layout in layouts:
        with layout.worker.transaction() as connection:
            assert copy_rows(connection, "portfolio_snapshots", COLUMNS, late) == 1
        layout.upkeep()
    third = [answers(layout) for layout in layouts]
    for question, answer in first[0].items():
        assert answer, question
        assert answer == first[1][question] == second[0][question] == second[1][question], question
    for question, answer in third[0].items():
        assert answer == third[1][question], question
    assert third[0]["daily"] != second[0]["daily"]
