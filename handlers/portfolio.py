"""Routes of wallets, their portfolio, and the refresh that reads it."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from aws_lambda_powertools.event_handler.openapi.params import Query

from handlers.models.holdings import ChainView, PortfolioView
from handlers.models.performance import (
    Basis,
    Benchmark,
    OfPart,
    OfScope,
    PerformanceView,
    Period,
    Since,
    Split,
    TimeZone,
    Until,
    Window,
    part_of,
)
from handlers.models.portfolio import (
    ChangedWallet,
    CorrectFlow,
    FlowPosition,
    FlowView,
    HistoryView,
    NewWallet,
    WalletPosition,
    WalletView,
)
from handlers.models.portfolio_assets import AssetPosition, AssetView, AssetWord, HeldAssetView, OfAsset, OneAsset
from handlers.models.portfolio_exports import NewPortfolioExport, PortfolioExportView
from handlers.models.positions import ExplanationView, OfKind, OfProtocol, PositionPlace, PositionView
from handlers.runtime import (
    Caller,
    Cursor,
    IdempotencyKey,
    JobView,
    Limit,
    Listing,
    RequestId,
    entry,
    job_view,
    listing,
    needs,
    position,
    router,
)
from premium.bootstrap import platform
from premium.chains.addresses import in_key
from premium.errors import InvalidInput
from premium.portfolio.exports import PortfolioExports
from premium.portfolio.flow_model import FlowKind
from premium.portfolio.service import Asked, Portfolios
from premium.zones import zone_of

app = router("Portfolio")

MAX_CHAINS = 200
"""All of them at once: a registry with more would need pages."""


@app.post("/v1/portfolio/wallets", status_code=201)
@needs(service="portfolio", scope="portfolio:write")
def add_wallet(caller: Caller, wallet: NewWallet) -> WalletView:
    """Watch a wallet.

    An address that is watched already is CONFLICT.
    """
    portfolios, known = _portfolios(), platform().chains
    asked = (wallet.label, wallet.chains, known)
    if wallet.key is not None:
        return WalletView.of(portfolios.watch_key(caller.user_id, wallet.key, *asked, tier=caller.tier))
    return WalletView.of(portfolios.watch(caller.user_id, wallet.address or "", *asked, tier=caller.tier))


@app.get("/v1/portfolio/wallets")
@needs(service="portfolio", scope="portfolio:read", kept="wallets")
def list_wallets(caller: Caller, limit: Limit = 50, cursor: Cursor = None) -> Listing[WalletView]:
    """List the watched wallets, newest first."""
    place = position(cursor, WalletPosition)
    after = (place.created_at, place.id) if place else None
    rows = [WalletView.of(row) for row in _portfolios().watched(caller.user_id, limit + 1, after)]
    return listing(rows, limit, WalletPosition, created_at="created_at", id="id")


@app.put("/v1/portfolio/wallets/<wallet_id>")
@needs(service="portfolio", scope="portfolio:write", kept="wallets")
def change_wallet(caller: Caller, wallet_id: UUID, wallet: ChangedWallet) -> WalletView:
    """Give a watched wallet another label, or other chains.

    These are read with the next refresh.
    """
    asked = (wallet.label, wallet.chains, platform().chains)
    return WalletView.of(_portfolios().change_wallet(caller.user_id, wallet_id, *asked))


@app.delete("/v1/portfolio/wallets/<wallet_id>")
@needs(service="portfolio", scope="portfolio:write", kept="wallets")
def remove_wallet(caller: Caller, request_id: RequestId, wallet_id: UUID) -> None:
    """Stop watching a wallet.

    It leaves the portfolio at once, and the assets with the refresh that this starts.
    """
    _portfolios().unwatch(caller.user_id, wallet_id, request_id=request_id)


@app.post("/v1/portfolio/refresh", status_code=202)
@needs(service="portfolio", scope="portfolio:write")
def refresh_portfolio(caller: Caller, request_id: RequestId, idempotency_key: IdempotencyKey) -> JobView:
    """Refresh the portfolio from every chain.

    The end of the job is told at `links.self` and on the streams `jobs` and `portfolio`.
    """
    record = _portfolios().refresh(caller.user_id, request_id=request_id, idempotency_key=idempotency_key)
    return job_view(record)


@app.post("/v1/portfolio/exports", status_code=202)
@needs(service="portfolio", scope="portfolio:read")
def start_portfolio_export(
    caller: Caller, request_id: RequestId, idempotency_key: IdempotencyKey, wanted: NewPortfolioExport
) -> JobView:
    """Write holdings, positions, history, flows or performance to a file.

    GET /v1/portfolio/exports/{id} with the job's id leads to it, for 30 days.
    """
    asked = (wanted.what, wanted.format, wanted.since, wanted.until)
    exports = PortfolioExports.of(platform())
    return job_view(exports.start(caller, *asked, request_id=request_id, idempotency_key=idempotency_key))


@app.get("/v1/portfolio/exports/<export_id>")
@needs(service="portfolio", scope="portfolio:read")
def get_portfolio_export(caller: Caller, export_id: UUID) -> PortfolioExportView:
    """Show an export, with a link once it is made."""
    exports = PortfolioExports.of(platform())
    record = exports.again(caller.user_id, export_id)
    return PortfolioExportView.of(record, exports.link(caller, record))


@app.get("/v1/portfolio")
@needs(service="portfolio", scope="portfolio:read")
def get_portfolio(caller: Caller) -> PortfolioView:
    """Show what is held and owed: totals, bounds, coverage, allocation, findings.

    Only good prices enter the total; `complete` says whether every part of it was read.
    """
    portfolios = _portfolios()
    statement = portfolios.current(caller.user_id, platform().chains)
    return PortfolioView.of(statement, portfolios.by_chain(statement))


@app.get("/v1/portfolio/assets")
@needs(service="portfolio", scope="portfolio:read")
def list_assets(
    caller: Caller,
    limit: Limit = 50,
    cursor: Cursor = None,
    spam: Annotated[bool, Query(alias="includeSpam", description="Whether spam is listed, too")] = True,
) -> Listing[AssetView]:
    """List the assets held, the most valuable first, the unpriced last.

    Spam is in no total, and stands here with its reasons.
    """
    place = position(cursor, AssetPosition)
    after = (place.value, place.id) if place else None
    portfolios = _portfolios()
    rows = portfolios.held(caller.user_id, limit + 1, after, spam=spam)
    answer, words = portfolios.answer(caller.user_id), portfolios.words(caller.user_id)
    return listing([AssetView.of(row, answer, words) for row in rows], limit, AssetPosition, value="value_usd", id="id")


@app.get("/v1/portfolio/assets/<asset>")
@needs(service="portfolio", scope="portfolio:read")
def get_asset(caller: Caller, asset: OneAsset) -> HeldAssetView:
    """Show one asset and who has it.

    Also what speaks for spam, and what the user said of it.
    """
    portfolios, key = _portfolios(), _key(asset)
    row = portfolios.asset(caller.user_id, key)
    return HeldAssetView.of_one(row, portfolios.answer(caller.user_id), portfolios.words(caller.user_id))


@app.put("/v1/portfolio/assets/<asset>")
@needs(service="portfolio", scope="portfolio:write")
def change_asset(caller: Caller, request_id: RequestId, asset: OneAsset, word: AssetWord) -> HeldAssetView:
    """Say what an asset is: hidden, spam or none, its category, its price.

    The user's word wins; totals follow with the refresh that this starts. What is left out is taken back.
    """
    portfolios, key = _portfolios(), _key(asset)
    row = portfolios.asset(caller.user_id, key)
    portfolios.say(caller.user_id, word.of(key), request_id=request_id)
    return HeldAssetView.of_one(row, portfolios.answer(caller.user_id), portfolios.words(caller.user_id))


@app.get("/v1/portfolio/chains")
@needs(service="portfolio", scope="portfolio:read")
def list_portfolio_chains(caller: Caller) -> Listing[ChainView]:
    """List each chain's value, and whether it could be read."""
    portfolios = _portfolios()
    statement = portfolios.current(caller.user_id, platform().chains)
    return Listing(items=ChainView.all_of(portfolios.by_chain(statement)), limit=MAX_CHAINS)


@app.get("/v1/portfolio/positions")
@needs(service="portfolio", scope="portfolio:read")
def list_positions(
    caller: Caller, limit: Limit = 50, cursor: Cursor = None, kind: OfKind = None, protocol: OfProtocol = None
) -> Listing[PositionView]:
    """List what protocols hold for the wallets, the most valuable first."""
    place = position(cursor, PositionPlace)
    after = (place.value, place.id) if place else None
    rows = _portfolios().positions(caller.user_id, limit + 1, after, kind=kind, protocol=protocol)
    return listing([PositionView.of(row) for row in rows], limit, PositionPlace, value="value_usd", id="id")


@app.get("/v1/portfolio/positions/<position_id>")
@needs(service="portfolio", scope="portfolio:read")
def get_position(caller: Caller, position_id: UUID) -> PositionView:
    """Show one position."""
    return PositionView.of(_portfolios().position(caller.user_id, position_id))


@app.get("/v1/portfolio/explain")
@needs(service="portfolio", scope="portfolio:read")
def get_explanation(
    caller: Caller,
    figure: Annotated[Literal["total", "position"], Query(description="What is to be explained")],
    position_id: Annotated[UUID | None, Query(alias="id", description="The position's id")] = None,
) -> ExplanationView:
    """Show the lines that a figure is the sum of.

    Each has its units, its price and its block. A position is named by its id.
    """
    portfolios = _portfolios()
    if figure == "position":
        if position_id is None:
            raise InvalidInput.about("id", "is required where a position is to be explained")
        return ExplanationView.of_position(portfolios.position(caller.user_id, position_id))
    return ExplanationView.of_total(portfolios.current(caller.user_id, platform().chains).answer)


@app.get("/v1/portfolio/history")
@needs(service="portfolio", scope="portfolio:read")
def get_portfolio_history(  # noqa: PLR0917 - a query's parameters
    caller: Caller,
    interval: Annotated[Literal["hour", "day", "week"], Query(description="How long an interval is")] = "day",
    since: Since = None,
    until: Until = None,
    split: Split = None,
    time_zone: TimeZone = None,
) -> HistoryView:
    """Show the portfolio's value over time, oldest first.

    By default by day over the last 30 days. A split is of UTC days and weeks, from the first day that was closed.
    """
    zone = None if time_zone is None else ZoneInfo(zone_of(time_zone))
    asked = (interval, since, until, split, zone)
    return HistoryView.of(interval, _portfolios().history(caller.user_id, caller.tier, *asked))


@app.get("/v1/portfolio/flows")
@needs(service="portfolio", scope="portfolio:read")
def list_flows(
    caller: Caller,
    kind: Annotated[FlowKind | None, Query(description="Only of this kind")] = None,
    asset: OfAsset = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Listing[FlowView]:
    """List what came to the wallets, left them or was done there, newest first."""
    place = position(cursor, FlowPosition)
    after = (place.at, place.id) if place else None
    found = _portfolios().flows(caller.user_id, limit + 1, after, kind=kind, asset=_key(asset) if asset else None)
    return listing([FlowView.of(row) for row in found], limit, FlowPosition, at="at", id="id")


@app.put("/v1/portfolio/flows/<flow_id>")
@needs(service="portfolio", scope="portfolio:write")
def change_flow(caller: Caller, request_id: RequestId, flow_id: UUID, word: CorrectFlow) -> FlowView:
    """Correct what a flow was.

    Returns follow at once, what was realised by lots in a moment.
    """
    return FlowView.of(_portfolios().correct(caller.user_id, flow_id, word.kind, request_id=request_id))


@app.get("/v1/portfolio/performance")
@needs(service="portfolio", scope="portfolio:read")
def get_performance(  # noqa: PLR0917 - a query's parameters
    caller: Caller,
    period: Period = "30d",
    window: Window = None,
    since: Since = None,
    until: Until = None,
    scope: OfScope = "all",
    part: OfPart = None,
    benchmark: Benchmark = None,
    method: Basis = "fifo",
) -> PerformanceView:
    """Show profit, returns and risk over a window, or between two times.

    Deposits and withdrawals are flows, not gains. A `scope` measures the parts, or the one that `id` names.
    """
    key = None if benchmark is None else _key(benchmark)
    asked = Asked(window or period, since, until, scope, part_of(scope, part), key, method)
    return PerformanceView.of_measured(_portfolios().measured(caller.user_id, caller.tier, asked), scope)


def _key(asset: str) -> str:
    chain, _, address = asset.partition(":")
    return f"{chain.lower()}:{in_key(address)}"


def _portfolios() -> Portfolios:
    return Portfolios.of(platform())


handler = entry(app)
