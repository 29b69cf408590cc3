"""The matcher of alerts: `python -m workers.matcher [--shard 0]`, resident, one process a shard.

It forks no job: its index lives on. SIGTERM finishes the batch in hand and gives the shard back. Where several
processes are started for one shard, or without a shard, those that find none free wait until one is.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from contextlib import suppress
from functools import partial
from types import FrameType

import click

from premium import bootstrap
from premium.alerts.shard import Shard
from premium.alerts.shard_store import LeaseLost, ShardStore
from premium.config import ConfigurationError
from premium.errors import UpstreamUnavailable
from premium.notifications.dispatch import hand_over
from premium.observability import logger
from workers import logs

_LOOK_SECONDS = 1.0


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
    """Serves one of the wanted shards until asked to stop; after a loss, or a failing store, begins anew."""
    owner = f"{socket.gethostname()}-{os.getpid()}"
    while not stop.wanted:
        try:
            store = _claimed(platform, wanted, owner)
            if store is None:
                time.sleep(_LOOK_SECONDS)
            else:
                _serve(platform, store, owner, stop)
        except LeaseLost:
            logger.warning("the shard is served by another matcher")
        except UpstreamUnavailable as error:
            logger.warning("the matcher waits for its stores", error=error.message)
            time.sleep(_LOOK_SECONDS)


def _claimed(platform: bootstrap.Platform, wanted: tuple[int, ...], owner: str) -> ShardStore | None:
    stores = (ShardStore(platform.worker_database, shard) for shard in wanted)
    return next((store for store in stores if store.claim(owner)), None)


def _serve(platform: bootstrap.Platform, store: ShardStore, owner: str, stop: Stop) -> None:
    logger.append_keys(shard=store.shard)
    shard = Shard(store, platform.redis(1), platform.settings.alert_shards, partial(hand_over, platform.redis(1)))
    shard.load()
    logger.info("the matcher serves", shard=store.shard, epoch=store.epoch)
    while not stop.wanted:
        try:
            shard.step()
        except UpstreamUnavailable as error:
            logger.warning("the matcher waits for its stores", error=error.message)
            _wait_for(store, owner, stop)
            shard.remember()
    store.release()
    logger.info("the matcher gives its shard back", shard=store.shard)


def _wait_for(store: ShardStore, owner: str, stop: Stop) -> None:
    """Until the stores are back; LeaseLost where another matcher was faster. The rules stay loaded meanwhile."""
    while not stop.wanted:
        time.sleep(_LOOK_SECONDS)
        with suppress(UpstreamUnavailable):
            if not store.claim(owner):
                raise LeaseLost(f"shard {store.shard} is another matcher's")
            return


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
