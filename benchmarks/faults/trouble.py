"""The faults: each is begun, lasts, and is mended; what it found is a sentence."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress

import psycopg
from redis import Redis

from benchmarks.faults.node import Mood as NodeMood
from benchmarks.faults.node import NodeProxy
from benchmarks.faults.receiver import Mood as ReceiverMood
from benchmarks.faults.receiver import Receiver
from local.patience import wait_until
from local.postgres import SUPERUSER, Postgres
from local.up import Stage
from premium.jobs.presence import residents

LASTS = 20.0
AWAY = 30.0
_TWO_SECONDS = 20
"""Messages, at a tick of the feed each."""
_OWNER = "SELECT owner, epoch FROM alert_shards WHERE shard = 0"
_OPEN = "SELECT EXISTS (SELECT FROM alert_batches WHERE matched_at IS NULL AND failed_at IS NULL)"
_IN_HAND = """
SELECT EXISTS (SELECT FROM alert_shards s JOIN pg_locks l ON l.locktype = 'transactionid' AND l.granted
               AND l.transactionid = s.xmax)
"""


class Trouble:
    """Faults by their names; `everybody` says whether all users suffer."""

    def __init__(self, stage: Stage, postgres: Postgres, receiver: Receiver, node: NodeProxy, queue_url: str) -> None:
        self._queue_url = queue_url
        self._stage, self._postgres, self._receiver, self._node = stage, postgres, receiver, node
        self._url = postgres.url("premium", SUPERUSER)
        self.faults: dict[str, tuple[bool, Callable[[], str]]] = {
            "node lies": (False, lambda: self._of_node("lies")),
            "backend lags": (False, lambda: self._of_node("lags")),
            "matcher frozen": (True, self._frozen),
            "Redis emptied": (True, self._emptied),
            "PostgreSQL away": (True, self._away),
            "slow receiver": (False, lambda: self._of_receiver("slow")),
            "429s": (False, lambda: self._of_receiver("limits")),
        }

    def _of_node(self, mood: NodeMood) -> str:
        self._node.mood = mood
        time.sleep(LASTS)
        self._node.mood = "well"
        return f"for {LASTS:.0f} s"

    def _of_receiver(self, mood: ReceiverMood) -> str:
        self._receiver.mood = mood
        time.sleep(LASTS)
        self._receiver.mood = "well"
        return f"for {LASTS:.0f} s"

    def _frozen(self) -> str:
        """Stop the matcher while its transaction holds the shard's row, as far as that is met."""
        owner, epoch = self._row()
        pid, inside = int(owner.rpartition("-")[2]), False
        for _ in range(300):
            os.kill(pid, signal.SIGSTOP)
            inside = self._one(_IN_HAND)
            if inside:
                break
            os.kill(pid, signal.SIGCONT)
            time.sleep(0.01)
        else:
            os.kill(pid, signal.SIGSTOP)
        begun = time.monotonic()
        taken = wait_until(lambda: self._row()[1] != epoch, seconds=LASTS)
        took = time.monotonic() - begun
        time.sleep(max(0.0, LASTS - took))
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)
        where = "within a transaction" if inside else "between transactions"
        return f"{where}; taken over after {took:.1f} s" if taken else f"{where}; NOT taken over"

    def _emptied(self) -> str:
        with Redis.from_url(self._stage.neighbours.redis.url, db=1) as client:
            before = (client.scard("rq:workers"), len(residents(client)))
            client.flushall()
            begun = time.monotonic()
            back = wait_until(lambda: (client.scard("rq:workers"), len(residents(client))) >= before, seconds=LASTS)
        took = time.monotonic() - begun
        return f"workers and residents back after {took:.1f} s" if back else "NOT all registered again"

    def _away(self) -> str:
        pid = self._postgres.pid
        if pid is not None:
            os.kill(pid, signal.SIGQUIT)
        time.sleep(AWAY)
        self._postgres.start()
        begun = time.monotonic()
        caught_up = wait_until(lambda: self._age() < 1.0, seconds=60)
        took = time.monotonic() - begun
        return f"{AWAY:.0f} s; caught up {took:.1f} s after its return" if caught_up else "NOT caught up within 60 s"

    def _age(self) -> float:
        """Seconds that the oldest open event is behind: a minute where SQS holds more than two seconds' messages."""
        sqs, names = self._stage.clients.sqs, ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = dict(sqs.get_queue_attributes(QueueUrl=self._queue_url, AttributeNames=["All"])["Attributes"])
        waits = sum(int(value) for name, value in found.items() if name in names)
        return 60.0 if waits > _TWO_SECONDS or self._one(_OPEN_FOR_LONG) else 0.0

    def _row(self) -> tuple[str, int]:
        with psycopg.connect(self._url, connect_timeout=3) as connection:
            found = connection.execute(_OWNER).fetchone()
        return (str(found[0]), int(found[1])) if found else ("", 0)

    def _one(self, query: str) -> bool:
        with psycopg.connect(self._url, connect_timeout=3) as connection:
            found = connection.execute(query.encode()).fetchone()
        return bool(found and found[0])


_OPEN_FOR_LONG = f"{_OPEN[:-1]} AND created_at < now() - interval '1 second')"
