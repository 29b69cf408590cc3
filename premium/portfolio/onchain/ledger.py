"""Reads what moved in a refresh's wallets, and books it."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from premium.chains.addresses import asset_key
from premium.chains.model import ChainAdapter, ChainReading, Keys, Outcome, Searched, WatchedKey
from premium.chains.transfers.movement import Movement
from premium.errors import AppError, Unprocessable
from premium.money import EXACT, from_base_units
from premium.observability import logger
from premium.portfolio.flow_model import COUNTED, MEASURED, FlowRow, NewFlows, Opening, Openings, held
from premium.portfolio.flows.booked import ENDS, Booked, book
from premium.portfolio.model import to_places
from premium.portfolio.valuation.steps import Line, Step, step

if TYPE_CHECKING:
    from premium.prices.market import Market

SECONDS = 20.0
"""For a chain's transfers: a refresh has 120, and what is late is booked by the next one."""
_NEAR = Decimal("1.01")
"""A debt may have grown less than what was borrowed: a part was repaid since, or fees were taken."""
_MOVING = MEASURED | {"own", "exchange", "income", "fee", "liquidation"}
_JUST_BEFORE = timedelta(microseconds=1)
Pair = tuple[str, str]
"""A wallet and a chain."""


@dataclass(frozen=True)
class Window:
    """A wallet on a chain between its readings before and this refresh's."""

    openings: Openings
    closing: Opening
    at: datetime
    coin: str = ""
    searched: Searched | None = None
    """In which blocks logs were searched for it, and which was the newest that named it."""

    @property
    def is_quiet(self) -> bool:
        """Whether nothing moved: no log names it, and its coin is the same.

        Tokens may have grown.

        Who sends a transaction pays for it in coin.
        """
        first, said = self.openings.first.block, self.searched
        if said is None or said.low > first + 1 or said.high < self.closing.block or said.moved > first:
            return False
        coin = self.closing.units.get(self.coin, 0)
        return all(each.units.get(self.coin, 0) == coin for each in self.openings.readings)

    @property
    def is_still(self) -> bool:
        """Whether nothing changed between any of the readings."""
        now = held(self.closing.units)
        return all(held(reading.units) == now for reading in self.openings.readings)

    @property
    def intervals(self) -> list[tuple[Opening, Opening]]:
        """Return the readings two by two, up to the closing."""
        kept = [each for each in self.openings.readings if each.block < self.closing.block]
        return list(pairwise([*kept, self.closing]))


def windows(
    openings: Mapping[Pair, Openings], outcomes: Mapping[str, Outcome], asked: Mapping[str, Iterable[str]]
) -> dict[Pair, Window]:
    """Return the wallets that were read now, each with its readings before."""
    found: dict[Pair, Window] = {}
    for chain, said in outcomes.items():
        if isinstance(said, ChainReading):
            units: defaultdict[str, dict[str, int]] = defaultdict(dict)
            for balance in said.balances:
                units[balance.wallet][balance.key] = balance.units
            coin = asset_key(chain)
            for each in said.apart:
                if each.is_counted:  # to stake moves nothing in or out
                    mine = units[each.wallet]
                    mine[coin] = mine.get(coin, 0) + sum(part for part, _ in each.parts)
            for wallet in asked.get(chain, ()):
                known = openings.get((wallet, chain)) or Openings(
                    (Opening(said.block, units[wallet], said.block_hash),)
                )
                lost = {key: n for key, n in known.last.units.items() if key in said.unreadable}
                closing = Opening(said.block, {**units[wallet], **lost}, said.block_hash)
                found[wallet, chain] = Window(known, closing, said.block_time, coin, said.searched.get(wallet))
    return found


async def moves(
    market: Market, found: dict[Pair, Window], keys: Keys = MappingProxyType({})
) -> dict[Pair, list[Movement] | AppError]:
    """Return what each wallet moved that changed, or why that could not be read.

    Readings of blocks that are not the chain's any more are taken out of `found`.
    """
    pairs = [pair for pair, window in found.items() if not window.is_still]
    read = await asyncio.gather(*(_moved(market, pair, found, keys.get(pair[0])) for pair in pairs))
    return dict(zip(pairs, read, strict=True))


async def _moved(
    market: Market, pair: Pair, found: dict[Pair, Window], key: WatchedKey | None
) -> list[Movement] | AppError:
    (wallet, chain), window = pair, found[pair]
    history = market.reader(chain)
    try:
        async with asyncio.timeout(SECONDS):
            found[pair] = replace(window, openings=await _canonical(history, window.openings))
            first, last = window.openings.first.block + 1, window.closing.block
            return (
                [] if first > last or found[pair].is_quiet else list(await history.movements(wallet, key, first, last))
            )
    except TimeoutError:
        return AppError(f"what moved on {chain} was not read in time")
    except AppError as error:
        logger.warning("flows cannot be read", chain=chain, reason=error.message)
        return error


async def _canonical(history: ChainAdapter, openings: Openings) -> Openings:
    """Return the readings whose blocks are still the chain's; the first one is final."""
    first, *others = openings.readings
    said = await history.canonical([(each.block, each.hash) for each in others])
    return Openings((first, *(each for each, is_there in zip(others, said, strict=True) if is_there)))


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """What a refresh read, ready to be booked."""

    windows: Mapping[Pair, Window]
    moved: Mapping[Pair, list[Movement] | AppError]
    finality: Mapping[str, int]
    """By chain, blocks that are not final."""
    growing: frozenset[str] = frozenset()
    """Chains whose coin grows by itself, as stakes are rewarded."""

    def booked(self) -> list[Booked]:
        """Return the flows of all wallets, interval by interval, those of one chain together.

        What could not be read is unexplained since the refresh before, until a later one reads it.
        """
        groups: defaultdict[tuple[str, int, int, bool], dict[str, tuple[Opening, Opening]]] = defaultdict(dict)
        for (wallet, chain), said in self.moved.items():
            is_told, intervals = isinstance(said, list), self.windows[wallet, chain].intervals
            for ends in intervals if is_told else intervals[-1:]:
                groups[chain, ends[0].block, ends[1].block, is_told][wallet] = ends
        return [row for key, ends in sorted(groups.items()) for row in self._book(*key, ends)]

    def _book(
        self, chain: str, first: int, last: int, is_told: bool, ends: Mapping[str, tuple[Opening, Opening]]
    ) -> list[Booked]:
        own = [wallet for wallet, name in self.windows if name == chain]
        at = max(self.windows[wallet, chain].at for wallet in ends)
        told = {wallet: said for wallet in ends if isinstance(said := self.moved[wallet, chain], list)}
        moved = {wallet: [each for each in mine if first < each.block <= last] for wallet, mine in told.items()}
        grows = chain in self.growing
        return book(chain, asset_key(chain), ends, moved if is_told else None, at, own=own, grows=grows)

    def reread(self) -> list[tuple[str, str, int]]:
        """Return wallet, chain and block after which all was read again."""
        read = [pair for pair, said in self.moved.items() if isinstance(said, list)]
        return [(wallet, chain, self.windows[wallet, chain].openings.first.block) for wallet, chain in read]

    def openings(self) -> dict[Pair, Openings]:
        """Return from where the next refresh books.

        No further where a node may tell then what it did not tell now.
        """
        found: dict[Pair, Openings] = {}
        for pair, window in self.windows.items():
            said = self.moved.get(pair)
            is_booked = said is None or isinstance(said, list | Unprocessable)
            found[pair] = window.openings.after(window.closing, self.finality[pair[1]] if is_booked else None)
        return found


def new_flows(
    ledger: Ledger, before: Mapping[str, Any] | None, answer: Mapping[str, Any], as_of: datetime, name: str
) -> tuple[NewFlows, Step]:
    """Return a refresh's flows in dollars, and what begins and ends to be counted."""
    known = _Known(before, answer)
    rows = [_row(each, known, as_of) for each in _without_loans(ledger.booked(), _owed(before), _owed(answer))]
    moved: defaultdict[Line, Decimal] = defaultdict(Decimal)
    for row in rows:
        if row.usd is not None and row.kind in _MOVING:
            moved[row.wallet, row.chain, row.asset] += row.usd
    made = step(before, answer, moved, as_of)
    rows += [_counted(change.line, change.usd, known, as_of, name) for change in made.changes]
    return NewFlows(rows=rows, reread=ledger.reread(), openings=ledger.openings()), made


def _owed(answer: Mapping[str, Any] | None) -> Counter[Line]:
    """Return what is owed of each asset, in base units."""
    found = Counter[Line]()
    for row in answer["holdings"] if answer else ():
        if row.get("role") == "debt":
            found[row["wallet"], row["chain"], row["asset"]] -= int(row["units"])
    return found


def _without_loans(rows: Iterable[Booked], before: Counter[Line], after: Counter[Line]) -> list[Booked]:
    """Take what was borrowed or repaid for exchanges: the debt beside it grew or shrank by as much.

    Some markets give no token for a debt, so that the transaction alone looks like a deposit.
    """
    found: list[Booked] = []
    left = Counter({line: after[line] - before[line] for line in {*before, *after}})
    for row in rows:
        line = (row.wallet, row.chain, row.asset)
        is_loan = row.kind in ("deposit", "withdrawal") and 0 < row.units * _sign(left[line]) <= abs(left[line]) * _NEAR
        if is_loan:
            left[line] -= row.units
        found.append(replace(row, kind="exchange") if is_loan else row)
    return found


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)


class _Known:
    """Prices and scales of assets, by the answer and the one before."""

    def __init__(self, *answers: Mapping[str, Any] | None) -> None:
        self.decimals: dict[str, int] = {}
        self.prices: dict[str, Decimal] = {}
        for row in (row for answer in answers if answer for row in answer["holdings"]):
            if row.get("decimals") is not None:
                self.decimals[row["asset"]] = int(row["decimals"])
            is_known = row.get("quality") in ("good", "held_back") and row.get("why") != "spam"
            if is_known and row["price_usd"] is not None:
                self.prices[row["asset"]] = Decimal(row["price_usd"])

    def usd(self, asset: str, units: int) -> Decimal | None:
        price, decimals = self.prices.get(asset), self.decimals.get(asset)
        if price is None or decimals is None:
            return None
        return to_places(EXACT.multiply(from_base_units(units, decimals), price))


def _row(each: Booked, known: _Known, as_of: datetime) -> FlowRow:
    return FlowRow(
        wallet=each.wallet,
        chain=each.chain,
        tx=each.tx,
        place=each.place,
        asset=each.asset,
        units=Decimal(each.units),
        decimals=known.decimals.get(each.asset),
        kind=each.kind,
        usd=None if each.kind == "phantom" else known.usd(each.asset, each.units),
        block=each.block,
        at=each.at,
        counted_at=min(each.at, as_of - _JUST_BEFORE),
    )


def _counted(line: Line, usd: Decimal, known: _Known, as_of: datetime, name: str) -> FlowRow:
    wallet, chain, asset = line
    kind = "deposit" if usd > 0 else "withdrawal"
    return FlowRow(wallet=wallet, chain=chain, tx=f"{COUNTED}{name}", place=ENDS, asset=asset, units=Decimal(0),
                   decimals=known.decimals.get(asset), kind=kind, usd=usd, block=0, at=as_of,
                   counted_at=as_of - _JUST_BEFORE)  # fmt: skip
