"""Read Koinly's exports: a tax report's transactions, and 'Bulk edit in Excel'.

Columns as in BittyTax, July 2026. Amounts are without the fee, which leaves besides; both sides of a transfer stand
in one line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from premium.tax.importers.base import Event, Importer, Left, Line, Made
from premium.tax.importers.koinly import IGNORED, SIDES, Shared, named, part_of, shared_symbols, telling
from premium.tax.importers.labels import exchange_kind, is_ignored, kinds
from premium.tax.importers.movements import Part, fee_of, identity, money_moved, moved, movement, valued_in
from premium.tax.importers.repeats import Repeats, repeated

_BULK_SIDES = ("To", "From", "Fee")


def read_report(lines: Iterable[Line], currency: str) -> Iterator[Event]:
    """Yield the transactions of a tax report, one a line."""
    shared = shared_symbols(lines, SIDES)
    for line in lines:
        yield [line], telling(line, _reported(line, shared, currency), shared)


def read_bulk(lines: Iterable[Line], currency: str) -> Iterator[Event]:
    """Yield the transactions of a bulk edit that are not deleted."""
    shared = shared_symbols(lines, _BULK_SIDES)
    repeats = Repeats(lines, "ID (read-only)", ("Date (UTC)", "Type", "From Amount", "To Amount"))
    for line in lines:
        again = repeated(line, repeats)
        if again is not None:
            yield [line], again
            continue
        deleted = line["Deleted"].lower() in ("true", "yes", "1")
        yield [line], [Left("deleted in Koinly")] if deleted else telling(line, _edited(line, shared, currency), shared)


def _reported(line: Line, shared: Shared, currency: str) -> Iterator[Made]:
    received, sent, fee = (part_of(line, side, shared) for side in SIDES)
    label = "Tag" if "Tag" in line.cells else "Label"
    worth, of_fee = _headed(line, "Net Value ("), _headed(line, "Fee Value (")
    when, tx_hash = line.time_in("Date", zoned=False), line["TxHash"]
    parts = [piece for part in (received, sent, fee) for piece in named(part)]
    name = identity("koinly", when, line["Type"], line[label], tx_hash, *parts)
    wallets = line["Sending Wallet"], line["Receiving Wallet"]
    made = _rows(
        line, name, when, currency, label=label, received=received, sent=sent, fee=fee, worth=worth, wallets=wallets
    )
    yield from _with_fee(made, of_fee, currency)


def _headed(line: Line, begins: str) -> Part | None:
    """A value whose column names its currency: `Net Value (USD)`."""
    column = next((name for name in line.cells if name.startswith(begins)), "")
    return (line.worth_in(column), column.removeprefix(begins).rstrip(")")) if line[column] else None


def _stated(line: Line, what: str) -> Part | None:
    """What the user wrote that it was worth, else what Koinly says."""
    own, code = f"{what} Worth Amount", line[f"{what} Worth Currency"].split(";")[0]
    if line[own] and code:
        return line.worth_in(own), code
    column, code = f"{what} Value (read-only)", line["Value Currency (read-only)"].split(";")[0]
    return (line.worth_in(column), code) if line[column] and code else None


def _with_fee(made: Iterable[Made], worth: Part | None, currency: str) -> Iterator[Made]:
    """Yield rows whose fee in kind has the value that Koinly says, where that is in the report's currency."""
    for each in made:
        if worth is None or not worth[0] or not isinstance(each, dict):
            yield each
        elif each["type"] == "fee" and "value" not in each:
            yield valued_in({**each, "value": str(worth[0])}, worth[1], currency)
        elif each.get("fee_asset") and "fee" not in each and worth[1] == currency:
            yield {**each, "fee": str(worth[0])}
        else:
            yield each


def _edited(line: Line, shared: Shared, currency: str) -> Iterator[Made]:
    received, sent, fee = (part_of(line, side, shared) for side in _BULK_SIDES)
    worth = _stated(line, "Net")
    wallets = (_bare(line, "From Wallet (read-only)"), _bare(line, "To Wallet (read-only)"))
    name, when = f"koinly:{line['ID (read-only)']}", line.time_in("Date (UTC)")
    made = _rows(
        line, name, when, currency, label="Tag", received=received, sent=sent, fee=fee, worth=worth, wallets=wallets
    )
    yield from _with_fee(made, _stated(line, "Fee"), currency)


def _bare(line: Line, column: str) -> str:
    return line[column].split(";")[0].strip()


def _rows(
    line: Line,
    name: str,
    when: str,
    currency: str,
    *,
    label: str,
    received: Part | None,
    sent: Part | None,
    fee: Part | None,
    worth: Part | None,
    wallets: tuple[str, str],
) -> Iterator[Made]:
    tx_hash = line["TxHash"] or None
    if is_ignored(line, label):
        yield Left(IGNORED)
        return
    if received and sent and line["Type"].lower() == "transfer" and received[1] == sent[1]:
        more = {"tx_hash": tx_hash} if tx_hash else {}
        paid = fee_of(fee, currency)
        if received[0] > sent[0]:
            column = "To Amount" if "To Amount" in line.cells else "Received Amount"
            raise line.wrong(column, "a transfer brings more than was sent")
        if sent[1] == currency:
            yield Left(money_moved(currency))
        else:
            yield moved(name, when, left=sent, arrived=received[0], wallets=wallets, fee=paid, **more)
        return
    both = bool(received and sent)
    kind, income = (exchange_kind(line, label), None) if both else kinds(line, label, arrived=received is not None)
    yield from movement(
        name,
        when,
        (wallets[0] if sent else wallets[1]) or "Koinly",
        currency=currency,
        received=received,
        sent=sent,
        fee=fee,
        worth=worth if worth and worth[0] else None,
        kind=kind,
        income=income,
        tx_hash=tx_hash,
    )


REPORT = Importer(
    name="koinly-report",
    columns=(
        "Date",
        "Type",
        "Label|Tag",
        "Sending Wallet",
        "Sent Amount",
        "Sent Currency",
        "Sent Cost Basis",
        "Receiving Wallet",
        "Received Amount",
        "Received Currency",
        "Received Cost Basis",
        "Fee Amount",
        "Fee Currency",
        "Gain (*",
        "Net Value (*",
        "Fee Value (*",
        "TxSrc",
        "TxDest",
        "TxHash",
        "Description",
    ),
    numbers=("* Amount", "* Cost Basis", "Gain (*", "* Value (*"),
    read=read_report,
    seen="BittyTax src/bittytax/conv/parsers/koinly.py, July 2026",
)
BULK = Importer(
    name="koinly-bulk",
    columns=(
        "ID (read-only)",
        "Date (UTC)",
        "Type",
        "Tag",
        "From Wallet (read-only)",
        "From Amount",
        "From Currency",
        "To Wallet (read-only)",
        "To Amount",
        "To Currency",
        "Fee Amount",
        "Fee Currency",
        "Net Value (read-only)",
        "Value Currency (read-only)",
        "Deleted",
        "TxHash",
    ),
    optional=(
        "Parent ID (read-only)",
        "From Wallet ID",
        "To Wallet ID",
        "Net Worth Amount",
        "Net Worth Currency",
        "Fee Worth Amount",
        "Fee Worth Currency",
        "Fee Value (read-only)",
        "From Source (read-only)",
        "To Source (read-only)",
        "Negative Balances (read-only)",
        "Missing Rates (read-only)",
        "Missing Cost Basis (read-only)",
        "Synced To Accounting At (UTC read-only)",
        "TxSrc",
        "TxDest",
        "Description",
    ),
    numbers=("* Amount", "* Value (read-only)"),
    read=read_bulk,
    seen="BittyTax src/bittytax/conv/parsers/koinly.py ('Bulk edit in Excel'), July 2026",
)
