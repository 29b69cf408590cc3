"""Quotes of many assets, from a cache and from sources of prices.

Every source that covers an asset is asked, all at once, and what they say is judged together (`agreement`). It is then
five minutes in the cache, also that nobody knows a price. What was known last stays for a day, so that a source that
is down yields an older price under its own time, which is marked once it is too old.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import datetime, timedelta
from decimal import Decimal
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict, ValidationError

from premium.clock import Clock
from premium.errors import UpstreamUnavailable
from premium.money import EXACT, ZERO
from premium.observability import count, logger
from premium.prices.agreement import agreed, said
from premium.prices.model import Price, PriceSource, Quality, Quote, rounded
from premium.storage.cache import Cache

FRESH = timedelta(minutes=5)
SOURCE_SECONDS = 12.0
"""What one source may take with all its repeats: the others do not wait longer."""
_KEPT_SECONDS = 24 * 3600
_NOTHING: Mapping[str, Price] = MappingProxyType({})
_AHEAD = timedelta(minutes=5)
"""A price from further in the future is a clock or a unit that slipped."""


class _Kept(BaseModel):
    """A price in the cache, with what a snapshot leaves out."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    usd: Decimal
    confidence: Decimal
    at: datetime
    source: str
    depth: Decimal | None = None
    heartbeat: int | None = None


class _Known(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    said: tuple[_Kept, ...]
    asked_at: datetime

    def prices(self, key: str) -> dict[str, Price]:
        return {row.source: Price(key=key, **row.model_dump()) for row in self.said}


class Prices:
    """What assets cost now, from a cache and several sources."""

    def __init__(
        self, cache: Cache, sources: Sequence[PriceSource], clock: Clock, stable: Set[str] = frozenset()
    ) -> None:
        """Take `sources`, and the keys of stablecoins, whose sources must agree to 1 %."""
        self._cache, self._sources, self._clock, self._stable = cache, sources, clock, stable

    async def quotes(self, keys: Iterable[str], last: Mapping[str, Price] = _NOTHING) -> Mapping[str, Quote]:
        """Return one quote for each key, in whatever state the sources are.

        `last` holds prices that the caller knows from before; they count where a source is silent.
        """
        wanted = sorted(set(keys))
        now = self._clock.now()
        # What a pool's prices are in must be priced itself.
        units = {s.unit for s in self._sources if s.unit is not None and any(map(s.covers, wanted))}
        every = sorted({*wanted, *units})
        known = self._cached(every)
        missing = [key for key in every if key not in known or now - known[key].asked_at >= FRESH]
        answers, silent = await self._ask(missing, now)
        found = {key: entry.prices(key) for key, entry in known.items()}
        for key in missing:
            before = {name: price for name, price in found.get(key, {}).items() if name in silent[key]}
            found[key] = before | answers[key]
        self._convert(found, missing, now)
        for key in missing:
            if found[key] or not silent[key]:
                self._keep(key, found[key], now)
        return {key: self._quote(key, found[key], silent.get(key, set()), last, now) for key in wanted}

    def _convert(self, found: Mapping[str, dict[str, Price]], asked: Sequence[str], now: datetime) -> None:
        """Turn prices in another asset into dollars, by what that asset trades at.

        Where they know no price of it the chain's entry vouches for its dollar; where they know none that is good,
        what rests on it is not sure either.
        """
        for source in self._sources:
            if source.unit is None or source.unit not in found:
                continue
            others = [price for price in found[source.unit].values() if self._is_in_dollars(price.source)]
            verdict = agreed(map(said, others), now, is_stable=source.unit in self._stable)
            if verdict is None:
                continue
            for key in (key for key in asked if source.covers(key) and source.name in found[key]):
                price = found[key][source.name]
                found[key][source.name] = _times(price, verdict.chosen.usd, sure=verdict.quality is Quality.GOOD)

    def _is_in_dollars(self, name: str) -> bool:
        return all(source.unit is None for source in self._sources if source.name == name)

    def _quote(
        self, key: str, found: Mapping[str, Price], silent: Set[str], last: Mapping[str, Price], now: datetime
    ) -> Quote:
        prices = list(found.values())
        if not prices and silent and key in last:
            prices = [last[key]]
        verdict = agreed(map(said, prices), now, is_stable=key in self._stable)
        if verdict is None:
            return Quote(price=None, quality=Quality.UNAVAILABLE if silent else Quality.UNKNOWN)
        chosen = next(price for price in prices if said(price) == verdict.chosen)
        return Quote(price=chosen, quality=verdict.quality, said=tuple(prices))

    async def _ask(
        self, keys: Sequence[str], now: datetime
    ) -> tuple[dict[str, dict[str, Price]], defaultdict[str, set[str]]]:
        """Return what sources say, by key and name, and which are silent."""
        answers: dict[str, dict[str, Price]] = {key: {} for key in keys}
        silent = defaultdict[str, set[str]](set)
        asked = [(source, mine) for source in self._sources if (mine := [key for key in keys if source.covers(key)])]
        said_by = await asyncio.gather(*(_guarded(source, mine) for source, mine in asked))
        for (source, mine), told in zip(asked, said_by, strict=True):
            for key in mine:
                if told is None:
                    silent[key].add(source.name)
                elif (price := told.get(key)) is not None and price.at - now <= _AHEAD:
                    answers[key][source.name] = price
        return answers, silent

    def _keep(self, key: str, found: Mapping[str, Price], now: datetime) -> None:
        kept = tuple(_Kept.model_validate(price, from_attributes=True) for price in found.values())
        entry = _Known(said=kept, asked_at=now)
        self._cache.set(key, entry.model_dump(mode="json"), ttl_seconds=_KEPT_SECONDS)

    def _cached(self, keys: Sequence[str]) -> dict[str, _Known]:
        found: dict[str, _Known] = {}
        for key, value in self._cache.get_many(keys).items():
            try:
                found[key] = _Known.model_validate(value)
            except ValidationError:
                continue  # another release's form: it is asked anew
        return found


def _times(price: Price, usd: Decimal, *, sure: bool) -> Price:
    depth = None if price.depth is None else rounded(EXACT.multiply(price.depth, usd))
    confidence = price.confidence if sure else ZERO
    return price.model_copy(
        update={"usd": rounded(EXACT.multiply(price.usd, usd)), "depth": depth, "confidence": confidence}
    )


async def _guarded(source: PriceSource, keys: Sequence[str]) -> Mapping[str, Price] | None:
    """Return a source's prices; None where it is silent."""
    try:
        async with asyncio.timeout(SOURCE_SECONDS):
            return await source.prices(keys)
    except (TimeoutError, UpstreamUnavailable) as error:
        count("PriceSourceSilent")
        logger.warning("a source of prices is silent", source=source.name, error=str(error)[:200])
        return None
