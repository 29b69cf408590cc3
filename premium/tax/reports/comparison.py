"""Set a year's figures under one method beside those under another: information, no advice."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from premium.money import EXACT, ZERO, plain
from premium.tax.history.price_series import PriceSeries
from premium.tax.reports.result import summary_of
from premium.tax.results.report import Report


def compared(report: Report, prices: PriceSeries, now: int) -> dict[str, Any]:
    """Return one method's figures: `{method, lot_scope, totals, unrealised_loss, unpriced}` and the country's own.

    `unrealised_loss` is what lots (of pools: holdings) would lose that are worth less than they cost at the newest of
    `prices` before `now` (microseconds); `unpriced` are assets without one, which do not count.
    """
    made = summary_of(report)
    lost, unpriced = _unrealised(report, prices, now)
    figures = {"method": report.setup.method, "lot_scope": report.setup.stored_scope, "totals": made["totals"]}
    figures |= {name: made[name] for name in ("taxable", "exempt", "net_capital_gain") if name in made}
    return {**figures, "unrealised_loss": plain(lost), "unpriced": unpriced}


def _unrealised(report: Report, prices: PriceSeries, now: int) -> tuple[Decimal, list[str]]:
    outcome = report.outcome
    held: Iterable[Any] = (outcome.pools or outcome.holdings) if outcome.pooled else outcome.open_lots
    lost, unpriced = ZERO, set[str]()
    for part in held:
        price = prices.before(part.asset, now)
        if price is None:
            unpriced.add(part.asset)
            continue
        gain = EXACT.subtract(EXACT.multiply(part.amount, price.unit), part.cost_basis)
        if gain < 0:
            lost = EXACT.subtract(lost, gain)
    return lost, sorted(unpriced)
