"""The worker fleet of one task: `python -m workers.fleet --queues aggregation,tax --processes 2`.

    fleet ──fork──▶ worker (one RQ worker each) ──fork──▶ work horse (one job)

Queues that a resident process serves (`workers.residents`) are served by that process, which the fleet keeps alive.

SIGTERM (or SIGINT) drains: the current jobs are finished, no other is taken. A second signal, or the stop time-out,
kills the jobs and gives them back. A worker that dies is replaced within a second.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import tempfile
import time
from importlib import import_module
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import FrameType

import boto3
import click
from redis.exceptions import RedisError
from rq.serializers import JSONSerializer
from rq.worker_pool import ForkProcess, WorkerData, WorkerPool

from premium import bootstrap
from premium.config import ConfigurationError
from premium.jobs.kinds import declared
from premium.jobs.queue import QUEUES
from premium.observability import logger
from workers import logs
from workers.protection import Protection
from workers.queues import STOP_SECONDS, Pace, checked, patient, refuse_eviction
from workers.residents import ResidentKeeper, resident_queues
from workers.retries import DueRetries
from workers.worker import FleetWorker

_PR_SET_PDEATHSIG = 1


class Fleet(WorkerPool):
    """RQ's pool of workers, with our workers, retries on time and a stop that ends."""

    def __init__(
        self, queues: tuple[str, ...], processes: int, pace: Pace, *, stop_seconds: float = STOP_SECONDS
    ) -> None:
        self._names = tuple(name for name in queues if name not in resident_queues())
        self._pace = pace
        self._stop_seconds = stop_seconds
        self._stop_at: float | None = None
        lock = Path(tempfile.gettempdir()) / f"premium-fleet-{os.getpid()}.lock"
        self._protection = Protection(os.environ.get("ECS_AGENT_URI"), lock)
        # Not the patient one: while Redis is away, the supervisor must still see signals and dead workers.
        connection = bootstrap.Platform(bootstrap.platform().settings).redis(1)
        # A fleet of residents alone has no workers that fork.
        super().__init__(list(queues), connection, processes if self._names else 0, FleetWorker, JSONSerializer)
        self._residents = ResidentKeeper(queues, 1 if self._names else processes, redis=connection)
        self._retries = DueRetries(queues, connection)

    def get_worker_process(
        self,
        name: str,
        burst: bool,
        _sleep: float = 0,
        logging_level: str = "INFO",  # noqa: ARG002 - RQ's signature
    ) -> BaseProcess:
        return ForkProcess(target=work, args=(name, self._names, self._pace, self._protection, burst))

    def check_workers(self, respawn: bool = True) -> None:
        """Once a second."""
        super().check_workers(respawn)
        self._residents.check()
        try:
            self._retries.enqueue()
        except RedisError as error:
            logger.warning("retries wait for Redis", error=type(error).__name__)

    def handle_dead_worker(self, worker_data: WorkerData) -> None:
        super().handle_dead_worker(worker_data)
        if self.status is not self.Status.STOPPED:
            logger.warning(
                "worker died and is replaced", worker=worker_data.name, exitcode=worker_data.process.exitcode
            )
        self._protection.lift_if_idle()

    def request_stop(self, signum: int | None = None, frame: FrameType | None = None) -> None:
        """Drain; the second time, or when the stop time-out is near, stop at once."""
        if self._stop_at is None:
            self._stop_at = time.monotonic() + self._stop_seconds
        logger.info("fleet stops", signal=signum, workers=len(self.worker_dict))
        self._residents.stop()
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]  # RQ is half annotated

    def all_workers_have_stopped(self) -> bool:
        """Asked once a second while the fleet drains."""
        if self._stop_at is not None and time.monotonic() > self._stop_at:
            self._stop_at = time.monotonic() + 2
            logger.warning("stop time-out: jobs are killed and given back", workers=len(self.worker_dict))
            self.stop_workers()  # type: ignore[no-untyped-call]  # RQ is half annotated
            self._residents.stop(signal.SIGKILL)
        return bool(super().all_workers_have_stopped()) and self._residents.stopped()


def work(name: str, queues: tuple[str, ...], pace: Pace, protection: Protection, burst: bool) -> None:
    """A worker process: connections of its own, default signals until RQ installs its handlers.

    When the supervisor is killed, the kernel sends us SIGTERM: we drain and go, and are nobody's orphan.
    """
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    bootstrap.platform.cache_clear()
    connection = patient(bootstrap.platform().redis(1))
    worker = FleetWorker(queues, name=name, connection=connection, pace=pace, protection=protection)
    worker.work(burst=burst, logging_level=None)


def preload(queues: tuple[str, ...]) -> None:
    """Import the bodies of jobs and AWS' models before the forks.

    So no job pays for them; nothing connects yet.
    """
    boto3.resource("dynamodb")
    for service in ("s3", "apigatewaymanagementapi"):
        boto3.client(service)
    for function in {kind.function for kind in declared().values() if kind.queue in queues}:
        import_module(function.rpartition(".")[0])


@click.command()
@click.option("--queues", default=",".join(QUEUES), help="Comma-separated, the most urgent first; all of them.")
@click.option("--processes", default=1, show_default=True, type=click.IntRange(1, 64))
@click.option("--heartbeat", default=Pace.heartbeat, show_default=True, help="Seconds between a job's signs of life.")
@click.option("--grace", default=Pace.grace, show_default=True, help="Seconds overdue until a job is abandoned.")
@click.option("--maintenance", default=Pace.maintenance, show_default=True, help="Seconds between searches for these.")
@click.option("--stop-seconds", default=STOP_SECONDS, show_default=True, help="Drain at most this long.")
def main(queues: str, processes: int, stop_seconds: int, **pace: int) -> None:
    """Run the workers of one task until SIGTERM."""
    try:
        names = checked(queues)
        steps = Pace(**pace)
        refuse_eviction(patient(bootstrap.platform().redis(1)))
    except (ConfigurationError, RedisError) as error:
        sys.exit(f"the fleet does not start: {error}")
    logs.adopt()
    preload(names)
    fleet = Fleet(names, processes, steps, stop_seconds=stop_seconds)
    fleet.start()


if __name__ == "__main__":
    main()
