"""Write what moved in one event as neutral rows.

The report's own currency is money: alone it is left out, except income. Every other asset is written as it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypedDict

from premium.money import plain
from premium.tax.importers.base import Left, Made, Row
from premium.tax.neutral.kinds import DIRECTED, EXCHANGES

NOTHING_MOVED = "nothing moved: the amounts are zero"
_SHORTEST = len("2024-01-01T")
_OF_MONEY = frozenset({"income", "correction", "derivative_pnl"})
"""Kinds that are an event of tax in the report's own money too."""
Part = tuple[Decimal, str]
"""An amount and its asset."""


class Sides(TypedDict, total=False):
    """What a movement received or sent, as its arguments."""

    received: Part
    sent: Part


class Digest(str):
    """An id made of what a line says, for want of its own.

    Equal lines of a file are events of their own.
    """

    __slots__ = ()


def identity(source: str, *parts: str | Decimal) -> Digest:
    """Return the id that the same event gets in every export.

    However it writes its numbers.
    """
    text = "|".join([plain(part) if type(part) is Decimal else _as_utc(str(part)) for part in parts])
    return Digest(f"{source}:{hashlib.sha256(text.encode()).hexdigest()[:24]}")


def _as_utc(part: str) -> str:
    """A time without a zone as it is taken: one export says UTC, another of the same event nothing."""
    if len(part) < _SHORTEST or part[4] != "-" or part[10] != "T":
        return part
    return part if part[-6] in "+-" else f"{part}+00:00"


def movement(
    name: str,
    when: str,
    wallet: str,
    *,
    currency: str,
    received: Part | None = None,
    sent: Part | None = None,
    fee: Part | None = None,
    further: Sequence[Part] = (),
    value: Decimal | None = None,
    worth: Part | None = None,
    kind: str | None = None,
    tx_hash: str | None = None,
    income: str | None = None,
) -> Iterator[Made]:
    """Yield one event as neutral rows, or why it is none.

    `kind` names what a one-sided event is (transfer_in, income, gift_sent, …), `income` what kind of it; `value` is
    in the report's currency. `worth` is a value with the currency that it is in. `further` are fees beside the first.
    """
    received, sent = _some(received), _some(sent)
    fees = [part for part in (fee, *further) if part and part[0]]
    common: Row = {"timestamp": when, "wallet": wallet, **({"tx_hash": tx_hash} if tx_hash else {})}
    value, stated = (worth[0], worth[1]) if worth else (value, currency)
    if received and sent and sent[1] == currency == received[1]:
        yield from _alone(name, common, fees, currency, money_moved(currency))
    elif received and sent:
        charged = {**common, **fees_of(fees, currency)}
        made = _exchange(name, charged, received, sent, value=value, currency=currency, kind=kind)
        yield from (valued_in(row, stated, currency, "to_value") for row in made)
    elif received or sent:
        part = received or sent or (Decimal(0), "")
        if part[1] == currency and kind not in _OF_MONEY:
            yield from _alone(name, common, fees, currency, money_moved(currency))
        else:
            one = kind or ("transfer_in" if received else "transfer_out")
            charged = {**common, **fees_of(fees, currency)}
            row = _one(name, charged, part, one, received=bool(received), value=value, income=income)
            yield valued_in(row, stated, currency)
    else:
        yield from _alone(name, common, fees, currency, NOTHING_MOVED)


def signed(change: Decimal, asset: str) -> Sides:
    """Return what a signed change is to `movement`: received above zero, sent below."""
    if change > 0:
        return {"received": (change, asset)}
    return {"sent": (change.copy_negate(), asset)} if change < 0 else {}


def money_moved(currency: str) -> str:
    """Say why what moves the report's own money is left out."""
    return f"only {currency} moved, the report's own money"


def _alone(name: str, common: Row, fees: Sequence[Part], currency: str, reason: str) -> Iterator[Made]:
    """A fee in kind is spent, also where nothing else is an event of tax."""
    spent = [fee for fee in fees if fee[1] != currency]
    for number, (amount, asset) in enumerate(spent, 1):
        own = f"{name}:fee" if number == 1 else f"{name}:fee{number}"
        yield {"id": own, "type": "fee", "asset": asset, "amount": str(amount), **common}
    if not spent:
        yield Left(reason)


def swept(
    name: str,
    when: str,
    wallet: str,
    *,
    currency: str,
    given: Sequence[Part],
    received: Sequence[Part],
    fees: Sequence[Part] = (),
    worth: Mapping[str, Part | None] | None = None,
) -> Iterator[Row]:
    """Yield the legs of an exchange of several assets for one, or the reverse.

    It is worth what was received; `worth` says by asset what the file knows of the legs.
    """
    common: Row = {"timestamp": when, "wallet": wallet, "group": str(name)}
    stated = {asset: part for asset, part in (worth or {}).items() if part is not None}
    known = {asset: valued_in({"value": str(value)}, code, currency) for asset, (value, code) in stated.items()}
    single = "buy" if len(received) == 1 else "sell"
    legs = [("sell", part) for part in given] + [("buy", part) for part in received]
    for place, (side, (amount, asset)) in enumerate(legs):
        row = {"id": name if side == single else f"{name}:{asset}", "type": side, "asset": asset, "amount": str(amount)}
        charged = fees_of(fees, currency) if place == len(legs) - 1 else {}
        yield {**row, **known.get(asset, {}), **common, **charged}


def moved(
    name: str, when: str, *, left: Part, arrived: Decimal, wallets: tuple[str, str], fee: Row, **more: Any
) -> Row:
    """Return a transfer of which both ends are known.

    What did not arrive was burnt. A fee in kind that is just this difference is no second one.
    """
    row = {"id": name, "timestamp": when, "type": "transfer", "asset": left[1], "amount": str(left[0])}
    row |= {"wallet": wallets[0], "to_wallet": wallets[1]}
    burnt = left[0] - arrived
    if fee.get("fee_asset") == left[1] and Decimal(fee["fee_amount"]) == burnt:
        fee = {}
    return {**row, **({"fee_in_kind": str(burnt)} if burnt > 0 else {}), **fee, **more}


def fee_of(fee: Part | None, currency: str) -> Row:
    """Return the fields of a fee, in the report's currency or in kind."""
    if fee is None or not fee[0]:
        return {}
    amount, asset = fee
    return {"fee": str(amount)} if asset == currency else {"fee_asset": asset, "fee_amount": str(amount)}


def fees_of(fees: Sequence[Part], currency: str) -> Row:
    """Return the fields of several fees.

    Money in the report's currency is one sum, the others are fees in kind.
    """
    money = [amount for amount, asset in fees if asset == currency]
    kinds = [part for part in fees if part[1] != currency]
    if money:
        return {"fee": str(sum(money, Decimal(0))), **_further(kinds)}
    return {**fee_of(kinds[0], currency), **_further(kinds[1:])} if kinds else {}


def _further(parts: Sequence[Part]) -> Row:
    return {"fees": [{"asset": asset, "amount": str(amount)} for amount, asset in parts]} if parts else {}


def valued_in(row: Row, stated: str, currency: str, field: str = "value") -> Row:
    """Return a row that names its value's currency where that is not the report's."""
    return {**row, "value_currency": stated} if stated != currency and field in row else row


def _some(part: Part | None) -> Part | None:
    return part if part and part[0] else None


def _exchange(
    name: str,
    common: Row,
    received: Part,
    sent: Part,
    *,
    value: Decimal | None,
    currency: str,
    kind: str | None = None,
) -> Iterator[Row]:
    row: Row = {"id": name, **common}
    if sent[1] == currency:
        yield row | {"type": "buy", "asset": received[1], "amount": str(received[0]), "value": str(sent[0])}
    elif received[1] == currency:
        yield row | {"type": "sell", "asset": sent[1], "amount": str(sent[0]), "value": str(received[0])}
    else:
        row |= {"type": kind if kind in EXCHANGES else "swap", "asset": sent[1], "amount": str(sent[0])}
        row |= {"to_asset": received[1], "to_amount": str(received[0])}
        yield row if value is None else {**row, "to_value": str(value)}


def _one(
    name: str, common: Row, part: Part, kind: str, *, received: bool, value: Decimal | None, income: str | None
) -> Row:
    row = {"id": name, "type": kind, "asset": part[1], "amount": str(part[0]), **common}
    if value is not None:
        row["value"] = str(value)
    if income is not None:
        row["kind"] = income
    if kind in DIRECTED:
        row["direction"] = "in" if received else "out"
    if kind in ("transfer_in", "transfer_out"):
        row.pop("fee", None)
    return row
