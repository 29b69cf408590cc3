"""What one refresh is to read, and what it makes of what was read."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from premium.chains.addresses import in_key
from premium.chains.model import ChainReading, Keys, Outcome, Searched, Searches, Wanted
from premium.money import plain
from premium.portfolio.flow_model import NewFlows, Openings
from premium.portfolio.keys import open_keys, secrets_of
from premium.portfolio.model import SearchRow, Snapshot, Statement, Wallet
from premium.portfolio.onchain.ledger import Ledger, new_flows
from premium.portfolio.positions.found import ChainPositions, Found, Stated
from premium.portfolio.store import Stores
from premium.portfolio.valuation.assembly import assemble
from premium.portfolio.valuation.positions import stated, told
from premium.portfolio.valuation.spam import listed_of, suspected
from premium.portfolio.valuation.statement import before_of, is_due, judge, noted, state
from premium.portfolio.valuation.watchlist import settled, unread, watchlist
from premium.portfolio.valuation.words import Override
from premium.portfolio.views import collectibles
from premium.portfolio.views.narrowed import still_fresh
from premium.prices.model import Quote

if TYPE_CHECKING:
    from premium.bootstrap import Platform

NOT_ASKED = "not asked for this time"
"""Why a chain of a partial refresh has no new balances."""
_FRESH_FOR = timedelta(hours=1)
NOT_READ = "this stage does not read this chain"
"""Why a chain that a wallet names has no balances, where the stage once read it."""
Pair = tuple[str, str]
"""A wallet's address and a chain."""


class Errand(Protocol):
    """Whose refresh it is, and as of when."""

    @property
    def job_id(self) -> UUID:
        """The id under which its snapshot stands."""
        ...

    @property
    def user_id(self) -> UUID:
        """Whose."""
        ...

    @property
    def created_at(self) -> datetime:
        """The snapshot's time."""
        ...

    @property
    def platform(self) -> Platform:
        """Chains and the clock."""
        ...


@dataclass(frozen=True, kw_only=True)
class Results:
    """What a refresh leaves."""

    statement: Statement
    snapshot: Snapshot
    positions: Sequence[Stated]
    flows: NewFlows


@dataclass(frozen=True, kw_only=True)
class Task:
    """A user's refresh: wallets, and what was known of them."""

    job_id: UUID
    timestamp: datetime
    now: datetime
    wallets: Sequence[Wallet]
    active: Sequence[str]
    previous: Snapshot | None
    before: Mapping[str, Any] | None
    """The answer before, or what the snapshot before says of it."""
    searches: Mapping[Pair, SearchRow]
    dormant: Mapping[Pair, SearchRow]
    openings: Mapping[Pair, Openings]
    keys: Keys = field(default_factory=dict, repr=False)
    """Of wallets that are keys, by their names."""
    positions: Sequence[Found] = ()
    """Those of the refresh before, kept where a chain fails."""
    overrides: Mapping[str, Override] = field(default_factory=dict)
    last: Statement | None = None
    """The statement before, unless there is none."""
    only: frozenset[str] = frozenset()
    """Chains that alone are read; none: all."""
    listed: tuple[Collection[str], Collection[str]] = ((), ())
    """Keys of coins and listed tokens, which are never spam, and their symbols, which others imitate."""

    @classmethod
    def of(
        cls,
        context: Errand,
        stores: Stores,
        *,
        hourly: bool,
        previous: Mapping[UUID, Snapshot] | None = None,
        only: Collection[str] = (),
    ) -> Task:
        """Return the task of a job, as of now.

        `previous`: the snapshots before, where they were read for many users at once. `only`: chains that are read.
        """
        now, user = context.platform.clock.now(), context.user_id
        active = [chain.name for chain in context.platform.chains.active]
        wallets = settled(stores.wallets.all(user), context.platform.chains)
        before = (previous or {}).get(user)
        if previous is None:
            before = stores.snapshots.before(user, context.created_at)
        statement = stores.statements.get(user)
        searches = {(row.address, row.chain): row for row in stores.searches.all(user)}
        left = set(active) - set(only) if only else set[str]()
        asleep = {pair: row for pair, row in searches.items() if pair[1] in active and not is_due(row, now)
                  and (hourly or pair[1] in left)}  # fmt: skip
        return cls(
            job_id=context.job_id,
            timestamp=context.created_at,
            now=now,
            wallets=wallets,
            keys=open_keys(secrets_of(context.platform), user, wallets, stores.wallets),
            active=active,
            previous=before,
            before=statement.answer if statement else before_of(before) if before else None,
            overrides=stores.overrides.all(user),
            last=statement,
            searches=searches,
            dormant=asleep,
            only=frozenset(only),
            positions=stores.positions.found(user),
            listed=listed_of(context.platform.chains),
            openings=stores.flows.openings(user),
        )

    @property
    def watched(self) -> Wanted:
        """Return chain → wallet → tokens to read, of the chains that are asked."""
        return {chain: asked for chain, asked in self._watched.items() if not self.leaves(chain)}

    def leaves(self, chain: str) -> bool:
        """Say whether a chain is left out on purpose."""
        return bool(self.only) and chain not in self.only

    @property
    def _watched(self) -> Wanted:
        """All of it: held before, or named by logs ever."""
        wanted = watchlist(self.wallets, self.active, self.previous)
        return {
            chain: asked
            for chain, mine in wanted.items()
            if (asked := {a: t | self._named(a, chain) for a, t in mine.items() if (a, chain) not in self.dormant})
        }

    @property
    def searched(self) -> Mapping[str, Searches]:
        """Return chain → wallet → how far its logs were searched."""
        return {chain: {a: self._searched(a, chain) for a in mine} for chain, mine in self.watched.items()}

    def stated(
        self,
        outcomes: Mapping[str, Outcome],
        quotes: Mapping[str, Quote],
        positions: Mapping[str, ChainPositions],
        ledger: Ledger,
    ) -> Results:
        """Return what the user holds and owes, the snapshot of it, and what moved."""
        left = unread(self.wallets, self.active)
        outcomes = {**dict.fromkeys(self._watched, NOT_ASKED), **outcomes} if self.only else outcomes
        snapshot = assemble(
            job_id=self.job_id,
            timestamp=self.timestamp,
            outcomes={**outcomes, **dict.fromkeys(left, NOT_READ)},
            quotes=quotes,
            watched={**self._watched, **left},
            previous=self.previous,
        )
        answer = state(
            now=self.now,
            wallets=self.wallets,
            active=self.active,
            outcomes=outcomes,
            quotes=quotes,
            previous=self.before,
            dormant=self.dormant,
            positions=positions,
            spam=suspected(outcomes, quotes, ledger.moved, self.before, self.listed),
            overrides=self.overrides,
        )
        if self.only:
            answer |= still_fresh(answer, self.before or {}, NOT_ASKED, self.now - _FRESH_FOR)
        rows = [found for chain in positions.values() for found in chain.found]
        kept = [found for found in self.positions if found.chain not in positions]
        placed = stated(rows, kept, answer, self.now)
        answer["nfts"], more = collectibles.listed(outcomes, self.before, {wallet.address for wallet in self.wallets})
        answer["findings"] += [*told(placed), *noted(outcomes), *more]
        answer["multipliers"] = {key: plain(times) for key, times in self.multipliers(outcomes).items()}
        flows, step = new_flows(ledger, self.before, answer, self.timestamp, str(self.job_id))
        answer["gaps"] = step.gaps
        statement = Statement(job_id=self.job_id, as_of=self.timestamp, answer=answer)
        judged = judge(snapshot, answer).model_copy(update={"is_good": step.is_good})
        return Results(statement=statement, snapshot=judged, positions=placed, flows=flows)

    def multipliers(self, outcomes: Mapping[str, Outcome]) -> dict[str, Decimal]:
        """Return by asset what its holders are shown for one unit.

        As it was read now or, where its chain failed, before.
        """
        known = (self.before or {}).get("multipliers") or {}
        read = [said for said in outcomes.values() if isinstance(said, ChainReading)]
        names = {said.chain for said in read}
        kept = {key: Decimal(text) for key, text in known.items() if key.partition(":")[0] not in names}
        return kept | {key: times for said in read for key, times in said.multipliers.items()}

    def searches_after(
        self, outcomes: Mapping[str, Outcome], positions: Mapping[str, ChainPositions]
    ) -> list[SearchRow]:
        """Return how far the searches of logs came, and whose positions were looked for."""
        asked = {chain: each.asked for chain, each in positions.items()}
        return [
            SearchRow(
                address=wallet,
                chain=chain,
                low=each.low,
                high=each.high,
                tokens=tuple(sorted(each.tokens)),
                nfts=tuple(sorted(each.nfts)),
                collectibles=tuple(sorted(each.collectibles)),
                unused=wallet in said.unused,
                looked_at=said.read_at,
                moved_block=each.moved,
                positions_block=said.block if wallet in (asked.get(chain) or ()) else -1,
            )
            for chain, said in outcomes.items()
            if isinstance(said, ChainReading)
            for wallet, each in said.searched.items()
        ]

    def _named(self, address: str, chain: str) -> frozenset[str]:
        row = self.searches.get((address, chain))
        return frozenset(map(in_key, row.tokens)) if row else frozenset()

    def _searched(self, address: str, chain: str) -> Searched | None:
        row = self.searches.get((address, chain))
        return (
            None
            if row is None
            else Searched(
                low=row.low,
                high=row.high,
                tokens=frozenset(row.tokens),
                nfts=frozenset(row.nfts),
                collectibles=frozenset(row.collectibles),
                moved=row.moved_block,
            )
        )
