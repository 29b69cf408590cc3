"""Values that an engine needs and no transaction states."""

from __future__ import annotations

from decimal import Decimal

from premium.money import EXACT, ZERO, divide, readable
from premium.tax.days import text_of
from premium.tax.history.price_series import DAY
from premium.tax.history.prices import Prices
from premium.tax.history.receipts import without_price
from premium.tax.model import Fee, More, Remark, Transaction
from premium.tax.neutral.kinds import OUTSIDE
from premium.tax.setup import Setup

_NEEDS_VALUE = frozenset({"buy", "sell", "income", "fee"})


def valued(transactions: list[Transaction], prices: Prices, setup: Setup, remarks: list[Remark]) -> list[Transaction]:
    """Give transactions the values that the engine needs.

    What was assumed stands in `remarks`. A fee in kind is spent (a `fee` of its asset at its price) and counts as the
    fee of what it paid for.
    """
    made, of_fees, of_values = list[Transaction](), list[Remark](), list[Remark]()
    for tx in transactions:
        if tx.type == "transfer" and tx.wallet == OUTSIDE and tx.value is None and tx.asset in setup.tender:
            made.append(_from_bank(tx, prices))
            continue
        if tx.type == "fork":
            made.append(_fork(tx, prices, of_values))
            continue
        made.append(_filled(tx, prices, of_values) if tx.value is None and _needs_value(tx, setup) else tx)
        if not tx.more.fee_amount and not tx.more.fees:
            continue
        known, spent = _spent(tx, prices, setup, remarks=of_fees, unpriced=of_values)
        made[-1] = made[-1]._replace(fee=ZERO if tx.type == "transfer" else known)
        made += spent
    remarks += [*of_fees, *of_values]
    return made


def _spent(
    tx: Transaction, prices: Prices, setup: Setup, *, remarks: list[Remark], unpriced: list[Remark]
) -> tuple[Decimal, list[Transaction]]:
    """Return what all fees of an event are worth, and those in kind as spent.

    Money is not spent, it is counted.
    """
    more, total, made = tx.more, ZERO, list[Transaction]()
    first = Fee(more.fee_asset or "", more.fee_amount, tx.fee or None)
    if more.fee_asset is None or not more.fee_amount:
        first, total = Fee("", ZERO, ZERO), tx.fee
    for number, fee in enumerate((first, *more.fees), 1):
        value, mark = _fee_value(tx, fee, prices, setup, remarks)
        total = EXACT.add(total, value or ZERO)
        if not fee.amount or (fee.asset in setup.money and value is not None):
            continue
        name = f"{tx.id}:fee" if number == 1 else f"{tx.id}:fee{number}"
        spent = Transaction(name, tx.instant, "fee", fee.asset, fee.amount, value, ZERO, tx.wallet)
        if value is None:
            unpriced.append(_unpriced(spent))
            spent = spent._replace(value=ZERO)
        if fee.asset not in setup.money:
            made.append(spent._replace(more=More(price_filled=mark)) if mark else spent)
    return total, made


def _filled(tx: Transaction, prices: Prices, remarks: list[Remark]) -> Transaction:
    """The value by the price of the same day, or zero, with a remark."""
    amount = tx.more.burnt if tx.type == "transfer" else tx.amount
    price = prices.get((tx.asset, tx.instant))
    if price is None:
        remarks.append(_unpriced(tx))
        return tx._replace(value=ZERO)
    remarks.append(Remark("price_filled", tx.id, f"valued at {readable(price.unit)}, {price.origin}", None, "price"))
    return tx._replace(value=EXACT.multiply(price.unit, amount), more=tx.more._replace(price_filled=price.mark))


def _from_bank(tx: Transaction, prices: Prices) -> Transaction:
    """Give money that came in its value of the day, which is what it cost."""
    price = prices.get((tx.asset, tx.instant))
    return tx if price is None else tx._replace(value=EXACT.multiply(price.unit, tx.amount))


def _fork(tx: Transaction, prices: Prices, remarks: list[Remark]) -> Transaction:
    """Give a fork its value and the price of what it came from, which share the cost."""
    parent, own = prices.get((tx.more.from_asset or "", tx.instant)), prices.get((tx.asset, tx.instant))
    value = tx.value if tx.value is not None or own is None else EXACT.multiply(own.unit, tx.amount)
    if parent is None or value is None:
        return without_price(tx, remarks, str(tx.more.from_asset) if parent is None else tx.asset)
    old = tx.instant - parent.instant > DAY
    origin = f"the newest price that is known, of {text_of(parent.instant)}" if old else parent.origin
    text = f"its value {readable(value)} and {tx.more.from_asset} at {readable(parent.unit)}, {origin}, share the cost"
    remarks.append(Remark("cost_split_by_old_price" if old else "price_filled", tx.id, text, None, "price"))
    more = tx.more._replace(from_price=parent.unit, basis=ZERO, price_filled=parent.mark)
    return tx._replace(value=value, more=more)


def _unpriced(tx: Transaction) -> Remark:
    text = f"no price is known for {tx.asset} on that day: the value counts as zero"
    return Remark("missing_price", tx.id, text, None, "price")


def _needs_value(tx: Transaction, setup: Setup) -> bool:
    more = tx.more
    if tx.type == "transfer":
        return bool(more.burnt)
    if tx.type == "gift_received":
        return setup.rules.gifts_received != "donor" and more.basis is None and more.donor_basis is None
    if tx.type in ("gift_sent", "donation") and setup.method == "fr_portfolio":
        return True
    if tx.type == "gift_sent":
        return more.kind == "market_value" and setup.rules.gifts_at_market
    if tx.type == "buy" and more.basis is not None:
        return False
    return tx.type in _NEEDS_VALUE


def _fee_value(
    tx: Transaction, fee: Fee, prices: Prices, setup: Setup, remarks: list[Remark]
) -> tuple[Decimal | None, str]:
    """Return what a fee is worth, and the price that says so.

    The mark is '' where it is stated, or the transaction's own value.
    """
    if fee.value is not None or fee.asset == setup.currency:
        return (fee.amount if fee.value is None else fee.value), ""
    if fee.asset == tx.asset and tx.value is not None and tx.amount and tx.type != "transfer":
        return divide(EXACT.multiply(tx.value, fee.amount), tx.amount), ""
    price = prices.get((fee.asset, tx.instant))
    if price is None:
        return None, ""
    text = f"the fee of {readable(fee.amount)} {fee.asset} is valued at {readable(price.unit)}, {price.origin}"
    remarks.append(Remark("price_filled", tx.id, text, None, "fee_amount"))
    return EXACT.multiply(price.unit, fee.amount), price.mark
