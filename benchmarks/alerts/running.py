"""A run of the pipeline: its stores, rules, matchers and the users' server."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from itertools import chain
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil
import psycopg
from psycopg.types.json import Jsonb
from redis import Redis as Client

from benchmarks.alerts.delivery import ROOT, SECRET, _migrated
from benchmarks.alerts.hook import receiver
from local import ports
from local.postgres import SUPERUSER, Postgres
from local.redis import Redis
from premium.jobs.presence import residents
from premium.storage.postgres import Database

HOT = 100
"""Assets, and rules, that fire."""


class Run:
    """Everything that a run has running; `end` by the stack."""

    def __init__(self, stack: ExitStack, rules: int, matchers: int, *, deliver: bool) -> None:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="premium-bench-")))
        folder.chmod(0o755)
        self.postgres, self.redis = Postgres(folder / "postgres", ports.free()), Redis(folder / "redis", ports.free())
        self.postgres.start()
        stack.callback(self.postgres.destroy)
        self.redis.start()
        stack.callback(self.redis.stop)
        given = {"REDIS_URL": self.redis.url, "ALERT_SHARDS": str(matchers), "ALERT_WARM_SHARDS": str(matchers)}
        self._variables = os.environ | _migrated(self.postgres) | given
        self._running: list[subprocess.Popen[bytes]] = []
        stack.callback(self._end)
        self.server = receiver(stack) if deliver else None
        begun = time.monotonic()
        _fill(self.postgres, rules, self.server.url if self.server else "http://127.0.0.1:9/")
        print(f"{rules:,} rules written in {time.monotonic() - begun:.1f} s")
        self.client = Client.from_url(self.redis.url, db=1)
        self.app = Database(lambda: self.postgres.url("premium", "premium_app"))
        stack.callback(self.app.close)

    def begin(self, resident: str = "alerts.matcher") -> None:
        command = [sys.executable, "-m", "workers.resident", resident]
        self._running.append(subprocess.Popen(command, env=self._variables, cwd=ROOT, stdout=subprocess.DEVNULL))

    def replace(self, pid: int) -> bool:
        """Kill a matcher and start another, as the supervisor does; return False where it is dead already."""
        found = next((one for one in self._running if one.pid == pid and one.poll() is None), None)
        if found is None:
            return False
        found.kill()
        self.begin()
        return True

    def ready(self, spares: int, seconds: float = 300) -> float:
        """Until so many matchers stand by with every shard's rules; how long that took."""
        begun, shards = time.monotonic(), int(self._variables["ALERT_SHARDS"])
        words = f"stands by for {', '.join(map(str, range(shards)))}"
        while time.monotonic() - begun < seconds:
            if sum(one.doing == words for one in residents(self.client)) >= spares:
                break
            time.sleep(0.2)
        return time.monotonic() - begun

    def memory(self) -> str:
        """Of each process that lives, in MiB."""
        alive = [one.pid for one in self._running if one.poll() is None]
        return ", ".join(f"{psutil.Process(pid).memory_info().rss / 2**20:,.0f}" for pid in alive)

    def _end(self) -> None:
        for each in self._running:
            each.kill()
            each.wait()


def _rule(asset: str, threshold: float, actions: list[Any]) -> tuple[Jsonb, Jsonb]:
    conditions = [
        {"field": "asset", "operator": "eq", "value": asset},
        {"field": "price_usd", "operator": "gt", "value": f"{threshold:.2f}"},
    ]
    return Jsonb(conditions), Jsonb(actions)


def _fill(postgres: Postgres, count: int, hook: str) -> None:
    """Write `count` rules that wait and HOT that fire, past the change feed."""
    users = [uuid4() for _ in range(HOT)]
    action = [{"type": "webhook", "destination": hook, "template": None}]
    waiting = (_rule(f"asset-{number % 50_000}", 1000 + number % 977, []) for number in range(count))
    firing = (_rule(f"hot-{number}", 0, action) for number in range(HOT))
    columns = "user_id, name, type, trigger, conditions, actions, signing_secret"
    with psycopg.connect(postgres.url("premium", SUPERUSER)) as connection, connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.executemany(
            "INSERT INTO premium_users (id, external_id, tier) VALUES (%s, %s, 'pro')",
            [(user, str(user)) for user in users],
        )
        with cursor.copy(f"COPY alert_rules ({columns}) FROM STDIN") as copy:
            for number, (conditions, actions) in enumerate(chain(waiting, firing)):
                copy.write_row((users[number % HOT], "r", "price", "level", conditions, actions, SECRET))
