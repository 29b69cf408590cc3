"""The moving window on a real Redis beside a naive log: exact to the millisecond, small, and of constant work."""

from __future__ import annotations

import multiprocessing
import random
from bisect import bisect_left
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
import redis as client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from local.redis import Redis
from premium.limits import WINDOW_SCRIPT, Limiter

pytestmark = pytest.mark.integration
CLOCKED = WINDOW_SCRIPT.replace("redis.call('TIME')", "{ARGV[7], ARGV[8] * 1000}")
"""The script under a clock of the test's: seconds and milliseconds."""
TOLD = WINDOW_SCRIPT.replace("return {", "return {redis.call('INCR', 'order'), clock, ")
"""The script telling in which order and at which millisecond it decided."""
Ask = Callable[[int, int], list[int]]


def connected(server: Redis) -> client.Redis:
    return client.Redis.from_url(server.url, db=2)


class Naive:
    """A log of all that passed, whose clock never goes back."""

    def __init__(self, window: int = 60_000) -> None:
        self.passed: list[int] = []
        self.shift, self.window = 0, window

    def __call__(self, clock: int, limit: int) -> list[int]:
        if self.passed and clock + self.shift < self.passed[-1]:
            self.shift = self.passed[-1] - clock
        now = clock + self.shift
        live = self.passed[bisect_left(self.passed, now - self.window) :]
        allowed = len(live) < limit
        wait = 0 if allowed else live[-limit] + self.window + 1 - now if limit else self.window
        if allowed:
            self.passed.append(now)
            live.append(now)
        frees = (live[0] if live else now) + self.window + 1 - self.shift
        return [int(allowed), max(0, limit - len(live)), frees, wait]


def clocked(store: client.Redis, key: str) -> Ask:
    script = store.register_script(CLOCKED)
    return lambda clock, limit: [int(each) for each in script(
        keys=[key, "pending"], args=[limit, 60_000, "", "", "", "", clock // 1000, clock % 1000])[:4]]  # fmt: skip


STEPS = st.one_of(
    st.integers(0, 200), st.sampled_from([0, 1, 30_000, 59_999, 60_000, 60_001, 10**7, -1, -500, -60_001, -(10**8)])
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), seed=st.integers(0, 2**32))
def test_decisions_are_those_of_a_naive_log(redis_server: Redis, data: st.DataObject, seed: int) -> None:
    """Also where the clock is set back or forth, and the limit changes on the way."""
    store = connected(redis_server)
    ask, naive, draw = clocked(store, f"w:{uuid4()}"), Naive(), random.Random(seed)
    clock = 1_764_500_000_000
    limit = data.draw(st.sampled_from([0, 1, 2, 5, 100, 300]))
    steps = data.draw(st.lists(STEPS, min_size=5, max_size=30))
    for step in steps:
        clock += step
        now = draw.choice([limit] * 8 + [1, 7, 200])
        for _ in range(draw.choice([1, 1, 3, 90])):
            clock += draw.choice([0, 0, 1])
            assert ask(clock, now) == naive(clock, now)


def test_one_of_exactly_a_minute_ago_still_counts(redis_server: Redis) -> None:
    ask, start = clocked(connected(redis_server), "w"), 1_764_500_000_000
    assert ask(start, 1)[0] == 1
    assert ask(start + 60_000, 1) == [0, 0, start + 60_001, 1]
    assert ask(start + 60_001, 1)[0] == 1


def test_a_clock_that_is_set_back_locks_nobody_out_and_lets_nobody_more_through(redis_server: Redis) -> None:
    ask, start = clocked(connected(redis_server), "w"), 1_764_500_000_000
    assert [ask(start, 2)[0] for _ in range(3)] == [1, 1, 0]
    back = start - 3_600_000
    assert ask(back, 2) == [0, 0, back + 60_001, 60_001], "the minute goes on, as far as anybody can tell"
    assert ask(back + 60_000, 2)[0] == 0
    assert [ask(back + 60_001, 2)[0] for _ in range(3)] == [1, 1, 0]


def _work(url: str, seed: int, rounds: int, limit: int, results: Any) -> None:
    store = client.Redis.from_url(url, db=2)
    script, draw, told = store.register_script(TOLD), random.Random(seed), []
    for _ in range(rounds):
        asked = range(draw.choice([1, 1, 2, 40]))
        told += [[int(each) for each in script(keys=["w", "pending"], args=[limit, 100, "", ""])[:3]] for _ in asked]
        if draw.random() < 0.3:
            store.execute_command("PING")
    results.put(told)


def test_four_processes_decide_as_one_log(redis_server: Redis) -> None:
    """Under Redis' own clock, in a window of 100 ms."""
    limit, results = 60, multiprocessing.get_context("spawn").Queue()
    spawn = multiprocessing.get_context("spawn")
    workers = [spawn.Process(target=_work, args=(redis_server.url, seed, 150, limit, results)) for seed in range(4)]
    for worker in workers:
        worker.start()
    told = sorted(each for _ in workers for each in results.get(timeout=60))
    for worker in workers:
        worker.join(10)
    naive = Naive(100)
    assert [allowed for _, _, allowed in told] == [naive(clock, limit)[0] for _, clock, _ in told]
    times = [clock for _, clock, allowed in told if allowed]
    assert all(times[n + limit] - times[n] > 100 for n in range(len(times) - limit)), "never more in any window"
    assert len({clock for _, clock, _ in told}) > 100
    assert 0 in {allowed for _, _, allowed in told}


def test_a_hundred_thousand_are_remembered_in_ten_bytes_each_and_constant_work(redis_server: Redis) -> None:
    store = connected(redis_server)
    limiter = Limiter(store, patience=5)
    store.config_resetstat()
    script, limit = store.register_script(WINDOW_SCRIPT), 100_000
    limiter.check("user:big", limit)
    for filled in range(1, limit + 1, 5_000):
        with store.pipeline(transaction=False) as pipeline:
            for _ in range(5_000):
                script(keys=["window:user:big", "pending"], args=[limit, 60_000, "", ""], client=pipeline)
            allowed = sum(each[0] for each in pipeline.execute())
        remembered = min(limit, filled + 5_000)
        assert store.memory_usage("window:user:big", samples=0) <= 16 * remembered + 100
    assert allowed == 4_999, "one passed before"
    state = limiter.check("user:big", limit)
    assert (state.allowed, state.remaining) == (False, 0)
    assert 1 <= state.retry_after <= 61
    calls = store.info("commandstats")["cmdstat_evalsha"]
    assert calls["usec_per_call"] < 100, "of Redis' own time, on a machine that does other things, too"


@pytest.mark.parametrize("before", [1, 50, 63, 64, 90])
def test_a_ring_that_has_turned_grows_without_losing_any(redis_server: Redis, before: int) -> None:
    ask, naive, start = clocked(connected(redis_server), "w"), Naive(), 1_764_500_000_000
    moments = [start + at for at in range(before)] + [start + 60_040 + at for at in range(400)]
    moments += [start + 120_060 + at for at in range(0, 400, 3)]
    assert [ask(at, 300) for at in moments] == [naive(at, 300) for at in moments]


def test_a_ring_grows_shrinks_and_goes_with_its_last_request(redis_server: Redis) -> None:
    store, start = connected(redis_server), 1_764_500_000_000
    ask = clocked(store, "w")
    for at in range(2_000):
        assert ask(start + at, 10_000)[0] == 1
    large = store.memory_usage("w", samples=0)
    assert large > 12_000
    for at in range(100):
        assert ask(start + 70_000 + at * 1_000, 10_000)[0] == 1
    assert store.memory_usage("w", samples=0) < 1_200
    assert 0 < store.pttl("w") <= 61_000


def test_a_redis_that_forgot_its_scripts_and_windows_begins_anew(redis_server: Redis) -> None:
    store = connected(redis_server)
    limiter = Limiter(store, patience=5)
    assert [limiter.check("user:5", 1).allowed for _ in range(2)] == [True, False]
    store.script_flush()
    assert not limiter.check("user:5", 1).allowed
    store.flushall()
    assert limiter.check("user:5", 1).allowed
