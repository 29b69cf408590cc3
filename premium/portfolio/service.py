"""Use cases of portfolios; nothing here reads a chain, so that handlers stay light."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from premium.errors import AppError, NotFound, Unprocessable
from premium.jobs.model import JobRecord
from premium.observability import logger
from premium.portfolio.flow_model import FlowRow
from premium.portfolio.jobs import FIGURES, REFRESH, FiguresPayload, RefreshPayload
from premium.portfolio.keys import secrets_of
from premium.portfolio.measures import Measures
from premium.portfolio.model import AssetRow, Interval, Point, Statement
from premium.portfolio.positions.found import Position
from premium.portfolio.recognition.places import RefreshedPart
from premium.portfolio.store import Stores
from premium.portfolio.store.wallets import WalletStore
from premium.portfolio.uses.doors import HeldTokens, WatchedWallets
from premium.portfolio.uses.wallets import LINE, AskedKey, Names, WalletCases
from premium.portfolio.valuation.asked import Asked, Measured, Part
from premium.portfolio.valuation.performance import Performance
from premium.portfolio.valuation.watched import as_watched
from premium.portfolio.valuation.watchlist import settled
from premium.portfolio.valuation.words import Override
from premium.prices.store import StoredPrices
from premium.tiers import Tier

if TYPE_CHECKING:
    from premium.bootstrap import Platform
    from premium.chains.registry import Registry

__all__ = [  # for those who enter by this door
    "LINE", "Asked", "AskedKey", "HeldTokens", "Measured", "Part", "Performance", "RefreshedPart", "WatchedWallets",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Portfolios(WalletCases):
    """The portfolios of all users; nearly every use case is for one of them."""

    measures: Measures

    @classmethod
    def of(cls, platform: Platform) -> Portfolios:
        """Return the portfolios as the application's role sees them."""
        return cls._over(Stores.of(platform), platform)

    @classmethod
    def of_worker(cls, platform: Platform) -> Portfolios:
        """Return the portfolios as the workers' role sees them."""
        return cls._over(Stores.of_worker(platform), platform)

    @classmethod
    def _over(cls, stores: Stores, platform: Platform) -> Portfolios:
        prices, clock = StoredPrices(platform.timeseries), platform.clock
        measures = Measures(stores=stores, prices=prices, clock=clock)
        return cls(
            stores=stores, jobs=platform.jobs, clock=clock, secrets=secrets_of(platform), names=Names(platform.redis),
            measures=measures,
        )  # fmt: skip

    def refresh(
        self, user_id: UUID, part: RefreshedPart | None = None, *, request_id: str, idempotency_key: str | None
    ) -> JobRecord:
        """Start a job that reads every chain, or those of a part.

        Unprocessable where there is nothing to read, InvalidInput for a wallet or a chain that is none of theirs.
        """
        wallets = self.stores.wallets.all(user_id)
        if not wallets:
            raise Unprocessable.about("wallets", "there is none to read: POST /v1/portfolio/wallets adds one")
        payload = RefreshPayload() if part is None else RefreshPayload(chains=part.of(wallets))
        return self.jobs.start(
            REFRESH, payload, user_id=user_id, request_id=request_id, idempotency_key=idempotency_key
        )

    def current(self, user_id: UUID, registry: Registry) -> Statement:
        """Return what is held and owed, of the wallets watched now.

        NotFound before the first refresh.
        """
        wallets = settled(self.stores.wallets.all(user_id), registry)
        statement = self.stores.statements.get(user_id) or self._of_snapshot(user_id)
        active = {chain.name for chain in registry.active}
        return statement.model_copy(update={"answer": as_watched(statement.answer, wallets, active)})

    def _of_snapshot(self, user_id: UUID) -> Statement:
        """Return what a snapshot of an earlier release says: nothing of it is fresh."""
        snapshot = self.stores.newest.get(user_id) or self.stores.snapshots.newest(user_id)
        if snapshot is None:
            raise NotFound("this portfolio has not been read yet: POST /v1/portfolio/refresh")
        from premium.portfolio.valuation.statement import restated  # noqa: PLC0415 - heavy, and seldom needed

        return Statement(job_id=snapshot.job_id, as_of=snapshot.timestamp, answer=restated(snapshot))

    def positions(
        self, user_id: UUID, limit: int, after: tuple[Decimal, UUID] | None, **which: str | None
    ) -> list[Position]:
        """Return up to `limit` positions, the most valuable first, after the position.

        `which`: kind, protocol, wallet, chain; None is any.
        """
        return self.stores.positions.page(user_id, limit, after, **which)

    def position(self, user_id: UUID, position_id: UUID) -> Position:
        """Return one position; NotFound for one that is not the user's."""
        return self.stores.positions.get(user_id, position_id)

    def asset(self, user_id: UUID, key: str) -> AssetRow:
        """Return one asset; NotFound for one that no wallet holds."""
        return self.stores.assets.get(user_id, key)

    def answer(self, user_id: UUID) -> Mapping[str, Any]:
        """Return the newest statement's answer; empty before the first refresh."""
        statement = self.stores.statements.get(user_id)
        return statement.answer if statement is not None else {}

    def words(self, user_id: UUID) -> Mapping[str, Override]:
        """Return what the user says of assets, by asset."""
        return self.stores.overrides.all(user_id)

    def say(self, user_id: UUID, word: Override, *, request_id: str) -> None:
        """Take the user's word about an asset, which wins.

        Totals follow with the refresh that this starts.
        """
        self.stores.overrides.put(user_id, word)
        self._bring_in_line(user_id, request_id)

    def history(  # noqa: PLR0917 - what is asked for
        self,
        user_id: UUID,
        tier: Tier,
        interval: Interval,
        since: datetime | None,
        until: datetime | None,
        by: str | None = None,
        zone: ZoneInfo | None = None,
    ) -> list[Point]:
        """Return the value over time, oldest first, by default of the last 30 days.

        Errors as those of `Measures`.
        """
        return self.measures.history(user_id, tier, interval, since, until, by, zone)

    def performance(self, user_id: UUID, tier: Tier, period: str) -> Performance:
        """Measure a window; `all` is all that the tier has."""
        return self.measured(user_id, tier, Asked(window=period)).figures

    def measured(self, user_id: UUID, tier: Tier, asked: Asked) -> Measured:
        """Measure the portfolio or parts of it, by its values and the booked flows.

        NotFound where there is no value, TierRequired for a time that is longer than the tier's.
        """
        return self.measures.measured(user_id, tier, asked)

    def flows(  # noqa: PLR0917 - a list, and which part of it
        self,
        user_id: UUID,
        limit: int,
        after: tuple[datetime, UUID] | None,
        kind: str | None = None,
        asset: str | None = None,
        wallet: str | None = None,
        chain: str | None = None,
    ) -> list[FlowRow]:
        """Return up to `limit` flows, newest first, after the position."""
        kinds = [kind] if kind else []
        return self.stores.flows.page(user_id, limit, after, kinds=kinds, asset=asset, wallet=wallet, chain=chain)

    def correct(self, user_id: UUID, flow_id: UUID, kind: str, *, request_id: str | None = None) -> FlowRow:
        """Take the user's word for a flow's kind.

        NotFound for a flow that is not the user's.

        Lots and figures follow by a job, where a request asks.
        """
        row = self.stores.flows.correct(user_id, flow_id, kind)
        if request_id is not None:
            try:
                self.jobs.start(FIGURES, FiguresPayload(), user_id=user_id, request_id=request_id)
            except AppError as error:
                logger.warning("a flow was corrected; lots follow with the next refresh", code=error.code)
        return row


def own_wallets(platform: Platform, user_id: UUID) -> Sequence[UUID]:
    """Return the ids of the wallets that a user watches, the oldest first."""
    return WalletStore(platform.database).ids(user_id)
