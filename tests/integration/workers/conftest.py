"""A platform with real tables and Redis, and fleets in processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import boto3
import psutil
import pytest

from local.aws import Aws
from local.redis import Redis
from premium.bootstrap import Platform
from premium.config import Settings
from premium.jobs.model import JobKind, JobRecord
from premium.jobs.service import JobService
from stacks.terms.tables import creation
from tests.integration.workers.synthetic import MAIN_KINDS, Work

SYNTHETIC = "tests.integration.workers.synthetic_fleet"
ROOT = Path(__file__).resolve().parents[3]
FAST = ("--heartbeat=1", "--grace=1", "--maintenance=1")


@pytest.fixture
def environment(aws: Aws, redis_server: Redis, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """What a worker process is told, with a jobs table of this test's own."""
    table = f"jobs-{uuid4().hex[:12]}"
    client = boto3.client("dynamodb")
    client.create_table(TableName=table, **creation("jobs"))
    values = {
        "PREMIUM_STAGE": "local",
        "JOBS_TABLE": table,
        "REDIS_URL": redis_server.url,
        "POWERTOOLS_SERVICE_NAME": "fleet",
        "LOG_LEVEL": "INFO",
        "JOB_LEASE_SECONDS": "2",
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    yield values
    client.delete_table(TableName=table)


@pytest.fixture
def platform(environment: dict[str, str]) -> Iterator[Platform]:
    """Knows the synthetic kinds beside nothing else."""
    made = Platform(Settings.from_environment(os.environ))
    made.__dict__["jobs"] = JobService(
        made.jobs.store,
        made.queue,
        made.clock,
        lease=timedelta(seconds=made.settings.job_lease_seconds),
        kinds=lambda: MAIN_KINDS,
    )
    yield made
    made.close()


@dataclass
class Fleet:
    """One fleet with the synthetic kinds; `log()` is what it wrote."""

    process: subprocess.Popen[bytes]
    output: Path
    seen: list[psutil.Process] = field(default_factory=list)

    def log(self) -> str:
        return self.output.read_text(errors="replace")

    def workers(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children()

    def horses(self) -> list[psutil.Process]:
        return [horse for worker in self.workers() for horse in worker.children()]

    def kill(self) -> None:
        """SIGKILL to all of it, the supervisor first, so that nothing can clean up."""
        family = psutil.Process(self.process.pid).children(recursive=True)
        self.process.kill()
        for process in family:
            with suppress(psutil.NoSuchProcess):  # it ended by itself meanwhile
                process.kill()
        self.process.wait()

    def stop(self, seconds: float = 10) -> int:
        self.process.terminate()
        return self.process.wait(seconds)


@pytest.fixture
def fleet(environment: dict[str, str], tmp_path: Path) -> Iterator[Callable[..., Fleet]]:
    """Starts fleets with fast maintenance; whatever is left of them is killed at the end."""
    started: list[Fleet] = []

    def start(*options: str, queues: str = "default", extra: dict[str, str] | None = None) -> Fleet:
        output = tmp_path / f"fleet-{len(started)}.log"
        with output.open("wb") as log:
            process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "tests.integration.workers.synthetic_fleet",
                    "--queues",
                    queues,
                    *FAST,
                    *options,
                ],
                cwd=ROOT,
                env={**os.environ, **(extra or {})},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        started.append(Fleet(process, output))
        return started[-1]

    yield start
    for each in started:
        if each.process.poll() is None:
            each.kill()


@pytest.fixture
def start(platform: Platform) -> Callable[..., JobRecord]:
    """Accepts a synthetic job."""

    def accept(kind: JobKind[Work], *, user_id: UUID | None = None, key: str | None = None, **work: float) -> JobRecord:
        return platform.jobs.start(
            kind, Work.model_validate(work), user_id=user_id or uuid4(), request_id="req_test", idempotency_key=key
        )

    return accept


def until(what: Callable[[], bool], *, seconds: float = 20) -> float:
    """Seconds it took; AssertionError when it does not come true."""
    begun = time.monotonic()
    while not what():
        assert time.monotonic() - begun < seconds, "it did not happen in time"
        time.sleep(0.05)
    return time.monotonic() - begun
