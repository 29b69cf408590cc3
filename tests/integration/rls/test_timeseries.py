"""Time series have views instead of row-level security: the same test on native partitions and on TimescaleDB.

`PREMIUM_TEST_TIMESCALE_URL`, an administrator's URL, names a server that has TimescaleDB.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from local.postgres import SUPERUSER
from migrations.roles import OWNER
from tests.fixtures.databases import UrlOf
from tests.fixtures.timescale import timescale_database
from tests.integration.rls.catalogue import Connection

pytestmark = pytest.mark.integration
NOW = datetime.now(UTC)
MINE, THEIRS = uuid.uuid4(), uuid.uuid4()
USER_ID = "(NULLIF(current_setting('app.current_user_id'::text, true), ''::text))::uuid"
CLOSED = (psycopg.errors.InsufficientPrivilege, psycopg.errors.ObjectNotInPrerequisiteState)
"""No right, or a view that cannot be written through."""
VIEWS = (
    "my_portfolio_rows", "my_portfolio_states", "my_portfolio_snapshots", "my_portfolio_daily", "my_portfolio_weekly",
    "my_portfolio_closes", "my_performance_metrics",
)  # fmt: skip
SHARED = {
    "portfolio_asset_names", "portfolio_quotes", "portfolio_quote_rows", "portfolio_quote_pages",
    "portfolio_quote_sources", "portfolio_readings", "price_history",
}  # fmt: skip
"""What is nobody's own: names of assets, prices, and an hour's quotes and readings of chains."""
_READABLE = """
    SELECT c.relname, c.relkind, coalesce('security_barrier=true' = ANY (c.reloptions), false), pg_get_viewdef(c.oid)
    FROM pg_class c WHERE has_table_privilege('premium_app', c.oid, 'SELECT')
    AND c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
"""
_OF_USERS = """
    SELECT c.oid::regclass::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'user_id'
    WHERE c.relkind IN ('r', 'p', 'v', 'm') AND c.relname NOT LIKE 'my\\_%'
"""


@pytest.fixture(scope="module", params=["native", "timescale"])
def url(request: pytest.FixtureRequest, copy_of: Callable[[str], UrlOf]) -> Iterator[UrlOf]:
    """A database of this layout with two users' snapshots: 100 of MINE, 200 of THEIRS, now, a day and 30 days ago."""
    with timescale_database() if request.param == "timescale" else nullcontext(copy_of("timeseries")) as url:
        with psycopg.connect(url("premium_worker")) as connection:
            for user, value in ((MINE, 100), (THEIRS, 200)):
                for days in (0, 1, 30):
                    write(connection, user, NOW - timedelta(days=days), value)
                connection.execute(
                    "INSERT INTO performance_metrics (user_id, day, at, total_value, is_good, splits, figures)"
                    " VALUES (%s, %s, %s, %s, true, '{}', '{}')",
                    (user, NOW.date(), NOW, value),
                )
            connection.execute("SELECT portfolio_keep_closes(%s)", (NOW + timedelta(days=1),))
        if request.param == "timescale":
            run_policies(url(OWNER))
        yield url


def run_policies(owner: str) -> None:
    """Compression, roll-ups and retention, as the server's own scheduler would: a compressed chunk is a table too."""
    with psycopg.connect(owner, autocommit=True) as connection:
        for (job,) in connection.execute("SELECT job_id FROM timescaledb_information.jobs WHERE hypertable_name <> ''"):
            connection.execute("CALL run_job(%s)", (job,))
        compressed = "SELECT count(*) FROM timescaledb_information.chunks WHERE is_compressed"
        assert connection.execute(compressed).fetchone() == (1,)


def write(connection: Connection, user: uuid.UUID, at: datetime, value: int) -> None:
    connection.execute(
        'INSERT INTO portfolio_snapshots (user_id, job_id, "timestamp", total_value) VALUES (%s, %s, %s, %s)',
        (user, uuid.uuid4(), at, value),
    )


@contextmanager
def as_user(url: UrlOf, user: uuid.UUID | None) -> Iterator[Connection]:
    with psycopg.connect(url("premium_app")) as connection:
        connection.execute("SELECT set_config('app.current_user_id', %s, true)", (str(user) if user else "",))
        yield connection


@pytest.mark.parametrize("view", VIEWS)
def test_a_user_reads_his_own_alone(url: UrlOf, view: str) -> None:
    with as_user(url, MINE) as connection:
        rows = connection.execute(f"SELECT DISTINCT user_id FROM {view}").fetchall()  # noqa: S608 - a constant
    assert rows == [(MINE,)]


@pytest.mark.parametrize("view", VIEWS)
def test_nobody_reads_nothing(url: UrlOf, view: str) -> None:
    with as_user(url, None) as connection:
        assert connection.execute(f"SELECT 1 FROM {view}").fetchall() == []  # noqa: S608 - a constant


def test_all_that_can_be_read_is_behind_a_barrier(url: UrlOf) -> None:
    """Whatever is granted later is found here: a barrier view that compares user_id with the setting, or nothing."""
    with psycopg.connect(url(SUPERUSER)) as connection:
        readable = connection.execute(_READABLE).fetchall()
        of_users = {row[0] for row in connection.execute(_OF_USERS)}
    assert {row[0] for row in readable} == {*VIEWS, *SHARED}
    assert not SHARED & of_users
    for name, kind, barrier, definition in [row for row in readable if row[0] not in SHARED]:
        assert (kind, barrier) == ("v", True), name
        assert f"(user_id = ( SELECT {USER_ID} AS" in definition


def test_tables_and_roll_ups_themselves_are_closed_to_the_application(url: UrlOf) -> None:
    with psycopg.connect(url(SUPERUSER)) as connection:
        names = [row[0] for row in connection.execute(_OF_USERS)]
    assert {"portfolio_snapshots", "portfolio_snapshots_daily", "portfolio_snapshots_weekly"} <= set(names)
    for name in names:
        with as_user(url, MINE) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(f"SELECT 1 FROM {name}")  # noqa: S608 - from the catalogue
        for verb in ("DELETE FROM {}", "UPDATE {} SET user_id = user_id"):
            with as_user(url, MINE) as connection, pytest.raises(CLOSED):
                connection.execute(verb.format(name))
    with as_user(url, MINE) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        write(connection, MINE, NOW, 1)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("verb", ["DELETE FROM {}", "UPDATE {} SET user_id = user_id"])
def test_a_view_writes_nothing(url: UrlOf, view: str, verb: str) -> None:
    with as_user(url, MINE) as connection, pytest.raises(CLOSED):
        connection.execute(verb.format(view))


def test_a_leaky_function_sees_no_more_than_its_caller(url: UrlOf) -> None:
    """Without the barrier a cheap function in WHERE would run before the filter, and tell what it saw."""
    with psycopg.connect(url(SUPERUSER)) as connection:
        connection.execute(
            "CREATE OR REPLACE FUNCTION leak(n NUMERIC) RETURNS BOOLEAN LANGUAGE plpgsql COST 0.0000001"
            " AS $$ BEGIN RAISE NOTICE 'saw %', n; RETURN true; END $$"
        )
        connection.execute("GRANT EXECUTE ON FUNCTION leak(NUMERIC) TO premium_app")
    seen: list[str] = []
    with as_user(url, MINE) as connection:
        connection.add_notice_handler(lambda notice: seen.append(notice.message_primary or ""))
        connection.execute("SELECT 1 FROM my_portfolio_snapshots WHERE leak(total_value)")
    assert set(seen) == {"saw 100"}


def test_a_job_leaves_one_snapshot(url: UrlOf) -> None:
    user, job = uuid.uuid4(), uuid.uuid4()
    statement = (
        'INSERT INTO portfolio_snapshots (user_id, job_id, "timestamp", total_value) VALUES (%s, %s, %s, 1)'
        " ON CONFLICT DO NOTHING"
    )
    with psycopg.connect(url("premium_worker")) as connection:
        counts = [connection.execute(statement, (user, job, NOW)).rowcount for _ in range(2)]
    assert counts == [1, 0]
