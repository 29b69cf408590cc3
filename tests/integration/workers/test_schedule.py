"""What the clock starts, on real stores: once, however often it is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import psycopg
import pytest

from local.postgres import SUPERUSER
from premium.accounts.work import activity
from premium.bootstrap import Platform
from premium.execution import schedule
from premium.jobs.kinds import declared
from premium.jobs.model import JobRecord, JobStatus
from premium.jobs.service import JobService
from premium.portfolio.work import snapshots, timeseries
from tests.fixtures.postgres import Databases

pytestmark = pytest.mark.integration

HALF_PAST = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)
WALLET = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"


@pytest.fixture(autouse=True)
def _worker(postgres: Databases, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", postgres.url("premium", "premium_worker"))
    monkeypatch.setenv("TIMESERIES_URL", postgres.url("timeseries", "premium_worker"))


@pytest.fixture
def scheduled(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> Platform:
    platform.__dict__["jobs"] = JobService(platform.jobs.store, platform.queue, platform.clock, kinds=declared)
    monkeypatch.setattr("premium.execution.runtime.platform", lambda: platform)
    return platform


def job_of(answer: object, at: Platform) -> JobRecord:
    assert isinstance(answer, dict)
    return at.jobs.store.get(UUID(answer["job"]))


def test_an_hour_plans_one_run_over_every_watched_portfolio(scheduled: Platform, postgres: Databases) -> None:
    users = [uuid4(), uuid4()]
    with psycopg.connect(postgres.url("premium", SUPERUSER)) as connection:
        for user in users:
            connection.execute("INSERT INTO premium_users (id, external_id) VALUES (%s, %s)", (user, str(user)))
            for chain in ("local", "ethereum"):
                connection.execute(
                    "INSERT INTO portfolio_wallets (user_id, address, chains, created_at) VALUES (%s, %s, %s, %s)",
                    (user, WALLET if chain == "local" else WALLET[:-1] + "9", [chain], HALF_PAST - timedelta(days=1)),
                )
    first = job_of(schedule.run("portfolio.snapshots", scheduled, HALF_PAST), scheduled)
    again = job_of(schedule.run("portfolio.snapshots", scheduled, HALF_PAST + timedelta(minutes=20)), scheduled)
    assert (again.id, first.payload["at"]) == (first.id, "2026-11-20T10:00:00Z")
    assert (
        job_of(schedule.run("portfolio.snapshots", scheduled, HALF_PAST + timedelta(hours=1)), scheduled).id != first.id
    )

    snapshots(str(first.id))
    planned = scheduled.jobs.store.get(first.id).result
    assert planned is not None
    assert planned["users"] == 2, "two wallets of a user are one portfolio"
    started = list(scheduled.jobs.store.stale(JobStatus.QUEUED, scheduled.clock.now()))
    assert [r.payload["run_id"] for r in started if r.kind == "portfolio.run"] == [planned["run"]]


def test_a_day_makes_partitions_ahead(scheduled: Platform) -> None:
    record = job_of(schedule.run("portfolio.timeseries", scheduled, HALF_PAST), scheduled)
    timeseries(str(record.id))
    assert scheduled.jobs.store.get(record.id).status is JobStatus.DONE
    with scheduled.timeseries.transaction() as connection:
        parts = connection.execute(
            "SELECT relname FROM pg_class WHERE relname LIKE 'portfolio_snapshots_20%%'"
        ).fetchall()
    ahead = scheduled.clock.now() + timedelta(days=6)
    assert f"portfolio_snapshots_{ahead:%Y%m%d}" in {row["relname"] for row in parts}


def test_a_task_that_this_release_does_not_know_is_an_error(scheduled: Platform) -> None:
    with pytest.raises(KeyError):
        schedule.run("portfolio.weekly", scheduled, HALF_PAST)


def test_a_day_publishes_how_many_users_are_active(scheduled: Platform, capsys: pytest.CaptureFixture[str]) -> None:
    record = job_of(schedule.run("accounts.activity", scheduled, HALF_PAST), scheduled)
    activity(str(record.id))
    assert scheduled.jobs.store.get(record.id).status is JobStatus.DONE
    assert '"ActiveUsersDay":[' in capsys.readouterr().out
