"""Wallets, the portfolio they make, and the refresh that reads it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import Field

from handlers.models.portfolio import (
    AssetView,
    ChainView,
    HistoryView,
    PerformanceView,
    PortfolioView,
    WalletView,
    asset_view,
    chain_views,
    history_view,
    performance_view,
    portfolio_view,
    wallet_view,
)
from handlers.runtime import (
    Body,
    Caller,
    Cursor,
    IdempotencyKey,
    JobView,
    Limit,
    Listing,
    Moment,
    Position,
    RequestId,
    entry,
    job_view,
    listing,
    needs,
    position,
    router,
)
from premium.bootstrap import platform
from premium.portfolio.service import Portfolios

app = router("Portfolio")

MAX_CHAINS = 200
"""All of them at once: a registry with more would need pages."""


class NewWallet(Body):
    address: str = Field(min_length=1, max_length=128, description="EVM address; a mixed-case one must fit EIP-55")
    label: str | None = Field(default=None, min_length=1, max_length=100, pattern=r"^\S(.*\S)?$")
    chains: tuple[str, ...] = Field(default=(), max_length=200, description="Short names; empty: every chain")


class WalletPosition(Position):
    created_at: datetime
    id: UUID


class AssetPosition(Position):
    value: Decimal | None
    id: UUID


@app.post("/v1/portfolio/wallets", status_code=201)
@needs(tier="starter", scope="portfolio:write")
def add_wallet(caller: Caller, wallet: NewWallet) -> WalletView:
    """Watch a wallet. An address that is watched already is CONFLICT."""
    known = frozenset(chain.name for chain in platform().chains) if wallet.chains else frozenset()
    made = _portfolios().watch(caller.user_id, wallet.address, wallet.label, wallet.chains, known)
    return wallet_view(made)


@app.get("/v1/portfolio/wallets")
@needs(tier="starter", scope="portfolio:read")
def list_wallets(caller: Caller, limit: Limit = 50, cursor: Cursor = None) -> Listing[WalletView]:
    """The watched wallets, newest first."""
    place = position(cursor, WalletPosition)
    after = (place.created_at, place.id) if place else None
    rows = [wallet_view(row) for row in _portfolios().store.wallets_page(caller.user_id, limit + 1, after)]
    return listing(rows, limit, WalletPosition, created_at="created_at", id="id")


@app.delete("/v1/portfolio/wallets/<wallet_id>")
@needs(tier="starter", scope="portfolio:write")
def remove_wallet(caller: Caller, request_id: RequestId, wallet_id: UUID) -> None:
    """Stop watching a wallet. It leaves the portfolio at once, and the assets with the refresh that this starts."""
    _portfolios().unwatch(caller.user_id, wallet_id, request_id=request_id)


@app.post("/v1/portfolio/refresh", status_code=202)
@needs(tier="starter", scope="portfolio:write")
def refresh(caller: Caller, request_id: RequestId, idempotency_key: IdempotencyKey) -> JobView:
    """Read every chain anew; its end is told at `links.self` and on the streams `jobs` and `portfolio`."""
    record = _portfolios().refresh(caller.user_id, request_id=request_id, idempotency_key=idempotency_key)
    return job_view(record)


@app.get("/v1/portfolio")
@needs(tier="starter", scope="portfolio:read")
def portfolio(caller: Caller) -> PortfolioView:
    """The newest snapshot: total, chains and categories. Only good prices enter the total."""
    return portfolio_view(_portfolios().current(caller.user_id))


@app.get("/v1/portfolio/assets")
@needs(tier="starter", scope="portfolio:read")
def assets(caller: Caller, limit: Limit = 50, cursor: Cursor = None) -> Listing[AssetView]:
    """What is held, the most valuable first, the unpriced last."""
    place = position(cursor, AssetPosition)
    after = (place.value, place.id) if place else None
    rows = [asset_view(row) for row in _portfolios().assets(caller.user_id, limit + 1, after)]
    return listing(rows, limit, AssetPosition, value="value_usd", id="id")


@app.get("/v1/portfolio/chains")
@needs(tier="starter", scope="portfolio:read")
def chains(caller: Caller) -> Listing[ChainView]:
    """Each chain's value, and whether it could be read."""
    return Listing(items=chain_views(_portfolios().current(caller.user_id)), limit=MAX_CHAINS)


@app.get("/v1/portfolio/history")
@needs(tier="starter", scope="portfolio:read")
def history(
    caller: Caller,
    interval: Literal["hour", "day", "week"] = "day",
    since: Annotated[Moment | None, Query(alias="from")] = None,
    until: Annotated[Moment | None, Query(alias="to")] = None,
) -> HistoryView:
    """The value over time, oldest first; by default by day over the last 30 days."""
    return history_view(interval, _portfolios().history(caller.user_id, interval, since, until))


@app.get("/v1/portfolio/performance")
@needs(tier="starter", scope="portfolio:read")
def performance(caller: Caller, period: Literal["24h", "7d", "30d", "90d", "1y", "all"] = "30d") -> PerformanceView:
    """Profit and returns between the snapshots of a period; deposits and withdrawals are flows, not gains."""
    return performance_view(_portfolios().performance(caller.user_id, period))


def _portfolios() -> Portfolios:
    return Portfolios.of(platform())


handler = entry(app)
