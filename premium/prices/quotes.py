"""Quotes of many assets, from a cache and from sources of prices.

Five minutes from the cache, else from the source that covers the asset. What was known last stays for a day, so that
a source that is down yields an older price under its own time, which is marked once it is too old.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict, ValidationError

from premium.clock import Clock
from premium.errors import UpstreamUnavailable
from premium.prices.model import Price, PriceSource, Quote
from premium.storage.cache import Cache

FRESH = timedelta(minutes=5)
_KEPT_SECONDS = 24 * 3600
_NOTHING: Mapping[str, Price] = MappingProxyType({})


class _Known(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    price: Price
    asked_at: datetime


class Prices:
    """What assets cost now, from a cache and several sources."""

    def __init__(self, cache: Cache, sources: Sequence[PriceSource], clock: Clock) -> None:
        """Take `sources` in the order of preference.

        A later one is asked for what the earlier do not know.
        """
        self._cache, self._sources, self._clock = cache, sources, clock

    async def quotes(self, keys: Iterable[str], last: Mapping[str, Price] = _NOTHING) -> Mapping[str, Quote]:
        """Return one quote for each key, in whatever state the sources are.

        `last` holds prices that the caller knows from before; they count where a source is silent.
        """
        wanted = sorted(set(keys))
        known = {key: entry for key in wanted if (entry := self._cached(key))}
        now = self._clock.now()
        missing = [key for key in wanted if key not in known or now - known[key].asked_at >= FRESH]
        fresh, silent = await self._ask(missing)
        for price in fresh.values():
            entry = _Known(price=price, asked_at=now)
            self._cache.set(price.key, entry.model_dump(mode="json"), ttl_seconds=_KEPT_SECONDS)
        prices = {key: price for key, price in last.items() if key in silent}
        prices |= {key: entry.price for key, entry in known.items()} | fresh
        return {key: Quote.of(prices.get(key), now, answered=key not in silent) for key in wanted}

    async def _ask(self, keys: Sequence[str]) -> tuple[dict[str, Price], set[str]]:
        """Return what the sources know, and the keys that a source said nothing of."""
        found: dict[str, Price] = {}
        silent: set[str] = set()
        for source in self._sources:
            asked = [key for key in keys if key not in found and source.covers(key)]
            if asked:
                try:
                    found.update(await source.prices(asked))
                except UpstreamUnavailable:
                    silent.update(asked)
        return found, silent - set(found)

    def _cached(self, key: str) -> _Known | None:
        value = self._cache.get(key)
        try:
            return None if value is None else _Known.model_validate(value)
        except ValidationError:
            return None
