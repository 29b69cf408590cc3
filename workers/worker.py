"""An RQ worker that notices the dead within seconds and gives the job back.

It forks a work horse for each job rather than running threads: a time-out, a leak, a crash or the memory killer ends
one job and nothing else, a job's CPU work does not share an interpreter lock, and what was imported before the fork
costs nothing. The matcher of alerts, whose index must live on, is resident instead and no RQ job.
"""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import Any
from uuid import UUID

from redis import Redis
from redis.client import Pipeline
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError
from rq import Queue, Worker
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.worker_registration import register

from premium import bootstrap
from premium.observability import logger
from workers.declared_job import DeclaredJob
from workers.protection import Protection
from workers.queues import STOP_SECONDS, Pace

_UNREACHABLE = (RedisConnectionError, RedisTimeoutError)
IDLE_SECONDS = 2
"""An idle worker looks this often whether Redis still knows it."""


class FleetQueue(Queue):
    """A queue whose maintenance lock outlives its holder by seconds.

    RQ's lives 15 minutes after a `kill -9`.
    """

    job_class = DeclaredJob
    lock_seconds = 30

    def acquire_maintenance_lock(self) -> bool:
        return bool(self.connection.set(self.registry_cleaning_key, 1, nx=True, ex=self.lock_seconds))


class FleetWorker(Worker):
    """One process of the fleet."""

    queue_class = FleetQueue
    job_class = DeclaredJob
    max_connection_wait_time = 5.0

    def __init__(self, queues: tuple[str, ...], *, name: str, connection: Redis, pace: Pace, protection: Protection):
        self._pace = pace
        self._protection = protection
        super().__init__(
            list(queues),
            name=name,
            connection=connection,
            serializer=JSONSerializer,
            maintenance_interval=pace.maintenance,
            worker_ttl=pace.maintenance + 15,  # RQ waits for a job 15 s less than this at a time
            job_monitoring_interval=pace.heartbeat,
            log_job_description=False,
        )

    def execute_job(self, job: Job, queue: Queue) -> None:
        with self._protected(job):
            super().execute_job(job, queue)

    def _protected(self, job: Job) -> AbstractContextManager[None]:
        is_long = float(job.timeout or 0) > STOP_SECONDS
        return self._protection.held() if is_long else nullcontext()

    def get_heartbeat_ttl(self, job: Job) -> int:
        """Return the seconds after which the job counts as abandoned.

        RQ adds a minute instead of our grace.
        """
        left = float(job.timeout or STOP_SECONDS) - self.current_job_working_time
        return int(min(max(left, 0), self._pace.heartbeat)) + self._pace.grace

    @property
    def dequeue_timeout(self) -> int:
        """Return the seconds between two signs of life of an idle worker."""
        return min(int(super().dequeue_timeout), IDLE_SECONDS)

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        """Give a sign of life; where Redis has forgotten the worker, it registers again."""
        super().heartbeat(timeout, pipeline)
        if pipeline is None:
            self._stay_registered()

    def maintain_heartbeats(self, job: Job) -> None:
        """Keep the worker alive while its horse works and Redis restarts.

        The record's lease is kept elsewhere.
        """
        with suppress(*_UNREACHABLE):
            super().maintain_heartbeats(job)
            self._stay_registered()

    def _stay_registered(self) -> None:
        """Register again where the entry or the list of workers is gone.

        Redis may have been emptied, or replaced by one that lags behind. RQ registers at a worker's birth alone.
        """
        if self.birth_date is None:
            return
        with self.connection.pipeline(transaction=False) as pipe:
            pipe.sismember(self.redis_workers_keys, self.key)
            pipe.hexists(self.key, "birth")
            if all(pipe.execute()):
                return
        with self.connection.pipeline() as pipe:
            pipe.hset(self.key, mapping=self.serialize())
            pipe.hset(self.key, "state", self.get_state())
            register(self, pipe)
            pipe.expire(self.key, self.worker_ttl + 60)
            pipe.execute()
        logger.warning("Redis had forgotten this worker: it is registered again", worker=self.name)

    def set_current_job_working_time(self, current_job_working_time: float, pipeline: Pipeline | None = None) -> None:
        with suppress(*_UNREACHABLE):
            super().set_current_job_working_time(current_job_working_time, pipeline)

    def main_work_horse(self, job: Job, queue: Queue) -> None:
        """Run a job in the horse, over connections of its own.

        Two processes on one socket would read each other's answers.
        """
        bootstrap.platform.cache_clear()
        super().main_work_horse(job, queue)

    def perform_job(self, job: Job, queue: Queue) -> bool:
        """RQ leaves by `os._exit`, which writes out nothing that is still buffered."""
        try:
            return bool(super().perform_job(job, queue))
        finally:
            sys.stdout.flush()
            sys.stderr.flush()

    def handle_work_horse_killed(self, job: Job, retpid: int, ret_val: int, rusage: Any) -> None:  # noqa: ARG002 - RQ's signature
        """Our child is dead for certain, so its lease need not run out."""
        logger.warning("work horse killed", job_id=job.id, status=ret_val, rss_kib=getattr(rusage, "ru_maxrss", None))
        self._release(job.id)

    def request_force_stop(self, signum: int, frame: Any) -> None:
        """The second signal: the horse is killed, and its job given back for another worker."""
        job_id = self.get_current_job_id() if self.horse_pid else None
        try:
            super().request_force_stop(signum, frame)
        except SystemExit:
            if job_id is not None:
                self._release(job_id)
            raise

    def _release(self, job_id: str) -> None:
        """By a platform of its own: what the next horse inherits must not be connected."""
        platform = bootstrap.Platform(bootstrap.platform().settings)
        try:
            released = platform.jobs.store.release(UUID(job_id), self.name, platform.clock.now())
            logger.info("job given back", job_id=job_id, released=released)
        except Exception:
            logger.exception("job not given back; its lease will run out", job_id=job_id)
