"""Events at 100,000 a minute to notification jobs: `python -m benchmarks.alerts.pipeline --seconds 180`.

PostgreSQL and Redis are real and started here; batches are kept as the Lambda keeps them, the matchers are the process
that the fleet runs. One event in ten fires one rule. SQS and Lambda are left out: the emulator's are not AWS's.
`--deliver` adds the notifications' process and a server in the place of the users'. `--kill-every 20 --restart-redis 90
--matchers 2 --spares 1` kills one of the matchers, in turn, and restarts Redis once; the spare stands in.
"""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import click
import psycopg
from redis import Redis as Client
from redis.exceptions import RedisError
from rq.job import Job
from rq.serializers import JSONSerializer

from benchmarks.alerts.running import HOT, Run
from benchmarks.alerts.trouble import Trouble
from local.postgres import SUPERUSER, Postgres
from premium.alerts.intake import EventIntake
from premium.alerts.store.batches import BatchStore
from premium.jobs.rq_queue import queue
from premium.observability import logger

A_MINUTE = 100_000
A_BATCH = 100
FIRST = 1000
"""The number of the first event that counts."""


class Watch(threading.Thread):
    """Takes notification jobs as they come; when each alert's came, by the alert's id."""

    def __init__(self, redis: Client) -> None:
        super().__init__(daemon=True)
        self._redis, self._queue = redis, queue("notifications", redis)
        self.came: dict[str, list[float]] = {}
        self.ended = threading.Event()

    def run(self) -> None:
        while not self.ended.is_set():
            try:
                found: Any = self._redis.blpop([self._queue.key], 1)
            except RedisError:
                time.sleep(0.1)  # it restarts
                continue
            if found is not None:
                at = time.time()
                job = Job.fetch(found[1].decode(), connection=self._redis, serializer=JSONSerializer)
                for wake in job.args[0]:
                    self.came.setdefault(wake["key"], []).append(at)


def _events(start: int, count: int) -> list[dict[str, Any]]:
    now = datetime.now(UTC).isoformat()
    return [
        {
            "event_id": f"e{number}", "kind": "price", "chain": "ethereum", "timestamp": now, "price_usd": "100.25",
            "asset": f"hot-{number % HOT}" if number % 10 == 0 else f"asset-{number * 7919 % 50_000}",
        }
        for number in range(start, start + count)
    ]  # fmt: skip


def _feed(intake: EventIntake, seconds: float) -> dict[str, float]:
    """When each event was handed over, by its id."""
    sent: dict[str, float] = {}
    begun, wanted = time.monotonic(), int(A_MINUTE / 60 * seconds)
    while len(sent) < wanted:
        time.sleep(max(0.0, begun + len(sent) * 60 / A_MINUTE - time.monotonic()))
        events = _events(FIRST + len(sent), min(A_BATCH, wanted - len(sent)))
        at = time.time()
        intake.enqueue_batches(events)
        sent |= {event["event_id"]: at for event in events}
    took = time.monotonic() - begun
    print(f"fed {len(sent):,} events in {took:.1f} s ({len(sent) / took * 60:,.0f} a minute)")
    return sent


def _of_alerts(postgres: Postgres) -> dict[UUID, str]:
    with psycopg.connect(postgres.url("premium", SUPERUSER)) as connection:
        return dict(connection.execute("SELECT id, event_id FROM alert_history").fetchall())


def _wait(postgres: Postgres, seconds: float) -> float:
    """Until no batch waits; how long that took."""
    begun = time.monotonic()
    while time.monotonic() - begun < seconds:
        with psycopg.connect(postgres.url("premium", SUPERUSER)) as connection:
            if connection.execute("SELECT count(*) FROM alert_batches WHERE matched_at IS NULL").fetchone() == (0,):
                break
        time.sleep(0.2)
    return time.monotonic() - begun


@click.command()
@click.option("--rules", default=1_250_000, show_default=True)
@click.option("--seconds", default=60.0, show_default=True)
@click.option("--matchers", default=1, show_default=True, help="Each serves one shard.")
@click.option("--spares", default=0, show_default=True, help="Matchers more, which stand by.")
@click.option("--deliver", is_flag=True, help="Deliver the webhooks to a local server and measure when they come.")
@click.option("--kill-every", default=0.0, help="Seconds between kills of a matcher; the shards take turns.")
@click.option("--restart-redis", default=0.0, help="Restart Redis once, after so many seconds.")
def main(
    *, rules: int, seconds: float, matchers: int, spares: int, kill_every: float, restart_redis: float, deliver: bool
) -> None:
    """Print how long events take to become notification jobs, and what is lost."""
    logger.setLevel("ERROR")  # that Redis is away is what is tried here
    with ExitStack() as stack:
        run = Run(stack, rules, matchers, deliver=deliver)
        watch = Watch(run.client)
        run.begin("notifications.courier") if deliver else watch.start()
        for _ in range(matchers):
            run.begin()
        intake = EventIntake(store=BatchStore(run.app), redis=run.client, shards=matchers)
        intake.enqueue_batches(_events(1, 99))
        print(f"{matchers} matchers: loaded and the first events matched after {_wait(run.postgres, 300):.1f} s; "
              f"{run.memory()} MiB")  # fmt: skip
        if spares:
            for _ in range(spares):
                run.begin()
            print(f"{spares} spares: ready after {run.ready(spares):.1f} s; {run.memory()} MiB")
        trouble = Trouble(run.postgres.url("premium", SUPERUSER), run.redis, run.replace)
        trouble.start(kill_every=kill_every, restart_after=restart_redis, shards=matchers)
        sent = _feed(intake, seconds)
        trouble.end()
        print(f"all matched {_wait(run.postgres, 300):.1f} s after the last event")
        trouble.show()
        alerts = _of_alerts(run.postgres)
        if run.server is None:
            time.sleep(3)  # what a lost job told is not found here: the notifications' process would
            watch.ended.set()
            watch.join()
            _show(sent, alerts, watch.came, "job")
        else:
            _show(sent, alerts, run.server.came(run.postgres, seconds=60), "webhook")


def _show(sent: dict[str, float], alerts: dict[UUID, str], came: dict[str, list[float]], what: str) -> None:
    wanted = {event for event in sent if int(event[1:]) % 10 == 0}
    told = [event for event in alerts.values() if event in sent]
    ours = {one: times for one, times in came.items() if alerts[UUID(one)] in sent}
    waits = sorted(min(times) - sent[alerts[UUID(one)]] for one, times in ours.items())
    twice = sum(len(times) - 1 for times in ours.values())
    doubled = len(told) - len(set(told))
    print(f"{len(told):,} alerts of {len(wanted):,}: {len(wanted - set(told))} lost, {doubled} doubled; "
          f"{len(waits):,} {what}s: {len(wanted) - len(waits)} missing, {twice} doubled")  # fmt: skip
    if waits:
        at = {share: 1000 * waits[min(len(waits) - 1, int(len(waits) * share))] for share in (0.5, 0.99, 1.0)}
        print(f"event → {what}: p50 {at[0.5]:,.0f} ms, p99 {at[0.99]:,.0f} ms, most {at[1.0]:,.0f} ms")


if __name__ == "__main__":
    main()
