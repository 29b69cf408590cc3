"""Requests are counted exactly while drain and journal are killed; a lost Redis takes seconds of them, and says so."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO
from uuid import UUID, uuid4

import psycopg
import pytest

from local import ports
from local.postgres import SUPERUSER
from local.redis import Redis
from premium import bootstrap
from premium.bootstrap import Platform
from premium.execution.chaos import VARIABLE
from premium.limits import Limiter
from premium.metering.counts import UsageCounts
from premium.metering.usage import Use
from tests.fixtures import run
from tests.fixtures.postgres import Databases

pytestmark = [pytest.mark.integration, pytest.mark.chaos, pytest.mark.timeout(400)]
EACH = 500
DRAIN = """
from premium.bootstrap import platform
from premium.execution import chaos
from premium.metering.drain import UsageDrain
at = platform()
def point(name):
    if chaos.strikes(name, stage="local", attempt=1):
        chaos.strike()
UsageDrain(at.redis(2), at.tables("usage").boto3, at.worker_database, point).run(at.clock.now())
"""
ASK = """
import sys
from datetime import UTC, datetime
from uuid import UUID
from premium.bootstrap import platform
from premium.limits import Limiter
from premium.metering.usage import Use
limiter, user = Limiter(platform().redis(2), patience=30), UUID(sys.argv[1])
for _ in range(int(sys.argv[2])):
    use = Use(subject=user, customer=user, endpoint="GET /v1/portfolio", at=datetime.now(UTC))
    assert limiter.check(f"user:{user}", 1_000_000, use).known
"""


class Lossy(Redis):
    """A Redis that keeps nothing when it dies, as one node of a cache does."""

    def _configuration(self) -> str:
        return super()._configuration().replace("appendonly yes", "appendonly no")


@pytest.fixture
def lossy() -> Iterator[Redis]:
    server = Lossy(run.folder() / f"lossy-{uuid4().hex[:8]}", ports.free())
    server.start()
    yield server
    server.stop()


@pytest.fixture
def variables(variables: dict[str, str], lossy: Redis, own_table: Callable[[str], str]) -> dict[str, str]:
    return variables | {"REDIS_URL": lossy.url}


@pytest.fixture
def at(
    platform: Platform, own_table: Callable[[str], str], monkeypatch: pytest.MonkeyPatch, postgres: Databases
) -> Platform:
    """A platform whose counts are the test's own, and that never looked at another Redis."""
    with psycopg.connect(postgres.url("premium", SUPERUSER)) as connection:
        connection.execute("DELETE FROM usage_looks")
    monkeypatch.setenv("USAGE_TABLE", own_table("usage"))
    bootstrap.platform.cache_clear()
    return bootstrap.platform()


def counted(at: Platform, user: UUID) -> tuple[int, int]:
    """The counters of the day and of its hours."""
    counts, today = UsageCounts(at.tables("usage")), datetime.now(UTC)
    days = counts.days(user, today.date(), today.date()).values()
    hours = counts.hours(user, today.replace(hour=0), today).values()
    return sum(each.requests for each in days), sum(each.requests for each in hours)


def drained(point: str = "") -> int:
    environment = {**os.environ, VARIABLE: point}
    return subprocess.run([sys.executable, "-c", DRAIN], env=environment, check=False, timeout=120).returncode


@contextmanager
def keeper(log: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """The resident that takes counts out of Redis each second."""
    started = subprocess.Popen([sys.executable, "-m", "workers.resident", "usage.journal"], stdout=log, stderr=log)
    try:
        yield started
    finally:
        started.kill()
        started.wait()


def test_counters_are_the_requests_whatever_is_killed(at: Platform, tmp_path: Path) -> None:
    users = [uuid4(), uuid4()]
    asking = [subprocess.Popen([sys.executable, "-c", ASK, str(user), str(EACH)]) for user in users]
    with (tmp_path / "keeper.log").open("wb") as log:
        for point in ("set_aside", "kept", "written"):
            with keeper(log):  # killed at whatever it does when the drain has died
                while at.redis(2).exists("usage:pending", "usage:taken") == 0 and not ended(asking):
                    time.sleep(0.01)
                asked_more(at, users[0])
                assert drained(point) == -signal.SIGKILL
        assert [each.wait(timeout=120) for each in asking] == [0, 0]
    assert [drained(), drained()] == [0, 0]
    assert counted(at, users[1]) == (EACH, EACH)
    assert counted(at, users[0]) == (EACH + 3, EACH + 3)


def ended(asking: list[subprocess.Popen[bytes]]) -> bool:
    return all(each.poll() is not None for each in asking)


def asked_more(at: Platform, user: UUID) -> None:
    use = Use(subject=user, customer=user, endpoint="GET /v1/portfolio", at=datetime.now(UTC))
    assert Limiter(at.redis(2), patience=30).check(f"user:{user}", 1_000_000, use).known


def test_a_lost_redis_takes_no_more_than_is_reported(at: Platform, lossy: Redis, tmp_path: Path) -> None:
    user, times = uuid4(), list[float]()
    limiter, log = Limiter(at.redis(2), patience=5), tmp_path / "keeper.log"

    def ask(seconds: float) -> None:
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            use = Use(subject=user, customer=user, endpoint="GET /v1/portfolio", at=datetime.now(UTC))
            if limiter.check(f"user:{user}", 1_000_000, use).known:
                times.append(time.time())
            time.sleep(0.002)

    with log.open("wb") as file, keeper(file):
        until(lambda: bool(at.redis(2).exists("usage:epoch")))
        ask(4)
        looked = last_look(at)
        assert lossy.pid is not None
        os.kill(lossy.pid, signal.SIGKILL)
        died = time.time()
        until(lambda: lossy.pid is None)
        lossy.start()
        back = time.time()
        ask(1)
        until(lambda: b"seconds_at_most" in log.read_bytes())
    (said,) = [json.loads(line) for line in log.read_text().splitlines() if "seconds_at_most" in line]
    seconds = float(said["seconds_at_most"])
    assert drained() == 0
    requests, _ = counted(at, user)
    lost, could_be_lost = len(times) - requests, sum(died - seconds <= each <= died for each in times)
    assert 0 <= lost <= could_be_lost, (lost, could_be_lost, seconds)
    assert seconds <= back - looked + 1, "since the last look, not since the last drain"
    assert requests > 0


def last_look(at: Platform) -> float:
    with at.worker_database.transaction() as connection:
        row = connection.execute("SELECT extract(epoch FROM looked_at) AS at FROM usage_looks").fetchone()
    assert row is not None
    return float(row["at"])


def until(done: Callable[[], bool], seconds: float = 60) -> None:
    ends = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < ends
        time.sleep(0.05)
