"""Read Gemini's 'Transaction history' saved as CSV, three columns an asset.

Columns as in BittyTax's parser, July 2026.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from premium.tax.importers.base import Event, Importer, Left, Line, Made
from premium.tax.importers.movements import Sides, identity, movement, signed

WALLET = "Gemini"
_SUFFIX = " Amount "
_REWARDS = ("Reward", "Earn", "Referral", "Promotion")


def read(lines: Iterable[Line], currency: str) -> Iterator[Event]:
    """Yield one event a line."""
    # Amounts are in parentheses where they left; so are fees, but in the oldest files, which give them no sign.
    charged = any(line[column].startswith(("(", "-")) for line in lines for column in line.cells if _is_fee(column))
    for line in lines:
        yield [line], _line(line, currency, charged=charged) if line["Date"] else [Left("the totals of the file")]


def _line(line: Line, currency: str, *, charged: bool) -> Iterator[Made]:
    kind, when = line["Type"], _when(line)
    changes = _changes(line)
    name = _name(line, when, changes)
    got = [(amount, asset) for asset, amount in changes.items() if amount > 0]
    given = [(amount.copy_negate(), asset) for asset, amount in changes.items() if amount < 0]
    fees = [(amount, asset) for asset in _assets(line) if (amount := _fee(line, asset, charged=charged))]
    one = kind in ("Buy", "Sell") and len(got) == len(given) == 1
    sides = Sides(received=got[0], sent=given[0]) if one else signed(*_single(line, changes))
    what, income = (None, None) if one else _kind(line, arrived="received" in sides)
    fee = fees[0] if fees else None
    own = line["Tx Hash"] or None
    yield from movement(
        name, when, WALLET, currency=currency, fee=fee, further=fees[1:], kind=what, income=income, tx_hash=own, **sides
    )


def _single(line: Line, changes: dict[str, Decimal]) -> tuple[Decimal, str]:
    """The only change of a line that is no trade."""
    moved = [(amount, asset) for asset, amount in changes.items() if amount]
    if line["Type"] not in ("Credit", "Debit", "Interest Credit") or len(moved) > 1:
        raise line.wrong("Type", f"not known, or not one amount a side: {line['Type'][:40]!r}")
    return moved[0] if moved else (Decimal(0), "")


def _kind(line: Line, *, arrived: bool) -> tuple[str | None, str | None]:
    """What a one-sided line is; a debit that came in, or a credit that went out, takes an earlier one back."""
    kind = line["Type"]
    income = "interest" if kind == "Interest Credit" else _rewarded(line["Specification"]) if kind == "Credit" else None
    if income:
        return ("income" if arrived else "correction"), income
    return (None, None) if arrived == (kind == "Credit") else (f"transfer_{'in' if arrived else 'out'}", "returned")


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


def _is_fee(column: str) -> bool:
    return column.startswith("Fee (")


def _assets(line: Line) -> list[str]:
    return [column[len("Fee (") : column.index(")")] for column in line.cells if _is_fee(column)]


def _fee(line: Line, asset: str, *, charged: bool) -> Decimal | None:
    column = f"Fee ({asset}) {asset}"
    if not line[column]:
        return None
    change = line.number_in(column)
    if charged and change > 0:
        raise line.wrong(column, f"{line[column][:40]!r} was paid back: a fee that is no charge is not read")
    return change.copy_negate() if charged else change


IMPORTER = Importer(
    name="gemini",
    columns=("Date", "Time (UTC)", "Type", "Symbol", "Specification", "Liquidity Indicator"),
    optional=("*",),
    numbers=("* Amount *", "Fee (*", "* Balance *"),
    read=read,
    seen="BittyTax src/bittytax/conv/parsers/gemini.py, July 2026",
)
