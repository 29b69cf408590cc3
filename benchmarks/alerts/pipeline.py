"""Events at 100,000 a minute to notification jobs: `python -m benchmarks.alerts.pipeline --rules 1250000 --seconds 60`.

PostgreSQL and Redis are real and started here; batches are kept as the Lambda keeps them, the matcher is the process
that the fleet runs. One event in ten fires one rule. SQS and Lambda are left out: the emulator's are not AWS's.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import click
import psycopg
from psycopg.types.json import Jsonb
from redis import Redis as Client
from rq.job import Job
from rq.serializers import JSONSerializer

from benchmarks.alerts.delivery import ROOT, _migrated
from local import ports
from local.postgres import SUPERUSER, Postgres
from local.redis import Redis
from premium.alerts.intake import hand_over
from premium.jobs.rq_queue import queue
from premium.storage.postgres import Database

A_MINUTE = 100_000
A_BATCH = 100
HOT = 100
"""Assets, and rules, that fire."""


class Watch(threading.Thread):
    """Takes notification jobs as they come; when each alert's came, by the alert's id."""

    def __init__(self, redis: Client) -> None:
        super().__init__(daemon=True)
        self._redis, self._queue = redis, queue("notifications", redis)
        self.came: dict[str, list[float]] = {}
        self.ended = threading.Event()

    def run(self) -> None:
        while not self.ended.is_set():
            found: Any = self._redis.blpop([self._queue.key], 1)
            if found is not None:
                at = time.time()
                job = Job.fetch(found[1].decode(), connection=self._redis, serializer=JSONSerializer)
                for wake in job.args[0]:
                    self.came.setdefault(wake["id"], []).append(at)


def _rule(asset: str, threshold: float, actions: list[Any]) -> tuple[Jsonb, Jsonb]:
    conditions = [
        {"field": "asset", "operator": "eq", "value": asset},
        {"field": "price_usd", "operator": "gt", "value": f"{threshold:.2f}"},
    ]
    return Jsonb(conditions), Jsonb(actions)


def _fill(postgres: Postgres, count: int) -> None:
    """`count` rules that wait and HOT that fire, of one user; the change feed is not written."""
    user, action = uuid4(), [{"type": "webhook", "destination": "http://127.0.0.1:9/", "template": None}]
    rows = [_rule(f"asset-{number % 50_000}", 1000 + number % 977, []) for number in range(count)]
    rows += [_rule(f"hot-{number}", 0, action) for number in range(HOT)]
    with psycopg.connect(postgres.url("premium", SUPERUSER)) as connection, connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("INSERT INTO premium_users (id, external_id) VALUES (%s, %s)", (user, str(user)))
        with cursor.copy("COPY alert_rules (user_id, name, type, trigger, conditions, actions) FROM STDIN") as copy:
            for conditions, actions in rows:
                copy.write_row((user, "r", "price", "level", conditions, actions))


def _events(start: int, count: int) -> list[dict[str, Any]]:
    now = datetime.now(UTC).isoformat()
    return [
        {
            "event_id": f"e{number}", "kind": "price", "chain": "ethereum", "timestamp": now, "price_usd": "100.25",
            "asset": f"hot-{number % HOT}" if number % 10 == 0 else f"asset-{number * 7919 % 50_000}",
        }
        for number in range(start, start + count)
    ]  # fmt: skip


def _feed(app: Database, redis: Client, seconds: float, first: int) -> dict[str, float]:
    """When each event was handed over, by its id."""
    sent: dict[str, float] = {}
    begun, wanted = time.monotonic(), int(A_MINUTE / 60 * seconds)
    while len(sent) < wanted:
        time.sleep(max(0.0, begun + len(sent) * 60 / A_MINUTE - time.monotonic()))
        events = _events(first + len(sent), min(A_BATCH, wanted - len(sent)))
        at = time.time()
        hand_over(app, redis, events, shards=1)
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
@click.option("--kill-every", default=0.0, help="Seconds between kills of the matcher that serves; a second one waits.")
def main(rules: int, seconds: float, kill_every: float) -> None:
    """Print how long an event takes to become a notification job, what is lost and what is doubled."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="premium-bench-")))
        folder.chmod(0o755)
        postgres, redis = Postgres(folder / "postgres", ports.free()), Redis(folder / "redis", ports.free())
        postgres.start()
        stack.callback(postgres.destroy)
        redis.start()
        stack.callback(redis.stop)
        variables = os.environ | _migrated(postgres) | {"REDIS_URL": redis.url}
        _fill(postgres, rules)
        matchers: list[subprocess.Popen[bytes]] = []

        def begin() -> None:
            command = [sys.executable, "-m", "workers.matcher"]
            matchers.append(subprocess.Popen(command, env=variables, cwd=ROOT, stdout=subprocess.DEVNULL))

        stack.callback(_end, matchers)
        client = Client.from_url(redis.url, db=1)
        app = Database(lambda: postgres.url("premium", "premium_app"))
        stack.callback(app.close)
        watch = Watch(client)
        watch.start()
        begin()
        hand_over(app, client, _events(0, 1), shards=1)
        print(f"{rules:,} rules: loaded and the first event matched after {_wait(postgres, 300):.1f} s")
        stop = threading.Event()

        def disturb() -> None:
            while not stop.wait(kill_every):
                matchers[-1].kill()
                begin()

        if kill_every:
            threading.Thread(target=disturb, daemon=True).start()
        sent = _feed(app, client, seconds, 10)
        stop.set()
        print(f"all matched {_wait(postgres, 300):.1f} s after the last event")
        time.sleep(1)
        watch.ended.set()
        watch.join()
        _show(sent, _of_alerts(postgres), watch.came)


def _end(matchers: list[subprocess.Popen[bytes]]) -> None:
    for each in matchers:
        each.kill()
        each.wait()


def _show(sent: dict[str, float], alerts: dict[UUID, str], came: dict[str, list[float]]) -> None:
    wanted = {event for event in sent if int(event[1:]) % 10 == 0}
    told = [event for event in alerts.values() if event in sent]
    waits = sorted(times[0] - sent[alerts[UUID(one)]] for one, times in came.items() if alerts[UUID(one)] in sent)
    twice = sum(len(times) - 1 for times in came.values())
    doubled = len(told) - len(set(told))
    print(f"{len(told):,} alerts of {len(wanted):,}: {len(wanted - set(told))} lost, {doubled} doubled; "
          f"{len(wanted) - len(waits)} without a job, {twice} jobs doubled")  # fmt: skip
    if waits:
        at = {share: 1000 * waits[min(len(waits) - 1, int(len(waits) * share))] for share in (0.5, 0.99, 1.0)}
        print(f"event → notification job: p50 {at[0.5]:,.0f} ms, p99 {at[0.99]:,.0f} ms, most {at[1.0]:,.0f} ms")


if __name__ == "__main__":
    main()
