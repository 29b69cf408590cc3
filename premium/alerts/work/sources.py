"""The resident sources: they read the chains of EVENT_SOURCES block by block.

Any number may run: one at a time reads a chain. SIGTERM ends it after the poll in hand.
"""

from __future__ import annotations

import asyncio

import boto3

from premium.alerts.coverage import watched_chains
from premium.alerts.work.events_queue import EventsQueue
from premium.alerts.work.node import Node
from premium.alerts.work.poller import Poller
from premium.bootstrap import Platform
from premium.config import ConfigurationError
from premium.errors import UpstreamUnavailable
from premium.execution.residence import Residence
from premium.neighbours import open_client
from premium.observability import logger

POLL_SECONDS = 1.0


async def serve(residence: Residence) -> None:
    """Turn the blocks of the configured chains into events.

    Without chains it only waits, so that a fleet need not know who has any.
    """
    chains = _chains(residence.platform)
    stop = residence.stop.event()
    residence.say(f"reads {', '.join(chains) or 'no chain'}")
    await asyncio.gather(*(_follow(residence.platform, chain, stop) for chain in chains), stop.wait())


def _chains(platform: Platform) -> tuple[str, ...]:
    chains = watched_chains(platform)
    if chains and (unknown := [name for name in chains if name not in platform.chains]):
        raise ConfigurationError(f"EVENT_SOURCES names a chain that is not known: {', '.join(unknown)}")
    return chains


async def _follow(platform: Platform, chain: str, stop: asyncio.Event) -> None:
    queue = EventsQueue(boto3.client("sqs"), platform.settings.require("events_queue_url"))
    poller = Poller(platform.worker_database, queue.send)
    async with open_client() as client:
        market = platform.market(client)
        node = Node(market.rpc(chain), market.adapter(chain), market.prices)
        while not stop.is_set():
            try:
                sent = await poller.poll(node)
            except UpstreamUnavailable as error:
                sent = 0
                logger.warning("a source waits", chain=chain, error=error.message)
            if not sent:
                await _pause(stop)


async def _pause(stop: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(POLL_SECONDS):
            await stop.wait()
    except TimeoutError:
        return
