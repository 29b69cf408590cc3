"""What importers share: a format's description, its cells, and movements of two assets as neutral rows."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from premium.errors import InvalidInput

Row = dict[str, Any]
Cells = Mapping[str, str]
Part = tuple[Decimal, str]
"""An amount and its asset."""
FIAT = frozenset(
    [
        "USD",
        "EUR",
        "GBP",
        "CAD",
        "AUD",
        "JPY",
        "CHF",
        "NZD",
        "SEK",
        "NOK",
        "DKK",
        "PLN",
        "CZK",
        "HUF",
        "SGD",
        "HKD",
        "BRL",
        "MXN",
        "KRW",
        "INR",
        "ZAR",
        "TRY",
    ]
)


def table(lines: Iterable[str]) -> Iterator[list[str]]:
    """The cells of each line of a CSV; InvalidInput names the line that is none."""
    reader = csv.reader(lines)
    try:
        yield from reader
    except csv.Error as error:
        raise InvalidInput(f"line {reader.line_num}: not CSV: {error}", details={"line": reader.line_num}) from None


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a file: its number there and its cells by column."""

    number: int
    cells: Cells

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "").strip()

    def wrong(self, column: str, reason: str) -> InvalidInput:
        details = {"errors": [{"line": self.number, "field": column, "reason": reason}], "count": 1}
        return InvalidInput(f"line {self.number}, column {column}: {reason}", details=details)

    def number_in(self, column: str, default: str | None = None) -> Decimal:
        """A decimal, currency signs and thousands separators taken off; InvalidInput names line and column."""
        text = self[column].translate(_SIGNS)
        if not text and default is not None:
            return Decimal(default)
        try:
            value = Decimal(text)
        except InvalidOperation:
            raise self.wrong(column, f"not a number: {self[column][:40]!r}") from None
        if not value.is_finite():
            raise self.wrong(column, "not a finite number")
        return value

    def time_in(self, column: str, *formats: str) -> str:
        """RFC 3339 in UTC, by ISO or the first of `formats` that fits."""
        text = self[column]
        for pattern in formats:
            try:
                return datetime.strptime(text, pattern).replace(tzinfo=UTC).isoformat()
            except ValueError:
                continue
        try:
            moment = datetime.fromisoformat(text.removesuffix(" UTC"))
        except ValueError:
            raise self.wrong(column, f"not a time: {text[:40]!r}") from None
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()


_SIGNS = str.maketrans("", "", "$€£¥, ")


@dataclass(frozen=True, kw_only=True)
class Importer:
    """A format: who writes it, the columns it is known by, where it was seen, and how its lines are read."""

    name: str
    columns: tuple[str, ...]
    """All of them must be there; a column ending in `*` stands for those that begin so."""
    read: Callable[[list[Line], str], Iterable[Row]]
    """Lines and the report's currency to neutral rows."""
    seen: str
    optional: tuple[str, ...] = ()
    """Columns that some versions have."""


def identity(source: str, *parts: str) -> str:
    """An id that the same line gets each time: the source's own where it has one, else a digest of the line."""
    return f"{source}:{hashlib.sha256('|'.join(parts).encode()).hexdigest()[:24]}"


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
    """One event as neutral rows; the report's own currency is money, every other asset is property.

    `kind` names what a one-sided event is (transfer_in, income, gift_sent, …); `value` is in the report's currency.
    """
    common: Row = {
        "timestamp": when,
        "wallet": wallet,
        **({"tx_hash": tx_hash} if tx_hash else {}),
        **_fee(fee, currency),
    }
    if received and sent:
        yield from _exchange(name, common, received, sent, value=value, currency=currency)
    elif received and received[1] != currency:
        yield _one(name, common, received, kind or "transfer_in", value=value, income=income)
    elif sent and sent[1] != currency:
        yield _one(name, common, sent, kind or "transfer_out", value=value)


def _fee(fee: Part | None, currency: str) -> Row:
    if fee is None or not fee[0]:
        return {}
    amount, asset = fee
    return {"fee": str(amount)} if asset == currency else {"fee_asset": asset, "fee_amount": str(amount)}


def _exchange(
    name: str, common: Row, received: Part, sent: Part, *, value: Decimal | None, currency: str
) -> Iterator[Row]:
    if sent[1] == currency == received[1]:
        return
    if sent[1] == currency:
        yield {
            "id": name,
            "type": "buy",
            "asset": received[1],
            "amount": str(received[0]),
            "value": str(sent[0]),
            **common,
        }
    elif received[1] == currency:
        yield {
            "id": name,
            "type": "sell",
            "asset": sent[1],
            "amount": str(sent[0]),
            "value": str(received[0]),
            **common,
        }
    else:
        row = {"id": name, "type": "swap", "asset": sent[1], "amount": str(sent[0]), **common}
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
