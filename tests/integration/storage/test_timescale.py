"""The TimescaleDB layout on a server that has it: policies, compression, roll-ups that outlive the snapshots.

The policies run as the server's scheduler runs them, by their job; its clock is the machine's, so NOW is too.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from local.postgres import SUPERUSER
from migrations.errors import MigrationError
from migrations.files import FOLDER
from migrations.roles import OWNER
from migrations.runner import Runner
from premium.storage.timeseries import TimeSeries, copy_rows
from tests.fixtures.databases import UrlOf
from tests.fixtures.timescale import timescale_database

pytestmark = pytest.mark.integration
NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)
COLUMNS = ("user_id", "job_id", "timestamp", "total_value", "asset_breakdown")
VIEWS = {"my_portfolio_snapshots": '"timestamp"', "my_portfolio_daily": "bucket", "my_portfolio_weekly": "bucket"}
AGGREGATES = ("portfolio_snapshots_daily", "portfolio_snapshots_weekly")
_POLICIES = """
    SELECT proc_name, (config->>'compress_after')::interval, (config->>'drop_after')::interval,
           (config->>'start_offset')::interval
    FROM timescaledb_information.jobs WHERE hypertable_name IS NOT NULL
"""


@pytest.fixture(scope="module")
def url() -> Iterator[UrlOf]:
    with timescale_database() as url:
        yield url


@pytest.fixture
def worker(url: UrlOf) -> Iterator[TimeSeries]:
    series = TimeSeries(lambda: url("premium_worker"))
    yield series
    series.close()
    with psycopg.connect(url(OWNER), autocommit=True) as owner:
        owner.execute("TRUNCATE portfolio_rows")
        for aggregate in AGGREGATES:
            owner.execute(f"CALL refresh_continuous_aggregate('{aggregate}', NULL, NULL)")


@pytest.fixture
def app(url: UrlOf) -> Iterator[TimeSeries]:
    series = TimeSeries(lambda: url("premium_app"))
    yield series
    series.close()


@pytest.fixture
def owner(url: UrlOf) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(url(OWNER), autocommit=True) as connection:
        yield connection


def history(user: uuid.UUID, days: int, every: timedelta = timedelta(hours=6)) -> list[tuple[Any, ...]]:
    """Snapshots of `days` days up to NOW, oldest first, worth 1, 2, 3, …, with a document that differs in digits."""
    asset = {"symbol": "USDC", "decimals": 6, "category": "stablecoin", "units": {"0x" + "ab" * 20: 12345678}}
    rows = []
    for number in range(1, int(DAY * days / every) + 2):
        at = NOW - DAY * days + every * (number - 1)
        document = {f"ethereum:0x{n:040x}": {**asset, "value": str(number * n)} for n in range(1, 5)}
        rows.append((user, uuid.uuid4(), at, Decimal(number), json.dumps(document)))
    return rows


def write(worker: TimeSeries, rows: list[tuple[Any, ...]]) -> int:
    with worker.transaction() as connection:
        return copy_rows(connection, "portfolio_snapshots", COLUMNS, rows)


def run(owner: psycopg.Connection[Any], policy: str) -> None:
    jobs = owner.execute("SELECT job_id FROM timescaledb_information.jobs WHERE proc_name = %s", (policy,)).fetchall()
    assert jobs
    for (job,) in jobs:
        owner.execute("CALL run_job(%s)", (job,))


def read(app: TimeSeries, user: uuid.UUID) -> dict[str, list[dict[str, Any]]]:
    with app.as_user(user) as connection:
        return {
            view: connection.execute(f"SELECT * FROM {view} ORDER BY {order}").fetchall()  # noqa: S608 - constants
            for view, order in VIEWS.items()
        }


def test_the_policies_are_the_promised_ones_and_no_refresh_reaches_what_is_dropped(
    owner: psycopg.Connection[Any],
) -> None:
    found = owner.execute(_POLICIES).fetchall()
    assert {row[1] for row in found if row[0] == "policy_compression"} == {timedelta(days=7)}
    (drop_after,) = {row[2] for row in found if row[0] == "policy_retention"}
    starts = [row[3] for row in found if row[0] == "policy_refresh_continuous_aggregate"]
    assert drop_after == timedelta(days=90)
    assert len(starts) == 2
    assert all(start < drop_after for start in starts)


def test_compression_makes_chunks_smaller_and_changes_no_answer(
    worker: TimeSeries, app: TimeSeries, owner: psycopg.Connection[Any]
) -> None:
    users = [uuid.uuid4() for _ in range(20)]
    for user in users:
        write(worker, history(user, 20, timedelta(hours=1)))
    before = read(app, users[0])
    run(owner, "policy_compression")
    chunks = owner.execute(
        "SELECT is_compressed, range_end < now() - INTERVAL '7 days' FROM timescaledb_information.chunks"
        " WHERE hypertable_name = 'portfolio_rows'"
    ).fetchall()
    assert {old for _, old in chunks} == {True, False}
    assert all(compressed == old for compressed, old in chunks)
    sizes = owner.execute(
        "SELECT sum(before_compression_total_bytes) / sum(after_compression_total_bytes)"
        " FROM chunk_compression_stats('portfolio_rows') WHERE compression_status = 'Compressed'"
    ).fetchone()
    assert sizes is not None
    assert sizes[0] > 2, "20 users' day is mostly the pages that any chunk has"
    assert read(app, users[0]) == before


def test_a_compressed_chunk_is_read_by_the_users_segment(
    worker: TimeSeries, app: TimeSeries, owner: psycopg.Connection[Any]
) -> None:
    """A filter above the unpacking would cost every read the rows of all users."""
    users = [uuid.uuid4() for _ in range(200)]
    write(worker, [row for user in users for row in history(user, 12)])
    run(owner, "policy_compression")
    owner.execute("ANALYZE portfolio_rows")
    with app.as_user(users[0]) as connection:
        rows = connection.execute('EXPLAIN SELECT * FROM my_portfolio_rows ORDER BY "timestamp" DESC').fetchall()
    plan = "\n".join(row["QUERY PLAN"] for row in rows)
    assert plan.count("Index Cond: (user_id = ") >= 4, plan
    assert "Filter: (user_id" not in plan, plan


def test_a_job_leaves_one_snapshot_even_in_a_compressed_chunk(
    worker: TimeSeries, app: TimeSeries, owner: psycopg.Connection[Any]
) -> None:
    user = uuid.uuid4()
    rows = history(user, 20)
    write(worker, rows)
    run(owner, "policy_compression")
    assert write(worker, rows[:8]) == 0
    late = (user, uuid.uuid4(), rows[0][2] + timedelta(minutes=1), Decimal(10**6), "{}")
    assert write(worker, [late]) == 1
    assert write(worker, [late]) == 0
    run(owner, "policy_compression")
    assert len(read(app, user)["my_portfolio_snapshots"]) == len(rows) + 1


def test_roll_ups_outlive_the_ninety_days(worker: TimeSeries, app: TimeSeries, owner: psycopg.Connection[Any]) -> None:
    user = uuid.uuid4()
    write(worker, history(user, 120))
    for aggregate in AGGREGATES:  # what the policies did day by day while these days were new
        owner.execute(f"CALL refresh_continuous_aggregate('{aggregate}', NULL, %s)", (NOW,))
    run(owner, "policy_compression")
    before = read(app, user)
    assert len(before["my_portfolio_daily"]) == 121
    run(owner, "policy_retention")
    late = (user, uuid.uuid4(), NOW - 80 * DAY, Decimal(10**6), "{}")
    write(worker, [late])  # invalidates old buckets, so that the refresh has something to do near the dropped chunks
    run(owner, "policy_refresh_continuous_aggregate")
    after = read(app, user)
    oldest = after["my_portfolio_snapshots"][0]["timestamp"]
    assert NOW - 91 * DAY <= oldest <= NOW - 89 * DAY
    for view in ("my_portfolio_daily", "my_portfolio_weekly"):
        assert [row["bucket"] for row in after[view]] == [row["bucket"] for row in before[view]]
        changed = [new for old, new in zip(before[view], after[view], strict=True) if old != new]
        assert [row["highest_value"] for row in changed] == [10**6], "the late snapshot's bucket, and no other"


def test_the_schedule_collides_with_no_policy(worker: TimeSeries, owner: psycopg.Connection[Any]) -> None:
    write(worker, history(uuid.uuid4(), 100))
    run(owner, "policy_refresh_continuous_aggregate")
    for _ in range(2):
        with worker.transaction() as connection:
            row = connection.execute("SELECT maintain_timeseries() AS done").fetchone()
        assert row is not None
        assert (row["done"]["layout"], row["done"]["dropped"]) == ("timescale", 0)
        assert datetime.fromisoformat(row["done"]["rolled_up_to"]) == NOW.replace(hour=0, minute=0, second=0)


def test_the_scheduled_job_fails_when_a_policy_did() -> None:
    """The server's own scheduler runs a retention policy that cannot read how old is too old."""
    job = "SELECT job_id FROM timescaledb_information.jobs WHERE proc_name = 'policy_retention'"
    spoil = """UPDATE _timescaledb_config.bgw_job SET config = config || '{"drop_after": "x"}' WHERE id = %s"""
    with timescale_database() as url, psycopg.connect(url(SUPERUSER), autocommit=True) as owner:
        (retention,) = owner.execute(job).fetchone() or (None,)
        owner.execute("SELECT alter_job(%s, next_start => now() + INTERVAL '1 second')", (retention,))
        owner.execute(spoil, (retention,))
        failed = "SELECT count(*) FROM timescaledb_information.job_stats WHERE last_run_status = 'Failed'"
        ends = time.monotonic() + 20
        while owner.execute(failed).fetchone() == (0,):
            assert time.monotonic() < ends, "the scheduler did not run the policy"
            time.sleep(0.1)
        with (
            psycopg.connect(url("premium_worker")) as worker,
            pytest.raises(psycopg.errors.RaiseException, match="TimescaleDB policies failed: policy_retention"),
        ):
            worker.execute("SELECT maintain_timeseries()")


@pytest.mark.parametrize("role", ["premium_app", "premium_worker"])
@pytest.mark.parametrize(
    "statement",
    [
        "SELECT drop_chunks('portfolio_rows', older_than => now())",
        "CALL refresh_continuous_aggregate('portfolio_snapshots_daily', NULL, NULL)",
        "SELECT remove_retention_policy('portfolio_rows')",
        "SELECT alter_job(job_id, scheduled => false) FROM timescaledb_information.jobs WHERE job_id >= 1000",
        "SELECT compress_chunk(c) FROM show_chunks('portfolio_rows') c",
        "TRUNCATE portfolio_rows",
    ],
)
def test_timescaledbs_own_functions_open_nothing(worker: TimeSeries, url: UrlOf, role: str, statement: str) -> None:
    write(worker, history(uuid.uuid4(), 1))
    with (
        psycopg.connect(url(role), autocommit=True) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement)


def test_down_leaves_nothing_and_up_brings_it_again() -> None:
    """A database of its own; TimescaleDB's extension stays, with other hypertables that may be in it."""
    with timescale_database() as url:
        runner = Runner("timeseries", url(OWNER), FOLDER / "timeseries", lambda _: None)
        assert runner.up() == []
        with psycopg.connect(url("premium_worker")) as connection:
            connection.execute(
                'INSERT INTO portfolio_snapshots (user_id, job_id, "timestamp", total_value) VALUES (%s, %s, %s, 1)',
                (uuid.uuid4(), uuid.uuid4(), NOW),
            )
        names = runner.down(99)
        with psycopg.connect(url(OWNER)) as connection:
            left = connection.execute(
                "SELECT relname FROM pg_class WHERE relname LIKE '%portfolio%' OR relname LIKE '\\_hyper\\_%'"
                " UNION ALL SELECT proname FROM pg_proc WHERE proname LIKE 'maintain\\_%'"
                " UNION ALL SELECT proc_name FROM timescaledb_information.jobs WHERE hypertable_name IS NOT NULL"
            ).fetchall()
        assert left == []
        assert runner.up() == list(reversed(names))


def test_an_unpreparable_database_is_one_sentence_not_native_for_ever(url: UrlOf) -> None:
    """A role that may not make the extension must not end with the other layout, written down and kept."""
    name = f"closed_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(url(SUPERUSER), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        try:
            closed = psycopg.conninfo.make_conninfo(url(OWNER), dbname=name)
            with pytest.raises(MigrationError, match="permission denied to create extension"):
                Runner("timeseries", closed, FOLDER / "timeseries", lambda _: None).status()
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
