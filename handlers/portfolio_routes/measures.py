"""Routes of history, flows, performance and changes."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from aws_lambda_powertools.event_handler.openapi.params import Query

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
from handlers.models.portfolio import CorrectFlow, FlowPosition, FlowView, HistoryView
from handlers.models.portfolio_assets import OfAsset
from handlers.models.portfolio_changes import After, ChangesLimit, ChangesView
from handlers.models.portfolio_parts import OfChain, OfWallet
from handlers.portfolio_routes import asset_key, routes
from handlers.runtime import Caller, Cursor, Limit, Listing, RequestId, listing, needs, position
from premium.bootstrap import platform
from premium.portfolio.flow_model import FlowKind
from premium.portfolio.service import Asked, Portfolios
from premium.portfolio.shown import Shown
from premium.zones import zone_of


@routes.get("/v1/portfolio/history")
@needs(service="portfolio", scope="portfolio:read")
def get_portfolio_history(
    *,
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
    return HistoryView.of(interval, Portfolios.of(platform()).history(caller.user_id, caller.tier, *asked))


@routes.get("/v1/portfolio/flows")
@needs(service="portfolio", scope="portfolio:read")
def list_flows(
    *,
    caller: Caller,
    kind: Annotated[FlowKind | None, Query(description="Only of this kind")] = None,
    asset: OfAsset = None,
    wallet: OfWallet = None,
    chain: OfChain = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Listing[FlowView]:
    """List what came to the wallets, left them or was done there, newest first."""
    place = position(cursor, FlowPosition)
    after = (place.at, place.id) if place else None
    shown, key = Shown.of(platform()), asset_key(asset) if asset else None
    which = (kind, key, shown.address(caller.user_id, wallet), chain)
    found = shown.portfolios.flows(caller.user_id, limit + 1, after, *which)
    return listing([FlowView.of(row) for row in found], limit, FlowPosition, at="at", id="id")


@routes.put("/v1/portfolio/flows/<flow_id>")
@needs(service="portfolio", scope="portfolio:write")
def change_flow(caller: Caller, request_id: RequestId, flow_id: UUID, word: CorrectFlow) -> FlowView:
    """Correct what a flow was.

    Returns follow at once, what was realised by lots in a moment.
    """
    return FlowView.of(Portfolios.of(platform()).correct(caller.user_id, flow_id, word.kind, request_id=request_id))


@routes.get("/v1/portfolio/performance")
@needs(service="portfolio", scope="portfolio:read")
def get_performance(
    *,
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
    key = None if benchmark is None else asset_key(benchmark)
    asked = Asked(window or period, since, until, scope, part_of(scope, part), key, method)
    return PerformanceView.of_measured(Portfolios.of(platform()).measured(caller.user_id, caller.tier, asked), scope)


@routes.get("/v1/portfolio/changes")
@needs(service="portfolio", scope="portfolio:read")
def list_changes(caller: Caller, after: After = None, limit: ChangesLimit = 20) -> ChangesView:
    """List what each refresh changed since a cursor, oldest first.

    Without one the newest snapshot alone, as a place to begin; give `cursor` back as `after`, also when nothing is new.
    """
    found, more = Shown.of(platform()).changes(caller.user_id, after, limit)
    return ChangesView.of(found, more=more, after=after)
