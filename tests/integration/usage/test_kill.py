"""Aggregator and monitor are killed (SIGKILL, a process each) at each named point: the end is that of an unhurt one."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import psycopg
import pytest

from local.postgres import SUPERUSER
from premium import bootstrap
from premium.bootstrap import Platform
from premium.jobs.model import SYSTEM, JobKind, JobRecord, Moment
from premium.limits import Limiter
from premium.metering.drain import UsageDrain
from premium.metering.summaries import Summaries
from premium.metering.usage import Use
from premium.usage.jobs import AGGREGATE, MONITOR
from tests.factories.killed import LEASE_SECONDS, work
from tests.fixtures.platform import AddUser
from tests.fixtures.postgres import Databases

# Each spawns processes, which take seconds to begin on a busy machine.
pytestmark = [pytest.mark.integration, pytest.mark.chaos, pytest.mark.timeout(400)]
POINTS = ("recorded", "first_write", "before_commit")


@pytest.fixture
def at(platform: Platform, own_table: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> Platform:
    """A platform whose counts are the test's own."""
    monkeypatch.setenv("USAGE_TABLE", own_table("usage"))
    bootstrap.platform.cache_clear()
    return bootstrap.platform()


def asked(at: Platform, user: UUID, times: int, when: datetime) -> None:
    limiter = Limiter(at.redis(2), patience=5)
    for _ in range(times):
        limiter.check(f"user:{user}", 1000, Use(subject=user, customer=user, endpoint="GET /v1/portfolio", at=when))
    UsageDrain.of(at).run(when)


def start(at: Platform, kind: JobKind[Moment], moment: datetime) -> JobRecord:
    return at.jobs.start(kind, Moment(at=moment), user_id=SYSTEM, request_id="req_kill", idempotency_key=str(uuid4()))


def killed_then_done(job: JobRecord, point: str) -> None:
    assert work(job, point=point) == -signal.SIGKILL
    time.sleep(LEASE_SECONDS + 0.5)
    assert work(job) == 0


@pytest.mark.parametrize("point", POINTS)
def test_the_aggregator(at: Platform, add_user: AddUser, point: str) -> None:
    user, now = add_user(), datetime.now(UTC)
    day = now - timedelta(days=1)
    asked(at, user, 7, day)
    killed_then_done(start(at, AGGREGATE, now), point)
    found = Summaries(at.tables("usage")).month(user, day.date().replace(day=1))
    assert found is not None
    assert (found.requests, found.through, found.peak) == (7, day.date(), (day.date(), 7))
    assert work(start(at, AGGREGATE, now)) == 0
    assert Summaries(at.tables("usage")).month(user, day.date().replace(day=1)) == found, "set, never added"


@pytest.mark.parametrize("point", POINTS)
def test_the_monitor(at: Platform, add_user: AddUser, postgres: Databases, point: str) -> None:
    user, now = add_user(tier="enterprise", email="ada@example.org"), datetime.now(UTC)
    with psycopg.connect(postgres.url("premium", SUPERUSER)) as connection:
        connection.execute("UPDATE premium_users SET requests_a_month = 10 WHERE id = %s", [user])
    asked(at, user, 8, now)
    killed_then_done(start(at, MONITOR, now), point)
    assert work(start(at, MONITOR, now)) == 0
    with psycopg.connect(postgres.url("premium", SUPERUSER)) as connection:
        told = connection.execute("SELECT level, requests, quota FROM usage_alerts").fetchall()
        notices = connection.execute("SELECT title FROM notices WHERE kind = 'usage.level'").fetchall()
    assert told == [("80", 8, 10)], "by the number that was agreed"
    assert notices == [("80 % of this month's requests are used",)]
