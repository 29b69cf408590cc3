"""Many jobs under many kills: workers, work horses and Redis, at seeded random moments."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import psutil
import pytest

from local.redis import Redis
from premium.bootstrap import Platform
from premium.errors import AppError
from premium.jobs.model import JobRecord, JobStatus
from tests.integration.workers.conftest import Fleet, until
from tests.integration.workers.synthetic import STEPS

pytestmark = pytest.mark.chaos

JOBS = 50
KILLS = 8
REDIS_AT = 4
"""Before this kill it is Redis' turn."""


def kill_one(fleets: list[Fleet], dice: random.Random, *, horse: bool) -> bool:
    """A work horse or a worker; false where there is none at this moment."""
    with suppress(psutil.Error, IndexError):
        dice.choice([one for fleet in fleets for one in (fleet.horses() if horse else fleet.workers())]).kill()
        return True
    return False


def kill_redis(server: Redis) -> None:
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    until(lambda: server.pid is None)
    server.start()


def sweep(platform: Platform) -> None:
    """As the clock does each minute, but at once."""
    with suppress(AppError):
        platform.jobs.sweep(platform.clock.now() + timedelta(seconds=30))


def test_every_accepted_job_ends_once(
    platform: Platform, start: Callable[..., JobRecord], fleet: Callable[..., Fleet], redis_server: Redis
) -> None:
    dice = random.Random(7)
    jobs = [start(STEPS, seconds=dice.choice([0.3, 0.6])) for _ in range(JOBS)]
    fleets = [fleet("--processes=2"), fleet("--processes=2")]
    until(lambda: any(fleet.horses() for fleet in fleets))
    kills = 0
    while kills < KILLS:
        time.sleep(0.5)
        kills += kill_one(fleets, dice, horse=kills % 2 == 0)
        if kills == REDIS_AT:
            kill_redis(redis_server)
            kills += 1
        sweep(platform)

    def all_ended() -> bool:
        sweep(platform)
        return all(platform.jobs.store.get(job.id).status.ended for job in jobs)

    until(all_ended, seconds=60)
    assert {platform.jobs.store.get(job.id).status for job in jobs} == {JobStatus.DONE}
    assert platform.redis(3).scard("results") == JOBS
    assert max(platform.jobs.store.get(job.id).attempt for job in jobs) > 1
