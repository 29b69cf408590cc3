"""Values of chains: their entries in the registry, and what was read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, Self
from typing import Protocol as Interface

from pydantic import AnyHttpUrl, BaseModel, ConfigDict, Field, model_validator

from premium.chains.addresses import Address, TokenAddress
from premium.chains.bitcoin.network import Network
from premium.chains.contracts.protocols import Protocol
from premium.chains.fees.model import Fees
from premium.chains.reading.parts import Apart, Collectible, Note
from premium.chains.transfers.movement import Movement

Category = Literal["native", "stablecoin", "wrapped", "governance", "liquid_staking", "lp", "token"]


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


ChainKind = Literal["evm", "solana", "bitcoin"]
"""How a chain is read, and what its addresses look like."""


_TOLD_BY = {"evm": "chain_id", "solana": "genesis", "bitcoin": "network"}
"""By which field a chain of each kind is told from others."""


class Token(_Data):
    """A token that is always read; on Solana one whose symbol is known.

    What is left out is asked of the contract.
    """

    address: TokenAddress
    symbol: str | None = Field(default=None, min_length=1, max_length=32)
    decimals: int | None = Field(default=None, ge=0, le=77)
    category: Category = "token"


class Native(_Data):
    """A chain's own coin."""

    symbol: str = Field(min_length=1, max_length=16)
    decimals: int = Field(ge=0, le=36)
    absent: bool = False
    """There is none: what nodes say of its balance is a placeholder."""
    market: str | None = Field(default=None, pattern=r"^[a-z0-9-]{1,64}$")
    """CoinGecko's name of the coin, where the price provider knows no address of it."""
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
    kind: ChainKind = "evm"
    chain_id: int = Field(default=0, ge=0)
    """EIP-155; 0 for a chain of another kind."""
    genesis: str | None = Field(default=None, pattern=r"^[1-9A-HJ-NP-Za-km-z]{32,44}$")
    """The hash of Solana's first block: a node of another cluster is never listened to."""
    network: Network | None = None
    """Of a chain of Bitcoin's kind."""
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
    call_bytes: int = Field(default=320_000, ge=1_000)
    """The calldata that a node takes in one `eth_call`."""
    block_seconds: float | None = Field(default=None, gt=0)
    """The usual time between two blocks."""
    finality_blocks: int = Field(default=64, ge=0)
    """Blocks below the newest that a reorganisation may still replace."""
    fees: Fees = Fees()
    """How it prices gas; where nothing is known, only its node's word counts."""
    tokens: tuple[Token, ...] = ()
    listed: frozenset[TokenAddress] = frozenset()
    """Further tokens, of Token Lists: read of a wallet until its logs were searched to the first block."""
    dex: Dex | None = None
    feeds: tuple[Feed, ...] = ()
    sequencer: Address | None = None
    """The feed that says whether a rollup's sequencer is up; without it feeds are read at once."""
    coingecko: str | None = Field(default=None, pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")
    """CoinGecko's name of the chain (its asset platform)."""
    ens: Address | None = None
    """The registry of the Ethereum Name Service, where wallets' names are looked up."""
    protocols: tuple[Protocol, ...] = ()
    """Deployments of protocols besides those that are shipped."""

    @model_validator(mode="after")
    def _of_its_kind(self) -> Self:
        known = {
            "chain_id": self.chain_id > 0,
            "genesis": self.genesis is not None,
            "network": self.network is not None,
        }
        wanted = _TOLD_BY[self.kind]
        if not known[wanted]:
            raise ValueError(f"{wanted} is required of a chain of the kind {self.kind}")
        if others := [name for name, is_there in known.items() if is_there and name != wanted]:
            raise ValueError(f"{others[0]} is none of a chain of the kind {self.kind}")
        if wrong := [token.address for token in self.tokens if token.address.startswith("0x") != (self.kind == "evm")]:
            raise ValueError(f"tokens: {wrong[0]} is no address of the kind {self.kind}")
        return self

    @property
    def proof(self) -> tuple[str, Any]:
        """The call by which a node says of which chain it is, and the answer."""
        return ("eth_chainId", hex(self.chain_id)) if self.kind == "evm" else ("getGenesisHash", self.genesis)

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
    collectibles: frozenset[str] = frozenset()
    """As `standard:address#number`, of any other contract; one more than are listed says that there are more."""
    moved: int = -1
    """The newest block, of those that were searched, of which a log names it."""
    is_matched: bool = False
    """Whether no block below `high` is asked for once more: it is final, or the run matches it."""


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
class WatchedKey:
    """An extended key or a descriptor, whose addresses are a wallet's.

    `repr` does not show it: it says all that its owner ever had.
    """

    key: str = field(repr=False)
    gap_limit: int


Keys = Mapping[str, WatchedKey]
"""By the wallet's name; a wallet that is not there is an address itself."""


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
    apart: tuple[Apart, ...] = ()
    collectibles: tuple[Collectible, ...] | None = None
    """NFTs that wallets have; None where they were not read."""
    notes: tuple[Note, ...] = ()
    multipliers: Mapping[str, Decimal] = field(default_factory=dict)
    """By asset key, how many units a holder is shown for one that the chain counts; prices are of those shown."""


Outcome = ChainReading | str
"""What a chain said, or why it said nothing."""

Wanted = Mapping[str, Mapping[str, frozenset[str]]]
"""Chain → checksummed wallet → tokens to read besides those of the chain's list."""


class ChainAdapter(Interface):
    """One chain, read in the way of its kind."""

    async def read(
        self, wallets: Mapping[str, frozenset[str]], searched: Searches | None = None, keys: Keys | None = None
    ) -> ChainReading:
        """Read the balances of wallets; UpstreamUnavailable when the whole chain cannot be read.

        `wallets`: address or name of a key → token addresses known to be held besides those of the chain's list.
        `searched`: how far each one's logs were searched before. `keys`: those of wallets that are one.
        """
        ...

    async def canonical(self, blocks: Sequence[tuple[int, str]]) -> list[bool]:
        """Say which blocks, by number and hash, are still the chain's.

        UpstreamUnavailable where that is not told.
        """
        ...

    async def movements(self, wallet: str, key: WatchedKey | None, first: int, last: int) -> Sequence[Movement]:
        """Return all that a wallet moved from block `first` to `last`, both inclusive.

        UpstreamUnavailable where it is not told; Unprocessable where too much would have to be read.
        """
        ...
