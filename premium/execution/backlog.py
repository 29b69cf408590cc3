"""Count what waits for workers where it is kept, not where it is announced."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from premium.bootstrap import Platform
from premium.config import ConfigurationError
from premium.errors import UpstreamUnavailable
from premium.jobs.backlog import Backlog, Waiting, measure
from premium.manifest import queues
from premium.observability import logger

Count = Callable[[Platform], Waiting]


def measured(platform: Platform) -> tuple[Backlog, ...]:
    """Return the backlog of every queue: what is kept, and who works on it."""
    return measure(platform.redis(1), platform.clock.now(), kept=kept(platform))


def kept(platform: Platform) -> dict[str, Waiting]:
    """Return what waits, by queue.

    A store that does not answer leaves its queues out: those are counted by what Redis holds.
    """
    found: dict[str, Waiting] = {}
    own = {queue.name: queue.waits for queue in queues() if queue.waits is not None}
    others = [queue.name for queue in queues() if queue.name not in own]
    try:
        found |= platform.jobs.waiting(others)
    except (UpstreamUnavailable, ConfigurationError) as error:
        logger.warning("records of jobs cannot be counted", error=str(error))
    for name, dotted in own.items():
        try:
            found[name] = count_of(dotted)(platform)
        except (UpstreamUnavailable, ConfigurationError) as error:
            logger.warning("what waits cannot be counted", queue=name, error=str(error))
    return found


def count_of(dotted: str) -> Count:
    """Return the function that a queue's manifest names."""
    module, _, name = dotted.rpartition(".")
    count: Count = getattr(import_module(module), name)
    return count
