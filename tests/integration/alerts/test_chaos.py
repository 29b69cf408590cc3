"""Matchers killed in the middle, events repeated and out of order: each alert once, and none missing."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from redis import Redis

from local.postgres import SUPERUSER
from local.redis import Redis as RedisService
from premium.storage.postgres import Database
from tests.fixtures.postgres import Databases
from tests.integration.alerts.line import Line, price
from tests.integration.alerts.test_shards import ANY_ASSET, ELSEWHERE

pytestmark = pytest.mark.chaos
ROOT = Path(__file__).resolve().parents[3]

Begin = Callable[[], subprocess.Popen[bytes]]
_OWNER = "SELECT owner FROM alert_shards WHERE shard = %s AND expires_at > now()"


@pytest.fixture
def matcher_environment(postgres: Databases, redis_server: RedisService) -> dict[str, str]:
    return {
        **os.environ,
        "PREMIUM_STAGE": "local",
        "DATABASE_URL": postgres.url("premium", "premium_worker"),
        "REDIS_URL": redis_server.url,
        "POWERTOOLS_SERVICE_NAME": "matcher",
        "AWS_DEFAULT_REGION": "us-east-1",
        "ALERT_SHARDS": "2",
    }


@pytest.fixture
def matcher(matcher_environment: dict[str, str], tmp_path: Path) -> Iterator[Begin]:
    """Starts `python -m workers.resident alerts.matcher`; what is left is killed at the end."""
    started: list[subprocess.Popen[bytes]] = []

    def begin() -> subprocess.Popen[bytes]:
        with (tmp_path / f"matcher-{len(started)}.log").open("wb") as log:
            command = [sys.executable, "-m", "workers.resident", "alerts.matcher"]
            process = subprocess.Popen(command, cwd=ROOT, env=matcher_environment, stdout=log, stderr=log)
        started.append(process)
        return process

    yield begin
    for each in started:
        each.kill()
        each.wait()


@pytest.fixture
def sender(app: Database, worker: Database, client: Redis) -> Line:
    """The pipeline's beginning and end; what is between them runs elsewhere."""
    made = Line.__new__(Line)
    made.app, made.worker, made.redis = app, worker, client
    return made


def test_matchers_killed_while_they_work_lose_and_double_nothing(
    sender: Line, above: Callable[..., UUID], matcher: Begin, postgres: Databases
) -> None:
    """Of two shards and a spare, the owners in turn; one rule is in both shards, and one has a cooldown there."""
    for _ in range(2):
        above(trigger="level")
    above(trigger="level", conditions=ANY_ASSET)
    cooling = above(trigger="level", conditions=ANY_ASSET, cooldown_seconds=600)
    assets = ("ETH", ELSEWHERE)
    events = [
        price(number, "101" if number % 3 else "99", at=number % 7, asset=assets[number % 2]) for number in range(600)
    ]
    sent = events + random.Random(5).sample(events, 200)
    random.Random(7).shuffle(sent)
    running = [matcher() for _ in range(3)]
    for start in range(0, len(sent), 20):
        sender.send(*sent[start : start + 20], shards=2)
        time.sleep(0.05)
        if start % 200 == 180:
            owner = _owner(postgres, start // 200 % 2)
            victim = next((one for one in running if str(one.pid) == owner), running[0])
            victim.send_signal(signal.SIGKILL)
            victim.wait()
            running = [*(one for one in running if one is not victim), matcher()]
    _until(lambda: _waiting(postgres) == 0)
    above_100 = [event for event in events if event["price_usd"] == "101"]
    wanted = [event["event_id"] for event in above_100 for _ in range(3 if event["asset"] == "ETH" else 1)]
    fired = sender.fired()
    with sender.worker.transaction() as connection:
        cooled = connection.execute(
            "SELECT event_id FROM alert_history WHERE alert_rule_id = %s", (cooling,)
        ).fetchall()
    assert len(cooled) == 1, "once over both shards"
    wanted += [row["event_id"] for row in cooled]
    assert sorted(event for event, _ in fired) == sorted(wanted)
    assert sender.count("notification_deliveries") == len(wanted)


def test_a_matcher_that_is_asked_to_stop_gives_its_shard_back(matcher: Begin, postgres: Databases) -> None:
    first = matcher()
    _until(lambda: _owner(postgres) == str(first.pid))
    first.terminate()
    assert first.wait(10) == 0
    assert _owner(postgres) is None, "its lease has to run out"
    second = matcher()
    _until(lambda: _owner(postgres) == str(second.pid))


def _owner(postgres: Databases, shard: int = 0) -> str | None:
    """The pid of the matcher that holds the shard."""
    with psycopg.connect(postgres.url("premium", SUPERUSER)) as connection:
        row = connection.execute(_OWNER, (shard,)).fetchone()
    return str(row[0]).rpartition("-")[2] if row else None


def _waiting(postgres: Databases) -> int:
    with psycopg.connect(postgres.url("premium", SUPERUSER)) as connection:
        row = connection.execute("SELECT count(*) FROM alert_batches WHERE matched_at IS NULL").fetchone()
    assert row is not None
    return int(row[0])


def _until(done: Callable[[], bool], seconds: float = 40) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


def test_a_fleet_replaces_a_matcher_that_dies_and_takes_it_along(
    matcher_environment: dict[str, str], postgres: Databases, tmp_path: Path
) -> None:
    with (tmp_path / "fleet.log").open("wb") as log:
        command = [sys.executable, "-m", "workers.fleet", "--queues", "alerts"]
        # One process has one shard: a second one would be free sooner than that of the process that died.
        environment = matcher_environment | {"ALERT_SHARDS": "1"}
        fleet = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        _until(lambda: _owner(postgres) is not None or fleet.poll() is not None)
        first = _owner(postgres)
        assert first is not None
        os.kill(int(first), signal.SIGKILL)
        _until(lambda: _owner(postgres) not in (None, first))
        fleet.terminate()
        assert fleet.wait(15) == 0
        assert _owner(postgres) is None, "the shard was given back"
    finally:
        fleet.kill()
        fleet.wait()
