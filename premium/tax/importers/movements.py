"""Write what moved in one event as neutral rows.

The report's own currency is money: alone it is left out, except income. Every other asset is written as it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from premium.money import plain
from premium.tax.importers.base import Row

Part = tuple[Decimal, str]
"""An amount and its asset."""


class Digest(str):
    """An id made of what a line says, for want of its own.

    Equal lines of a file are events of their own.
    """

    __slots__ = ()


def identity(source: str, *parts: str | Decimal) -> Digest:
    """Return the id that the same event gets in every export.

    However it writes its numbers.
    """
    text = "|".join(plain(part) if isinstance(part, Decimal) else part for part in parts)
    return Digest(f"{source}:{hashlib.sha256(text.encode()).hexdigest()[:24]}")


def movement(
    name: str,
    when: str,
    wallet: str,
    *,
    currency: str,
    received: Part | None = None,
    sent: Part | None = None,
    fee: Part | None = None,
    value: Decimal | None = None,
    kind: str | None = None,
    tx_hash: str | None = None,
    income: str | None = None,
) -> Iterator[Row]:
    """Yield one event as neutral rows; what moves nothing is none.

    `kind` names what a one-sided event is (transfer_in, income, gift_sent, …); `value` is in the report's currency.
    """
    received, sent = _some(received), _some(sent)
    common: Row = {
        "timestamp": when,
        "wallet": wallet,
        **({"tx_hash": tx_hash} if tx_hash else {}),
        **fee_of(fee, currency),
    }
    if received and sent:
        yield from _exchange(name, common, received, sent, value=value, currency=currency)
    elif received and (received[1] != currency or kind == "income"):
        yield _one(name, common, received, kind or "transfer_in", value=value, income=income)
    elif sent and sent[1] != currency:
        yield _one(name, common, sent, kind or "transfer_out", value=value)


def swept(
    name: str, when: str, wallet: str, *, currency: str, given: Sequence[Part], received: Part, fee: Part | None
) -> Iterator[Row]:
    """Yield the legs of an exchange that gives several assets for one.

    It is worth what was received.
    """
    common: Row = {"timestamp": when, "wallet": wallet, "group": str(name)}
    for amount, asset in given:
        yield {"id": f"{name}:{asset}", "type": "sell", "asset": asset, "amount": str(amount), **common}
    row = {"id": name, "type": "buy", "asset": received[1], "amount": str(received[0])}
    yield {**row, **common, **fee_of(fee, currency)}


def moved(
    name: str, when: str, *, left: Part, arrived: Decimal, wallets: tuple[str, str], fee: Row, **more: Any
) -> Row:
    """Return a transfer of which both ends are known.

    What did not arrive was burnt.
    """
    row = {"id": name, "timestamp": when, "type": "transfer", "asset": left[1], "amount": str(left[0])}
    row |= {"wallet": wallets[0], "to_wallet": wallets[1]}
    burnt = left[0] - arrived
    return {**row, **({"fee_in_kind": str(burnt)} if burnt > 0 else {}), **fee, **more}


def fee_of(fee: Part | None, currency: str) -> Row:
    """Return the fields of a fee, in the report's currency or in kind."""
    if fee is None or not fee[0]:
        return {}
    amount, asset = fee
    return {"fee": str(amount)} if asset == currency else {"fee_asset": asset, "fee_amount": str(amount)}


def _some(part: Part | None) -> Part | None:
    return part if part and part[0] else None


def _exchange(
    name: str, common: Row, received: Part, sent: Part, *, value: Decimal | None, currency: str
) -> Iterator[Row]:
    row: Row = {"id": name, **common}
    if sent[1] == currency == received[1]:
        return
    if sent[1] == currency:
        yield row | {"type": "buy", "asset": received[1], "amount": str(received[0]), "value": str(sent[0])}
    elif received[1] == currency:
        yield row | {"type": "sell", "asset": sent[1], "amount": str(sent[0]), "value": str(received[0])}
    else:
        row |= {"type": "swap", "asset": sent[1], "amount": str(sent[0])}
        row |= {"to_asset": received[1], "to_amount": str(received[0])}
        yield row if value is None else {**row, "to_value": str(value)}


def _one(name: str, common: Row, part: Part, kind: str, *, value: Decimal | None, income: str | None = None) -> Row:
    row = {"id": name, "type": kind, "asset": part[1], "amount": str(part[0]), **common}
    if value is not None:
        row["value"] = str(value)
    if income is not None and kind == "income":
        row["kind"] = income
    if kind in ("transfer_in", "transfer_out"):
        row.pop("fee", None)
    return row
