"""The answers of the portfolio's routes."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from handlers.runtime import Amount, View
from premium.portfolio import aggregate
from premium.portfolio.model import Snapshot, Status, Wallet
from premium.portfolio.performance import Performance
from premium.portfolio.snapshots import Interval, Point
from premium.portfolio.store import AssetRow
from premium.prices.model import Quality


class WalletView(View):
    id: UUID
    address: str
    label: str | None
    chains: tuple[str, ...]
    """Empty: every chain."""
    created_at: datetime


class AssetView(View):
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


class ChainView(View):
    chain: str
    status: Status
    value_usd: Amount
    as_of: datetime | None
    block: int | None
    reason: str | None
    """Why it could not be read."""
    unreadable: tuple[str, ...]


class PortfolioView(View):
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


class PointView(View):
    at: datetime
    value_usd: Amount
    lowest_usd: Amount
    highest_usd: Amount


class HistoryView(View):
    """One point an interval in which there was a snapshot, oldest first."""

    interval: Interval
    points: list[PointView]


class PerformanceView(View):
    """Ratios are fractions: 0.05 is 5 %."""

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


def wallet_view(wallet: Wallet) -> WalletView:
    return WalletView(**wallet.model_dump())


def asset_view(row: AssetRow) -> AssetView:
    return AssetView(**row.model_dump())


def chain_views(snapshot: Snapshot) -> list[ChainView]:
    """The most valuable first."""
    values = aggregate.by_chain(snapshot)
    views = [ChainView(chain=n, value_usd=values[n], **state.model_dump()) for n, state in snapshot.chains.items()]
    return sorted(views, key=lambda view: (-view.value_usd, view.chain))


def portfolio_view(snapshot: Snapshot) -> PortfolioView:
    return PortfolioView(
        total_value_usd=snapshot.total_value,
        uncertain_value_usd=snapshot.uncertain_value,
        is_stale=snapshot.is_stale,
        as_of=snapshot.timestamp,
        job_id=snapshot.job_id,
        assets=len(snapshot.holdings),
        categories=dict(aggregate.by_category(snapshot)),
        chains=chain_views(snapshot),
    )


def history_view(interval: Interval, points: list[Point]) -> HistoryView:
    views = [PointView(at=p.at, value_usd=p.value, lowest_usd=p.lowest, highest_usd=p.highest) for p in points]
    return HistoryView(interval=interval, points=views)


def performance_view(performance: Performance) -> PerformanceView:
    return PerformanceView(**performance.model_dump())
