"""A local stage of the benchmark's own, deployed as `make up` does it.

With rules, and a server for their webhooks.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from redis import Redis as Client

from benchmarks.alerts.hook import receiver
from benchmarks.alerts.running import _fill
from local import environment, ports, stacks
from local.clients import Clients
from local.down import reset
from local.patience import wait_until
from local.places import ROOT, Places
from local.postgres import SUPERUSER, Postgres
from local.progress import CONSOLE
from local.up import up
from premium.alerts.work.events_queue import EventsQueue
from premium.jobs.presence import residents

_OPEN = "SELECT EXISTS (SELECT FROM alert_batches WHERE matched_at IS NULL AND failed_at IS NULL)"
_ALERTS = "SELECT id::text, event_id FROM alert_history"
_COUNTS = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
_LOAD_SECONDS = 300
_NAMES = ("aws", "postgres", "redis", "evm", "inbox")


def is_empty(clients: Clients, url: str) -> bool:
    """Nothing waits in the queue, and nothing of it is in anybody's hands."""
    counts = clients.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return all(counts[name] == "0" for name in _COUNTS)  # type: ignore[index] # the stubs know single names


class DeployedStage:
    """Everything that `make up` starts, the matcher with `rules` rules; gone when the stack ends."""

    def __init__(self, stack: ExitStack, rules: int) -> None:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="premium-bench-")))
        folder.chmod(0o755)
        places = Places(folder / "stage", {name: ports.free() for name in _NAMES}, {})
        CONSOLE.quiet = True
        stack.callback(reset, places)
        begun = time.monotonic()
        self.stage = up(places)
        print(f"the stage is up after {time.monotonic() - begun:.1f} s")
        assert isinstance(self.stage.neighbours.postgres, Postgres)  # noqa: S101 - the places name no other
        self.postgres: Postgres = self.stage.neighbours.postgres
        self.hook = receiver(stack)
        self.queue_url = stacks.output(places.outputs, "EventsQueueUrl")
        self.queue = EventsQueue(self.stage.clients.sqs, self.queue_url)
        self._load(rules)

    @property
    def function(self) -> str:
        """The name of the function that reads the queue."""
        ours = stacks.resources(self.stage.clients, "AWS::Lambda::Function")
        return next(one.physical_id for one in ours if one.name.startswith("AlertEvents"))

    def alerts(self) -> dict[str, str]:
        """The event of each alert, by the alert's id."""
        with psycopg.connect(self.postgres.url("premium", SUPERUSER)) as connection:
            return dict(connection.execute(_ALERTS).fetchall())

    def drained(self, seconds: float) -> float | None:
        """Return how long until no event waits, in SQS or before the matcher.

        None where some still do after that long.
        """
        begun = time.monotonic()
        return time.monotonic() - begun if wait_until(self._idle, seconds=seconds) else None

    def _idle(self) -> bool:
        if not is_empty(self.stage.clients, self.queue_url):
            return False
        with psycopg.connect(self.postgres.url("premium", SUPERUSER)) as connection:
            return connection.execute(_OPEN).fetchone() == (False,)

    def spare(self, stack: ExitStack) -> float:
        """Start one more matcher, a spare; return how long it loads the rules."""
        given = os.environ | dict(environment.worker_environment(self.stage.places, self.stage.clients))
        process = subprocess.Popen([sys.executable, "-m", "workers.resident", "alerts.matcher"], env=given, cwd=ROOT,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
        stack.callback(process.wait)
        stack.callback(process.kill)
        begun, client = time.monotonic(), Client.from_url(self.stage.neighbours.redis.url, db=1)
        if not wait_until(lambda: any(one.doing == "stands by for 0" for one in residents(client)), seconds=120):
            raise TimeoutError("the spare matcher did not load its rules within 120 s")
        return time.monotonic() - begun

    def _load(self, rules: int) -> None:
        """Write rules past the change feed, and have a new fleet read them."""
        begun = time.monotonic()
        _fill(self.postgres, rules, self.hook.url)
        written = time.monotonic() - begun
        fleet = self.stage.fleet
        fleet.stop()
        begun = time.monotonic()
        fleet.start(environment.worker_environment(self.stage.places, self.stage.clients))
        time_of_event = datetime.now(UTC).isoformat()
        self.queue.send([{"event_id": "first", "kind": "gas", "chain": "none", "timestamp": time_of_event}])
        if not wait_until(self._has_matched, seconds=_LOAD_SECONDS):
            raise TimeoutError(f"the matcher did not load its rules within {_LOAD_SECONDS} s")
        print(f"{rules:,} rules: written in {written:.1f} s, loaded and the first event matched "
              f"{time.monotonic() - begun:.1f} s after the fleet was started")  # fmt: skip

    def _has_matched(self) -> bool:
        with psycopg.connect(self.postgres.url("premium", SUPERUSER)) as connection:
            return connection.execute("SELECT count(*) FROM alert_events WHERE event_id = 'first'").fetchone() == (1,)
