"""Koinly: the universal file (Date, Sent Amount, …) that it takes and gives (columns as in dfkreport's exporter)."""

from __future__ import annotations

from collections.abc import Iterator

from premium.tax.importers.base import Importer, Line, Part, Row, identity, movement

_RECEIVED = {
    "airdrop": ("income", "airdrop"),
    "staking": ("income", "staking"),
    "reward": ("income", "reward"),
    "mining": ("income", "mining"),
    "fork": ("income", "fork"),
    "lending interest": ("income", "interest"),
    "loan interest": ("income", "interest"),
    "other income": ("income", "reward"),
    "income": ("income", "reward"),
    "salary": ("income", "reward"),
    "cashback": ("income", "reward"),
    "gift": ("gift_received", None),
}
_SENT = {"gift": "gift_sent", "donation": "donation", "lost": "lost", "stolen": "stolen", "cost": "fee", "fee": "fee"}


def read(lines: list[Line], currency: str) -> Iterator[Row]:
    for line in lines:
        yield from _line(line, currency)


def _line(line: Line, currency: str) -> Iterator[Row]:
    received, sent, fee = (_part(line, side) for side in ("Received", "Sent", "Fee"))
    label = line["Label"].lower()
    kind, income = _RECEIVED.get(label, (None, None)) if received and not sent else (_SENT.get(label), None)
    worth = line.number_in("Net Worth Amount", "0") if line["Net Worth Currency"] == currency else None
    yield from movement(
        identity("koinly", *line.cells.values()),
        line.time_in("Date", "%Y-%m-%d %H:%M:%S UTC", "%Y-%m-%d %H:%M UTC"),
        "Koinly",
        currency=currency,
        received=received,
        sent=sent,
        fee=fee,
        value=worth or None,
        kind=kind,
        income=income,
        tx_hash=line["TxHash"] or None,
    )


def _part(line: Line, side: str) -> Part | None:
    if not line[f"{side} Currency"] or not line[f"{side} Amount"]:
        return None
    # Koinly tells tokens of one name apart by `SYMBOL;id`.
    return line.number_in(f"{side} Amount").copy_abs(), line[f"{side} Currency"].split(";")[0]


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
    read=read,
    seen="pwillworth/dfkreport web/csvFormats.py (KOINLY_ROW_HEADER)",
)
