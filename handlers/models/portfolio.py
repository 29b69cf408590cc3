"""Requests and answers of the portfolio's routes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Self
from uuid import UUID

from pydantic import Field

from handlers.runtime import Amount, Body, Position, View
from premium.portfolio.model import AssetRow, Interval, Point, Snapshot, Status, Wallet
from premium.portfolio.valuation.performance import Performance
from premium.prices.model import Quality


class NewWallet(Body):
    """A wallet to watch."""

    address: str = Field(min_length=1, max_length=128, description="EVM address; a mixed-case one must fit EIP-55")
    label: str | None = Field(default=None, min_length=1, max_length=100, pattern=r"^\S(.*\S)?$")
    chains: tuple[str, ...] = Field(default=(), max_length=200, description="Short names; empty: every chain")


class WalletPosition(Position):
    """The last wallet of a page."""

    created_at: datetime
    id: UUID


class AssetPosition(Position):
    """The last asset of a page."""

    value: Decimal | None
    id: UUID


class WalletView(View):
    """A watched wallet."""

    id: UUID
    address: str
    label: str | None
    chains: tuple[str, ...]
    """Empty: every chain."""
    created_at: datetime

    @classmethod
    def of(cls, wallet: Wallet) -> Self:
        """Return the view of a wallet."""
        return cls(**wallet.model_dump())


class AssetView(View):
    """An asset and its amount over all wallets."""

    id: UUID
    chain: str
    asset: str
    """`chain:address`; the native coin under the zero address."""
    symbol: str
    category: str
    decimals: int | None
    """Null where the contract tells no scale: the balance is then in base units."""
    balance: Amount
    price_usd: Amount | None
    price_quality: Quality
    value_usd: Amount | None
    """Null without a good price; such an asset is not in the total."""
    is_stale: bool
    as_of: datetime

    @classmethod
    def of(cls, row: AssetRow) -> Self:
        """Return the view of an asset."""
        return cls(**row.model_dump())


class ChainView(View):
    """A chain's value, and whether it could be read."""

    chain: str
    status: Status
    value_usd: Amount
    as_of: datetime | None
    block: int | None
    reason: str | None
    """Why it could not be read."""
    unreadable: tuple[str, ...]

    @classmethod
    def all_of(cls, snapshot: Snapshot) -> list[Self]:
        """Return the views of a snapshot's chains, the most valuable first."""
        values = snapshot.value_by_chain
        views = [cls(chain=n, value_usd=values[n], **state.model_dump()) for n, state in snapshot.chains.items()]
        return sorted(views, key=lambda view: (-view.value_usd, view.chain))


class PortfolioView(View):
    """The newest snapshot: its totals, by category and by chain."""

    total_value_usd: Amount
    uncertain_value_usd: Amount
    """Worth of what has only a doubtful or old price; not in the total."""
    is_stale: bool
    """A part is older than the snapshot or missing; `chains` says which."""
    as_of: datetime
    job_id: UUID
    assets: int
    categories: dict[str, Amount]
    chains: list[ChainView]

    @classmethod
    def of(cls, snapshot: Snapshot) -> Self:
        """Return the view of a snapshot."""
        return cls(
            total_value_usd=snapshot.total_value,
            uncertain_value_usd=snapshot.uncertain_value,
            is_stale=snapshot.is_stale,
            as_of=snapshot.timestamp,
            job_id=snapshot.job_id,
            assets=len(snapshot.holdings),
            categories=dict(snapshot.value_by_category),
            chains=ChainView.all_of(snapshot),
        )


class PointView(View):
    """The value at the end of an interval, and its extremes."""

    at: datetime
    value_usd: Amount
    lowest_usd: Amount
    highest_usd: Amount


class HistoryView(View):
    """The portfolio's value over time, oldest first.

    It has one point for each interval in which there was a snapshot.
    """

    interval: Interval
    points: list[PointView]

    @classmethod
    def of(cls, interval: Interval, points: Sequence[Point]) -> Self:
        """Return the view of points of one interval."""
        views = [PointView(at=p.at, value_usd=p.value, lowest_usd=p.lowest, highest_usd=p.highest) for p in points]
        return cls(interval=interval, points=views)


class PerformanceView(View):
    """Profit and returns of a period.

    Ratios are fractions: 0.05 is 5 %.
    """

    start: datetime
    end: datetime
    start_value: Amount
    end_value: Amount
    net_flow: Amount
    profit: Amount
    roi: Amount | None
    time_weighted_return: Amount | None
    money_weighted_return: Amount | None
    apy: Amount | None
    max_drawdown: Amount
    volatility: Amount | None

    @classmethod
    def of(cls, performance: Performance) -> Self:
        """Return the view of a period's figures."""
        return cls(**performance.model_dump())
