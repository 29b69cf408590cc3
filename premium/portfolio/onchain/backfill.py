"""Carries a user's back-fill on: reads windows, then rebuilds all days of them at once.

A window that was read is kept: whatever is killed reads that one again and no other. Days, flows and gaps are written
in one transaction, in place of those before, so that a repeat leaves the same.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from premium.chains import answers
from premium.chains.addresses import asset_key, split_key
from premium.chains.model import Keys
from premium.chains.multicall import Read
from premium.chains.rpc import RpcError
from premium.errors import AppError
from premium.neighbours import open_client
from premium.observability import logger
from premium.portfolio.flow_model import Opening, Openings
from premium.portfolio.keys import open_keys, secrets_of
from premium.portfolio.model import Statement
from premium.portfolio.onchain import past
from premium.portfolio.rebuilding.days import CLOSE, Moment, Prices, asked, rebuild
from premium.portfolio.rebuilding.model import Asset, Gap, Past, Rebuilt, end_of
from premium.portfolio.rebuilding.timeline import Timeline, timeline
from premium.portfolio.store import Stores
from premium.portfolio.store.progress.backfills import Pair, RebuiltDay, Window
from premium.portfolio.valuation.watchlist import settled
from premium.prices.model import KnownPrice
from premium.prices.names import theirs
from premium.prices.store import StoredPrices

if TYPE_CHECKING:
    from premium.bootstrap import Platform
    from premium.prices.market import Market

SECONDS_A_STEP = 45.0
PATIENT = 3
"""Attempts after which a chain that does not answer is named, and the others are rebuilt without it."""
_CHARTS = 8
"""Assets whose charts are asked and kept together."""
_MOMENTS = 500
"""Prices that are asked and kept together: a repeat asks for the others."""
_DECIMALS = bytes.fromhex("313ce567")


@dataclass(kw_only=True)
class Backfill:
    """One step of a user's back-fill."""

    platform: Platform
    stores: Stores
    user_id: UUID
    attempt: int
    point: Callable[[str], None]
    unread: dict[Pair, str] = field(default_factory=dict)

    def step(self) -> Mapping[str, Any]:
        """Read for a time, or rebuild where all is read; tell whether something is `left`."""
        statement = self.stores.statements.get(self.user_id)
        if statement is None or statement.booked_since is None:
            return {"left": False, "why": "nothing was read yet: the first refresh begins this anew"}
        return asyncio.run(self._step(statement))

    async def _step(self, statement: Statement) -> Mapping[str, Any]:
        wallets = settled(self.stores.wallets.all(self.user_id), self.platform.chains)
        mine, active = {each.address for each in wallets}, {chain.name for chain in self.platform.chains.active}
        openings = {pair: each for pair, each in self.stores.flows.openings(self.user_id).items()
                    if pair[0] in mine and pair[1] in active}  # fmt: skip
        keys = open_keys(secrets_of(self.platform), self.user_id, wallets, self.stores.wallets)
        async with open_client() as client:
            market = self.platform.market(client)
            if not await self._read(market, openings, keys):
                return {"left": True}
            return await self._rebuild(market, statement, openings)

    async def _read(self, market: Market, openings: Mapping[Pair, Openings], keys: Keys) -> bool:
        """Read windows for a time; return whether all was read."""
        known = self._windows()
        ends = time.monotonic() + SECONDS_A_STEP
        for pair, opening in sorted(openings.items()):
            while not (known[pair] and known[pair][-1].is_last) and pair not in self.unread:
                if time.monotonic() > ends:
                    return False
                first = known[pair][0].opening if known[pair] else None
                start = opening.first if first is None else _opening(first)
                try:
                    window = await past.window(market, pair, keys.get(pair[0]), start, known[pair])
                except (AppError, TimeoutError) as error:
                    if self.attempt < PATIENT:
                        raise
                    self.unread[pair] = str(error)[:500] or "not read in time"
                    logger.warning("a chain's past is not read", chain=pair[1], reason=self.unread[pair])
                    break
                self.stores.backfills.add(self.user_id, window)
                known[pair].append(window)
                self.point("backfill_read")
        return True

    def _windows(self) -> defaultdict[Pair, list[Window]]:
        found = defaultdict[Pair, list[Window]](list)
        for window in self.stores.backfills.windows(self.user_id):
            found[window.wallet, window.chain].append(window)
        return found

    async def _rebuild(
        self, market: Market, statement: Statement, openings: Mapping[Pair, Openings]
    ) -> Mapping[str, Any]:
        before = self.stores.backfills.get(self.user_id)  # snapshots are kept for 90 days, what is rebuilt for good
        until = before.until if before and before.until else self.stores.snapshots.first(self.user_id)
        if until is None or statement.booked_since is None:
            return {"left": False, "why": "there is no snapshot"}
        windows, late = self._windows(), self.stores.backfills.late(self.user_id, statement.booked_since)
        read = {pair: windows[pair] for pair in openings if pair not in self.unread}
        pasts = [self._past(pair, mine, is_late=pair in late) for pair, mine in sorted(read.items())]
        told = timeline(pasts, {pair[0] for pair in openings}, until)
        assets = await _assets(market, statement, told)
        prices = Prices(await self._prices(market, asked(told, assets, until)), assets)
        doubts = [Gap(*pair, None, "unread", None) for pair in sorted(self.unread)]
        doubts += [Gap(*pair, None, "too_long", None) for pair, mine in sorted(read.items()) if mine[-1].reason]
        doubts += _positions(statement, told)
        made = rebuild(told, pasts, assets, prices, until, doubts)
        self.point("first_write")
        self._keep(made, until, late)
        self.point("before_commit")
        return {"left": False, "days": len(made.closes), "good": sum(day.is_good for day in made.closes),
                "flows": len(made.flows), "gaps": len(made.gaps), "until": until.isoformat()}  # fmt: skip

    def _past(self, pair: Pair, windows: Sequence[Window], *, is_late: bool) -> Past:
        moved = [each for window in reversed(windows) for each in past.movements(window)]
        chain = self.platform.chains[pair[1]]
        opening = _opening(windows[0].opening or {"block": -1, "units": {}})
        return Past(wallet=pair[0], chain=pair[1], coin=asset_key(pair[1]), opening=opening, movements=moved,
                    is_late=is_late, grows=chain.kind == "solana")  # fmt: skip

    def _keep(self, made: Rebuilt, until: datetime, late: Iterable[Pair]) -> None:
        days = [RebuiltDay(*close) for close in made.closes]
        gaps = [gap._asdict() | {"since": gap.since.isoformat() if gap.since else None} for gap in made.gaps]
        closed = {(wallet, asset) for wallet, chain, asset in made.closed if (wallet, chain) not in set(late)}
        self.stores.backfills.keep(self.user_id, until, days, made.flows, gaps, sorted(closed))

    async def _prices(self, market: Market, moments: Sequence[tuple[str, datetime]]) -> list[KnownPrice]:
        """Return what is stored, and of the rest what the provider says, which is stored.

        Days' ends by charts, other instants one by one.
        """
        stored = StoredPrices(self.platform.timeseries)
        known = await asyncio.to_thread(stored.before, list(moments), CLOSE)
        missing = _missing(moments, known)
        past_prices = market.past_prices
        names = {asset: name for asset, _ in missing if (name := theirs(asset, market.chains)) is not None}
        if past_prices is None or not names:
            return known
        closes = _closes(missing, names)
        charts = list(closes.items())
        for start in range(0, len(charts), _CHARTS):
            part = charts[start : start + _CHARTS]
            told = await asyncio.gather(*(past_prices.between(a, names[a], *ends, 24) for a, ends in part))
            said = [price for chart in told for price in chart]
            await asyncio.to_thread(stored.add, said)
            known += said
        # A day that a chart leaves out is not asked again: the provider has nothing near it.
        wanted = [(a, at) for a, at in _missing(missing, known) if a in names and not (a in closes and _is_close(at))]
        for start in range(0, len(wanted), _MOMENTS):
            times = defaultdict[str, list[int]](list)
            for asset, at in wanted[start : start + _MOMENTS]:
                times[asset].append(int(at.timestamp()))
            said = await past_prices.at({asset: sorted(set(mine)) for asset, mine in times.items()}, names)
            await asyncio.to_thread(stored.add, said)
            known += said
        return known


def _missing(moments: Iterable[Moment], known: Iterable[KnownPrice]) -> list[Moment]:
    near = Prices(known, {})
    return [(asset, at) for asset, at in moments if near.near(asset, at, CLOSE) is None]


def _is_close(at: datetime) -> bool:
    return at == end_of(at.date())


def _closes(missing: Iterable[Moment], names: Collection[str]) -> dict[str, tuple[datetime, datetime]]:
    """Return by asset the first and last of days' ends, of those that miss more than one."""
    found = defaultdict[str, list[datetime]](list)
    for asset, at in missing:
        if asset in names and _is_close(at):
            found[asset].append(at)
    return {asset: (min(mine), max(mine)) for asset, mine in found.items() if len(mine) > 1}


def _opening(told: Mapping[str, Any]) -> Opening:
    return Opening(told["block"], {asset: int(units) for asset, units in told["units"].items()})


async def _assets(market: Market, statement: Statement, told: Timeline) -> dict[str, Asset]:
    """Return what is known of all assets that moved: by the statement, the registry, or the contract."""
    names = {row.asset for row in told.rows} | {line[2] for line in told.open}
    found = dict[str, Asset]()
    for row in statement.answer["holdings"]:
        counts = row.get("counted", True) and row.get("quality") == "good" and row["price_usd"] is not None
        if row.get("role", "held") == "held" and row["asset"] not in found:
            found[row["asset"]] = Asset(
                decimals=row["decimals"], category=row.get("category") or "token",
                price=Decimal(row["price_usd"]) if counts else None,
                is_left_out=row.get("why") in ("spam", "hidden"), is_receipt=row.get("why") == "receipt",
            )  # fmt: skip
    for chain in {name.partition(":")[0] for name in names}:
        entry = market.chains[chain]
        found.setdefault(asset_key(chain), Asset(decimals=entry.native.decimals, category="native"))
        for token in entry.tokens:
            known = Asset(decimals=token.decimals, category=token.category)
            found.setdefault(asset_key(chain, token.address), known)
        unknown = sorted(name for name in names if name.partition(":")[0] == chain and name not in found)
        for name, decimals in (await _scales(market, chain, unknown)).items():
            found[name] = Asset(decimals=decimals)
    return found


async def _scales(market: Market, chain: str, names: Sequence[str]) -> dict[str, int | None]:
    if market.chains[chain].kind != "evm" or not names:
        return dict.fromkeys(names)
    try:
        said = await (await market.adapter(chain).reader()).reads([Read(split_key(n)[1], _DECIMALS) for n in names])
    except (RpcError, AppError):
        return dict.fromkeys(names)
    return {name: answers.decimals(one) for name, one in zip(names, said, strict=True)}


def _positions(statement: Statement, told: Timeline) -> list[Gap]:
    """Name wallets whose positions no token of theirs stands for: what they were worth then is not known."""
    held = {(row.wallet, row.chain, row.asset) for row in told.rows}
    found = dict[Pair, Gap]()
    for position in statement.answer.get("positions", ()):
        pair = (position["wallet"], position["chain"])
        if not any((*pair, receipt) in held for receipt in position.get("receipts") or ()):
            since = next((row.at for row in told.rows if (row.wallet, row.chain) == pair), None)
            found[pair] = Gap(*pair, None, "position", since)
    return list(found.values())
