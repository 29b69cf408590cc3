"""Routes of what is held and owed, and of how figures come about."""

from __future__ import annotations

from uuid import UUID

from handlers.models.holdings import ChainView, PortfolioView
from handlers.models.portfolio_assets import AssetPosition, AssetView, AssetWord, HeldAssetView, OneAsset
from handlers.models.portfolio_nfts import NftPlace, NftView
from handlers.models.portfolio_overview import overview
from handlers.models.portfolio_parts import By, Group, InCurrency, OfChain, OfWallet, WithSpam
from handlers.models.positions import (
    ExplanationView,
    OfFigure,
    OfFigurePart,
    OfKind,
    OfProtocol,
    OfSnapshot,
    PositionPlace,
    PositionView,
    check_figure,
    id_of,
)
from handlers.portfolio_routes import asset_key, routes
from handlers.runtime import Caller, Cursor, Limit, Listing, RequestId, listing, needs, position
from premium.bootstrap import platform
from premium.portfolio.service import Portfolios
from premium.portfolio.shown import Narrow, Shown
from premium.portfolio.valuation.watched import by_chain

MAX_CHAINS = 200
"""All of them at once: a registry with more would need pages."""


@routes.get("/v1/portfolio")
@needs(service="portfolio", scope="portfolio:read")
def get_portfolio(
    *,
    caller: Caller,
    wallet: OfWallet = None,
    chain: OfChain = None,
    currency: InCurrency = None,
    by: By = "leaf",
    spam: WithSpam = True,
) -> PortfolioView:
    """Show what is held and owed: totals, bounds, coverage, allocation, findings.

    Only good prices enter the total; `complete` says whether every part of it was read.
    """
    shown, narrow = Shown.of(platform()), Narrow(wallet, chain)
    statement = shown.statement(caller.user_id, narrow)
    day = shown.last_day(caller.user_id, caller.tier) if narrow.is_whole else None
    rate = None if currency is None else (currency, *shown.in_currency(currency))
    return overview(statement, parts=by_chain(statement.answer), day=day, rate=rate, by=by, spam=spam)


@routes.get("/v1/portfolio/assets")
@needs(service="portfolio", scope="portfolio:read")
def list_assets(
    *,
    caller: Caller,
    limit: Limit = 50,
    cursor: Cursor = None,
    spam: WithSpam = True,
    group: Group = "asset",
    wallet: OfWallet = None,
    chain: OfChain = None,
) -> Listing[AssetView]:
    """List the assets held, the most valuable first, the unpriced last.

    Spam is in no total, and stands here with its reasons. `group=identity` puts together what is one asset over chains.
    """
    place = position(cursor, AssetPosition)
    after = (place.value, place.id) if place else None
    shown, together = Shown.of(platform()), group == "identity"
    rows = shown.assets(caller.user_id, limit + 1, after, Narrow(wallet, chain), spam=spam, together=together)
    answer, words = shown.portfolios.answer(caller.user_id), shown.portfolios.words(caller.user_id)
    return listing([AssetView.of_group(row, answer, words) for row in rows], limit, AssetPosition, value="value_usd",
                   id="id")  # fmt: skip


@routes.get("/v1/portfolio/assets/<asset>")
@needs(service="portfolio", scope="portfolio:read")
def get_asset(caller: Caller, asset: OneAsset) -> HeldAssetView:
    """Show one asset and who has it.

    Also what speaks for spam, and what the user said of it.
    """
    portfolios, key = Portfolios.of(platform()), asset_key(asset)
    row = portfolios.asset(caller.user_id, key)
    return HeldAssetView.of_one(row, portfolios.answer(caller.user_id), portfolios.words(caller.user_id))


@routes.put("/v1/portfolio/assets/<asset>")
@needs(service="portfolio", scope="portfolio:write")
def change_asset(caller: Caller, request_id: RequestId, asset: OneAsset, word: AssetWord) -> HeldAssetView:
    """Say what an asset is: hidden, spam or none, its category, its price.

    The user's word wins; totals follow with the refresh that this starts. What is left out is taken back.
    """
    portfolios, key = Portfolios.of(platform()), asset_key(asset)
    row = portfolios.asset(caller.user_id, key)
    portfolios.say(caller.user_id, word.of(key), request_id=request_id)
    return HeldAssetView.of_one(row, portfolios.answer(caller.user_id), portfolios.words(caller.user_id))


@routes.get("/v1/portfolio/nfts")
@needs(service="portfolio", scope="portfolio:read")
def list_nfts(
    *,
    caller: Caller,
    limit: Limit = 50,
    cursor: Cursor = None,
    wallet: OfWallet = None,
    chain: OfChain = None,
) -> Listing[NftView]:
    """List the NFTs that the wallets have, by wallet, chain, contract and number.

    Logs say where to look, their contracts who has them. They are in no total.
    """
    place = position(cursor, NftPlace)
    after = (place.wallet, place.chain, place.contract, int(place.number)) if place else None
    rows = Shown.of(platform()).nfts(caller.user_id, limit + 1, after, Narrow(wallet, chain))
    views = [NftView.of(row) for row in rows]
    return listing(views, limit, NftPlace, wallet="wallet", chain="chain", contract="contract", number="number")


@routes.get("/v1/portfolio/chains")
@needs(service="portfolio", scope="portfolio:read")
def list_portfolio_chains(caller: Caller, wallet: OfWallet = None) -> Listing[ChainView]:
    """List each chain's value, and whether it could be read."""
    shown = Shown.of(platform())
    statement = shown.statement(caller.user_id, Narrow(wallet))
    return Listing(items=ChainView.all_of(by_chain(statement.answer)), limit=MAX_CHAINS)


@routes.get("/v1/portfolio/positions")
@needs(service="portfolio", scope="portfolio:read")
def list_positions(
    *,
    caller: Caller,
    limit: Limit = 50,
    cursor: Cursor = None,
    kind: OfKind = None,
    protocol: OfProtocol = None,
    wallet: OfWallet = None,
    chain: OfChain = None,
) -> Listing[PositionView]:
    """List what protocols hold for the wallets, the most valuable first."""
    place = position(cursor, PositionPlace)
    after, shown = ((place.value, place.id) if place else None), Shown.of(platform())
    which = {"kind": kind, "protocol": protocol, "wallet": shown.address(caller.user_id, wallet), "chain": chain}
    rows = shown.portfolios.positions(caller.user_id, limit + 1, after, **which)
    return listing([PositionView.of(row) for row in rows], limit, PositionPlace, value="value_usd", id="id")


@routes.get("/v1/portfolio/positions/<position_id>")
@needs(service="portfolio", scope="portfolio:read")
def get_position(caller: Caller, position_id: UUID) -> PositionView:
    """Show one position."""
    return PositionView.of(Portfolios.of(platform()).position(caller.user_id, position_id))


@routes.get("/v1/portfolio/explain")
@needs(service="portfolio", scope="portfolio:read")
def get_explanation(
    caller: Caller, figure: OfFigure, part: OfFigurePart = None, snapshot: OfSnapshot = None
) -> ExplanationView:
    """Show the lines that a figure is the sum of.

    Each has its units, its price and its block. `id` names the asset, position or flow; `snapshot` a past total.
    """
    check_figure(figure, part, snapshot)
    shown = Shown.of(platform())
    if figure == "position":
        return ExplanationView.of_position(shown.portfolios.position(caller.user_id, id_of(part)))
    key = asset_key(part) if figure == "asset" and part is not None else part
    found = shown.explained(caller.user_id, figure, key, snapshot)
    return ExplanationView.of_lines(figure, key, found.usd, found.lines, unlisted=found.unlisted, snapshot=snapshot)
