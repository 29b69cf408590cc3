"""Stores of portfolios: wallets, current assets, snapshots over time, the newest snapshots."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from premium.portfolio.model import Worth
from premium.portfolio.store.assets import AssetStore
from premium.portfolio.store.flows import FlowStore
from premium.portfolio.store.lots import LotStore
from premium.portfolio.store.metrics import MetricStore
from premium.portfolio.store.newest import NewestSnapshots
from premium.portfolio.store.overrides import OverrideStore
from premium.portfolio.store.positions import PositionStore
from premium.portfolio.store.progress.backfills import BackfillStore
from premium.portfolio.store.progress.matches import MatchStore
from premium.portfolio.store.runs import RunStore
from premium.portfolio.store.searches import SearchStore
from premium.portfolio.store.snapshots import SnapshotStore
from premium.portfolio.store.statements import StatementStore
from premium.portfolio.store.wallets import WalletStore
from premium.storage.cache import Cache

if TYPE_CHECKING:
    from premium.bootstrap import Platform
    from premium.storage.postgres import Database

_CACHES = 3


@dataclass(frozen=True, kw_only=True)
class Stores:
    """All stores of portfolios, by one role."""

    wallets: WalletStore
    assets: AssetStore
    snapshots: SnapshotStore
    newest: NewestSnapshots
    statements: StatementStore
    positions: PositionStore
    searches: SearchStore
    flows: FlowStore
    lots: LotStore
    overrides: OverrideStore
    metrics: MetricStore
    runs: RunStore
    matches: MatchStore
    backfills: BackfillStore

    def worth(self, user_id: UUID, since: datetime, until: datetime, booked_since: datetime) -> list[Worth]:
        """Return what the whole was worth, oldest first: rebuilt days, then snapshots; by either role."""
        rebuilt = self.backfills.worth(user_id, since, until)
        return [*rebuilt, *self.snapshots.worth(user_id, since, until, booked_since)]

    @classmethod
    def of(cls, platform: Platform) -> Stores:
        """Return the application's: each user's rows under row-level security."""
        return cls._by(platform.database, platform)

    @classmethod
    def of_worker(cls, platform: Platform) -> Stores:
        """Return the workers': everybody's rows, and results may be written."""
        return cls._by(platform.worker_database, platform, is_worker=True)

    @classmethod
    def _by(cls, database: Database, platform: Platform, *, is_worker: bool = False) -> Stores:
        return cls(
            wallets=WalletStore(database),
            assets=AssetStore(database),
            snapshots=SnapshotStore(platform.timeseries, is_worker=is_worker),
            newest=NewestSnapshots(Cache(platform.redis(_CACHES), "portfolio")),
            statements=StatementStore(database),
            positions=PositionStore(database),
            searches=SearchStore(database),
            flows=FlowStore(database),
            lots=LotStore(database),
            overrides=OverrideStore(database),
            metrics=MetricStore(platform.timeseries),
            runs=RunStore(database),
            matches=MatchStore(database),
            backfills=BackfillStore(database),
        )
