"""Where a refresh reads from, wired from the platform: chains' adapters and sources of prices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx

from premium.chains import registry
from premium.chains.evm import EvmAdapter
from premium.chains.registry import Registry
from premium.chains.rpc import Rpc
from premium.clock import Clock
from premium.neighbours import CircuitBreaker, Neighbour
from premium.neighbours_metrics import show
from premium.prices.manifest import PriceSettings
from premium.prices.model import PriceSource
from premium.prices.onchain import PoolPrices
from premium.prices.provider import ProviderPrices
from premium.prices.service import Prices
from premium.storage.cache import Cache

if TYPE_CHECKING:
    from premium.bootstrap import Platform

_CACHES = 3
_PROVIDER_SECONDS = 10.0
_PROVIDER_ATTEMPTS = 3
"""Waits of 1 and 2 s: a user looks at the job."""


@dataclass(frozen=True, kw_only=True)
class Sources:
    registry: Registry
    clock: Clock
    price_cache: Cache
    price_url: str | None

    @classmethod
    def of(cls, platform: Platform) -> Sources:
        return cls(
            registry=registry.load(platform.settings),
            clock=platform.clock,
            price_cache=Cache(platform.redis(_CACHES), "price"),
            price_url=platform.settings.of(PriceSettings).price_api_url,
        )

    def adapters(self, client: httpx.AsyncClient, names: Iterable[str]) -> Mapping[str, EvmAdapter]:
        """One a chain; every kind of chain that the registry admits has its adapter here."""
        return {name: EvmAdapter(Rpc(self.registry[name], client, on_change=show), self.clock) for name in names}

    def prices(self, client: httpx.AsyncClient, adapters: Mapping[str, EvmAdapter]) -> Prices:
        """Pools where a chain's entry names them, the provider for the rest."""
        pools = [PoolPrices(a, a.chain.dex, self.clock) for a in adapters.values() if a.chain.dex is not None]
        return Prices(self.price_cache, [*pools, *self._provider(client)], self.clock)

    def _provider(self, client: httpx.AsyncClient) -> list[PriceSource]:
        if self.price_url is None:
            return []
        neighbour = Neighbour(
            "prices",
            client=client,
            timeout=_PROVIDER_SECONDS,
            attempts=_PROVIDER_ATTEMPTS,
            breaker=CircuitBreaker("prices", on_change=show),
        )
        return [ProviderPrices(neighbour, self.price_url, self.registry)]
