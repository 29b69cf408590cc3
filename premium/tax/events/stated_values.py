"""Convert values that a file states in another currency than the report's.

Coinbase writes what a reward was worth in dollars, whoever asks: known is known, at the rate of its day.
"""

from __future__ import annotations

from premium.money import EXACT, readable
from premium.tax.history.price_series import Price, PriceSeries
from premium.tax.model import Remark, Transaction
from premium.tax.setup import Setup

_SHOWN = 5


def in_report_currency(
    transactions: list[Transaction], setup: Setup, remarks: list[Remark], rates: PriceSeries | None
) -> list[Transaction]:
    """Return transactions whose values are all in the report's currency.

    A value without a rate is left out, with a remark; the others are told of by currency.
    """
    if all(tx.more.value_currency is None for tx in transactions):
        return transactions
    rates, used = rates or PriceSeries(), dict[str, list[Price]]()
    made = [
        tx if tx.more.value_currency is None else _converted(tx, setup, remarks, rates, used) for tx in transactions
    ]
    _tell(used, setup, remarks)
    return made


def _converted(
    tx: Transaction, setup: Setup, remarks: list[Remark], rates: PriceSeries, used: dict[str, list[Price]]
) -> Transaction:
    code, tx = str(tx.more.value_currency), tx._replace(more=tx.more._replace(value_currency=None))
    if code == setup.currency or tx.value is None:
        return tx
    price = rates.before(code, tx.instant)
    if price is None:
        text = (
            f"it was worth {readable(tx.value)} {code}, and no rate of {code} in {setup.currency} is known for that day"
        )
        remarks.append(Remark("missing_rate", tx.id, text, None, "value"))
        return tx._replace(value=None)
    used.setdefault(code, []).append(price)
    more = tx.more._replace(price_filled=f"{code} at {price.mark}")
    return tx._replace(value=EXACT.multiply(tx.value, price.unit), more=more)


def _tell(used: dict[str, list[Price]], setup: Setup, remarks: list[Remark]) -> None:
    for code, prices in sorted(used.items()):
        rates = list(dict.fromkeys(f"{readable(price.unit)}, {price.origin}" for price in prices))
        more = f" and {len(rates) - _SHOWN} rates more" if len(rates) > _SHOWN else ""
        values = "1 value" if len(prices) == 1 else f"{len(prices)} values"
        shown = "; ".join(rates[:_SHOWN])
        text = f"{values} stated in {code}, converted into {setup.currency}: one {code} at {shown}{more}"
        remarks.append(Remark("currency_converted", None, text))
