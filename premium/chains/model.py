"""Values of chains: their entries in the registry, and what was read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from typing import Protocol as Interface

from pydantic import AnyHttpUrl, BaseModel, ConfigDict, Field

from premium.chains.addresses import Address
from premium.chains.contracts.protocols import Protocol

Category = Literal["native", "stablecoin", "wrapped", "governance", "liquid_staking", "lp", "token"]


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Token(_Data):
    """An ERC-20 that is always read on its chain.

    What is left out is asked of the contract.
    """

    address: Address
    symbol: str | None = Field(default=None, min_length=1, max_length=32)
    decimals: int | None = Field(default=None, ge=0, le=77)
    category: Category = "token"


class Native(_Data):
    """A chain's own coin."""

    symbol: str = Field(min_length=1, max_length=16)
    decimals: int = Field(ge=0, le=36)
    absent: bool = False
    """There is none: what nodes say of its balance is a placeholder."""
    mirrored_by: Address | None = None
    """The ERC-20 that shows the same coin again: it is not read, so that the coin counts once."""


class Dex(_Data):
    """Where prices are read on the chain itself.

    Uniswap V2 and V3 factories, and the stablecoin that is the unit.
    """

    stable: Address
    stable_decimals: int = Field(ge=0, le=36)
    wrapped_native: Address
    v2_factory: Address | None = None
    v3_factory: Address | None = None
    v3_fees: tuple[int, ...] = (100, 500, 3000, 10000)


class Feed(_Data):
    """A price feed in US dollars that speaks Chainlink's aggregator interface."""

    asset: Address
    """The token, or the zero address for the chain's coin."""
    feed: Address
    heartbeat_seconds: int = Field(gt=0, le=604_800)
    """After so long without an answer its price has gone stale."""


class Discovery(_Data):
    """How Transfer logs are searched: in spans of blocks, which nodes bound."""

    blocks: int | None = Field(default=None, ge=1)
    """No further back than so many; None: to the first block."""
    span: int = Field(default=5_000, ge=1)


class Chain(_Data):
    """One chain of the registry; one of a known kind needs nothing else."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{1,31}$")
    title: str = Field(min_length=1, max_length=64)
    kind: Literal["evm"] = "evm"
    chain_id: int = Field(gt=0)
    native: Native
    rpc: tuple[AnyHttpUrl, ...] = ()
    """Tried in this order; the next takes over when one fails."""
    multicall: Address | None = None
    explorer: AnyHttpUrl | None = None
    price_name: str | None = None
    """The price provider's name of the chain, where it differs."""
    max_head_age_seconds: int | None = Field(default=3600, gt=0)
    """A newest block older than this is a node that fell behind; None where blocks come only with transactions."""
    discovery: Discovery | None = Discovery()
    """None where the nodes give no logs: then only known tokens are read."""
    call_gas: int = Field(default=30_000_000, ge=100_000)
    """What a node gives one `eth_call`: chunks of reads are cut by it."""
    call_bytes: int = Field(default=96_000, ge=1_000)
    """The calldata that a node takes in one `eth_call`."""
    block_seconds: float | None = Field(default=None, gt=0)
    """The usual time between two blocks."""
    finality_blocks: int = Field(default=64, ge=0)
    """Blocks below the newest that a reorganisation may still replace."""
    tokens: tuple[Token, ...] = ()
    dex: Dex | None = None
    feeds: tuple[Feed, ...] = ()
    sequencer: Address | None = None
    """The feed that says whether a rollup's sequencer is up; without it feeds are read at once."""
    coingecko: str | None = Field(default=None, pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")
    """CoinGecko's name of the chain (its asset platform)."""
    protocols: tuple[Protocol, ...] = ()
    """Deployments of protocols besides those that are shipped."""

    @property
    def endpoints(self) -> tuple[str, ...]:
        """The addresses of its nodes, in the order of preference."""
        return tuple(str(url) for url in self.rpc)


@dataclass(frozen=True, kw_only=True)
class Searched:
    """The blocks whose logs were searched for a wallet's tokens, and what they named.

    From `low` to `high`, both inclusive; none where `low` is above.
    """

    low: int
    high: int
    tokens: frozenset[str] = frozenset()
    nfts: frozenset[str] = frozenset()
    """As `address#number`, of the contracts alone that a protocol is known to keep positions in."""


Searches = Mapping[str, Searched | None]
"""By checksummed wallet; None: never searched."""


@dataclass(frozen=True, kw_only=True)
class Balance:
    """What one wallet holds of one asset: an exact integer of base units.

    `decimals` is None where the contract does not say it credibly: then the units have no scale and no price.
    """

    wallet: str
    key: str
    symbol: str
    decimals: int | None
    units: int
    category: Category


@dataclass(frozen=True, kw_only=True)
class ChainReading:
    """All balances of one chain at one block.

    `unreadable` are asset keys whose contract did not answer properly.
    """

    chain: str
    block: int
    block_hash: str
    block_time: datetime
    read_at: datetime
    balances: tuple[Balance, ...]
    unreadable: tuple[str, ...] = ()
    searched: Mapping[str, Searched] = field(default_factory=dict)
    """How far each wallet's logs are searched; empty where the chain gives none."""
    discovery_failed: bool = False
    """Whether logs up to the block were not all given in time."""
    unused: frozenset[str] = frozenset()
    """Wallets without code, nonce, coin, token or transfer ever."""


Outcome = ChainReading | str
"""What a chain said, or why it said nothing."""

Wanted = Mapping[str, Mapping[str, frozenset[str]]]
"""Chain → checksummed wallet → tokens to read besides those of the chain's list."""


class ChainAdapter(Interface):
    """One chain, read in the way of its kind."""

    async def read(self, wallets: Mapping[str, frozenset[str]], searched: Searches | None = None) -> ChainReading:
        """Read the balances of wallets; UpstreamUnavailable when the whole chain cannot be read.

        `wallets`: checksummed address → token addresses known to be held besides those of the chain's list.
        `searched`: how far each one's logs were searched before.
        """
        ...
