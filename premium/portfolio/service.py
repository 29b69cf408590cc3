"""Use cases of a portfolio's owner. What reads chains is in `refresh.py`: handlers never load it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from premium.chains.addresses import checksum
from premium.clock import Clock
from premium.errors import AppError, InvalidInput, NotFound, Unprocessable
from premium.jobs.model import JobRecord
from premium.jobs.service import JobService
from premium.observability import logger
from premium.portfolio import aggregate, cache
from premium.portfolio.jobs import REFRESH, RefreshPayload
from premium.portfolio.model import Snapshot, Wallet
from premium.portfolio.performance import Performance, measure
from premium.portfolio.snapshots import Interval, Point, SnapshotStore
from premium.portfolio.store import AssetRow, PortfolioStore
from premium.storage.cache import Cache

if TYPE_CHECKING:
    from premium.bootstrap import Platform

MAX_POINTS = 2_200
"""Every hour of 90 days."""
PERIODS = {
    "24h": timedelta(hours=24),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
    "90d": timedelta(days=90),
    "1y": timedelta(days=365),
    "all": timedelta(days=36_500),
}


def refresh_all(platform: Platform, *, request_id: str, idempotency_key: str) -> int:
    """A refresh for every user who watches a wallet, by the worker role; how many. The same key starts none twice."""
    users = PortfolioStore(platform.worker_database).watching()
    for user_id in users:
        platform.jobs.start(
            REFRESH, RefreshPayload(), user_id=user_id, request_id=request_id, idempotency_key=idempotency_key
        )
    return len(users)


@dataclass(frozen=True, kw_only=True)
class WatchedWallets:
    """The wallets that users watch, for other services; it needs the premium database alone."""

    store: PortfolioStore

    @classmethod
    def of(cls, platform: Platform) -> WatchedWallets:
        """Return the use cases over the request's database."""
        return cls(store=PortfolioStore(platform.database))

    def watches(self, user_id: UUID, address: str, chain: str) -> bool:
        """Whether the user watches the address, checksummed, on this chain."""
        return self.store.watches(user_id, address, chain)


@dataclass(frozen=True, kw_only=True)
class Portfolios:
    store: PortfolioStore
    snapshots: SnapshotStore
    cache: Cache
    jobs: JobService
    clock: Clock

    @classmethod
    def of(cls, platform: Platform) -> Portfolios:
        return cls(
            store=PortfolioStore(platform.database),
            snapshots=SnapshotStore(platform.timeseries),
            cache=cache.of(platform),
            jobs=platform.jobs,
            clock=platform.clock,
        )

    def watch(
        self, user_id: UUID, address: str, label: str | None, chains: Sequence[str], known: frozenset[str]
    ) -> Wallet:
        """`known`: the names of the registry's chains; InvalidInput names the field."""
        try:
            checked = checksum(address)
        except ValueError as error:
            raise InvalidInput("The address is not valid", details={"address": str(error)}) from None
        unknown = sorted(set(chains) - known)
        if unknown:
            raise InvalidInput(
                "A chain is not known", details={"chains": f"{unknown[0]!r} is not a chain's short name"}
            )
        return self.store.add_wallet(user_id, checked, label, sorted(set(chains)))

    def unwatch(self, user_id: UUID, wallet_id: UUID, *, request_id: str) -> None:
        """NotFound for a wallet that is not the user's. A refresh brings the assets in line."""
        self.store.remove_wallet(user_id, wallet_id)
        try:
            self.jobs.start(REFRESH, RefreshPayload(), user_id=user_id, request_id=request_id)
        except AppError as error:
            logger.warning("a wallet was removed; its assets stay until the next refresh", code=error.code)

    def refresh(self, user_id: UUID, *, request_id: str, idempotency_key: str | None) -> JobRecord:
        """A job that reads every chain; Unprocessable where there is nothing to read."""
        if not self.store.wallets_page(user_id, 1, None):
            raise Unprocessable("There is no wallet to read", details={"wallets": "add one first"})
        return self.jobs.start(
            REFRESH, RefreshPayload(), user_id=user_id, request_id=request_id, idempotency_key=idempotency_key
        )

    def current(self, user_id: UUID) -> Snapshot:
        """The newest snapshot, of the wallets watched now; NotFound before the first refresh."""
        snapshot = cache.get(self.cache, user_id) or self.snapshots.newest(user_id)
        if snapshot is None:
            raise NotFound("this portfolio has not been read yet: POST /v1/portfolio/refresh")
        return aggregate.only(snapshot, frozenset(wallet.address for wallet in self.store.wallets(user_id)))

    def assets(self, user_id: UUID, limit: int, after: tuple[Decimal | None, UUID] | None) -> list[AssetRow]:
        return self.store.assets_page(user_id, limit, after)

    def history(self, user_id: UUID, interval: Interval, since: datetime | None, until: datetime | None) -> list[Point]:
        """Points oldest first; by default the last 30 days. InvalidInput for a range that is empty or too long."""
        end = until or self.clock.now()
        start = since or end - timedelta(days=30)
        if start >= end:
            raise InvalidInput("The range is empty", details={"from": "must lie before `to`"})
        points = self.snapshots.history(user_id, interval, start, end, MAX_POINTS + 1)
        if len(points) > MAX_POINTS:
            raise InvalidInput("The range is too long", details={"from": f"more than {MAX_POINTS} points: shorten it"})
        return points

    def performance(self, user_id: UUID, period: str) -> Performance:
        now = self.clock.now()
        snapshots = self.snapshots.between(user_id, now - PERIODS[period], now, MAX_POINTS)
        if not snapshots:
            raise NotFound("there is no snapshot in this period: POST /v1/portfolio/refresh")
        return measure(snapshots)
