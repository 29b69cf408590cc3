"""The users' web server in a process of its own, and its deliveries by alert."""

from __future__ import annotations

import multiprocessing
import time
from contextlib import ExitStack
from multiprocessing.connection import Connection

import psycopg

from benchmarks.alerts.delivery import SECRET
from benchmarks.alerts.receiver import Received, serve
from local.postgres import SUPERUSER, Postgres

_OPEN = "SELECT count(*) FROM notification_deliveries WHERE status = 'pending'"
_ALERTS = """
SELECT d.id::text, n.key FROM notices n
JOIN notification_deliveries d ON d.notice_id = n.id AND d.user_id = n.user_id
"""


class Hook:
    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self.url = f"http://127.0.0.1:{pipe.recv()}/hook"

    def came(self, postgres: Postgres, *, seconds: float) -> dict[str, list[float]]:
        """Return when each alert's webhooks came, by the alert's id.

        It waits at most this long for those that are under way.
        """
        deadline = time.monotonic() + seconds
        with psycopg.connect(postgres.url("premium", SUPERUSER), autocommit=True) as connection:
            while time.monotonic() < deadline and connection.execute(_OPEN).fetchone() != (0,):
                time.sleep(0.2)
            alert_of: dict[str, str] = dict(connection.execute(_ALERTS).fetchall())
        self._pipe.send("what came?")
        received: list[Received] = self._pipe.recv()
        print(f"{len(received):,} webhooks accepted, {sum(not each.is_signed for each in received)} badly signed")
        found: dict[str, list[float]] = {}
        for each in received:
            found.setdefault(alert_of[each.delivery_id], []).append(each.at)
        return found


def receiver(stack: ExitStack) -> Hook:
    spawning = multiprocessing.get_context("spawn")
    ours, theirs = spawning.Pipe()
    server = spawning.Process(target=serve, args=(theirs, SECRET), daemon=True)
    server.start()
    stack.callback(server.kill)
    return Hook(ours)
