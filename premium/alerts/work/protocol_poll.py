"""The TVL of the protocols that rules name, polled from their provider."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

from premium.alerts.sources.blocks import Event
from premium.alerts.sources.ticks import protocol_tick
from premium.alerts.store.subjects import Subjects
from premium.alerts.work.turns import Turn
from premium.bootstrap import Platform
from premium.clock import Clock
from premium.observability import count
from premium.prices.protocols import ProviderProtocols
from premium.storage.postgres import Database

MOST = 10_000
"""Protocols a poll: more than there are."""


@dataclass(kw_only=True)
class ProtocolPoll:
    """Polls the provider, and sends the TVL of each named protocol as an event."""

    provider: ProviderProtocols
    turn: Turn
    database: Database
    clock: Clock
    send: Callable[[Sequence[Event]], None]

    @classmethod
    def of(
        cls, platform: Platform, provider: ProviderProtocols, seconds: int, send: Callable[[Sequence[Event]], None]
    ) -> Self:
        """Return the poll over the platform's stores."""
        turn = Turn(platform.redis(5), "protocols", seconds)
        return cls(provider=provider, turn=turn, database=platform.worker_database, clock=platform.clock, send=send)

    async def once(self) -> int:
        """Send the TVL of what rules name; return how many events.

        0 where another process polls. UpstreamUnavailable: the provider or the queue does not answer.
        """
        if not await asyncio.to_thread(self.turn.take):
            return 0
        names = await asyncio.to_thread(Subjects(self.database).page, "protocol", "", MOST)
        if not names:
            return 0
        states, now = await self.provider.states(names), self.clock.now()
        events = [protocol_tick(name, state, now, self.turn.seconds) for name, state in states.items()]
        if len(events) < len(names):
            count("TicksWithoutPrice", len(names) - len(events), source="protocols")
        if events:
            await asyncio.to_thread(self.send, events)
            count("TicksSent", len(events), source="protocols")
        return len(events)
