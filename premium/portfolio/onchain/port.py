"""The port behind which every protocol is read.

A reader of a kind is made for one protocol of one chain at one block; what `find` returns is all that `value` sees, so
that amounts follow from answers of contracts alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeVar

from premium.chains.addresses import asset_key
from premium.chains.contracts.caller import Contracts
from premium.chains.contracts.protocols import Protocol as Entry
from premium.portfolio.positions.found import Found

Amounts = Sequence[tuple[str, int]]
"""Asset keys and base units."""


@dataclass(frozen=True, kw_only=True)
class Share:
    """What a token says of itself, as shares of pools and vaults do.

    Nothing of it is believed yet.
    """

    factory: str | None = None
    token0: str | None = None
    token1: str | None = None
    asset: str | None = None
    pool_id: bytes | None = None
    """Of Balancer's pools."""
    staked: str | None = None
    """What a gauge holds."""
    is_priced: bool = False
    """Whether it tells a price of a share, as Yearn's vaults do."""
    is_minted: bool = False
    """Whether it names a minter or coins, as shares of Curve's pools do, and many another token."""

    @property
    def claims(self) -> bool:
        """Whether it speaks like a share and like nothing else."""
        return None not in (self.factory, self.token0, self.token1) or any((self.asset, self.pool_id, self.staked))


@dataclass(frozen=True, kw_only=True)
class Owner:
    """A wallet, the tokens that it holds, and what these say of themselves.

    Tokens are told by checksummed address.
    """

    address: str
    held: Mapping[str, int]
    shares: Mapping[str, Share]
    nfts: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """Numbers of NFTs that logs ever named, by contract: it need not hold them any more."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where and when a protocol is read."""

    contracts: Contracts
    entry: Entry

    @property
    def at(self) -> datetime:
        """The block's time."""
        return self.contracts.head.time

    def key(self, token: str) -> str:
        """Return the asset key of a token of this chain."""
        return asset_key(self.contracts.chain.name, token)

    def found(self, owner: str, name: str, **fields: Any) -> Found:
        """Return a position of this protocol."""
        said = {"kind": self.entry.kind, **fields}
        return Found(wallet=owner, chain=self.contracts.chain.name, protocol=self.entry.name, name=name,
                     block=self.contracts.head.number, **said)  # fmt: skip


Reads = TypeVar("Reads")


class Reader(Protocol[Reads]):
    """One kind of protocol."""

    def __init__(self, place: Place) -> None: ...

    async def find(self, owner: Owner) -> Sequence[Reads]:
        """Ask the contracts for the owner's positions; UpstreamUnavailable where no node answers."""
        ...

    def value(self, reads: Reads) -> Found:
        """Return what leaving pays by these answers, rounded as the contracts round."""
        ...


class Opener(Protocol):
    """A reader that also knows what shares of its protocol stand for, whoever holds them."""

    async def opened(self, token: str, share: Share, units: int) -> Amounts | None:
        """Return what an amount of a token stands for.

        None for a token that is not this protocol's.
        """
        ...
