"""Use cases of portfolios; nothing here reads a chain, so that handlers stay light."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from premium.clock import Clock
from premium.entitlements import quota_of
from premium.errors import AppError, InvalidInput, NotFound, Unprocessable
from premium.jobs.model import JobRecord
from premium.jobs.service import JobService
from premium.observability import logger
from premium.portfolio.flow_model import FlowRow
from premium.portfolio.jobs import FIGURES, REFRESH, FiguresPayload, RefreshPayload
from premium.portfolio.keys import Secrets, seal, secrets_of
from premium.portfolio.measures import Measures
from premium.portfolio.model import AssetRow, Interval, Point, Statement, Wallet
from premium.portfolio.positions.found import Position
from premium.portfolio.recognition.places import RefreshedPart, check_chains
from premium.portfolio.recognition.wallets import GivenWallet, of_address, of_key
from premium.portfolio.store import Stores
from premium.portfolio.store.assets import AssetStore
from premium.portfolio.store.wallets import WalletStore
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

__all__ = ["Asked", "Measured", "Part", "Performance", "RefreshedPart"]  # for those who enter by this door


class AskedKey(NamedTuple):
    """A key that is to be watched; `field` is `xpub` or `descriptor`."""

    field: str
    text: str
    gap_limit: int


@dataclass(frozen=True, kw_only=True)
class WatchedWallets:
    """The wallets that users watch, for other services; it needs the premium database alone."""

    store: WalletStore

    @classmethod
    def of(cls, platform: Platform) -> WatchedWallets:
        """Return the wallets as the application's role sees them."""
        return cls(store=WalletStore(platform.database))

    def watches(self, user_id: UUID, address: str, chain: str) -> bool:
        """Say whether the user watches the checksummed address on the chain."""
        return self.store.has(user_id, address, chain)


@dataclass(frozen=True, kw_only=True)
class HeldTokens:
    """What users hold and where, for services that watch tokens; by the worker role."""

    assets: AssetStore
    store: WalletStore

    @classmethod
    def of(cls, platform: Platform) -> HeldTokens:
        """Return it as workers see it."""
        return cls(assets=AssetStore(platform.worker_database), store=WalletStore(platform.worker_database))

    def users(self) -> list[UUID]:
        """Return every user with a wallet."""
        return self.store.users()

    def of_user(self, user_id: UUID, *, most: int = 200) -> list[tuple[str, str]]:
        """Return chain and address of a user's most valuable tokens, spam left out."""
        rows = self.assets.page(user_id, most, None, spam=False)
        return [(row.chain, row.asset.partition(":")[2]) for row in rows if row.balance > 0]

    def wallets(self, user_id: UUID) -> list[str]:
        """Return a user's EVM wallets, checksummed."""
        return [each.address for each in self.store.all(user_id) if each.kind == "evm"]


@dataclass(frozen=True, kw_only=True)
class Portfolios:
    """The portfolios of all users; nearly every use case is for one of them."""

    stores: Stores
    jobs: JobService
    clock: Clock
    secrets: Secrets
    """Encrypt keys of wallets."""
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
        return cls(stores=stores, jobs=platform.jobs, clock=clock, secrets=secrets_of(platform), measures=measures)

    def watch(
        self, user_id: UUID, address: str, label: str | None, chains: Sequence[str], registry: Registry, *, tier: Tier
    ) -> Wallet:
        """Watch an address on chains that this stage reads; InvalidInput names the field.

        Without chains it is watched on all that are read and on which it can be, which must be one at least.
        """
        return self._add(user_id, of_address(address, registry), label, chains, registry, tier)

    def watch_key(
        self,
        user_id: UUID,
        asked: AskedKey,
        label: str | None,
        chains: Sequence[str],
        registry: Registry,
        *,
        tier: Tier,
    ) -> Wallet:
        """Watch the addresses of an extended key or a descriptor; errors as those of `watch`.

        It is encrypted before it is stored, and shown nowhere.
        """
        given = of_key(asked.field, asked.text, asked.gap_limit, registry, user_id)
        return self._add(user_id, given, label, chains, registry, tier)

    def _add(  # noqa: PLR0917 - what `watch` is given
        self,
        user_id: UUID,
        given: GivenWallet,
        label: str | None,
        chains: Sequence[str],
        registry: Registry,
        tier: Tier,
    ) -> Wallet:
        check_chains(given, chains, registry)
        key = None if given.key is None else seal(self.secrets, user_id, given.key)
        quota = quota_of(tier, "wallets")
        return self.stores.wallets.add(user_id, given, label, sorted(set(chains)), quota, key)

    def watched(self, user_id: UUID, limit: int, after: tuple[datetime, UUID] | None) -> list[Wallet]:
        """Return up to `limit` watched wallets, newest first, after the position."""
        return self.stores.wallets.page(user_id, limit, after)

    def change_wallet(  # noqa: PLR0917 - a wallet, and what is to be of it
        self,
        user_id: UUID,
        wallet_id: UUID,
        label: str | None,
        chains: Sequence[str],
        registry: Registry,
        gap_limit: int | None = None,
        *,
        request_id: str = "",
    ) -> Wallet:
        """Give a wallet another label and other chains, and a key another gap limit.

        Another gap limit starts a refresh, since other addresses are the key's then. NotFound for one that is not the
        user's, InvalidInput for a gap limit of an address.
        """
        wallet = self.stores.wallets.get(user_id, wallet_id)
        check_chains(wallet, chains, registry)
        if gap_limit is not None and wallet.gap_limit is None:
            raise InvalidInput.about("gapLimit", "is a key's: an address is one alone")
        changed = self.stores.wallets.change(user_id, wallet_id, label, sorted(set(chains)), gap_limit)
        if changed.gap_limit != wallet.gap_limit:
            self._bring_in_line(user_id, request_id)
        return changed

    def unwatch(self, user_id: UUID, wallet_id: UUID, *, request_id: str) -> None:
        """Stop watching a wallet; NotFound for one that is not the user's.

        The refresh that this starts brings the assets in line.
        """
        self.stores.wallets.remove(user_id, wallet_id)
        self._bring_in_line(user_id, request_id)

    def _bring_in_line(self, user_id: UUID, request_id: str) -> None:
        try:
            self.jobs.start(REFRESH, RefreshPayload(), user_id=user_id, request_id=request_id)
        except AppError as error:
            logger.warning("assets stay as they are until the next refresh", code=error.code)

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
