"""Views of what a user holds and owes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import Field

from handlers.runtime import Money, Ratio, View
from premium.portfolio.model import Statement, Status
from premium.portfolio.service import Performance


class ChainView(View):
    """A chain's value, and whether it could be read."""

    chain: str = Field(description="Its short name", examples=["ethereum"])
    status: Status
    """How well it was read."""
    value_usd: Money
    """Of the assets on it with good prices."""
    as_of: datetime | None
    """When it was read; null: never."""
    block: int | None = Field(description="The block at which it was read", examples=[19000000])
    reason: str | None = Field(description="Why it could not be read", examples=["the node does not answer"])
    unreadable: tuple[str, ...] = Field(
        description="Assets whose contracts did not answer",
        examples=[["ethereum:0x0000000000000000000000000000000000000001"]],
    )

    @classmethod
    def all_of(cls, parts: Sequence[Mapping[str, Any]]) -> list[Self]:
        """Return the views of a statement's chains, the most valuable first."""
        views = [cls(**part) for part in parts]
        return sorted(views, key=lambda view: (-view.value_usd, view.chain))


class BoundsView(View):
    """Between what the total may lie."""

    low: Money | None
    """Doubtful debts at their dearest; null: open."""
    high: Money | None
    """Doubtful assets counted; null: open."""


class CoverageView(View):
    """How a wallet was read on a chain."""

    wallet: str = Field(description="Its address", examples=["0x52908400098527886E0F7030069857D2E4169EE7"])
    chain: str | None = Field(description="The chain's short name", examples=["ethereum"])
    status: Literal["fresh", "stale", "pending", "dormant", "unread", "unsupported"] = Field(
        description="Dormant: never used there, asked once a day; pending: added since the last refresh",
        examples=["fresh"],
    )
    at: datetime | None
    """When it was read; null: never."""
    block: int | None = Field(description="The block at which it was read", examples=[19000000])
    reason: str | None = Field(description="Why it is not fresh", examples=["the node does not answer"])
    tokens_from: int | None = Field(
        default=None, description="Tokens are known by logs from this block on; null: by none", examples=[0]
    )
    tokens_to: int | None = Field(default=None, description="To this block", examples=[19000000])


class PartView(View):
    """A part of the assets."""

    key: str = Field(description="Its name", examples=["ethereum"])
    usd: Money
    """Of what counts."""
    share: Ratio
    """Of all assets."""


class AllocationView(View):
    """What the assets consist of; debts aside."""

    chain: list[PartView]
    """By chain."""
    asset: list[PartView]
    """By asset."""
    category: list[PartView]
    """By category."""
    protocol: list[PartView]
    """By protocol; `wallet` is what none holds."""
    wallet: list[PartView]
    """By wallet."""


class PortfolioFindingView(View):
    """Something that a user should know."""

    code: str = Field(description="What it is", examples=["depeg"])
    text: str = Field(description="In words", examples=["trades at 0.97"])
    wallet: str | None = Field(description="Whose", examples=["0x52908400098527886E0F7030069857D2E4169EE7"])
    chain: str | None = Field(description="On which chain", examples=["ethereum"])
    asset: str | None = Field(description="Of what", examples=["ethereum:0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48"])
    position: str | None = Field(description="In which position", examples=["0x52…9EE7/ethereum/aave"])


class DayChangeView(View):
    """How the whole did in the last 24 hours."""

    since: datetime
    """The first value of these hours."""
    value_usd: Money
    """The total now less the total then."""
    net_flow_usd: Money
    """What was put in less what was taken out."""
    profit_usd: Money
    """The rest: what was earned."""
    fraction: Ratio | None
    """The time-weighted return; null where nothing was there to earn."""

    @classmethod
    def of(cls, day: Performance) -> Self:
        """Return the view of a day's performance."""
        return cls(since=day.start, value_usd=day.net_flow + day.profit, net_flow_usd=day.net_flow,
                   profit_usd=day.profit, fraction=day.time_weighted_return)  # fmt: skip


class InCurrencyView(View):
    """The sums in another currency."""

    currency: str = Field(description="ISO 4217", examples=["EUR"])
    rate: Ratio
    """Units of it for a dollar; the sums are of the unrounded one."""
    day: date
    """Of the European Central Bank's rate."""
    total_value: Money
    """As `totalValueUsd`."""
    assets: Money
    """As `assetsUsd`."""
    debts: Money
    """As `debtsUsd`."""
    locked: Money
    """As `lockedUsd`."""
    claimable: Money
    """As `claimableUsd`."""
    uncertain_value: Money
    """As `uncertainValueUsd`."""


class PortfolioView(View):
    """What is held and owed, as it was last read."""

    total_value_usd: Money
    """Of all that counts, less debts; below zero where more is owed."""
    assets_usd: Money
    """What is owned of it."""
    debts_usd: Money
    """What is owed."""
    locked_usd: Money
    """Of the assets, what cannot be withdrawn yet."""
    claimable_usd: Money
    """Of the assets, what is earned and may be claimed."""
    uncertain_value_usd: Money
    """Worth of what has only a doubtful or old price; not in the total."""
    bounds: BoundsView
    """What is uncertain or unread could change the total to."""
    complete: bool
    """All was read, and each debt has a good price; else `coverage` says what is missing."""
    is_stale: bool
    """A part is older than the snapshot or missing; `coverage` says which."""
    as_of: datetime
    """When the snapshot was taken."""
    job_id: UUID
    """The refresh that took it."""
    snapshot_id: UUID
    """The same, by the name of snapshots."""
    assets: int = Field(description="How many assets are held", examples=[12])
    categories: dict[str, Money] = Field(
        description="Value by category", examples=[{"stablecoin": "1200", "coin": "300.5"}]
    )
    chains: list[ChainView]
    """Value by chain, the most valuable first."""
    coverage: list[CoverageView]
    """How each wallet was read on each of its chains."""
    allocation: AllocationView
    """What the assets consist of."""
    findings: list[PortfolioFindingView]
    """What a user should know."""
    change24h: DayChangeView | None = Field(
        default=None,
        alias="change24h",
        description="The last 24 hours; null of a part, and before there are values of them",
    )
    in_currency: InCurrencyView | None = Field(default=None, description="Where `currency` was asked for")

    @classmethod
    def of(cls, statement: Statement, parts: Sequence[Mapping[str, Any]]) -> Self:
        """Return the view of a statement, and of its parts by chain."""
        answer, sums = statement.answer, ("total_value_usd", "assets_usd", "debts_usd", "locked_usd")
        chains = ChainView.all_of(parts)
        late = any(row["status"] not in ("fresh", "dormant") for row in answer["coverage"])
        old = any(row["stale"] or row["quality"] == "too_old" for row in answer["holdings"])
        return cls(
            **{name: Decimal(answer[name]) for name in (*sums, "uncertain_value_usd")},
            claimable_usd=Decimal(answer.get("claimable_usd", "0")),
            bounds=BoundsView(**_decimals(answer["bounds"])),
            complete=answer["complete"],
            is_stale=late or old or any(chain.unreadable for chain in chains),
            as_of=statement.as_of,
            job_id=statement.job_id,
            snapshot_id=statement.job_id,
            assets=len({row["asset"] for row in answer["holdings"] if row["units"] != "0"}),
            categories={row["key"]: Decimal(row["usd"]) for row in answer["allocation"]["category"]},
            chains=chains,
            coverage=[CoverageView(**row) for row in answer["coverage"]],
            allocation=AllocationView(**{name: _parts(rows) for name, rows in answer["allocation"].items()}),
            findings=[PortfolioFindingView(**row) for row in answer["findings"]],
        )


def _decimals(texts: Mapping[str, str | None]) -> dict[str, Decimal | None]:
    return {name: None if text is None else Decimal(text) for name, text in texts.items()}


def _parts(rows: Sequence[Mapping[str, str]]) -> list[PartView]:
    return [PartView(key=row["key"], usd=Decimal(row["usd"]), share=Decimal(row["share"])) for row in rows]
