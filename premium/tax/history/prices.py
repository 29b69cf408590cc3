"""Prices for what states none: of own trades, and of a price series."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping

from premium.money import divide
from premium.tax.history.exchanges import Exchange
from premium.tax.history.price_series import DAY, Price, PriceSeries
from premium.tax.model import Transaction
from premium.tax.neutral.kinds import OUTSIDE

_PRICED = frozenset({"buy", "sell", "income", "fee"})
Lack = tuple[str, int]
"""An asset and the instant at which its price is needed."""
Prices = Mapping[Lack, Price]


def prices_near(
    transactions: Iterable[Transaction],
    exchanges: Iterable[Exchange],
    trades: Iterable[Transaction],
    outside: PriceSeries | None,
) -> Prices:
    """Return the price nearest to each lack, within 24 hours.

    Of `trades` and from `outside`; of equally near ones an own trade's counts, and of those the earlier. A fork's cost
    has to be split: what it came from goes by its last own trade, however old, where nothing nearer is known.
    """
    transactions = list(transactions)
    lacks = set(_lacks(transactions, exchanges))
    parents = {(tx.more.from_asset, tx.instant) for tx in transactions if tx.type == "fork"}
    if not lacks:
        return {}
    own = _trades_of({asset for asset, _ in lacks}, trades)
    series, found = outside or PriceSeries(), {}
    for asset, instant in lacks:
        price, other = _nearest(own[asset], instant), series.before(asset, instant)
        if price is None or (other is not None and abs(price.instant - instant) > instant - other.instant):
            price = other
        if price is None and (asset, instant) in parents:
            price = _last(own[asset], instant)
        if price is not None:
            found[asset, instant] = price
    return found


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
        yield from ((str(asset), tx.instant) for asset in fees for tx in legs)
    for tx in transactions:
        more = tx.more
        if tx.type == "fork" and more.from_asset is not None:
            yield more.from_asset, tx.instant
        if more.fee_asset is not None and not tx.fee:
            yield more.fee_asset, tx.instant
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
    units = [divide(tx.value, tx.amount) for tx in known[first:end] if tx.value is not None]
    return Price(max(reversed(units)) if found < instant else min(units), found)


def _last(known: list[Transaction], instant: int) -> Price | None:
    before = known[: bisect_right(known, instant, key=_instant)]
    return _nearest(before, before[-1].instant) if before else None


def _instant(tx: Transaction) -> int:
    return tx.instant
