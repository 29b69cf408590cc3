"""Read the universal file (Date, Sent Amount, …) that Koinly takes.

Columns as in dfkreport's exporter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from premium.tax.importers.base import Event, Importer, Line, Made
from premium.tax.importers.labels import kinds
from premium.tax.importers.movements import Part, identity, movement


def read(lines: Iterable[Line], currency: str) -> Iterator[Event]:
    """Yield one event a line."""
    for line in lines:
        yield [line], _line(line, currency)


def _line(line: Line, currency: str) -> Iterator[Made]:
    received, sent, fee = (part_of(line, side) for side in ("Received", "Sent", "Fee"))
    both = bool(received and sent)
    kind, income = (None, None) if both else kinds(line, "Label", arrived=received is not None)
    when = line.time_in("Date")
    worth = line.worth_in("Net Worth Amount") if line["Net Worth Amount"] and line["Net Worth Currency"] else None
    yield from movement(
        identity("koinly", when, *_named(received), *_named(sent), *_named(fee), line["Label"], line["TxHash"]),
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


def part_of(line: Line, side: str) -> Part | None:
    """Return `<side> Amount` of `<side> Currency`.

    Koinly tells tokens of one name apart by `SYMBOL;id`. The column says the direction: a negative amount is refused.
    """
    currency, column = line[f"{side} Currency"], f"{side} Amount"
    if not line[column] and not currency:
        return None
    amount = line.unsigned_in(column, "0")
    return (amount, line.text_in(f"{side} Currency").split(";")[0]) if amount else None


def _named(part: Part | None) -> tuple[Decimal | str, str]:
    return part or ("", "")


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
