"""A process that froze in the middle of its transaction is not waited for, and no session of ours idles in one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from uuid import UUID

import psycopg
import pytest

from local.postgres import SUPERUSER
from migrations.roles import BOUNDS
from premium.alerts.shards.ownership import LEASE_SECONDS
from premium.alerts.store.leases import ShardLease
from premium.errors import UpstreamUnavailable
from premium.storage.postgres import Database
from tests.fixtures.postgres import Databases
from tests.integration.alerts.line import Line

pytestmark = pytest.mark.integration


def test_the_shard_of_an_owner_that_froze_in_its_transaction_is_taken_within_five_seconds(
    line: Line, above: Callable[..., UUID], postgres: Databases
) -> None:
    above(trigger="level")
    frozen, thawed, outcome = threading.Event(), threading.Event(), list[str]()
    other = Database(lambda: postgres.url("premium", "premium_worker"))

    def freeze() -> None:
        try:
            with line.worker.transaction() as connection:
                line.lease.fence(connection)
                frozen.set()
                thawed.wait(30)
                line.lease.fence(connection)
            outcome.append("committed")
        except UpstreamUnavailable:
            outcome.append("ended")

    thread = threading.Thread(target=freeze)
    thread.start()
    frozen.wait(10)
    begun, heir = time.monotonic(), ShardLease(other, 0, "second")
    slowest = 0.0
    while not heir.claim():
        asked = time.monotonic()
        heir.inherit()
        slowest = max(slowest, time.monotonic() - asked)
        assert time.monotonic() - begun < 10
        time.sleep(0.1)
    taken = time.monotonic() - begun
    thawed.set()
    thread.join()
    other.close()
    assert LEASE_SECONDS - 0.5 < taken < 5
    assert slowest < 1, "nobody waits for the row"
    assert outcome == ["ended"]


def test_an_owner_that_is_only_busy_in_the_database_is_left_alone(line: Line, postgres: Databases) -> None:
    other = Database(lambda: postgres.url("premium", "premium_worker"))
    with line.worker.transaction() as connection:
        line.lease.fence(connection)
        busy = threading.Thread(target=lambda: connection.execute("SELECT pg_sleep(4.5)"))
        busy.start()
        time.sleep(LEASE_SECONDS + 1)
        assert not ShardLease(other, 0, "second").claim()
        busy.join()
        line.lease.fence(connection)
    assert not ShardLease(other, 0, "second").claim()
    other.close()


@pytest.mark.parametrize("role", ["premium_app", "premium_worker"])
def test_sessions_of_every_role_are_bounded(role: str, postgres: Databases) -> None:
    with psycopg.connect(postgres.url("premium", role)) as connection:
        found = {name: connection.execute(f"SHOW {name}").fetchone() for name in BOUNDS[role]}  # type: ignore[arg-type]
    assert {name: row and row[0] for name, row in found.items()} == BOUNDS[role]
    database = Database(lambda: postgres.url("premium", role))
    with database.transaction() as opened:
        row = opened.execute("SELECT current_setting('lock_timeout') AS lock,"
                             " current_setting('idle_in_transaction_session_timeout') AS idle").fetchone()  # fmt: skip
    database.close()
    assert row == {"lock": "5s", "idle": "30s"}


def test_a_session_that_the_server_ended_is_no_defect(worker: Database, postgres: Databases) -> None:
    """Neither for its idleness nor by an operator: the next transaction has another."""

    def idle() -> None:
        with worker.transaction() as connection:
            connection.execute("SET LOCAL idle_in_transaction_session_timeout = 50")
            time.sleep(0.3)
            connection.execute("SELECT 1")

    def ended() -> None:
        with worker.transaction() as connection:
            row = connection.execute("SELECT pg_backend_pid() AS pid").fetchone()
            with psycopg.connect(postgres.url("premium", SUPERUSER)) as admin:
                admin.execute("SELECT pg_terminate_backend(%s)", (row and row["pid"],))
            time.sleep(0.1)
            connection.execute("SELECT 1")

    for broken in (idle, ended):
        with pytest.raises(UpstreamUnavailable):
            broken()
    worker.check()
