"""Gemini: 'Transaction history' saved as CSV (columns as in BittyTax's parser, July 2026): three columns an asset."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from premium.tax.importers.base import Importer, Line, Row, identity, movement

WALLET = "Gemini"
_SUFFIX = " Amount "


def read(lines: list[Line], currency: str) -> Iterator[Row]:
    for line in lines:
        if line["Date"]:  # The last line holds the totals.
            yield from _line(line, currency)


def _line(line: Line, currency: str) -> Iterator[Row]:
    kind, name = line["Type"], identity("gemini", *line.cells.values())
    when = f"{line['Date']}T{line['Time (UTC)']}"
    made = Line(number=line.number, cells={**line.cells, "when": when}).time_in(
        "when", "%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S"
    )
    changes = _changes(line)
    got = [(amount, asset) for asset, amount in changes.items() if amount > 0]
    given = [(amount.copy_abs(), asset) for asset, amount in changes.items() if amount < 0]
    fee = next(((amount, asset) for asset in changes if (amount := _fee(line, asset))), None)
    if kind in ("Buy", "Sell") and len(got) == len(given) == 1:
        yield from movement(name, made, WALLET, currency=currency, received=got[0], sent=given[0], fee=fee)
    elif kind == "Credit" and len(got) == 1:
        income = "reward" if "Reward" in line["Specification"] or "Earn" in line["Specification"] else None
        yield from movement(
            name,
            made,
            WALLET,
            currency=currency,
            received=got[0],
            kind="income" if income else None,
            income=income,
            tx_hash=line["Tx Hash"] or None,
        )
    elif kind == "Interest Credit" and len(got) == 1:
        yield from movement(name, made, WALLET, currency=currency, received=got[0], kind="income", income="interest")
    elif kind == "Debit" and len(given) == 1:
        yield from movement(
            name, made, WALLET, currency=currency, sent=given[0], fee=fee, tx_hash=line["Tx Hash"] or None
        )
    else:
        raise line.wrong("Type", f"not known, or not one amount a side: {kind[:40]!r}")


def _changes(line: Line) -> dict[str, Decimal]:
    """`BTC Amount BTC` and the like, where they hold something; amounts in parentheses are negative."""
    changes = {}
    for column, cell in line.cells.items():
        asset, found, again = column.partition(_SUFFIX)
        if found and asset == again and cell.strip():
            changes[asset] = _signed(line, column)
    return changes


def _signed(line: Line, column: str) -> Decimal:
    text = line[column].split(" ")[0]
    inner = text.strip("()")
    value = Line(number=line.number, cells={column: inner}).number_in(column)
    return value.copy_negate() if text.startswith("(") else value


def _fee(line: Line, asset: str) -> Decimal | None:
    column = f"Fee ({asset}) {asset}"
    return _signed(line, column).copy_abs() if line[column] else None


IMPORTER = Importer(
    name="gemini",
    columns=("Date", "Time (UTC)", "Type", "Symbol", "Specification", "Liquidity Indicator"),
    optional=("*",),
    read=read,
    seen="BittyTax src/bittytax/conv/parsers/gemini.py, July 2026",
)
