"""Sources of events: `python -m workers.sources`, resident, reads the chains of EVENT_SOURCES block by block.

Any number may run: one at a time reads a chain. SIGTERM ends it after the poll in hand.
"""

from __future__ import annotations

import asyncio
import signal
import sys

import boto3

from premium import bootstrap
from premium.alerts.manifest import AlertSettings
from premium.alerts.sources.node import Node
from premium.alerts.sources.poller import Poller
from premium.alerts.sources.sending import EventsQueue
from premium.config import ConfigurationError
from premium.errors import UpstreamUnavailable
from premium.neighbours import open_client
from premium.observability import logger
from workers import logs

POLL_SECONDS = 1.0


async def reside(platform: bootstrap.Platform, chains: tuple[str, ...]) -> None:
    """Until SIGTERM or SIGINT; without chains it only waits, so that a fleet need not know who has any."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    logger.info("sources are read", chains=list(chains))
    await asyncio.gather(*(_follow(platform, chain, stop) for chain in chains), stop.wait())


async def _follow(platform: bootstrap.Platform, chain: str, stop: asyncio.Event) -> None:
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


def main() -> None:
    logs.adopt()
    platform = bootstrap.platform()
    chains = tuple(
        name.strip() for name in platform.settings.of(AlertSettings).event_sources.split(",") if name.strip()
    )
    try:
        asyncio.run(reside(platform, chains))
    except (ConfigurationError, KeyError) as error:
        sys.exit(f"the sources do not start: {error}")


if __name__ == "__main__":
    main()
