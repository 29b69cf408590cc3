"""Run the worker fleet of the local stage.

It is one process tree over all queues; on AWS each class of queues has its own Fargate service.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import redis

from local import processes
from local.deploy import digest
from local.errors import LocalError
from local.patience import wait_for
from local.places import ROOT, Places
from local.service import QUICK, last_line
from premium.jobs.queue import QUEUES

PROCESSES = 2
# A laptop's worker that is killed should be noticed in seconds, not in the minutes that suit a fleet of many.
PACE = ("--heartbeat", "5", "--grace", "5", "--maintenance", "10")


class Fleet:
    """The workers' process tree, restarted when its code or environment changed."""

    name: ClassVar[str] = "workers"
    grace: ClassVar[float] = 30

    def __init__(self, places: Places, redis_url: str) -> None:
        self._places = places
        self._redis_url = redis_url
        self.record = places.state / "workers" / "process.json"
        self.log = places.logs / "workers.log"
        self._version = places.state / "workers" / "version"

    @property
    def pid(self) -> int | None:
        process = processes.running(self.record)
        return process.pid if process else None

    @property
    def address(self) -> str:
        return f"{PROCESSES} processes"

    def healthy(self, *, seconds: float = QUICK) -> bool:
        """Tell whether as many workers as were started are registered in Redis."""
        if self.pid is None:
            return False
        try:
            with redis.Redis.from_url(self._redis_url, db=1, socket_timeout=seconds) as client:
                return self._registered(client) >= PROCESSES
        except redis.RedisError:
            return False

    def start(self, environment: Mapping[str, str]) -> bool:
        """Start the fleet where needed, and return whether a new one was started.

        The old one drains first.
        """
        version = _version(environment)
        if self.pid is not None and self._version.exists() and self._version.read_text() == version:
            return False
        self.stop()
        command = [sys.executable, "-m", "workers.fleet", "--queues", ",".join(QUEUES)]
        processes.spawn(
            [*command, "--processes", str(PROCESSES), *PACE],
            record=self.record,
            log=self.log,
            environment={**_inherited(), **environment, "PYTHONPATH": str(ROOT), "POWERTOOLS_SERVICE_NAME": "workers"},
        )
        self._wait()
        self._version.write_text(version)
        return True

    def stop(self) -> None:
        processes.end(self.record, grace=self.grace)

    def _wait(self) -> None:
        def alive() -> bool:
            if self.pid is None:
                raise LocalError(f"The workers ended while they started: {last_line(self.log)}.", f"Log: {self.log}")
            return self.healthy()

        wait_for(
            f"{PROCESSES} workers to register", alive, remedy=f"Their log: {self.log}",
            progress=lambda: processes.worked(self.record), said=lambda: last_line(self.log), most=300,
        )  # fmt: skip

    def _registered(self, client: redis.Redis) -> int:
        """Return the number of live workers of our own session.

        Those of a killed fleet linger until they expire.
        """
        names = client.smembers("rq:workers")
        pids = [client.hget(name, "pid") for name in names]
        return sum(1 for pid in pids if pid and _in_session(int(pid), self.pid))


def _in_session(pid: int, leader: int | None) -> bool:
    try:
        return os.getsid(pid) == leader
    except ProcessLookupError:
        return False


def _inherited() -> dict[str, str]:
    names = ("PATH", "HOME", "LANG", "TMPDIR", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
    return {name: os.environ[name] for name in names if name in os.environ}


def _version(environment: Mapping[str, str]) -> str:
    workers = b"".join(path.read_bytes() for path in sorted((ROOT / "workers").rglob("*.py")))
    chains = Path(environment["CHAINS_FILE"]).read_bytes()
    text = json.dumps(dict(environment), sort_keys=True).encode()
    return hashlib.sha256(text + workers + chains + digest("").encode()).hexdigest()
