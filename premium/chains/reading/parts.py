"""What a chain's reading says beside balances."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Part = tuple[int, Literal["free", "locked", "claimable"]]
"""Base units, and whether they can be had."""


@dataclass(frozen=True, kw_only=True)
class Apart:
    """Coin that stands apart from a wallet's balance, and is no part of it.

    Staked, earned by a miner and not spendable yet, or in transactions without a block.
    """

    wallet: str
    kind: Literal["stake", "immature", "unconfirmed"]
    name: str
    """What tells it from others of its kind: the account of a stake."""
    parts: tuple[Part, ...]
    """Base units, never negative, and whether they can be had."""
    facts: Mapping[str, str] = field(default_factory=dict)
    is_counted: bool = True


@dataclass(frozen=True)
class Note:
    """Something that was not read, or that the owner should know, in a sentence."""

    code: str
    text: str
    wallet: str | None = None
    asset: str | None = None


Standard = Literal["erc721", "erc1155"]
MOST_COLLECTIBLES = 500
"""Of a wallet on a chain."""


@dataclass(frozen=True, kw_only=True, order=True)
class Collectible:
    """An NFT that a wallet has at a block.

    By its contract's word; it has no value here.
    """

    wallet: str
    contract: str
    number: int
    standard: Standard
    units: int
    """1 of ERC-721."""
    name: str | None
    """What the contract calls itself; any may claim any name."""
