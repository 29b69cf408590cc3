"""Use cases that show a portfolio or a part of it, explained, and what changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from premium.errors import InvalidInput, NotFound, UpstreamUnavailable
from premium.portfolio.model import Statement
from premium.portfolio.service import Portfolios
from premium.portfolio.store import Stores
from premium.portfolio.valuation.asked import Asked
from premium.portfolio.valuation.performance import Performance
from premium.portfolio.views.changed import Change, changes
from premium.portfolio.views.collectibles import place_of
from premium.portfolio.views.explained import Explained, of_answer, of_flow, of_snapshot
from premium.portfolio.views.grouped import Group, by_identity, identities, of_wallets, page
from premium.portfolio.views.narrowed import narrowed
from premium.tiers import Tier

if TYPE_CHECKING:
    from premium.bootstrap import Platform

MOST_ASSETS = 10_000
MOST_CHANGES = 50
"""Snapshots of one answer: each is rebuilt."""


class Narrow(NamedTuple):
    """Which part is asked for; None is all."""

    wallet: str | None = None
    chain: str | None = None

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left out."""
        return self.wallet is None and self.chain is None


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What users look at."""

    platform: Platform
    portfolios: Portfolios
    stores: Stores

    @classmethod
    def of(cls, platform: Platform) -> Shown:
        """Return the use cases as the application's role sees them."""
        portfolios = Portfolios.of(platform)
        return cls(platform=platform, portfolios=portfolios, stores=portfolios.stores)

    @classmethod
    def of_worker(cls, platform: Platform) -> Shown:
        """Return the use cases as the workers' role sees them."""
        portfolios = Portfolios.of_worker(platform)
        return cls(platform=platform, portfolios=portfolios, stores=portfolios.stores)

    def address(self, user_id: UUID, wallet: str | None) -> str | None:
        """Return the address of a watched wallet, given as one or by its id.

        InvalidInput for one that is not watched.
        """
        if wallet is None:
            return None
        for each in self.stores.wallets.all(user_id):
            if wallet.lower() in (each.address.lower(), str(each.id)):
                return each.address
        raise InvalidInput.about("wallet", "is none that you watch: GET /v1/portfolio/wallets lists them")

    def statement(self, user_id: UUID, narrow: Narrow) -> Statement:
        """Return what is held and owed, of a part or of all.

        NotFound before the first refresh.
        """
        whole = self.portfolios.current(user_id, self.platform.chains)
        if narrow.is_whole:
            return whole
        address = self.address(user_id, narrow.wallet)
        wallets, chains = ({address} if address else None), ({narrow.chain} if narrow.chain else None)
        return whole.model_copy(update={"answer": narrowed(whole.answer, wallets, chains)})

    def last_day(self, user_id: UUID, tier: Tier) -> Performance | None:
        """Return how the whole did in the last 24 hours; None without values.

        Also while the time series are away: the overview does not need them.
        """
        try:
            return self.portfolios.measures.whole(user_id, tier, Asked(window="24h"))
        except (NotFound, UpstreamUnavailable):
            return None

    def assets(
        self,
        user_id: UUID,
        limit: int,
        after: tuple[Decimal | None, UUID] | None,
        narrow: Narrow,
        *,
        spam: bool,
        together: bool,
    ) -> list[Group]:
        """Return up to `limit` assets, the most valuable first, after the position.

        `together`: what is one asset over chains stands once.
        """
        if narrow.wallet is None and not together:
            rows = self.stores.assets.page(user_id, limit, after, spam=spam, chain=narrow.chain)
            return [Group(row, identities().get(row.asset), (row.asset,)) for row in rows]
        rows = self.stores.assets.page(user_id, MOST_ASSETS, None, spam=spam, chain=narrow.chain)
        if (address := self.address(user_id, narrow.wallet)) is not None:
            rows = of_wallets(rows, self.portfolios.answer(user_id), [address])
        if not together:
            return page([Group(row, identities().get(row.asset), (row.asset,)) for row in rows], limit, after)
        return page(by_identity(rows), limit, after)

    def nfts(
        self, user_id: UUID, limit: int, after: tuple[str, str, str, int] | None, narrow: Narrow
    ) -> Sequence[Mapping[str, Any]]:
        """Return up to `limit` NFTs after the place, by wallet, chain, contract and number."""
        rows = self.statement(user_id, narrow).answer.get("nfts", ())
        return [row for row in rows if after is None or place_of(row) > after][:limit]

    def explained(self, user_id: UUID, figure: str, part: str | None, snapshot: UUID | None) -> Explained:
        """Return the lines of the total (also a past one), an asset or a flow.

        NotFound for what is not there.
        """
        if figure == "flow":
            return of_flow(self.stores.flows.get(user_id, _uuid(part)))
        if snapshot is not None:
            past = self.stores.snapshots.of_id(user_id, snapshot)
            if past is None:
                raise NotFound(f"there is no snapshot {snapshot}: each hour's is kept for 90 days")
            return of_snapshot(past)
        answer = self.portfolios.current(user_id, self.platform.chains).answer
        if figure == "asset" and not any(row["asset"] == part for row in answer["holdings"]):
            raise NotFound("no wallet holds this asset: GET /v1/portfolio/assets lists them")
        return of_answer(answer, part if figure == "asset" else None)

    def changes(self, user_id: UUID, after: UUID | None, limit: int) -> tuple[Sequence[Change], bool]:
        """Return what snapshots changed after one of them, oldest first, and whether more follow.

        Without one the newest snapshot alone; NotFound for one that is not kept any more.
        """
        store = self.stores.snapshots
        if after is None:
            return changes(store.since(user_id, self.platform.clock.now(), 0), first=True), False
        last = store.of_id(user_id, after)
        if last is None:
            raise NotFound("this cursor's snapshot is not kept any more: begin anew, without `after`")
        found = store.since(user_id, last.timestamp, limit + 1)
        return changes(found[: limit + 1], first=False), len(found) > limit + 1

    def in_currency(self, code: str) -> tuple[Decimal, date]:
        """Return units of a currency for a dollar, and the day of that rate.

        InvalidInput for one whose rate nobody publishes.
        """
        from premium.rates.service import ExchangeRates  # noqa: PLC0415 - only where a currency is asked for

        found = ExchangeRates.of_function(self.platform).for_a_dollar(code)
        if found is None:
            raise InvalidInput.about("currency", "has no rate of the European Central Bank; dollars stand without it")
        return found


def rated(usd: Decimal, rate: Decimal) -> Decimal:
    """Return dollars in a currency, to 8 places."""
    from premium.portfolio.totals.valued import dollars  # noqa: PLC0415 - as above

    return dollars(usd, rate)


def _uuid(part: str | None) -> UUID:
    try:
        return UUID(part or "")
    except ValueError:
        raise InvalidInput.about("id", "is a flow's id: GET /v1/portfolio/flows lists them") from None
