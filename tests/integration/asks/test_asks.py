"""Asks over a real Redis: answered once, in time or not at all, through killed and frozen residents and restarts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import redis

from local.ports import free
from local.redis import Redis as RedisServer
from premium.asks.answers import answer_asks
from premium.asks.line import MAX_ASK, Line, Question
from premium.asks.service import Asks
from premium.errors import AppError, InvalidInput, NotFound, PayloadTooLarge, UpstreamUnavailable
from premium.execution.residence import Stop

pytestmark = pytest.mark.integration


@pytest.fixture
def client(redis_server: RedisServer) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(f"{redis_server.url}/4") as client:
        yield client


@contextmanager
def residents(client: redis.Redis, answer: Callable[[Question], Mapping[str, Any]], threads: int = 2) -> Iterator[None]:
    stop, line = Stop(), Line(client, "test")
    runner = threading.Thread(target=answer_asks, args=(line, answer, stop), kwargs={"threads": threads})
    runner.start()
    until(lambda: client.exists("asks:test:serves") == 1)
    try:
        yield
    finally:
        stop.ask()
        runner.join(10)
        assert not runner.is_alive()


def until(is_so: Callable[[], bool], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)


def asks(client: redis.Redis, seconds: float = 1.5, most: int = 256) -> Asks:
    return Asks.over(client, "test", seconds=seconds, most=most)


def test_each_asker_gets_his_own_answer(client: redis.Redis) -> None:
    with residents(client, lambda question: {"n": question.body["n"] * 2}), ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda n: asks(client).ask({"n": n})["n"], range(200)))
    assert found == [2 * n for n in range(200)]
    assert client.llen("asks:test:queue") == 0


def test_one_id_is_answered_once_and_told_to_all_who_ask_it(client: redis.Redis) -> None:
    calls: list[str] = []

    def answer(question: Question) -> Mapping[str, Any]:
        calls.append(question.id)
        time.sleep(0.2)
        return {"call": len(calls)}

    with residents(client, answer), ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: asks(client).ask({}, ask_id="same")["call"], range(8)))
        again = asks(client).ask({}, ask_id="same")["call"]
    assert (found, again, calls) == ([1] * 8, 1, ["same"])
    assert client.pttl("asks:test:reply:same") > 0


def test_errors_are_told_as_what_they_are(client: redis.Redis) -> None:
    raised = {
        "field": InvalidInput.about("to", "is no address"), "none": NotFound("nothing here"), "ours": ValueError("x y")
    }  # fmt: skip

    def answer(question: Question) -> Mapping[str, Any]:
        raise raised[question.body["which"]]

    with residents(client, answer):
        with pytest.raises(InvalidInput, match="to: is no address") as told:
            asks(client).ask({"which": "field"})
        with pytest.raises(NotFound, match="nothing here"):
            asks(client).ask({"which": "none"})
        with pytest.raises(AppError) as ours:
            asks(client).ask({"which": "ours"})
    assert told.value.details == {"to": "is no address"}
    assert (ours.value.code, "x y" in str(ours.value)) == ("INTERNAL", False)


def test_without_a_resident_nobody_waits(client: redis.Redis) -> None:
    began = time.monotonic()
    with pytest.raises(UpstreamUnavailable, match="not available"):
        asks(client).ask({})
    assert time.monotonic() - began < 0.5
    assert client.llen("asks:test:queue") == 0


def test_a_late_answer_is_dropped_and_the_asker_waits_no_longer(client: redis.Redis) -> None:
    def slow(question: Question) -> Mapping[str, Any]:
        time.sleep(question.body["seconds"])
        return {}

    with residents(client, slow):
        began = time.monotonic()
        with pytest.raises(UpstreamUnavailable, match="in time"):
            asks(client, 0.3).ask({"seconds": 0.6}, ask_id="late")
        assert time.monotonic() - began < 0.55
        time.sleep(0.5)
    assert client.exists("asks:test:reply:late") == 0


def test_a_full_line_refuses_and_expired_asks_make_room(client: redis.Redis, capfd: pytest.CaptureFixture[str]) -> None:
    Line(client, "test").sign()  # somebody who takes nothing
    for n in range(3):
        with pytest.raises(UpstreamUnavailable, match="in time"):
            asks(client, 0.2, most=5).ask({"n": n})
    time.sleep(0.05)
    line = Line(client, "test", most=5)
    standing = [line.put(f"id{n}", {}, 60_000) for n in range(6)]
    assert [each for each, _ in standing] == ["asked"] * 5 + ["full"]
    # Each ask drops what expired before it: the last of the three goes with the first of these.
    assert [dropped for _, dropped in standing] == [1, 0, 0, 0, 0, 0]
    with pytest.raises(UpstreamUnavailable, match="Too many"):
        asks(client, 0.2, most=5).ask({})
    assert "AsksDropped" in capfd.readouterr().out


def test_what_was_answered_in_time_comes_but_once(client: redis.Redis) -> None:
    line = Line(client, "test")
    line.sign()
    line.put("one", {}, 5_000)
    question = line.take(1)
    assert question is not None
    assert (line.tell(question, {"answer": 1}), line.tell(question, {"answer": 2})) == (True, False)
    assert line.wait("one", 1) == {"answer": 1} == line.wait("one", 1)


def test_what_is_too_large_is_refused_before_it_waits(client: redis.Redis) -> None:
    with pytest.raises(PayloadTooLarge):
        asks(client).ask({"data": "x" * MAX_ASK})


_PROGRAM = """
import sys, time, redis
from premium.asks.answers import answer_asks
from premium.asks.line import Line
from premium.execution.residence import Stop
stop = Stop(); stop.listen()
def answer(question):
    time.sleep(float(question.body.get("seconds", 0)))
    return {"by": sys.argv[2]}
answer_asks(Line(redis.Redis.from_url(sys.argv[1]), "test"), answer, stop, threads=1)
"""


@contextmanager
def process(client: redis.Redis, url: str, name: str) -> Iterator[subprocess.Popen[bytes]]:
    root = str(Path(__file__).parents[3])
    started = subprocess.Popen([sys.executable, "-c", _PROGRAM, f"{url}/4", name], cwd=root)
    try:
        until(lambda: client.exists("asks:test:serves") == 1)
        yield started
    finally:
        started.kill()
        started.wait()


def test_a_killed_resident_costs_one_answer_and_its_successor_serves(
    client: redis.Redis, redis_server: RedisServer
) -> None:
    with process(client, redis_server.url, "first") as first, ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(lambda: asks(client, 1.0).ask({"seconds": 5}, ask_id="lost"))
        until(lambda: client.exists("asks:test:asked:lost") == 1 and client.llen("asks:test:queue") == 0)
        os.kill(first.pid, signal.SIGKILL)
        with pytest.raises(UpstreamUnavailable, match="in time"):
            waiting.result()
        until(lambda: client.exists("asks:test:serves") == 0)
        with process(client, redis_server.url, "second"):
            # The same ask again is a new try, once the first one's time is over.
            until(lambda: client.exists("asks:test:asked:lost") == 0)
            assert asks(client, 5.0).ask({}, ask_id="lost") == {"by": "second"}


def test_a_frozen_resident_is_told_from_one_that_serves(client: redis.Redis, redis_server: RedisServer) -> None:
    with process(client, redis_server.url, "frozen") as frozen:
        os.kill(frozen.pid, signal.SIGSTOP)
        with pytest.raises(UpstreamUnavailable, match="in time"):
            asks(client, 0.3).ask({}, ask_id="held")
        until(lambda: client.exists("asks:test:serves") == 0)
        with pytest.raises(UpstreamUnavailable, match="not available"):
            asks(client).ask({})
        os.kill(frozen.pid, signal.SIGCONT)
        until(lambda: client.exists("asks:test:serves") == 1)
        # What it finds on waking is past its time, and nobody gets it.
        assert asks(client, 5.0).ask({}) == {"by": "frozen"}
    assert client.exists("asks:test:reply:held") == 0


def test_a_redis_that_restarts_is_met_again(tmp_path: Path) -> None:
    server = RedisServer(tmp_path / "data", free())
    server.start()
    try:
        with redis.Redis.from_url(f"{server.url}/4") as client, residents(client, lambda _: {"ok": True}):
            assert asks(client).ask({}) == {"ok": True}
            server.stop()
            with pytest.raises(UpstreamUnavailable):
                asks(client).ask({})
            server.start()
            until(lambda: client.exists("asks:test:serves") == 1)
            assert asks(client).ask({}) == {"ok": True}
    finally:
        server.stop()
