"""The resident matcher: it serves one shard, or stands by for those whose matcher dies.

It forks no job, because its index lives on. One process a shard, and spares (`duty`).
"""

from __future__ import annotations

from functools import partial

from premium.alerts.manifest import AlertSettings
from premium.alerts.notices import enqueue_alerts
from premium.alerts.store.leases import ShardLease, standings
from premium.alerts.work.duty import OUTAGE_SECONDS, Duty
from premium.alerts.work.shard import Shard
from premium.config import ConfigurationError
from premium.errors import UpstreamUnavailable
from premium.execution.residence import Residence
from premium.observability import logger


def match(batch: str) -> None:
    """Refuse a job of the queue `alerts`: only the resident matcher can do it."""
    raise RuntimeError(f"batch {batch}: the queue alerts is the matcher's, start workers.resident alerts.matcher")


def serve(residence: Residence, *, shard: int | None = None) -> None:
    """Match chain events against the rules of one shard.

    The given one, or whichever is free.
    """
    platform = residence.platform
    duty = _duty(residence, _wanted(shard, platform.settings.of(AlertSettings).alert_shards))
    while not residence.stop.wanted:
        try:
            duty.turn()
        except UpstreamUnavailable as error:
            logger.warning("the matcher waits for its stores", error=error.message)
            residence.stop.wait(OUTAGE_SECONDS)
        residence.say(duty.doing)
    duty.release()


def _duty(residence: Residence, wanted: tuple[int, ...]) -> Duty:
    platform, owner = residence.platform, residence.owner
    database, settings = platform.worker_database, platform.settings.of(AlertSettings)
    shards = settings.alert_shards

    def make(number: int) -> Shard:
        lease = ShardLease(database, number, owner)
        return Shard(database, platform.redis(1), lease, shards, partial(enqueue_alerts, platform.redis(1)))

    return Duty(partial(standings, database, shards, owner), make, wanted, settings.alert_warm_shards)


def _wanted(shard: int | None, shards: int) -> tuple[int, ...]:
    if shard is None:
        return tuple(range(shards))
    if not 0 <= shard < shards:
        raise ConfigurationError(f"ALERT_SHARDS is {shards}: there is no shard {shard}")
    return (shard,)
