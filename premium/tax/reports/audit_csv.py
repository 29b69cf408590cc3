"""Write the audit trail as CSV.

Each disposal to its lots, each lot to the transaction that made it and where that came from. A draw from a pool has
no lot: behind the disposals stand all acquisitions that entered the pools, in their order.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from premium.cells import safe
from premium.money import EXACT, READABLE, plain, readable
from premium.tax.days import date_of, text_of
from premium.tax.history.history import ById
from premium.tax.model import ACQUISITIONS, Transaction
from premium.tax.outcome import Disposal
from premium.tax.reports.layout.cents import Column
from premium.tax.results.boxes import box
from premium.tax.results.report import Report

HEADER = (
    "disposal", "type", "asset", "wallet", "sold", "amount", "proceeds", "cost_basis", "denied_loss", "gain", "term",
    "rule", "box", "disposal_chain", "disposal_tx_hash", "lot", "acquired", "lot_type", "lot_wallet", "lot_amount",
    "lot_value", "lot_fee", "lot_chain", "lot_tx_hash", "price_filled", "warnings",
)  # fmt: skip


def write(report: Report, path: Path) -> None:
    """Write one line a disposal and lot.

    Figures have at most 18 decimals, and their sums are the report's.
    """
    by_id = report.transactions.by_id()
    warned: dict[str, list[str]] = {}
    for notice in report.remarks:
        if notice.transaction is not None:
            warned.setdefault(notice.transaction, []).append(notice.code)
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\r\n")
        out.writerow(HEADER)
        figures = _Figures()
        for row in report.disposals:
            out.writerow(_cells(row, report, by_id, warned, figures))
        for tx in _entries(report):
            out.writerow(_entry(tx, warned))


def _entries(report: Report) -> Iterator[Transaction]:
    """What entered pools until the end of the reported year."""
    setup = report.setup
    if not report.outcome.pooled and report.outcome.acquisition_total is None:
        return
    for tx in report.transactions:
        if tx.type in ACQUISITIONS and (setup.until is None or setup.calendar.day(tx.instant) <= setup.until):
            yield tx


def _entry(tx: Transaction, warned: dict[str, list[str]]) -> list[object]:
    """The columns of a lot alone; those of a disposal stay empty, so that sums over them are the disposals'."""
    return [
        *("", "", safe(tx.asset), "", "", "", "", "", "", "", "", "pool", "", "", ""),
        safe(tx.id),
        text_of(tx.instant),
        *_origin(tx),
        *_where(tx),
        safe(tx.more.price_filled),
        " ".join(sorted(warned.get(tx.id, ()))),
    ]


class _Figures:
    """Prints a row's figures so that the lines of each column add up to its total."""

    def __init__(self) -> None:
        self._proceeds, self._cost, self._denied = Column(READABLE), Column(READABLE), Column(READABLE)

    def __call__(self, row: Disposal) -> list[str]:
        proceeds, cost = self._proceeds.line(row.proceeds), self._cost.line(row.cost_basis)
        denied = self._denied.line(row.denied)
        gain = EXACT.add(EXACT.subtract(proceeds, cost), denied)
        return [readable(row.amount), *map(plain, (proceeds, cost, denied, gain))]


def _cells(row: Disposal, report: Report, by_id: ById, warned: dict[str, list[str]], figures: _Figures) -> list[object]:
    sold = by_id.get(row.sources[0])
    lot = by_id.get(row.lot)
    acquired = text_of(row.acquired) if row.acquired is not None else ""
    if row.matched_day is not None:
        acquired = date_of(row.matched_day).isoformat()
    return [
        safe(" ".join(row.sources)),
        row.type,
        safe(row.asset),
        safe(row.wallet),
        text_of(row.sold) if not row.merged else date_of(row.day).isoformat(),
        *figures(row),
        row.term,
        row.rule,
        box(row) if report.setup.rules.code == "US" else "",
        *_where(sold),
        safe(row.lot or ""),
        acquired,
        *_origin(lot),
        *_where(lot),
        safe(sold.more.price_filled) if sold is not None else "",
        " ".join(sorted({code for name in (*row.sources, row.lot or "") for code in warned.get(name, ())})),
    ]


def _where(tx: Transaction | None) -> Iterator[str]:
    yield safe((tx.more.chain or "") if tx else "")
    yield safe((tx.more.tx_hash or "") if tx else "")


def _origin(lot: Transaction | None) -> list[str]:
    if lot is None:
        return [""] * 5
    value = "" if lot.value is None else readable(lot.value)
    return [lot.type, safe(lot.wallet), readable(lot.amount), value, readable(lot.fee)]
