"""Read the universal file (Date, Sent Amount, …) that Koinly takes.

Columns as in dfkreport's exporter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from premium.tax.importers.base import Event, Importer, Left, Line, Made, Told
from premium.tax.importers.labels import exchange_kind, is_ignored, kinds
from premium.tax.importers.movements import Part, identity, movement
from premium.tax.rules.base import LEGAL_TENDER

SIDES = ("Received", "Sent", "Fee")
IGNORED = "marked as ignored in Koinly"


def read(lines: Iterable[Line], currency: str) -> Iterator[Event]:
    """Yield one event a line."""
    shared = shared_symbols(lines, SIDES)
    for line in lines:
        yield [line], telling(line, _line(line, shared, currency), shared)


def _line(line: Line, shared: Shared, currency: str) -> Iterator[Made]:
    received, sent, fee = (part_of(line, side, shared) for side in SIDES)
    if is_ignored(line, "Label"):
        yield Left(IGNORED)
        return
    both = bool(received and sent)
    kind, income = (exchange_kind(line, "Label"), None) if both else kinds(line, "Label", arrived=received is not None)
    when = line.time_in("Date", zoned=False)
    worth = line.worth_in("Net Worth Amount") if line["Net Worth Amount"] and line["Net Worth Currency"] else None
    yield from movement(
        identity("koinly", when, *named(received), *named(sent), *named(fee), line["Label"], line["TxHash"]),
        when,
        "Koinly",
        currency=currency,
        received=received,
        sent=sent,
        fee=fee,
        worth=(worth, line["Net Worth Currency"].split(";")[0]) if worth else None,
        kind=kind,
        income=income,
        tx_hash=line["TxHash"] or None,
    )


class Shared(NamedTuple):
    """Symbols that several assets of a file have, and the line that shows it."""

    symbols: frozenset[str]
    line: int


def shared_symbols(lines: Iterable[Line], sides: Sequence[str]) -> Shared:
    """Return the symbols that several assets of a file have.

    Koinly tells them apart by `SYMBOL;id`.
    """
    ids, first = dict[str, dict[str, int]](), 0
    for line in lines:
        for side in sides:
            symbol, _, own = line[f"{side} Currency"].partition(";")
            if symbol and not (symbol in LEGAL_TENDER and not own):
                ids.setdefault(symbol, {}).setdefault(own, line.number)
    symbols = frozenset(symbol for symbol, known in ids.items() if len(known) > 1)
    first = min((max(known.values()) for symbol, known in ids.items() if symbol in symbols), default=0)
    return Shared(symbols, first)


def telling(line: Line, made: Iterable[Made], shared: Shared) -> Iterator[Made]:
    """Yield what a line reads as, and what it shows of shared symbols."""
    yield from made
    if line.number == shared.line:
        names = ", ".join(sorted(shared.symbols))
        text = f"more than one asset of this file is called {names}: each goes by its id at Koinly (`SYMBOL;id`)"
        yield Told("same_symbol", text)


def part_of(line: Line, side: str, shared: Shared) -> Part | None:
    """Return `<side> Amount` of `<side> Currency`.

    An asset goes by its symbol, unless another of the file has it too. The column says the direction: a negative
    amount is refused.
    """
    currency, column = line[f"{side} Currency"], f"{side} Amount"
    if not line[column] and not currency:
        return None
    amount = line.unsigned_in(column, "0")
    if not amount:
        return None
    symbol, _, own = line.text_in(f"{side} Currency").partition(";")
    if symbol in shared.symbols and symbol in LEGAL_TENDER:
        raise line.wrong(f"{side} Currency", f"{symbol[:20]} is money and stands with several ids: which one is it of?")
    return (amount, f"{symbol};{own}" if own and symbol in shared.symbols else symbol)


def named(part: Part | None) -> tuple[Decimal | str, str]:
    """Return what an id is made of: of an asset its symbol alone."""
    return (part[0], part[1].partition(";")[0]) if part else ("", "")


IMPORTER = Importer(
    name="koinly",
    columns=(
        "Date",
        "Sent Amount",
        "Sent Currency",
        "Received Amount",
        "Received Currency",
        "Fee Amount",
        "Fee Currency",
        "Net Worth Amount",
        "Net Worth Currency",
        "Label",
        "Description",
        "TxHash",
    ),
    numbers=("* Amount",),
    read=read,
    seen="pwillworth/dfkreport web/csvFormats.py (KOINLY_ROW_HEADER)",
)
