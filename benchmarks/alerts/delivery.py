"""Webhooks from the record to a local server: `python -m benchmarks.alerts.delivery --count 10000 --seconds 60`.

PostgreSQL and Redis are real and started here, with their commits on disk; the consumer is the one that the fleet runs,
in a process of its own, and so is the server. First all alerts at once: how many a second. Then at 10,000 a minute: how
long from the committed alert to the server.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import click
import psutil
from psycopg.types.json import Jsonb

from benchmarks.alerts.receiver import Received, serve
from local import ports
from local.postgres import DATABASES, Postgres
from local.redis import Redis
from migrations.roles import OWNER
from premium.alerts.model import Firing
from premium.alerts.notices import enqueue_alerts
from premium.alerts.store.firings import record_firings
from premium.bootstrap import Platform
from premium.config import Settings
from premium.storage.postgres import Database

ROOT = Path(__file__).resolve().parents[2]
A_MINUTE = 10_000
USERS = 100
TICK = 0.1
SECRET = "whsec_benchmark-benchmark-benchmark"  # noqa: S105 - guards nothing


@dataclass(frozen=True)
class Bench:
    platform: Platform
    rules: Sequence[UUID]
    server: Connection
    consumer: psutil.Process

    def fire(self, count: int) -> dict[str, float]:
        """Record and enqueue; when each delivery was committed, by its id."""
        now = datetime.now(UTC)
        event = {"asset": "ETH", "price_usd": "4000.1", "chain": "ethereum", "kind": "price"}
        firings = [Firing(self.rules[n % len(self.rules)], str(uuid4()), now, event) for n in range(count)]
        with self.platform.worker_database.transaction() as connection:
            alerts = record_firings(connection, firings)
        committed = time.time()
        enqueue_alerts(self.platform.redis(1), alerts)
        return {str(each): committed for alert in alerts for each in alert.deliveries}

    def received(self, wanted: int, *, seconds: float) -> list[Received]:
        """Everything, as soon as so many have come or the time is up."""
        found: list[Received] = []
        until = time.monotonic() + seconds
        while len({each.delivery_id for each in found}) < wanted and time.monotonic() < until:
            self.server.send("what came?")
            found += self.server.recv()
            time.sleep(0.05)
        return found

    def statuses(self) -> dict[str, int]:
        with self.platform.worker_database.transaction() as connection:
            rows = connection.execute("SELECT status, count(*) AS n FROM notification_deliveries GROUP BY status")
            return {row["status"]: row["n"] for row in rows}


def burst(bench: Bench, count: int) -> None:
    before = _cpu(bench.consumer)
    started = time.time()
    sent = bench.fire(count)
    came = bench.received(count, seconds=120)
    wall = max(each.at for each in came) - started
    _show("at once", sent, came)
    print(f"  {count / wall:,.0f} a second ({count / wall * 60:,.0f} a minute) in {wall:.1f} s, "
          f"consumer's CPU {_cpu(bench.consumer) - before:.1f} s")  # fmt: skip


def paced(bench: Bench, seconds: int) -> None:
    before, sent = _cpu(bench.consumer), dict[str, float]()
    started = time.monotonic()
    for tick in range(round(seconds / TICK)):
        time.sleep(max(0.0, started + tick * TICK - time.monotonic()))
        due = round(A_MINUTE / 60 * TICK * (tick + 1))
        sent |= bench.fire(due - len(sent))
    came = bench.received(len(sent), seconds=30)
    _show(f"at {A_MINUTE:,} a minute for {seconds} s", sent, came)
    print(f"  consumer's CPU {(_cpu(bench.consumer) - before) / seconds:.0%} of a core")


def _show(title: str, sent: dict[str, float], came: Sequence[Received]) -> None:
    first = {each.delivery_id: each.at for each in reversed(came)}
    waits = sorted(1000 * (first[each] - at) for each, at in sent.items() if each in first)
    print(f"{title}: {len(sent):,} webhooks, {len(sent) - len(waits)} lost, {len(came) - len(first)} doubled, "
          f"{sum(not each.is_signed for each in came)} badly signed")  # fmt: skip
    at = {share: waits[min(len(waits) - 1, int(len(waits) * share))] for share in (0.5, 0.99, 1.0)}
    print(f"  committed → received: p50 {at[0.5]:,.0f} ms, p99 {at[0.99]:,.0f} ms, most {at[1.0]:,.0f} ms")


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


@contextmanager
def bench_of() -> Iterator[Bench]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="premium-bench-")))
        folder.chmod(0o755)
        postgres, redis = Postgres(folder / "postgres", ports.free()), Redis(folder / "redis", ports.free())
        postgres.start()
        stack.callback(postgres.destroy)
        redis.start()
        stack.callback(redis.stop)
        variables = _migrated(postgres) | {"REDIS_URL": redis.url}
        ours, theirs = multiprocessing.get_context("spawn").Pipe()
        server = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs, SECRET), daemon=True)
        server.start()
        stack.callback(server.kill)
        rules = _rules(postgres, f"http://127.0.0.1:{ours.recv()}/hook")
        consumer = subprocess.Popen(
            [sys.executable, "-m", "workers.resident", "notifications.courier"],
            env=os.environ | variables,
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
        )
        stack.callback(consumer.wait)
        stack.callback(consumer.terminate)
        platform = Platform(Settings.from_environment(variables))
        stack.callback(platform.close)
        yield Bench(platform, rules, ours, psutil.Process(consumer.pid))


def _migrated(postgres: Postgres) -> dict[str, str]:
    for database in DATABASES:
        postgres.create_database(database)
    urls = {f"MIGRATION_{name}_URL": postgres.url(database, OWNER)
            for name, database in (("DATABASE", "premium"), ("TIMESERIES", "timeseries"))}  # fmt: skip
    subprocess.run(
        [sys.executable, "-m", "migrations", "up"], check=True, cwd=ROOT, stdout=subprocess.DEVNULL,
        env=os.environ | urls | {"PREMIUM_STAGE": "local"},
    )  # fmt: skip
    worker = {"PREMIUM_STAGE": "local", "DATABASE_URL": postgres.url("premium", "premium_worker")}
    return worker | {"WEBHOOKS_TO_LOOPBACK": "true", "LOG_LEVEL": "WARNING"}


def _rules(postgres: Postgres, url: str) -> list[UUID]:
    """One a user."""
    database = Database(lambda: postgres.url("premium", "premium_app"))
    action: Any = Jsonb([{"type": "webhook", "destination": url, "template": None}])
    made = []
    for _ in range(USERS):
        user = uuid4()
        with database.as_user(user) as connection:
            connection.execute(
                "INSERT INTO premium_users (id, external_id, tier) VALUES (%s, %s, 'pro')", (user, str(user))
            )
            row = connection.execute(
                "INSERT INTO alert_rules (user_id, name, type, conditions, actions, signing_secret)"
                " VALUES (%s, 'ETH', 'price', '[{}]', %s, %s) RETURNING id",
                (user, action, SECRET),
            ).fetchone()
            made.append(row["id"] if row else uuid4())
    database.close()
    return made


@click.command()
@click.option("--count", default=10_000, show_default=True, help="Webhooks at once.")
@click.option("--seconds", default=60, show_default=True, help="How long at 10,000 a minute.")
def main(count: int, seconds: int) -> None:
    """Print both rates; target 10,000 a minute."""
    with bench_of() as bench:
        bench.fire(200)
        bench.received(200, seconds=30)
        burst(bench, count)
        if seconds:
            paced(bench, seconds)
        print(f"in the record: {bench.statuses()}")


if __name__ == "__main__":
    main()
