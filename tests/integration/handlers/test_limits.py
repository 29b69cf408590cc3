"""The limit on a real Redis: exact under concurrency, sliding, and quick to give up on a Redis that hangs."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import psutil
import pytest
import redis as client
from boto3.dynamodb.conditions import Key

from local.redis import Redis
from premium.accounts.gatekeeper import counted
from premium.bootstrap import Platform
from premium.limits import Limiter, MonthQuota, raise_month
from premium.metering.drain import UsageDrain
from premium.metering.usage import PENDING, Backlog, Use
from premium.principal import Principal
from premium.storage.postgres import Database
from premium.storage.tables import Table
from premium.tiers import Tier

pytestmark = pytest.mark.integration
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def connected(server: Redis) -> client.Redis:
    return client.Redis.from_url(server.url, db=2)


def use(subject: str = "0b5c8a0e-0000-4000-8000-000000000000", endpoint: str = "GET /v1/portfolio") -> Use:
    return Use(subject=UUID(subject), customer=UUID(int=7), endpoint=endpoint, at=NOON)


def test_exactly_the_limit_passes_from_many_lambdas_at_once(redis_server: Redis) -> None:
    limiters = [Limiter(connected(redis_server), patience=5) for _ in range(8)]

    def ask(number: int) -> bool:
        return limiters[number % 8].check("user:1", 100, use()).allowed

    with ThreadPoolExecutor(8) as pool:
        allowed = list(pool.map(ask, range(400)))
    assert sum(allowed) == 100
    counts = {field.decode().split("\x1f")[3]: int(n) for field, n in connected(redis_server).hgetall(PENDING).items()}
    assert counts == {"served": 100, "limited": 300}


def test_headers_tell_what_is_left_and_when_one_passes(redis_server: Redis) -> None:
    limiter, before = Limiter(connected(redis_server), patience=5), int(time.time())
    first, second, third = (limiter.check("user:2", 2) for _ in range(3))
    assert [first.allowed, second.allowed, third.allowed] == [True, True, False]
    assert (first.remaining, second.remaining, third.remaining) == (1, 0, 0)
    assert (first.retry_after, second.retry_after) == (0, 0)
    assert 60 <= third.reset - before <= 62
    assert third.reset == first.reset
    assert 60 <= third.retry_after <= 61


def test_subjects_do_not_share_a_limit(redis_server: Redis) -> None:
    limiter = Limiter(connected(redis_server), patience=5)
    assert [limiter.check(subject, 1).allowed for subject in ("user:a", "user:b", "user:a")] == [True, True, False]


def test_a_redis_that_hangs_costs_little_and_comes_back(redis_server: Redis) -> None:
    limiter = Limiter(connected(redis_server), patience=0.1)
    assert limiter.check("user:3", 100, use()).known
    process = next(p for p in psutil.process_iter(["name"]) if _listens(p, redis_server.port))
    os.kill(process.pid, signal.SIGSTOP)
    try:
        started = time.perf_counter()
        states = [limiter.check("user:3", 100, use()) for _ in range(50)]
        taken = time.perf_counter() - started
    finally:
        os.kill(process.pid, signal.SIGCONT)
    assert all(state.allowed and not state.known for state in states)
    assert taken < 1
    time.sleep(1.1)
    assert limiter.check("user:3", 100, use()).known
    pending = sum(int(count) for count in connected(redis_server).hgetall(PENDING).values())
    assert 49 <= pending <= 52  # what was sent before the time-out, at most three, may or may not have been counted


def test_what_redis_could_not_count_is_counted_later(redis_server: Redis) -> None:
    store = connected(redis_server)
    limiter = Limiter(store, patience=1)
    limiter.check("user:4", 100, use())
    for _ in range(5):
        limiter._failed(100, use(), changes=False)
    limiter._open_until = 0
    limiter.check("user:4", 100, use())
    assert [int(count) for count in store.hgetall(PENDING).values()] == [7]


def test_a_drain_that_dies_in_the_middle_counts_each_request_once(
    at: Platform, worker: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    limiter = Limiter(at.redis(2), patience=5)
    subjects = [str(uuid4()) for _ in range(60)]
    for subject in subjects:
        limiter.check(f"user:{subject}", 100, use(subject))
    table = at.tables("usage")
    dying = UsageDrain(at.redis(2), table.boto3, worker)
    done, whole = [], dying._transact

    def die_at_the_second(marker: str, items: object, now: datetime) -> None:
        whole(marker, items, now)  # type: ignore[arg-type] # as it came
        done.append(marker)
        raise KeyboardInterrupt

    monkeypatch.setattr(dying, "_transact", die_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        dying.run(NOON)
    limiter.check(f"user:{subjects[0]}", 100, use(subjects[0]))
    UsageDrain(at.redis(2), table.boto3, worker).run(NOON)
    totals = [_daily(at, subject) for subject in subjects]
    assert totals == [2] + [1] * 59


def _daily(at: Platform, subject: str) -> int:
    condition = Key("pk").eq(f"usage#{subject}") & Key("sk").begins_with("2026-11#daily")
    return int(at.tables("usage").query(condition).items[0]["requests"])


def _listens(process: psutil.Process, port: int) -> bool:
    if "redis" not in (process.info["name"] or ""):
        return False
    return any(c.laddr.port == port for c in process.net_connections(kind="inet") if c.status == psutil.CONN_LISTEN)


def test_a_month_that_is_used_up_refuses_in_the_same_step(redis_server: Redis) -> None:
    store = connected(redis_server)
    limiter, user = Limiter(store, patience=5), UUID(int=7)
    november = MonthQuota(user=user, most=3, now=NOON)
    states = [limiter.check("user:7", 100, use(), marked=user, quota=november) for _ in range(5)]
    assert [state.allowed for state in states] == [True, True, True, False, False]
    assert [state.spent for state in states] == [False, False, False, True, True]
    assert states[-1].retry_after == (30 - 20) * 86_400 + 12 * 3_600
    counts = {field.decode().split("\x1f")[3]: int(n) for field, n in store.hgetall(PENDING).items()}
    assert counts == {"served": 3, "limited": 2}
    december = MonthQuota(user=user, most=3, now=NOON.replace(month=12))
    assert limiter.check("user:7", 100, use(), marked=user, quota=december).allowed
    assert limiter.check("user:7", 100, use(), marked=user).allowed, "a tier that is told alone"


def test_a_month_that_redis_forgot_is_set_again_and_never_lowered(redis_server: Redis) -> None:
    store, user = connected(redis_server), UUID(int=7)
    quota = MonthQuota(user=user, most=10, now=NOON)
    raise_month(store, quota, 9)
    raise_month(store, quota, 4)
    limiter = Limiter(store, patience=5)
    assert [limiter.check("user:7", 100, quota=quota, marked=user).allowed for _ in range(2)] == [True, False]


def test_a_replay_whose_answer_was_lost_counts_once(redis_server: Redis) -> None:
    store, backlog = connected(redis_server), Backlog()
    for _ in range(4):
        backlog.add(use().field("served"))

    class Deaf:
        def eval(self, *args: object) -> None:
            store.eval(*args)  # type: ignore[arg-type] # as they came
            raise client.TimeoutError

    with pytest.raises(client.TimeoutError):
        backlog.replay(Deaf())  # type: ignore[arg-type] # that much of a client
    backlog.add(use().field("served"))
    for _ in range(3):
        backlog.replay(store)
    assert [int(n) for n in store.hgetall(PENDING).values()] == [5]


def test_a_redis_that_came_back_empty_is_told_of(
    at: Platform, worker: Database, own_table: Callable[[str], str], capsys: pytest.CaptureFixture[str]
) -> None:
    drain = UsageDrain(at.redis(2), Table(own_table("usage")).boto3, worker)
    drain.run(NOON)
    capsys.readouterr()  # what an earlier test left is another Redis
    drain.run(NOON + timedelta(seconds=60))
    assert "LostUsage" not in capsys.readouterr().out
    at.redis(2).flushdb()
    drain.run(NOON + timedelta(seconds=103))
    said = capsys.readouterr().out
    assert '"LostUsage":[43.0]' in said or '"LostUsage":[43]' in said
    drain.run(NOON + timedelta(seconds=160))
    assert "LostUsage" not in capsys.readouterr().out


def test_the_refusal_of_a_month_asks_the_agreed_number(redis_server: Redis) -> None:
    """One source for the door, the dashboards and the monitor: what was agreed with the user."""
    limiter = Limiter(connected(redis_server), patience=5, refused_tiers=["enterprise"])
    caller = Principal(user_id=uuid4(), external_id="user_1", tier=Tier.ENTERPRISE, agreed=2)
    states = [counted(limiter, caller, "GET /v1/portfolio", NOON) for _ in range(3)]
    assert [state.spent for state in states] == [False, False, True]
    usual = replace(caller, user_id=uuid4(), agreed=None)
    assert not any(counted(limiter, usual, "GET /v1/portfolio", NOON).spent for _ in range(3))
