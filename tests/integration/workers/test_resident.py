"""Residents in processes of their own: options, presence, the stop, a wrong configuration, a lost lease."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from redis import Redis as Client

from local.postgres import SUPERUSER
from local.redis import Redis
from premium.execution.residence import Stop
from premium.jobs.presence import residents
from tests.fixtures.postgres import Databases
from tests.integration.workers.conftest import ROOT, until
from workers import residents as keeping
from workers.residents import ResidentKeeper

pytestmark = pytest.mark.integration

SHARD = "SELECT owner, expires_at > now() AS is_held FROM alert_shards WHERE shard = %s"


@dataclass
class Process:
    """One `python -m workers.resident`; `log()` is what it wrote."""

    process: subprocess.Popen[bytes]
    output: Path

    def log(self) -> str:
        return self.output.read_text(errors="replace")

    def ended(self, seconds: float = 20) -> int:
        return self.process.wait(seconds)


Start = Callable[..., Process]


@pytest.fixture
def start(postgres: Databases, redis_server: Redis, tmp_path: Path) -> Iterator[Start]:
    """Starts residents; whatever is left of them is killed at the end."""
    started: list[Process] = []
    environment = {
        **os.environ,
        "PREMIUM_STAGE": "local",
        "DATABASE_URL": postgres.url("premium", "premium_worker"),
        "REDIS_URL": redis_server.url,
        "POWERTOOLS_SERVICE_NAME": "resident",
        "AWS_DEFAULT_REGION": "us-east-1",
        "ALERT_SHARDS": "2",
    }

    def begin(*arguments: str, **extra: str) -> Process:
        output = tmp_path / f"resident-{len(started)}.log"
        command = [sys.executable, "-m", "workers.resident", *arguments]
        with output.open("wb") as log:
            process = subprocess.Popen(command, cwd=ROOT, env=environment | extra, stdout=log, stderr=log)
        started.append(Process(process, output))
        return started[-1]

    yield begin
    for each in started:
        each.process.kill()
        each.process.wait()


@pytest.fixture
def doing(redis_server: Redis) -> Iterator[Callable[[], dict[str, str]]]:
    """What each resident that is alive says it does."""
    with Client.from_url(redis_server.url, db=1) as client:
        yield lambda: {each.resident: each.doing for each in residents(client)}


def holder(postgres: Databases, shard: int) -> str | None:
    with psycopg.connect(postgres.url("premium", SUPERUSER)) as connection:
        row = connection.execute(SHARD, (shard,)).fetchone()
    return str(row[0]) if row and row[1] else None


def test_a_matcher_of_one_shard_says_so_and_gives_it_back(
    start: Start, postgres: Databases, doing: Callable[[], dict[str, str]]
) -> None:
    matcher = start("alerts.matcher", "--shard", "1")
    until(lambda: doing() == {"alerts.matcher": "serves 1"})
    assert (holder(postgres, 1) or "").endswith(f"-{matcher.process.pid}")
    matcher.process.send_signal(signal.SIGINT)
    assert matcher.ended() == 0
    assert (holder(postgres, 1), doing()) == (None, {})


def test_a_frozen_resident_is_killed_and_replaced_and_one_without_redis_is_not(
    start: Start, redis_server: Redis, doing: Callable[[], dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "SIGN_SECONDS", 0.2)
    monkeypatch.setattr(keeping, "FROZEN_SECONDS", 60.0)
    courier = [each for each in keeping.declared() if each.name == "notifications.courier"]
    monkeypatch.setattr(keeping, "declared", lambda: courier)  # its queue has the journal of usage, too
    begun: list[Process] = []

    def begin(name: str) -> subprocess.Popen[bytes]:
        begun.append(start(name))
        return begun[-1].process

    def checked(what: Callable[[], bool], seconds: float = 20) -> None:
        until(lambda: (keeper.check(), what())[1], seconds=seconds)  # type: ignore[func-returns-value]  # called for what it does

    with Client.from_url(redis_server.url, db=1) as client:
        keeper = ResidentKeeper(("notifications",), redis=client, start=begin)
        checked(lambda: "notifications.courier" in doing())
        monkeypatch.setattr(keeping, "FROZEN_SECONDS", 1.5)
        (first,) = begun
        first.process.send_signal(signal.SIGSTOP)
        client.delete(*client.keys("premium:resident:*"))  # as ten seconds do
        deaf = Client(port=1, socket_connect_timeout=0.1)
        keeper._redis = deaf
        late = time.monotonic() + 2
        checked(lambda: time.monotonic() > late)
        assert (len(begun), first.process.poll()) == (1, None)
        keeper._redis = client
        checked(lambda: len(begun) == 2)
        assert first.ended() == -signal.SIGKILL
        checked(lambda: "notifications.courier" in doing())
        keeper.stop()
        assert (begun[1].ended(), len(begun)) == (0, 2)
        assert keeper.stopped()


def test_a_matcher_that_loses_its_lease_stands_back(
    start: Start, postgres: Databases, doing: Callable[[], dict[str, str]]
) -> None:
    matcher = start("alerts.matcher", "--shard", "0")
    until(lambda: doing() == {"alerts.matcher": "serves 0"})
    theirs = (
        "UPDATE alert_shards SET owner = 'other', epoch = epoch + 1, is_deputy = false,"
        " expires_at = clock_timestamp() + interval '1 minute' WHERE shard = 0"
    )
    with psycopg.connect(postgres.url("premium", SUPERUSER), autocommit=True) as connection:
        connection.execute(theirs)
    until(lambda: "the shard is served by another matcher" in matcher.log())
    until(lambda: doing() == {"alerts.matcher": "stands by for 0"})
    matcher.process.terminate()
    assert matcher.ended() == 0
    assert holder(postgres, 0) == "other"


def test_a_coroutine_ends_on_sigterm_too(start: Start, doing: Callable[[], dict[str, str]]) -> None:
    sources = start("alerts.sources")
    until(lambda: doing() == {"alerts.sources": "reads no chain"})
    sources.process.terminate()
    assert (sources.ended(), doing()) == (0, {})


@pytest.mark.parametrize(
    ("arguments", "extra", "code", "sentence"),
    [
        (("alerts.matcher", "--shard", "2"), {}, 1, "alerts.matcher does not start: ALERT_SHARDS is 2"),
        (("alerts.matcher",), {"ALERT_SHARDS": "many"}, 1, "alerts.matcher does not start: "),
        (("alerts.sources",), {"EVENT_SOURCES": "moon"}, 1, "a chain that is not known: moon"),
        (("alerts.matcher", "--shard", "x"), {}, 2, "Invalid value for '--shard'"),
        (("alerts.nobody",), {}, 2, "No such command 'alerts.nobody'"),
    ],
)  # fmt: skip
def test_what_cannot_start_says_why_in_a_sentence(
    start: Start, arguments: tuple[str, ...], extra: dict[str, str], code: int, sentence: str
) -> None:
    refused = start(*arguments, **extra)
    assert refused.ended() == code
    assert sentence in refused.log()
    assert "Traceback" not in refused.log()


def test_threads_and_coroutines_hear_the_same_stop() -> None:
    stop = Stop()
    assert not stop.wait(0)

    async def hear() -> float:
        early, begun = stop.event(), time.monotonic()
        threading.Timer(0.05, stop.ask).start()
        async with asyncio.timeout(5):
            await early.wait()
            await stop.event().wait()
        return time.monotonic() - begun

    assert asyncio.run(hear()) < 2
    stop.ask()  # the loop has ended
    assert stop.wait(5)
