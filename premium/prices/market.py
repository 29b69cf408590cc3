"""A task's access to chains and prices, over one HTTP client."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

import httpx

from premium.chains.addresses import asset_key
from premium.chains.bucket import Bucket, SharedBucket
from premium.chains.evm import CHAIN_DEADLINE, EvmAdapter
from premium.chains.fanout import read_all
from premium.chains.model import ChainAdapter, Keys, Outcome, Searches, Wanted
from premium.chains.nodes import Nodes, SecretNodes, Secrets
from premium.chains.reading.spoilers import Spoilers
from premium.chains.registry import Registry
from premium.chains.rpc import REQUESTS_A_SECOND, Rpc
from premium.clock import Clock
from premium.neighbours import CircuitBreaker, Neighbour, StateListener
from premium.neighbours_metrics import show
from premium.prices.api import PriceApi, key_of
from premium.prices.coingecko import KEY_HEADER, CoinGeckoPrices
from premium.prices.model import PriceSource
from premium.prices.onchain.feeds import FeedPrices
from premium.prices.onchain.pools import PoolPrices
from premium.prices.provider import PastPrices, ProviderPrices
from premium.prices.quotes import Prices
from premium.storage.cache import Cache

if TYPE_CHECKING:
    from redis import Redis

PROVIDER = "provider"
_PROVIDER_SECONDS = 10.0
_PROVIDER_ATTEMPTS = 3
"""Waits of 1 and 2 s: a user looks at the job."""


@dataclass(frozen=True, kw_only=True)
class Market:
    """Nodes of every chain and sources of prices; lives as long as `client` does.

    Each part is made when it is first asked for and kept, for the breakers and the bucket in it.
    """

    chains: Registry
    client: httpx.AsyncClient
    price_cache: Cache
    price_url: str | None
    """The price provider's address; None for a deployment that has none."""
    clock: Clock
    price_secret: str | None = None
    """The secret `{"key"}` of the provider, by name or ARN; None for one that wants no key."""
    coingecko_url: str | None = None
    """The address of a second provider, in CoinGecko's shape; None for a deployment that has none."""
    coingecko_secret: str | None = None
    nodes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Names of the secrets that hold the nodes of a chain, where its entry's are not used."""
    secrets: Secrets | None = None
    shared: Redis | None = None
    """What all processes know together: requests a second, and contracts that spoil a call."""
    on_change: StateListener = show
    """Told of every breaker's new state: the metrics, unless a test listens itself."""
    _rpcs: dict[tuple[str, float], Rpc] = field(default_factory=dict, init=False, repr=False)
    _adapters: dict[str, EvmAdapter] = field(default_factory=dict, init=False, repr=False)
    _others: dict[str, ChainAdapter] = field(default_factory=dict, init=False, repr=False)

    def rpc(self, chain: str, *, deadline: float = CHAIN_DEADLINE) -> Rpc:
        """Return the nodes of a chain; KeyError for a chain that is not known."""
        if (chain, deadline) not in self._rpcs:
            self._rpcs[chain, deadline] = Rpc(
                self.chains[chain],
                self.client,
                nodes=self._nodes(chain),
                deadline=deadline,
                bucket=self._bucket(chain),
                on_change=self.on_change,
            )
        return self._rpcs[chain, deadline]

    def adapter(self, chain: str) -> EvmAdapter:
        """Return the reader of an EVM chain's balances and contracts."""
        if chain not in self._adapters:
            spoilers = Spoilers(chain, self.shared)
            self._adapters[chain] = EvmAdapter(self.rpc(chain), self.clock, spoilers=spoilers)
        return self._adapters[chain]

    def reader(self, chain: str) -> ChainAdapter:
        """Return the reader of a chain's balances; every kind of chain has its adapter here."""
        kind = self.chains[chain].kind
        if kind == "evm":
            return self.adapter(chain)
        if chain not in self._others:
            self._others[chain] = self._solana(chain) if kind == "solana" else self._bitcoin(chain)
        return self._others[chain]

    def _solana(self, chain: str) -> ChainAdapter:
        from premium.chains.solana.adapter import SolanaAdapter  # noqa: PLC0415 - of one chain alone

        return SolanaAdapter(self.rpc(chain, deadline=CHAIN_DEADLINE), self.clock, deadline=CHAIN_DEADLINE)

    def _bitcoin(self, chain: str) -> ChainAdapter:
        from premium.chains.bitcoin.adapter import BitcoinAdapter  # noqa: PLC0415 - of one kind of chains alone
        from premium.chains.bitcoin.servers import Servers  # noqa: PLC0415 - comes with it

        entry, nodes, bucket = self.chains[chain], self._nodes(chain), self._bucket(chain)
        servers = Servers(entry, self.client, nodes=nodes, bucket=bucket, on_change=self.on_change)
        return BitcoinAdapter(servers, self.clock)

    def readers(self, chains: Iterable[str]) -> Mapping[str, ChainAdapter]:
        """Return the readers of these chains by name."""
        return {chain: self.reader(chain) for chain in chains}

    async def balances(
        self,
        wanted: Wanted,
        searched: Mapping[str, Searches] = MappingProxyType({}),
        keys: Keys = MappingProxyType({}),
        on_read: Callable[[str, Outcome], None] = lambda *_: None,
    ) -> Mapping[str, Outcome]:
        """Read balances of many wallets, all chains at once.

        A chain that fails costs nothing of the others. `searched`: how far logs were searched, by chain and wallet.
        `keys`: those of wallets whose addresses follow from one. `on_read` is told of each chain as it comes.
        """
        return await read_all(self.readers(wanted), wanted, searched, keys, on_read)

    @property
    def asked(self) -> int:
        """Return how many calls the nodes were sent so far."""
        return sum(rpc.asked for rpc in self._rpcs.values())

    @property
    def asked_by(self) -> Counter[str]:
        """Return how many calls the nodes were sent so far, by method."""
        return sum((rpc.asked_by for rpc in self._rpcs.values()), Counter())

    @cached_property
    def prices(self) -> Prices:
        """Current prices of assets: all sources of one are asked and judged together.

        The provider, the feeds and the pools that a chain's entry names, and CoinGecko's shape, in this order.
        """
        stable = {
            asset_key(chain.name, token.address)
            for chain in self.chains
            for token in chain.tokens
            if token.category == "stablecoin"
        }
        feeds = [FeedPrices(self.adapter(chain.name), self.clock) for chain in self.chains if chain.feeds]
        sources = [*self._provider(pooled=True).values(), *feeds, *self._pools(averaged=True).values()]
        return Prices(self.price_cache, sources + self._coingecko(), self.clock, stable)

    @cached_property
    def price_sources(self) -> Mapping[str, PriceSource]:
        """The sources that are polled for ticks, by name.

        Pools by their newest block, the provider for the rest.
        """
        return {**self._pools(averaged=False), **self._provider(pooled=False)}

    @cached_property
    def past_prices(self) -> PastPrices | None:
        """Prices of past moments from the provider; None where there is no provider."""
        if self.price_url is None:
            return None
        return PastPrices(self._api("past prices", self.price_url, self.price_secret))

    def _pools(self, *, averaged: bool) -> dict[str, PriceSource]:
        return {
            f"pools of {c.name}": PoolPrices(
                self.adapter(c.name), c.dex, self.clock, averaged=averaged, cache=self.price_cache
            )
            for c in self.chains
            if c.dex is not None
        }

    def _provider(self, *, pooled: bool) -> dict[str, PriceSource]:
        if self.price_url is None:
            return {}
        api = self._api("prices", self.price_url, self.price_secret)
        return {PROVIDER: ProviderPrices(api, self.chains, pooled=pooled)}

    def _coingecko(self) -> list[PriceSource]:
        return [] if self.coingecko is None else [self.coingecko]

    @cached_property
    def coingecko(self) -> CoinGeckoPrices | None:
        """The second provider; None where there is none."""
        if self.coingecko_url is None:
            return None
        api = self._api("coingecko", self.coingecko_url, self.coingecko_secret, KEY_HEADER)
        return CoinGeckoPrices(api, self.chains)

    def _bucket(self, chain: str) -> Bucket | None:
        return None if self.shared is None else SharedBucket(chain, self.shared, REQUESTS_A_SECOND)

    def _nodes(self, chain: str) -> Nodes | None:
        names = self.nodes.get(chain)
        return SecretNodes(chain, names, self.secrets) if names and self.secrets is not None else None

    def _api(self, name: str, url: str, secret: str | None, header: str | None = None) -> PriceApi:
        secrets = self.secrets
        if secret is None or secrets is None:
            return PriceApi(self._neighbour(name), url)
        return PriceApi(self._neighbour(name), url, lambda: key_of(secrets, secret), header)

    def _neighbour(self, name: str) -> Neighbour:
        return Neighbour(
            name,
            client=self.client,
            timeout=_PROVIDER_SECONDS,
            attempts=_PROVIDER_ATTEMPTS,
            breaker=CircuitBreaker(name, on_change=self.on_change),
        )
