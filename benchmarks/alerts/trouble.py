"""Trouble during a run: matchers that are killed, and a Redis that restarts."""

from __future__ import annotations

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


_FIRST = """
SELECT extract(epoch FROM min(matched_at))::float8 FROM alert_batches
WHERE shard = %s AND matched_at > to_timestamp(%s) AND matched_at < to_timestamp(%s)
"""
_ITS_OWN = "SELECT shard, owner FROM alert_shards WHERE expires_at > clock_timestamp() AND NOT is_deputy"


class Trouble:
    """`replace` kills the matcher of a pid and starts another, False where there is none.

    `late` holds when which shard was seen behind, `own` when it was seen served by a matcher of its own (Unix seconds).
    """

    def __init__(self, database: str, redis: Redis, replace: Callable[[int], bool]) -> None:
        self._database, self._redis, self._replace = database, redis, replace
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self.kills: list[tuple[float, int, str]] = []
        self.restarts: list[float] = []
        self.late: list[tuple[float, int]] = []
        self.own: list[tuple[float, int, str]] = []

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
        """Print how soon each killed matcher's shard had caught up, then the restart."""
        for at, shard, owner in self.kills:
            until = min((one for one, other, _ in self.kills if other == shard and one > at), default=time.time())
            back = min(
                (one for one, *who in self.own if one > at and who[0] == shard and who[1] != owner), default=None
            )
            print(f"  matcher of shard {shard} killed: first event matched after {self._first(shard, at, until)}, "
                  f"caught up after {self._recovered(at, until, {shard}):.1f} s, "
                  f"a matcher of its own after {_seconds(back and back - at)}")  # fmt: skip
        for at in self.restarts:
            until = min((one for one, *_ in self.kills if one > at), default=float("inf"))
            shards = {shard for _, shard in self.late}
            print(f"  Redis restarted: recovered after {self._recovered(at, until, shards):.1f} s")

    def _first(self, shard: int, at: float, until: float) -> str:
        with psycopg.connect(self._database) as connection:
            row = connection.execute(_FIRST, (shard, at, until)).fetchone()
        return _seconds(None if row is None or row[0] is None else row[0] - at)

    def _recovered(self, at: float, until: float, shards: set[int]) -> float:
        """It was seen behind without a pause until then."""
        end = at
        for one, shard in self.late:
            if shard in shards and at < one < min(until, end + 2 * BEHIND_SECONDS):
                end = one
        return end - at

    def _run(self, work: Callable[[], None]) -> None:
        self._threads.append(threading.Thread(target=work, daemon=True))
        self._threads[-1].start()

    def _kill(self, every: float, shards: int) -> None:
        shard = 0
        while not self._stop.wait(every):
            with psycopg.connect(self._database) as connection:
                row = connection.execute("SELECT owner FROM alert_shards WHERE shard = %s", (shard,)).fetchone()
            at = time.time()
            if row is not None and self._replace(int(row[0].rpartition("-")[2])):
                self.kills.append((at, shard, row[0]))
            else:
                print(f"  shard {shard} had nobody to kill")
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
                self.own += [(now, shard, owner) for shard, owner in connection.execute(_ITS_OWN).fetchall()]


def _seconds(found: float | None) -> str:
    return "never" if found is None else f"{found:.1f} s"
