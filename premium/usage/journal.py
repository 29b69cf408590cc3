"""The resident that takes counts of requests out of Redis each second."""

from __future__ import annotations

from datetime import datetime

from redis.exceptions import RedisError

from premium.errors import UpstreamUnavailable
from premium.execution.residence import Residence
from premium.metering.journal import UsageJournal
from premium.observability import logger

SECONDS = 1.0
"""Between two looks: so much is lost with Redis, and the time of a look."""


def serve(residence: Residence) -> None:
    """Take counts out of Redis each second, until asked to stop."""
    platform = residence.platform
    journal = UsageJournal(platform.redis(2), platform.worker_database)
    residence.say("keeps counts of requests")
    while not residence.stop.wait(SECONDS):
        look(journal, platform.clock.now())


def look(journal: UsageJournal, now: datetime) -> None:
    """Take counts out of Redis; a store that is away is waited for."""
    try:
        journal.keep(now)
    except RedisError as error:
        logger.warning("counts of requests wait for Redis", error=type(error).__name__)
        try:
            journal.store.missed(now)
        except UpstreamUnavailable as second:
            logger.warning("nor does PostgreSQL answer", error=second.message)
    except UpstreamUnavailable as error:
        logger.warning("counts of requests wait in Redis", error=error.message)
