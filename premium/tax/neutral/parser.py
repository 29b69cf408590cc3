"""One neutral row parsed as a transaction, in one pass over its fields."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from premium.money import EXACT, ZERO, divide
from premium.tax.model import NEUTRAL, PLAIN, Transaction
from premium.tax.neutral.fields import RARE, Fields, number, remembered
from premium.tax.neutral.kinds import CORRECTION, LEG, OUTSIDE
from premium.tax.neutral.rows import SHORT, Refused

_TYPES = {name: name for name in (*sorted(NEUTRAL), LEG, CORRECTION)}


def transaction_of(row: Mapping[str, Any], fields: Fields) -> Transaction:
    """Return the transaction of a neutral row; Refused names the field."""
    given = row.get("type")
    # The table's own text: a file's would be another object in every row.
    kind = _TYPES.get(given) if isinstance(given, str) else None
    if kind is None:
        raise Refused("type", f"unknown type {str(given)[:SHORT]!r}", "unknown_type")
    amount = remembered(fields.amounts, row, "amount", required=True)
    if not amount:
        raise Refused("amount", "zero", "zero_amount")
    value = number(row, "value") if "value" in row else None
    price = number(row, "price")
    if price is not None:
        value = EXACT.multiply(amount, price) if value is None else fields.agreed(row, amount, price, value)
    more = PLAIN if fields.are_common(row) or RARE.isdisjoint(row) else fields.more(row)
    name = fields.id(row)
    instant = fields.instant(row.get("timestamp"), "timestamp", row.get("id"))
    asset = fields.text(row, "asset")
    fee = remembered(fields.fees, row, "fee") or ZERO
    wallet = fields.text(row, "wallet", "")
    # One side of a transfer keeps the whole's value until the other says what was burnt.
    if kind == "transfer" and (more is PLAIN or OUTSIDE not in (row.get("wallet"), row.get("to_wallet"))):
        value = _burnt_value(amount, value, price, more.burnt) if more.burnt else None
    # What the class does itself, less one call: a tenth of the time that a row takes.
    return tuple.__new__(Transaction, (name, instant, kind, asset, amount, value, fee, wallet, more))


def _burnt_value(amount: Decimal, value: Decimal | None, price: Decimal | None, burnt: Decimal) -> Decimal | None:
    """Return the value of what a transfer burns.

    At the price, or its part of the stated value.
    """
    if price is not None:
        return EXACT.multiply(burnt, price)
    if value is None or burnt == amount:
        return value
    return divide(EXACT.multiply(value, burnt), amount)
