"""Prices from feeds that speak Chainlink's aggregator interface, which the entries of chains name.

What a feed says counts as far as it can: above zero, off the bounds at which its aggregator stops to follow the
market, quoted in US dollars, and on a rollup only while its sequencer has been up for an hour. How long a price stands
is the feed's own heartbeat, which goes with it. Interface: https://docs.chain.link/data-feeds/api-reference
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from premium.chains import answers
from premium.chains.addresses import asset_key, checksum
from premium.chains.evm import CHAIN_DEADLINE, EvmAdapter
from premium.chains.model import Feed
from premium.chains.multicall import Read, Reader
from premium.clock import Clock
from premium.errors import UpstreamUnavailable
from premium.money import from_base_units
from premium.prices.model import Price, rounded

_LATEST, _DECIMALS, _AGGREGATOR, _DESCRIPTION, _LOWEST, _HIGHEST = (
    bytes.fromhex(selector) for selector in ("feaf968c", "313ce567", "245a7bfc", "7284e416", "22adbc78", "70da2f67")
)
_GRACE = timedelta(hours=1)
"""After a sequencer came back: what was sent meanwhile has not arrived yet, prices neither."""
_AHEAD = timedelta(minutes=5)
_MOST_DECIMALS = 36
_UNIT = "USD"


class _Round(NamedTuple):
    """What `latestRoundData` says."""

    answer: int
    started: int
    updated: int


class FeedPrices:
    """Prices of one chain's assets, from its feeds."""

    name = "feeds"
    unit: str | None = None

    def __init__(self, adapter: EvmAdapter, clock: Clock) -> None:
        chain = adapter.chain
        self._adapter, self._clock, self._sequencer = adapter, clock, chain.sequencer
        self._feeds: dict[str, Feed] = {asset_key(chain.name, feed.asset): feed for feed in chain.feeds}

    def covers(self, key: str) -> bool:
        """Say whether the chain's entry names a feed of the asset."""
        return key in self._feeds

    async def prices(self, keys: Sequence[str]) -> Mapping[str, Price]:
        """Return what feeds say, by key.

        UpstreamUnavailable where the chain does not answer in time, or its sequencer is down.
        """
        try:
            async with asyncio.timeout(CHAIN_DEADLINE):
                return await self._prices({key: self._feeds[key] for key in keys})
        except TimeoutError:
            raise UpstreamUnavailable(f"the feeds of {self._adapter.chain.name} were not read in time") from None

    async def _prices(self, feeds: Mapping[str, Feed]) -> Mapping[str, Price]:
        reader = await self._adapter.reader()
        asked = (_LATEST, _DECIMALS, _DESCRIPTION, _AGGREGATOR)
        sequencer = [Read(self._sequencer, _LATEST)] if self._sequencer else []
        told = await reader.reads([Read(f.feed, each) for f in feeds.values() for each in asked] + sequencer)
        if self._sequencer:
            self._check_sequencer(_round(told.pop()))
        rows = {key: told[4 * n : 4 * n + 4] for n, key in enumerate(feeds)}
        bounds = await _bounds(reader, {key: _address(row[3]) for key, row in rows.items()})
        found = {key: self._price(key, feeds[key], rows[key], bounds[key]) for key in feeds}
        return {key: price for key, price in found.items() if price is not None}

    def _check_sequencer(self, told: _Round | None) -> None:
        """Chainlink's own rule: 0 is up, and an hour is given after that."""
        now, name = self._clock.now(), self._adapter.chain.name
        if told is None or told.answer != 0 or not told.started:
            raise UpstreamUnavailable(f"the sequencer of {name} is down: its feeds stand still")
        if now - _moment(told.started) < _GRACE:
            raise UpstreamUnavailable(f"the sequencer of {name} came back within the hour: its feeds catch up")

    def _price(
        self, key: str, feed: Feed, replies: Sequence[bytes | None], bounds: tuple[int | None, int | None]
    ) -> Price | None:
        """None for what cannot be a price in dollars."""
        told, decimals, low, high = _round(replies[0]), answers.uint(replies[1]), *bounds
        if told is None or decimals is None or decimals > _MOST_DECIMALS or told.answer <= 0 or not told.updated:
            return None
        if (low is not None and told.answer <= low) or (high is not None and told.answer >= high):
            return None
        unit = answers.symbol(replies[2])
        at = _moment(told.updated)
        if (unit is not None and not unit.strip().endswith(_UNIT)) or at - self._clock.now() > _AHEAD:
            return None
        usd = rounded(from_base_units(told.answer, decimals))
        return Price(key=key, usd=usd, confidence=Decimal(1), at=at, source=self.name, heartbeat=feed.heartbeat_seconds)


async def _bounds(reader: Reader, aggregators: Mapping[str, str | None]) -> dict[str, tuple[int | None, int | None]]:
    """Return the least and the most that each feed can say, None without a bound."""
    named = {key: address for key, address in aggregators.items() if address is not None}
    told = await reader.reads([Read(each, selector) for each in named.values() for selector in (_LOWEST, _HIGHEST)])
    pairs = {key: (_int(told[2 * n]), _int(told[2 * n + 1])) for n, key in enumerate(named)}
    return {key: pairs.get(key, (None, None)) for key in aggregators}


def _round(data: bytes | None) -> _Round | None:
    if data is None or len(data) < 5 * answers.WORD:
        return None
    words = [data[i : i + answers.WORD] for i in range(0, 5 * answers.WORD, answers.WORD)]
    started, updated = (int.from_bytes(words[n], "big") for n in (2, 3))
    if max(started, updated) >= 2**33:
        return None
    return _Round(int.from_bytes(words[1], "big", signed=True), started, updated)


def _address(data: bytes | None) -> str | None:
    number = answers.uint(data)
    return checksum(f"0x{number:040x}") if number and number < 2**160 else None


def _int(data: bytes | None) -> int | None:
    """Return the least or most answer; None where no word comes."""
    if data is None or len(data) < answers.WORD:
        return None
    return int.from_bytes(data[: answers.WORD], "big", signed=True)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
