"""The matcher of alerts: `python -m workers.matcher [--shard 0]`, resident, one process a shard, and spares.

It forks no job: its index lives on. SIGTERM finishes the batch in hand and gives the shard back. Processes that find no
free shard stand by for those that die (`premium.alerts.duty`).
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from functools import partial
from types import FrameType

import click

from premium import bootstrap
from premium.alerts.duty import OUTAGE_SECONDS, Duty
from premium.alerts.firing import enqueue_alerts
from premium.alerts.lease import Lease, standings
from premium.alerts.shard import Shard
from premium.config import ConfigurationError
from premium.errors import UpstreamUnavailable
from premium.jobs.presence import present
from premium.observability import logger
from workers import logs


class Stop:
    """Set by SIGTERM or SIGINT."""

    def __init__(self) -> None:
        self.wanted = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask)

    def _ask(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - signal calls with two
        self.wanted = True


def match(batch: str) -> None:
    """What the queue's jobs name; only the resident matcher can do it."""
    raise RuntimeError(f"batch {batch}: the queue alerts is the matcher's, start python -m workers.matcher")


def reside(platform: bootstrap.Platform, wanted: tuple[int, ...], stop: Stop) -> None:
    """Serves one of the wanted shards, or stands by, until asked to stop."""
    owner, shards = f"{socket.gethostname()}-{os.getpid()}", platform.settings.alert_shards

    def make(number: int) -> Shard:
        lease = Lease(platform.worker_database, number, owner)
        redis = platform.redis(1)
        return Shard(platform.worker_database, redis, lease, shards, partial(enqueue_alerts, redis))

    look = partial(standings, platform.worker_database, shards, owner)
    duty = Duty(look, make, wanted, platform.settings.alert_warm_shards)
    with present(platform.redis(1), "alerts", owner, lambda: duty.doing):
        while not stop.wanted:
            try:
                duty.turn()
            except UpstreamUnavailable as error:
                logger.warning("the matcher waits for its stores", error=error.message)
                time.sleep(OUTAGE_SECONDS)
        duty.release()


def _wanted(shard: int | None, shards: int) -> tuple[int, ...]:
    if shard is not None and shard >= shards:
        raise ConfigurationError(f"ALERT_SHARDS is {shards}: there is no shard {shard}")
    return tuple(range(shards)) if shard is None else (shard,)


@click.command()
@click.option("--shard", type=click.IntRange(0, 1023), help="This one only; otherwise whichever is free.")
def main(shard: int | None) -> None:
    """Match chain events against the rules until SIGTERM."""
    logs.adopt()
    try:
        platform = bootstrap.platform()
        reside(platform, _wanted(shard, platform.settings.alert_shards), Stop())
    except ConfigurationError as error:
        sys.exit(f"the matcher does not start: {error}")


if __name__ == "__main__":
    main()
