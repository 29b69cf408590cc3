"""Prices for what states none: of own trades, and of a price series."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from premium.money import divide
from premium.tax.history.exchanges import Exchange, Worth, worth_of
from premium.tax.history.price_series import DAY, Price, PriceSeries
from premium.tax.model import Transaction
from premium.tax.neutral.kinds import OUTSIDE

_PRICED = frozenset({"buy", "sell", "income", "fee"})
Lack = tuple[str, int]
"""An asset and the instant at which its price is needed."""


class Prices(NamedTuple):
    """Prices by asset and instant, and what each exchange is worth by its name."""

    known: Mapping[Lack, Price]
    worths: Mapping[str, Worth]

    def get(self, lack: Lack) -> Price | None:
        """Return the price of an asset at an instant, or None."""
        return self.known.get(lack)

    def worth(self, exchange: Exchange) -> Worth:
        """Return what an exchange is worth."""
        return self.worths.get(exchange.name) or Worth(exchange.total, "", [])


def prices_near(
    transactions: Iterable[Transaction],
    exchanges: Sequence[Exchange],
    trades: Iterable[Transaction],
    outside: PriceSeries | None,
    tender: Collection[str],
) -> Prices:
    """Return the price nearest to each lack, within 24 hours.

    Of `trades` and from `outside`; of equally near ones an own trade's counts, and of those the earlier. A trade
    against what is valued itself (foreign money at its rate, a coin that has a price) is an own trade as well. A fork's
    cost has to be split: what it came from goes by its last own trade, however old, where nothing nearer is known.
    """
    transactions = list(transactions)
    lacks = set(_lacks(transactions, exchanges))
    if not lacks:
        return Prices({}, {})
    series = outside or PriceSeries()
    own = _trades_of({asset for asset, _ in lacks}, trades)
    found = _found(lacks, own, series)
    legs = {(tx.asset, tx.instant) for each in exchanges for tx in (*each.given, *each.received)}
    left, worths = list(exchanges), dict[str, Worth]()
    while new := _shown(left, worths, found, own, tender):
        for tx in new:
            insort(own[tx.asset], tx, key=_instant)
        assets, here = {tx.asset for tx in new}, {(tx.asset, tx.instant) for tx in new}
        # What legs were worth by themselves stays; others' shares of a total follow from it.
        again = {lack for lack in lacks if lack[0] in assets and lack not in legs}
        unsettled = {(tx.asset, tx.instant) for each in left for tx in (*each.given, *each.received)}
        found |= _found(again | ((here | unsettled) & lacks) - found.keys(), own, series)
    parents = {(tx.more.from_asset or "", tx.instant) for tx in transactions if tx.type == "fork"}
    for asset, instant in parents - found.keys():
        price = _last(own[asset], instant)
        if price is not None:
            found[asset, instant] = price
    return Prices(found, worths)


def _found(lacks: Iterable[Lack], own: Mapping[str, list[Transaction]], series: PriceSeries) -> dict[Lack, Price]:
    found = {}
    for asset, instant in lacks:
        price, other = _nearest(own[asset], instant), series.before(asset, instant)
        if price is None or (other is not None and abs(price.instant - instant) > instant - other.instant):
            price = other
        if price is not None:
            found[asset, instant] = price
    return found


def _shown(
    left: list[Exchange],
    worths: dict[str, Worth],
    found: Mapping[Lack, Price],
    own: Mapping[str, list[Transaction]],
    tender: Collection[str],
) -> list[Transaction]:
    """Return legs that go as own trades now, since their exchange is worth something.

    It is taken off `left`, and stands in `worths`.
    """
    new, still = list[Transaction](), list[Exchange]()
    for exchange in left:
        worth = worth_of(exchange, found, tender)
        if worth.total is None:
            still.append(exchange)
            continue
        worths[exchange.name] = worth
        for side in (exchange.given, exchange.received):
            if len(side) == 1 and side[0].value is None and side[0].asset in own and side[0].amount:
                tx = side[0]
                new.append(tx._replace(value=worth.total, more=tx.more._replace(price_filled=worth.mark)))
    left[:] = still
    return new


def _lacks(transactions: Iterable[Transaction], exchanges: Iterable[Exchange]) -> Iterator[Lack]:
    """Yield values and fees in kind that are not stated.

    Of an exchange's legs any may come to bear the fee of another.
    """
    settled: set[str] = set()
    for exchange in exchanges:
        legs = (*exchange.given, *exchange.received)
        if exchange.total is not None:
            settled.update(tx.id for tx in legs)
            # A total goes to several legs by what each of them is worth.
            sides = [side for side in (exchange.given, exchange.received) if len(side) > 1]
            yield from ((tx.asset, tx.instant) for side in sides for tx in side if tx.value is None)
        if exchange.moves and exchange.given[0].more.burnt:
            # What it burns goes on without the value that was stated.
            yield exchange.given[0].asset, exchange.given[0].instant
        fees = {tx.more.fee_asset for tx in legs} - {None}
        fees |= {fee.asset for tx in legs for fee in tx.more.fees if fee.value is None}
        yield from ((str(asset), tx.instant) for asset in fees for tx in legs)
    for tx in transactions:
        more = tx.more
        if tx.type == "fork" and more.from_asset is not None:
            yield more.from_asset, tx.instant
        if more.fee_asset is not None and not tx.fee:
            yield more.fee_asset, tx.instant
        yield from ((fee.asset, tx.instant) for fee in more.fees if fee.value is None)
        whole = tx.type == "transfer" and not more.burnt and OUTSIDE not in (tx.wallet, more.to_wallet)
        if tx.value is None and not whole and tx.id not in settled:
            yield tx.asset, tx.instant


def _trades_of(assets: set[str], trades: Iterable[Transaction]) -> dict[str, list[Transaction]]:
    """Trades that say a unit price of these assets, by time."""
    known: dict[str, list[Transaction]] = {asset: [] for asset in assets}
    for tx in trades:
        if tx.asset in assets and tx.type in _PRICED and tx.value is not None and tx.amount:
            known[tx.asset].append(tx)
    for each in known.values():
        each.sort(key=_instant)
    return known


def _nearest(known: list[Transaction], instant: int) -> Price | None:
    """Of one instant's trades the lowest price after `instant`, the highest before it."""
    start = bisect_left(known, instant, key=_instant)
    around = [tx for tx in known[max(0, start - 1) : start + 1] if abs(tx.instant - instant) <= DAY]
    if not around:
        return None
    found = min(around, key=lambda tx: abs(tx.instant - instant)).instant
    first, end = bisect_left(known, found, key=_instant), bisect_right(known, found, key=_instant)
    units = [(divide(tx.value, tx.amount), tx.more.price_filled) for tx in known[first:end] if tx.value is not None]
    unit, by = max(reversed(units), key=_unit) if found < instant else min(units, key=_unit)
    return Price(unit, found, by=by)


def _last(known: list[Transaction], instant: int) -> Price | None:
    before = known[: bisect_right(known, instant, key=_instant)]
    return _nearest(before, before[-1].instant) if before else None


def _instant(tx: Transaction) -> int:
    return tx.instant


def _unit(priced: tuple[Decimal, str]) -> Decimal:
    return priced[0]
