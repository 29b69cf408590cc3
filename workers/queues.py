"""How workers are divided and how they reach Redis."""

from __future__ import annotations

from dataclasses import dataclass

from redis import Redis
from redis.backoff import ExponentialWithJitterBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.retry import Retry

from premium.config import ConfigurationError
from premium.jobs.queue import QUEUES

POLICY = "noeviction"

STOP_SECONDS = 110
"""ECS gives a stopping task at most 120 s: a job whose time-out is longer runs under scale-in protection."""


@dataclass(frozen=True, kw_only=True)
class Pace:
    """Seconds until a dead worker is noticed.

    RQ's own values are 90, and a pass every 10 minutes.
    """

    heartbeat: int = 5
    """Between two signs of life of a running job."""
    grace: int = 10
    """A job is abandoned when its sign of life is this much overdue."""
    maintenance: int = 5
    """Between two searches for abandoned jobs; also how long an idle worker waits for a job at a time."""

    def __post_init__(self) -> None:
        if min(self.heartbeat, self.grace, self.maintenance) < 1:
            raise ConfigurationError("heartbeat, grace and maintenance are whole seconds, at least 1")


def checked(names: str) -> tuple[str, ...]:
    """`aggregation,tax` as queue names; ConfigurationError for one that nothing is ever enqueued on."""
    wanted = tuple(name.strip() for name in names.split(",") if name.strip())
    unknown = [name for name in wanted if name not in QUEUES]
    if unknown or not wanted:
        raise ConfigurationError(f"unknown queue {', '.join(unknown) or '(none given)'}: choose of {', '.join(QUEUES)}")
    return wanted


def patient(connection: Redis) -> Redis:
    """Let commands wait about 30 s for a Redis that restarts.

    With backoff, before they fail.
    """
    backoff = ExponentialWithJitterBackoff(base=0.1, cap=2)
    connection.set_retry(Retry(backoff, 20, supported_errors=(RedisConnectionError, RedisTimeoutError)))
    return connection


def refuse_eviction(connection: Redis) -> None:
    """Refuse a Redis that evicts keys, with ConfigurationError.

    Another policy than noeviction would drop accepted work in silence.

    Asked by INFO, because ElastiCache forbids CONFIG.
    """
    policy = connection.info("memory").get("maxmemory_policy")
    if policy != POLICY:
        raise ConfigurationError(f"Redis evicts by {policy!r}: set maxmemory-policy to {POLICY} in its parameter group")
