"""Routes of wallets, and of the refresh that reads them."""

from __future__ import annotations

from uuid import UUID

from handlers.models.portfolio import ChangedWallet, NewWallet, RefreshPart, WalletPosition, WalletView
from handlers.portfolio_routes import routes
from handlers.runtime import (
    Caller,
    Cursor,
    IdempotencyKey,
    JobView,
    Limit,
    Listing,
    RequestId,
    job_view,
    listing,
    needs,
    position,
)
from premium.bootstrap import platform
from premium.portfolio.service import Portfolios, RefreshedPart


@routes.post("/v1/portfolio/wallets", status_code=201)
@needs(service="portfolio", scope="portfolio:write")
def add_wallet(caller: Caller, wallet: NewWallet) -> WalletView:
    """Watch a wallet.

    An address that is watched already is CONFLICT.
    """
    portfolios, known = Portfolios.of(platform()), platform().chains
    asked = (wallet.label, wallet.chains, known)
    if wallet.key is not None:
        return WalletView.of(portfolios.watch_key(caller.user_id, wallet.key, *asked, tier=caller.tier))
    return WalletView.of(portfolios.watch(caller.user_id, wallet.address or "", *asked, tier=caller.tier))


@routes.get("/v1/portfolio/wallets")
@needs(service="portfolio", scope="portfolio:read", kept="wallets")
def list_wallets(caller: Caller, limit: Limit = 50, cursor: Cursor = None) -> Listing[WalletView]:
    """List the watched wallets, newest first."""
    place = position(cursor, WalletPosition)
    after = (place.created_at, place.id) if place else None
    rows = [WalletView.of(row) for row in Portfolios.of(platform()).watched(caller.user_id, limit + 1, after)]
    return listing(rows, limit, WalletPosition, created_at="created_at", id="id")


@routes.put("/v1/portfolio/wallets/<wallet_id>")
@needs(service="portfolio", scope="portfolio:write", kept="wallets")
def change_wallet(caller: Caller, request_id: RequestId, wallet_id: UUID, wallet: ChangedWallet) -> WalletView:
    """Give a watched wallet another label, or other chains.

    A key has another gap limit where one is given, which starts a refresh; else all is read with the next one.
    """
    asked = (wallet.label, wallet.chains, platform().chains, wallet.gap_limit)
    changed = Portfolios.of(platform()).change_wallet(caller.user_id, wallet_id, *asked, request_id=request_id)
    return WalletView.of(changed)


@routes.delete("/v1/portfolio/wallets/<wallet_id>")
@needs(service="portfolio", scope="portfolio:write", kept="wallets")
def remove_wallet(caller: Caller, request_id: RequestId, wallet_id: UUID) -> None:
    """Stop watching a wallet.

    It leaves the portfolio at once, and the assets with the refresh that this starts.
    """
    Portfolios.of(platform()).unwatch(caller.user_id, wallet_id, request_id=request_id)


@routes.post("/v1/portfolio/refresh", status_code=202)
@needs(service="portfolio", scope="portfolio:write")
def refresh_portfolio(
    caller: Caller, request_id: RequestId, idempotency_key: IdempotencyKey, part: RefreshPart | None = None
) -> JobView:
    """Refresh the portfolio from every chain, or from some.

    Each chain is told on the stream `portfolio` as it comes; the end of the job there, at `links.self` and on `jobs`.
    """
    asked = None if part is None or part.is_whole else RefreshedPart(part.wallets, part.chains, platform().chains)
    portfolios = Portfolios.of(platform())
    return job_view(portfolios.refresh(caller.user_id, asked, request_id=request_id, idempotency_key=idempotency_key))
