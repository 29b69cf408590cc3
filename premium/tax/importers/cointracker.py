"""Read the CSV that CoinTracker takes.

Described in support.cointracker.io, 'Convert your transaction history to CoinTracker CSV'.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from premium.tax.importers.base import Event, Importer, Line, Made
from premium.tax.importers.labels import exchange_kind, kinds
from premium.tax.importers.movements import Part, identity, movement


def read(lines: Iterable[Line], currency: str) -> Iterator[Event]:
    """Yield one event a line."""
    for line in lines:
        yield [line], _line(line, currency)


def _line(line: Line, currency: str) -> Iterator[Made]:
    received, sent = part_of(line, "Received Quantity"), part_of(line, "Sent Quantity")
    fee, when = part_of(line, "Fee Amount"), line.dated_in("Date")
    both = bool(received and sent)
    kind, income = (exchange_kind(line, "Tag"), None) if both else kinds(line, "Tag", arrived=received is not None)
    parts = [piece for part in (received, sent, fee) for piece in (part or ("", ""))]
    yield from movement(
        identity("cointracker", when, line["Tag"], *parts),
        when,
        "CoinTracker",
        currency=currency,
        received=received,
        sent=sent,
        fee=fee,
        kind=kind,
        income=income,
    )


def part_of(line: Line, amount: str) -> Part | None:
    """Return an amount with the currency whose column stands beside it.

    The column says the direction: a negative amount is refused, and one without a currency.
    """
    asset = f"{amount.rsplit(' ', 1)[0]} Currency"
    if not line[amount] and not line[asset]:
        return None
    quantity = line.unsigned_in(amount, "0")
    return (quantity, line.text_in(asset)) if quantity else None


IMPORTER = Importer(
    name="cointracker",
    columns=(
        "Date",
        "Received Quantity",
        "Received Currency",
        "Sent Quantity",
        "Sent Currency",
        "Fee Amount",
        "Fee Currency",
        "Tag",
    ),
    dates=("Date",),
    numbers=("Received Quantity", "Sent Quantity", "Fee Amount"),
    read=read,
    seen="support.cointracker.io article 4413071299729",
)
