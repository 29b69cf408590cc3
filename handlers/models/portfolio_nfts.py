"""Views of NFTs that wallets have."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, Self

from pydantic import Field

from handlers.runtime import Position, View


class NftPlace(Position):
    """The last NFT of a page."""

    wallet: str = Field(max_length=128)
    chain: str = Field(max_length=64)
    contract: str = Field(max_length=64)
    number: str = Field(max_length=80)


class NftView(View):
    """An NFT that a wallet has, by its contract's word; it has no value here."""

    wallet: str = Field(description="Who has it", examples=["0x52908400098527886E0F7030069857D2E4169EE7"])
    chain: str = Field(description="The chain's short name", examples=["ethereum"])
    contract: str = Field(description="Its contract", examples=["0xbc4ca0eda7647a8ab7c2061c2e118a18a936f13d"])
    number: str = Field(description="Its number there (`tokenId`)", examples=["8520"])
    standard: Literal["erc721", "erc1155"] = Field(description="By which rules its contract speaks")
    units: str = Field(description="How many of it: 1 of ERC-721", examples=["1"])
    name: str | None = Field(
        description="What its contract calls itself; any may claim any name", examples=["BoredApeYachtClub"]
    )
    as_of: datetime
    """When it was read."""
    block: int = Field(description="The block at which it was read", examples=[19000000])
    is_stale: bool
    """Whether it was not read the last time."""

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """Return the view of a statement's row."""
        return cls(**{name: value for name, value in row.items() if name != "stale"}, is_stale=row["stale"])
