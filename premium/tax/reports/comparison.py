"""Set a year's figures under one method beside those under another: information, no advice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from premium.money import EXACT, ZERO, divide, plain
from premium.tax.days import text_of
from premium.tax.history.price_series import Price, PriceSeries
from premium.tax.reports.result import summary_of
from premium.tax.results.report import Report

MAX_HARVESTED = 100
"""Holdings below their cost that a method names, those with the largest loss."""
MAX_UNPRICED = 200
_OWN = ("taxable", "exempt", "net_capital_gain", "by_tax_year")


class _Loss(NamedTuple):
    """Lots of one asset, wallet and term that are worth less than they cost."""

    amount: Decimal
    cost: Decimal
    price: Price

    @property
    def value(self) -> Decimal:
        return EXACT.multiply(self.amount, self.price.unit)

    @property
    def loss(self) -> Decimal:
        return EXACT.subtract(self.cost, self.value)


_Held = tuple[str, str, str, Decimal, Decimal]
_Losses = dict[tuple[str, str, str], _Loss]


def compared(report: Report, prices: PriceSeries, now: int) -> dict[str, Any]:
    """Return one method's figures: `{method, lot_scope, totals, unrealised_loss, harvestable, unpriced}`.

    And the country's own. `unrealised_loss` is what lots (of pools: holdings) would lose that are worth less than they
    cost at the newest of `prices` before `now` (microseconds), `harvestable` the same by asset, wallet and term, with
    whether the country counts such a loss; `unpriced` are assets without a price, which do not count.
    """
    made = summary_of(report)
    losses, unpriced = _unrealised(report, prices, now)
    largest = sorted(losses.items(), key=lambda item: (-item[1].loss, item[0]))
    lost = ZERO
    for _, each in largest:
        lost = EXACT.add(lost, each.loss)
    figures = {"method": report.setup.method, "lot_scope": report.setup.stored_scope, "totals": made["totals"]}
    figures |= {name: made[name] for name in _OWN if name in made}
    harvestable = [_row(key, each, report) for key, each in largest[:MAX_HARVESTED]]
    return {
        **figures,
        "unrealised_loss": plain(lost),
        "harvestable": harvestable,
        "unpriced": unpriced[:MAX_UNPRICED],
    }


def _row(key: tuple[str, str, str], each: _Loss, report: Report) -> dict[str, Any]:
    asset, wallet, term = key
    return {
        "asset": asset,
        "wallet": wallet,
        "term": term,
        "amount": plain(each.amount),
        "cost_basis": plain(each.cost),
        "value": plain(each.value),
        "loss": plain(each.loss),
        "counts": not (term == "long" and report.setup.rules.long_is_free),
        "price": plain(each.price.unit),
        "priced_at": text_of(each.price.instant),
    }


def _unrealised(report: Report, prices: PriceSeries, now: int) -> tuple[_Losses, list[str]]:
    losses, unpriced = _Losses(), set[str]()
    held = _held(report, now) if report.outcome.acquisition_total is None else _portfolio(report, prices, now)
    for asset, wallet, term, amount, cost in held:
        price = prices.before(asset, now)
        if price is None:
            unpriced.add(asset)
            continue
        if EXACT.multiply(amount, price.unit) < cost:
            before = losses.get((asset, wallet, term), _Loss(ZERO, ZERO, price))
            losses[asset, wallet, term] = _Loss(EXACT.add(before.amount, amount), EXACT.add(before.cost, cost), price)
    return losses, sorted(unpriced)


def _held(report: Report, now: int) -> Iterator[_Held]:
    """Yield what is left: asset, wallet, term, amount and cost of each lot, or of each pool."""
    outcome, setup = report.outcome, report.setup
    if not outcome.pooled:
        today = setup.calendar.day(now)
        for lot in outcome.open_lots:
            term = "long" if today >= setup.long_from(setup.calendar.day(lot.acquired)) else "short"
            yield lot.asset, lot.wallet, term, lot.amount, lot.cost_basis
        return
    pools: Iterable[Any] = outcome.pools or outcome.holdings
    for pool in pools:
        yield pool.asset, pool.wallet, "none", pool.amount, pool.cost_basis


def _portfolio(report: Report, prices: PriceSeries, now: int) -> Iterator[_Held]:
    """Yield what is left in France: each asset bears its share, by value, of the portfolio's total price.

    Nothing else tells what a sale would lose (art. 150 VH bis III CGI): where a price lacks, no cost is known.
    """
    held = [(part, prices.before(part.asset, now)) for part in report.outcome.holdings if part.amount > 0]
    values = [EXACT.multiply(part.amount, price.unit) if price else None for part, price in held]
    whole, complete = ZERO, None not in values
    for value in values:
        whole = EXACT.add(whole, value or ZERO)
    total = report.outcome.acquisition_total or ZERO
    for (part, _), value in zip(held, values, strict=True):
        cost = divide(EXACT.multiply(total, value), whole) if value and complete else ZERO
        yield part.asset, part.wallet, "none", part.amount, cost
