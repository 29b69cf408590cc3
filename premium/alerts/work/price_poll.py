"""One source of prices, polled for the assets that rules name."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Self

from premium.alerts.sources.blocks import Event
from premium.alerts.sources.ticks import CHANGES, price_tick
from premium.alerts.store.subjects import Subjects
from premium.alerts.work.turns import Turn
from premium.bootstrap import Platform
from premium.clock import Clock
from premium.errors import UpstreamUnavailable
from premium.observability import count, logger
from premium.prices.assets import AssetNames, is_key
from premium.prices.model import Price, PriceSource, Quality, Quote
from premium.prices.store import StoredPrices
from premium.storage.postgres import Database

MOST = 2_000
"""Assets a poll: the next ones come in the next poll, and so all of them in turn."""
KEPT_EVERY = timedelta(minutes=5)
"""How often a price is stored for later changes."""
_NEAR = timedelta(minutes=20)
"""How much older than an hour or a day the price may be that a change is measured from."""

Send = Callable[[Sequence[Event]], None]


@dataclass(kw_only=True)
class PricePoll:
    """Polls a source, and sends each new price as an event."""

    name: str
    source: PriceSource
    names: AssetNames
    turn: Turn
    database: Database
    stored: StoredPrices
    clock: Clock
    send: Send
    _after: str = ""
    _kept: datetime | None = None
    _sent: dict[str, str] = field(default_factory=dict)
    """The newest tick of each asset: a price that has not changed its time is no news."""

    @classmethod
    def of(
        cls, platform: Platform, source: PriceSource, names: AssetNames, send: Send, *, name: str, seconds: int
    ) -> Self:
        """Return the poll of a source over the platform's stores."""
        return cls(
            name=name, source=source, names=names, turn=Turn(platform.redis(5), name, seconds),
            database=platform.worker_database,
            stored=StoredPrices(platform.timeseries), clock=platform.clock, send=send,
        )  # fmt: skip

    async def once(self) -> int:
        """Send the prices that are new; return how many.

        0 where another process polls the source. UpstreamUnavailable: the source or the queue does not answer.
        """
        if not await asyncio.to_thread(self.turn.take):
            return 0
        keys = await asyncio.to_thread(self._next)
        prices = await self.source.prices(keys) if keys else {}
        now = self.clock.now()
        good = [price for price in prices.values() if Quote.of(price, now).quality is Quality.GOOD]
        if len(good) < len(keys):
            count("TicksWithoutPrice", len(keys) - len(good), source=self.name)
        events = [event for event in await asyncio.to_thread(self._events, good) if self._is_new(event)]
        if events:
            await asyncio.to_thread(self.send, events)
            self._sent |= {event["asset"]: event["event_id"] for event in events}
            count("TicksSent", len(events), source=self.name)
        return len(events)

    def _next(self) -> list[str]:
        """Return the next assets that the source may know; after the last it begins again.

        A rule of long ago may name what is no key: asked for it, a source would tell of none of the others.
        """
        named = Subjects(self.database).page("asset", self._after, MOST)
        self._after = named[-1] if len(named) == MOST else ""
        return [name for name in named if self.source.covers(name) and is_key(name)]

    def _events(self, prices: Sequence[Price]) -> list[Event]:
        before = self._before(prices)
        return [
            price_tick(one, self.names.about(one.key), self.turn.seconds, before.get(one.key, {})) for one in prices
        ]

    def _before(self, prices: Sequence[Price]) -> Mapping[str, Mapping[str, Decimal]]:
        """Return earlier prices by asset and change; none without the store."""
        found: dict[str, dict[str, Decimal]] = {}
        now = self.clock.now()
        try:
            for name, span in CHANGES.items():
                asked = [(price.key, price.at - span) for price in prices]
                for past in self.stored.before(asked, _NEAR):
                    found.setdefault(past.asset, {})[name] = past.usd
            if self._kept is None or now - self._kept >= KEPT_EVERY:
                self.stored.keep(prices)
                self._kept = now
        except UpstreamUnavailable as error:
            logger.warning("prices have no changes", source=self.name, error=error.message)
        return found

    def _is_new(self, event: Event) -> bool:
        return bool(self._sent.get(event["asset"]) != event["event_id"])
