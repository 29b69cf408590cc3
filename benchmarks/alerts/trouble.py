"""What goes wrong during a run: matchers that are killed, one shard's after the other, and a Redis that restarts."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable

import psycopg

from local.redis import Redis

SAMPLE_SECONDS = 0.25
BEHIND_SECONDS = 1.0
"""A shard whose oldest batch has waited longer than this has not recovered."""
AWAY_SECONDS = 1.0
_OLDEST = """
SELECT shard, extract(epoch FROM clock_timestamp() - min(created_at))::float8 FROM alert_batches
WHERE matched_at IS NULL AND failed_at IS NULL GROUP BY shard
"""


class Trouble:
    """`begin` starts one more matcher; `late` holds when which shard was seen behind (Unix seconds)."""

    def __init__(self, database: str, redis: Redis, begin: Callable[[], None]) -> None:
        self._database, self._redis, self._begin = database, redis, begin
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self.kills: list[tuple[float, int]] = []
        self.restarts: list[float] = []
        self.late: list[tuple[float, int]] = []

    def start(self, *, kill_every: float, restart_after: float, shards: int) -> None:
        """Seconds; 0 leaves it out."""
        if kill_every:
            self._run(lambda: self._kill(kill_every, shards))
        if restart_after:
            self._run(lambda: self._restart(restart_after))
        self._run(self._watch)

    def end(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def show(self) -> None:
        """How long after each kill its shard was behind, and after the restart any."""
        for at, shard in self.kills:
            until = min((one for one, other in self.kills if other == shard and one > at), default=float("inf"))
            print(f"  matcher of shard {shard} killed: recovered after {self._recovered(at, until, {shard}):.1f} s")
        for at in self.restarts:
            until = min((one for one, _ in self.kills if one > at), default=float("inf"))
            shards = {shard for _, shard in self.late}
            print(f"  Redis restarted: recovered after {self._recovered(at, until, shards):.1f} s")

    def _recovered(self, at: float, until: float, shards: set[int]) -> float:
        return max((one - at for one, shard in self.late if shard in shards and at < one < until), default=0.0)

    def _run(self, work: Callable[[], None]) -> None:
        self._threads.append(threading.Thread(target=work, daemon=True))
        self._threads[-1].start()

    def _kill(self, every: float, shards: int) -> None:
        shard = 0
        while not self._stop.wait(every):
            with psycopg.connect(self._database) as connection:
                row = connection.execute("SELECT owner FROM alert_shards WHERE shard = %s", (shard,)).fetchone()
            if row is not None:
                os.kill(int(row[0].rpartition("-")[2]), signal.SIGKILL)
                self.kills.append((time.time(), shard))
                self._begin()
            shard = (shard + 1) % shards

    def _restart(self, after: float) -> None:
        if not self._stop.wait(after):
            self.restarts.append(time.time())
            self._redis.stop()
            time.sleep(AWAY_SECONDS)
            self._redis.start()

    def _watch(self) -> None:
        with psycopg.connect(self._database, autocommit=True) as connection:
            while not self._stop.wait(SAMPLE_SECONDS):
                now = time.time()
                waits = connection.execute(_OLDEST).fetchall()
                self.late += [(now, shard) for shard, seconds in waits if seconds > BEHIND_SECONDS]
