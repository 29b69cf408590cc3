"""Requests and views of single assets, and of the user's word about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Self
from uuid import UUID

from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from pydantic import Field

from handlers.runtime import Amount, Body, Money, Position, View
from premium.portfolio.model import AssetRow
from premium.portfolio.valuation.words import Override
from premium.portfolio.views.grouped import Group
from premium.prices.model import Quality

ASSET = "ethereum:0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48"
OfAsset = Annotated[
    str | None, Query(max_length=200, description="Only of this asset, `chain:address`", examples=[ASSET])
]
OneAsset = Annotated[
    str,
    Path(
        max_length=200, pattern=r"^[A-Za-z0-9_-]{1,64}:[^\s:]{1,130}$", description="`chain:address`", examples=[ASSET]
    ),
]


class AssetPosition(Position):
    """The last asset of a page."""

    value: Decimal | None
    id: UUID


class AssetWord(Body):
    """The user's word about an asset.

    It is all of it: what is left out is taken back.
    """

    hidden: bool | None = Field(default=None, description="It counts nowhere", examples=[False])
    spam: bool | None = Field(
        default=None, description="Whether it is spam, whatever the evidence says; null: the evidence decides",
        examples=[False],
    )  # fmt: skip
    category: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$", max_length=32)] | None = Field(
        default=None, description="What kind of thing it is", examples=["stablecoin"]
    )
    price_usd: Amount | None = Field(
        default=None, ge=0, lt=Decimal(10) ** 15, description="What one unit is worth, in place of the market's price",
        examples=["1.05"],
    )  # fmt: skip

    def of(self, asset: str) -> Override:
        """Return it as a word about this asset."""
        return Override(asset=asset, **self.model_dump())


class WordView(View):
    """What the user said of an asset; null where nothing."""

    hidden: bool | None
    """It counts nowhere."""
    spam: bool | None
    """Whether it is spam."""
    category: str | None = Field(description="What kind of thing it is", examples=["stablecoin"])
    price_usd: Money | None
    """What one unit is worth."""

    @classmethod
    def of(cls, word: Override) -> Self:
        """Return the view of a word."""
        return cls(**word.model_dump(exclude={"asset"}))


class AssetView(View):
    """An asset and its amount over all wallets."""

    id: UUID
    """The asset's id in this portfolio."""
    chain: str = Field(description="The chain's short name", examples=["ethereum"])
    asset: str = Field(
        description="`chain:address`; the native coin under the zero address",
        examples=["ethereum:0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"],
    )
    symbol: str = Field(description="What the contract calls itself; any contract may claim any", examples=["USDC"])
    category: str = Field(description="What kind of thing it is", examples=["stablecoin"])
    decimals: int | None = Field(
        description="Null where the contract tells no scale: the balance is then in base units", examples=[6]
    )
    balance: Amount
    """Over all wallets, in whole units."""
    price_usd: Money | None
    """Of one unit, rounded as all money here; null where there is none."""
    price_quality: Quality
    """How far the price may be trusted."""
    value_usd: Money | None
    """Null without a good price; such an asset is not in the total."""
    is_stale: bool
    """It was read at an earlier refresh than the newest."""
    as_of: datetime
    """When it was read."""
    why: str | None = Field(
        default=None, description="Why it does not count, or only in part; null where it does", examples=["held_back"]
    )
    spam_reasons: list[str] = Field(
        default_factory=list, description="What speaks for spam, also where it is not enough", examples=[["bait"]]
    )
    word: WordView | None = Field(default=None, description="What the user said of it; null: nothing")

    identity: str | None = Field(
        default=None, description="What it is over chains, by a curated table; null: itself alone", examples=["USDC"]
    )
    assets: tuple[str, ...] = Field(
        default=(), description="Of `group=identity`: what stands together here", examples=[[ASSET]]
    )

    @classmethod
    def of_group(cls, group: Group, answer: Mapping[str, Any], words: Mapping[str, Override]) -> Self:
        """Return the view of what stands together."""
        view = cls.of(group.row, answer, words)
        return view.model_copy(update={"identity": group.identity, "assets": group.assets})

    @classmethod
    def of(cls, row: AssetRow, answer: Mapping[str, Any], words: Mapping[str, Override]) -> Self:
        """Return the view of an asset, by the newest answer and the user's words."""
        reasons = ((answer.get("spam") or {}).get(row.asset) or {}).get("reasons") or []
        word = words.get(row.asset)
        return cls(**row.model_dump(), spam_reasons=list(reasons), word=WordView.of(word) if word else None)


class HolderView(View):
    """What one wallet has of an asset, itself or in a position."""

    wallet: str = Field(description="Its address", examples=["0x52908400098527886E0F7030069857D2E4169EE7"])
    role: str = Field(description="`held`, or what it is in a position: `asset`, `debt`", examples=["held"])
    units: str = Field(description="Base units, exact; below zero what is owed", examples=["2500000000"])
    value_usd: Money | None
    """Null without a good price."""
    counted: bool
    """Whether it is in the total."""
    why: str | None = Field(description="Why not, or only in part", examples=["receipt"])


class HeldAssetView(AssetView):
    """An asset, and who has it."""

    holders: list[HolderView]
    """By wallet, the most valuable first."""

    @classmethod
    def of_one(cls, row: AssetRow, answer: Mapping[str, Any], words: Mapping[str, Override]) -> Self:
        """Return the view of one asset with its holders."""
        seen = AssetView.of(row, answer, words).model_dump(by_alias=False)
        return cls(**seen, holders=list(_holders(row.asset, answer)))


def _holders(asset: str, answer: Mapping[str, Any]) -> Iterable[HolderView]:
    for line in answer.get("holdings", ()):
        if line["asset"] == asset:
            yield HolderView(
                wallet=line["wallet"], role=line.get("role", "held"), units=line["units"],
                value_usd=None if line["value_usd"] is None else Decimal(line["value_usd"]),
                counted=line.get("counted", True), why=line.get("why"),
            )  # fmt: skip
