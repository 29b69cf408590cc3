"""Poll prices and protocols that rules name, and send them as events.

Each source is polled by a task of its own: one that hangs or fails delays no other. Any number of processes may run:
in each period one of them polls a source. What was read and cannot be sent is read anew; nothing is kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import boto3

from premium.alerts.coverage import Coverage
from premium.alerts.language.earlier_rules import present_form
from premium.alerts.manifest import AlertSettings
from premium.alerts.store.rule_form import EarlierRules
from premium.alerts.work.events_queue import EventsQueue
from premium.alerts.work.price_poll import PricePoll
from premium.alerts.work.protocol_poll import ProtocolPoll
from premium.bootstrap import Platform
from premium.errors import UpstreamUnavailable
from premium.execution.residence import Residence
from premium.neighbours import CircuitBreaker, Neighbour, open_client
from premium.neighbours_metrics import show
from premium.observability import count, logger
from premium.prices.market import PROVIDER
from premium.prices.protocols import ProviderProtocols

POOL_SECONDS = 5
"""Pools are read from a node of our own choice, all assets in a few calls."""
PROVIDER_SECONDS = 60
PROTOCOL_SECONDS = 300
"""The provider's own figures change by the hour."""
_REWRITE_SECONDS = 60
_REWRITTEN = 500

Poll = Callable[[], Awaitable[object]]


async def serve(residence: Residence) -> None:
    """Poll every source of prices and protocols that this stage has."""
    platform, stop = residence.platform, residence.stop.event()
    send = EventsQueue(boto3.client("sqs"), platform.settings.require("events_queue_url")).send
    async with open_client() as client:
        market, names = platform.market(client), Coverage.of(platform).names
        polls: list[tuple[str, int, Poll]] = [("earlier rules", _REWRITE_SECONDS, partial(_rewrite, platform))]
        for name, source in market.price_sources.items():
            seconds = PROVIDER_SECONDS if name == PROVIDER else POOL_SECONDS
            polls.append((name, seconds, PricePoll.of(platform, source, names, send, name=name, seconds=seconds).once))
        if url := platform.settings.of(AlertSettings).protocol_api_url:
            breaker = CircuitBreaker("protocols", on_change=show)
            neighbour = Neighbour("protocols", client=client, timeout=30, attempts=3, breaker=breaker)
            protocols = ProtocolPoll.of(platform, ProviderProtocols(neighbour, url), PROTOCOL_SECONDS, send)
            polls.append(("protocols", PROTOCOL_SECONDS, protocols.once))
        residence.say(f"polls {', '.join(name for name, *_ in polls[1:]) or 'no source of prices'}")
        await asyncio.gather(*(_every(seconds, name, poll, stop) for name, seconds, poll in polls))


async def _every(seconds: int, name: str, poll: Poll, stop: asyncio.Event) -> None:
    while not stop.is_set():
        try:
            await poll()
        except Exception as error:  # whatever failed: a task that ends would end all sources with it
            count("TickPollsFailed", source=name)
            if isinstance(error, UpstreamUnavailable):
                logger.warning("a source of ticks waits", source=name, error=error.message)
            else:
                logger.exception("a source of ticks failed", source=name)
        try:
            await asyncio.wait_for(stop.wait(), seconds)
        except TimeoutError:
            continue


async def _rewrite(platform: Platform) -> None:
    """Bring rules of the earlier form into the present one.

    Those that a release before this one still writes are among them.
    """
    rules, names = EarlierRules(platform.worker_database), Coverage.of(platform).names
    form = partial(present_form, names=names)
    left = True
    while left:
        left = await asyncio.to_thread(rules.rewrite, form, _REWRITTEN) == _REWRITTEN
