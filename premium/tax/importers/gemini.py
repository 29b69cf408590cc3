"""Read Gemini's 'Transaction history' saved as CSV, three columns an asset.

Columns as in BittyTax's parser, July 2026.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from premium.tax.importers.base import Event, Importer, Line, Row
from premium.tax.importers.movements import identity, movement

WALLET = "Gemini"
_SUFFIX = " Amount "
_REWARDS = ("Reward", "Earn", "Referral", "Promotion")


def read(lines: list[Line], currency: str) -> Iterator[Event]:
    """Yield one event a line."""
    for line in lines:
        if line["Date"]:  # The last line holds the totals.
            yield [line], _line(line, currency)


def _line(line: Line, currency: str) -> Iterator[Row]:
    kind, when = line["Type"], _when(line)
    changes = _changes(line)
    name = _name(line, when, changes)
    got = [(amount, asset) for asset, amount in changes.items() if amount > 0]
    given = [(amount.copy_abs(), asset) for asset, amount in changes.items() if amount < 0]
    fee = next(((amount, asset) for asset in changes if (amount := _fee(line, asset))), None)
    tx_hash = line["Tx Hash"] or None
    if kind in ("Buy", "Sell") and len(got) == len(given) == 1:
        yield from movement(name, when, WALLET, currency=currency, received=got[0], sent=given[0], fee=fee)
    elif kind in ("Credit", "Interest Credit") and len(got) == 1:
        income = "interest" if kind == "Interest Credit" else _rewarded(line["Specification"])
        yield from movement(
            name,
            when,
            WALLET,
            currency=currency,
            received=got[0],
            kind="income" if income else None,
            income=income,
            tx_hash=tx_hash,
        )
    elif kind == "Debit" and len(given) == 1:
        yield from movement(name, when, WALLET, currency=currency, sent=given[0], fee=fee, tx_hash=tx_hash)
    else:
        raise line.wrong("Type", f"not known, or not one amount a side: {kind[:40]!r}")


def _rewarded(specification: str) -> str | None:
    return "reward" if any(word in specification for word in _REWARDS) else None


def _when(line: Line) -> str:
    """Saved as CSV the date's cell may hold the time too, as spreadsheets have it."""
    day = line["Date"].split(" ")[0].split("T")[0]
    joined = Line(number=line.number, cells={"Time (UTC)": f"{day}T{line['Time (UTC)']}"})
    return joined.time_in("Time (UTC)")


def _name(line: Line, when: str, changes: dict[str, Decimal]) -> str:
    """A trade's own number; else the event by what it says."""
    if line["Trade ID"]:
        return f"gemini:{line['Trade ID']}"
    parts = [part for asset, amount in sorted(changes.items()) for part in (asset, amount)]
    return identity("gemini", when, line["Type"], line["Symbol"], line["Tx Hash"], *parts)


def _changes(line: Line) -> dict[str, Decimal]:
    """`BTC Amount BTC` and the like, where they hold something; amounts in parentheses are negative."""
    changes = {}
    for column, cell in line.cells.items():
        asset, found, again = column.partition(_SUFFIX)
        if found and asset == again and cell.strip():
            changes[asset] = line.number_in(column)
    return changes


def _fee(line: Line, asset: str) -> Decimal | None:
    column = f"Fee ({asset}) {asset}"
    return line.number_in(column).copy_abs() if line[column] else None


IMPORTER = Importer(
    name="gemini",
    columns=("Date", "Time (UTC)", "Type", "Symbol", "Specification", "Liquidity Indicator"),
    optional=("*",),
    read=read,
    seen="BittyTax src/bittytax/conv/parsers/gemini.py, July 2026",
)
