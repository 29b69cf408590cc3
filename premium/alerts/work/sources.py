"""The resident sources: they read the chains of EVENT_SOURCES block by block.

Any number may run: one at a time reads a chain. SIGTERM ends it after the page in hand. Whatever happens to one chain
is that chain's alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import boto3

from premium.alerts.coverage import watched_chains
from premium.alerts.store.blocks import ChainReader
from premium.alerts.work.events_queue import EventsQueue
from premium.alerts.work.node import Node
from premium.alerts.work.poller import Poller
from premium.bootstrap import Platform
from premium.config import ConfigurationError
from premium.errors import UpstreamUnavailable
from premium.execution.residence import Residence, pause
from premium.neighbours import open_client
from premium.observability import logger

POLL_SECONDS = 1.0
_MOST_SECONDS = 30.0
"""The longest pause of a chain that fails again and again."""


async def serve(residence: Residence) -> None:
    """Turn the blocks of the configured chains into events.

    Without chains it only waits, so that a fleet need not know who has any.
    """
    chains = _chains(residence.platform)
    stop = residence.stop.event()
    words = dict.fromkeys(chains, "")

    def say(chain: str, said: str) -> None:
        words[chain] = said
        residence.say("; ".join(f"reads {name}{text and f' ({text})'}" for name, text in words.items()))

    residence.say(f"reads {', '.join(chains) or 'no chain'}")
    sources = (_Source(residence.platform, chain, residence.owner, say) for chain in chains)
    await asyncio.gather(*(source.follow(stop) for source in sources), stop.wait())


def _chains(platform: Platform) -> tuple[str, ...]:
    chains = watched_chains(platform)
    if chains and (unknown := [name for name in chains if name not in platform.chains]):
        raise ConfigurationError(f"EVENT_SOURCES names a chain that is not known: {', '.join(unknown)}")
    if others := [name for name in chains if platform.chains[name].kind != "evm"]:
        raise ConfigurationError(f"EVENT_SOURCES names a chain whose blocks are not read: {', '.join(others)}")
    return chains


class _Source:
    """Follows one chain; its failures end in a pause."""

    def __init__(self, platform: Platform, chain: str, owner: str, say: Callable[[str, str], None]) -> None:
        queue = EventsQueue(boto3.client("sqs"), platform.settings.require("events_queue_url"))
        self._platform, self._chain, self._say = platform, chain, say
        self._poller = Poller(platform.worker_database, queue.send, owner)
        self._reader = ChainReader(platform.worker_database, chain, owner)
        self._said = ""

    async def follow(self, stop: asyncio.Event) -> None:
        """Read the chain until the stop is wanted."""
        failures = 0
        async with open_client() as client:
            market = self._platform.market(client)
            node = Node(market.rpc(self._chain), market.adapter(self._chain), market.prices)
            while not stop.is_set():
                sent, problem = await self._poll(node)
                failures = failures + 1 if problem else 0
                await self._tell(problem or _benched(node))
                if not sent:
                    await pause(stop, min(POLL_SECONDS * 2 ** max(failures - 3, 0), _MOST_SECONDS))

    async def _poll(self, node: Node) -> tuple[int, str]:
        """Return how many events were sent, and what is wrong."""
        try:
            return await self._poller.poll(node), ""
        except UpstreamUnavailable as error:
            logger.warning("a source waits", chain=self._chain, error=error.message)
            return 0, error.message
        except Exception as error:
            # No other chain is to stop for this one: what we did not think of waits, is logged, and is tried again.
            logger.exception("a source failed unexpectedly", chain=self._chain)
            return 0, f"{type(error).__name__}: {error}"

    async def _tell(self, words: str) -> None:
        """Tell operators what has changed: in the process's presence and in the chain's row."""
        if words == self._said:
            return
        self._say(self._chain, words)
        try:
            await asyncio.to_thread(self._reader.note, words)
            self._said = words
        except UpstreamUnavailable:
            return  # said again at the next turn


def _benched(node: Node) -> str:
    names = ", ".join(node.benched)
    return f"not believed at present: {names}" if names else ""
