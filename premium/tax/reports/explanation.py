"""Explain in sentences why a transaction used its lots, term and box."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import localcontext

from premium.errors import NotFound
from premium.money import EXACT, plain
from premium.tax.days import date_of, text_of
from premium.tax.ledger.transition import FIRST_DAY
from premium.tax.matching.engines import run
from premium.tax.model import ACQUISITIONS, Transaction
from premium.tax.outcome import Disposal, OpenLot
from premium.tax.reports.forms.form_8949 import WORDING
from premium.tax.results.boxes import box, part
from premium.tax.results.report import Report
from premium.tax.rules.base import TRANSITION

SHOWN = 10
"""Open lots that an explanation lists."""
_MADE_OF = ("", ":in", ":fee")
"""What one row of the input may have become: itself, what it received, the fee in kind that it spent."""
_ORDER = {
    "fifo": "the oldest lot first",
    "lifo": "the newest lot first",
    "hifo": "the lot with the highest basis a unit, fee included, first",
    "lofo": "the lot with the lowest basis a unit, fee included, first",
    "specific_id": "the lot that the sale names",
    "four_week": "lots acquired in the four weeks before come first (TCA 1997 s 581(1))",
    "same_day": "disposals and acquisitions of one day belong together (TCGA 1992 s 105)",
    "thirty_day": "acquisitions in the 30 days after come before the pool, the earliest first (TCGA 1992 s 106A)",
    "ten_day": "acquisitions in the ten days before come before the pool, the earliest first (TCGA 1992 s 107)",
    "section_104": "what no day rule matched is drawn from the section 104 pool at its average cost",
    "average": "the pool's average cost",
}


_MISSING = "nothing is left that covers them: they have no basis"


def explanation(report: Report, name: str) -> str:
    """Return the explanation as lines of text; NotFound for an unknown transaction."""
    names = [name + part for part in _MADE_OF]
    found = [tx for tx in report.transactions if tx.id in names]
    merged = report.trail.absorbed.get(name)
    if not found and merged is not None:
        return f"{name}: {merged}."
    if not found:
        raise NotFound(f"there is no transaction {name[:100]!r} in this input")
    return "\n".join(line for tx in found for line in _lines(report, tx))


def _lines(report: Report, tx: Transaction) -> Iterator[str]:
    setup = report.setup
    where = f" in {tx.wallet}" if tx.wallet else ""
    value = "" if tx.value is None else f", worth {plain(tx.value)} {setup.currency}"
    fee = f", fee {plain(tx.fee)}" if tx.fee else ""
    yield f"{tx.id}: {tx.type} of {plain(tx.amount)} {tx.asset}{where} on {text_of(tx.instant)}{value}{fee}."
    zone = setup.calendar.zone.key
    yield f"Rules: {setup.rules.name}, method {setup.method}, lots {_scope(report, tx)}, days of {zone}."
    rows = [row for row in report.outcome.disposals if tx.id in row.sources]
    if rows:
        yield from _candidates(report, tx)
    for row in rows:
        yield from _row(row, report)
    if not rows:
        yield from _undisposed(report, tx)
    for notice in report.remarks:
        if notice.transaction == tx.id:
            yield f"Warning {notice.code}: {notice.message}."


def _scope(report: Report, tx: Transaction) -> str:
    setup = report.setup
    if setup.scope != TRANSITION:
        return setup.scope
    until_2024 = setup.calendar.day(tx.instant) < FIRST_DAY
    return "universal, as until 2024" if until_2024 else "per_wallet, as from 2025-01-01 (Rev. Proc. 2024-28)"


def _candidates(report: Report, tx: Transaction) -> Iterator[str]:
    """The lots that were open just before, in the method's order."""
    if not report.setup.lot_method:
        return
    before = report.transactions[: report.transactions.index(tx)]
    with localcontext(EXACT):
        lots = run(before, replace(report.setup, until=report.setup.calendar.day(tx.instant))).open_lots
    same = [lot for lot in lots if lot.asset == tx.asset and lot.wallet in ("*", tx.wallet)]
    lots_of = "lot of" if len(same) == 1 else "lots of"
    yield f"Open before it, in the order in which {report.setup.method} takes them: {len(same)} {lots_of} {tx.asset}."
    for lot in same[:SHOWN]:
        basis = f"basis {plain(lot.cost_basis)}{_unit(lot)}"
        yield f"  {lot.lot}: {plain(lot.amount)} acquired {text_of(lot.acquired)}, {basis}"


def _unit(lot: OpenLot) -> str:
    return f" ({lot.cost_basis / lot.amount:.8f} a unit)"


def _row(row: Disposal, report: Report) -> Iterator[str]:
    figures = f"proceeds {plain(row.proceeds)}, cost {plain(row.cost_basis)}, gain {plain(row.gain)}"
    missing = (
        row.lot is None and not row.cost_basis and any(m.transaction in row.sources for m in report.outcome.missing)
    )
    source = "units without a lot" if missing else _source(row)
    yield f"{plain(row.amount)} {row.asset} from {source}: {figures}."
    yield f"  Why: {_MISSING if missing else f'rule {row.rule}, {_ORDER.get(row.rule, row.rule)}'}."
    if row.adjustment:
        yield f"  {_gift(row)}"
    if row.denied:
        why = "the asset was acquired within 30 days and was still held"
        yield f"  A loss of {plain(row.denied)} is denied: {why}."
    if row.ring_fenced:
        yield "  The loss is ring-fenced: the asset was acquired again within four weeks (TCA 1997 s 581(3))."
    yield from _borne(row, report)
    if row.acquired is not None:
        yield f"  Term {row.term}: {_held(row, report)}."
    elif missing and row.term != "none":
        yield f"  Term {row.term}: no date of acquisition is known."
    if report.setup.rules.code == "US":
        yield f"  Form 8949 part {part(row)}, box {box(row)}: {WORDING[box(row)]}."


def _gift(row: Disposal) -> str:
    donors = plain(EXACT.add(row.cost_basis, row.adjustment))
    if row.gain:
        counted = "the lower value at the gift and its date count"
        return f"For a loss {counted}, not the donor's basis of {donors} (IRC § 1015(a))."
    return f"Between the value at the gift and the donor's basis of {donors} there is no gain or loss (IRC § 1015(a))."


def _borne(row: Disposal, report: Report) -> Iterator[str]:
    for relief in report.outcome.reliefs:
        if relief.transaction == row.transaction and relief.lot == row.lot:
            yield f"  The gain bears {plain(relief.loss)} of the loss that was ring-fenced for these units (s 581(3))."


def _source(row: Disposal) -> str:
    if row.matched_day is not None:
        return f"the acquisitions of {date_of(row.matched_day)}" + (f" ({row.lot})" if row.lot else "")
    return f"lot {row.lot}" if row.lot is not None else "the pool"


def _held(row: Disposal, report: Report) -> str:
    acquired = report.setup.calendar.day(row.acquired or 0)
    first_long = date_of(report.setup.long_from(acquired))
    return f"acquired {date_of(acquired)}, disposed of {date_of(row.day)}, long-term from {first_long} on"


def _undisposed(report: Report, tx: Transaction) -> Iterator[str]:
    removal = next((item for item in report.outcome.removals if item.transaction == tx.id), None)
    if removal is not None:
        yield f"No disposal in {report.setup.rules.name}: {plain(removal.basis)} of basis leave with the units."
    elif tx.type in ACQUISITIONS:
        used = [row for row in report.outcome.disposals if row.lot == tx.id]
        names = sorted({name for row in used for name in row.sources})
        yield f"An acquisition; {len(used)} disposals used it: {', '.join(names) or 'none'}."
    else:
        yield "No disposal: lots keep their date and basis."
