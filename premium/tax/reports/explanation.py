"""Explain in sentences why a transaction used its lots, term and box."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import localcontext

from premium.errors import NotFound
from premium.money import EXACT, readable
from premium.tax.days import date_of, text_of
from premium.tax.ledger.transition import FIRST_DAY
from premium.tax.matching.engines import run
from premium.tax.model import ACQUISITIONS, Transaction
from premium.tax.outcome import Disposal, OpenLot
from premium.tax.reports.forms.form_8949 import WORDING
from premium.tax.results.boxes import box, part
from premium.tax.results.currencies import counted
from premium.tax.results.report import Report
from premium.tax.rules.base import TRANSITION

SHOWN = 10
"""Open lots that an explanation lists."""
_MADE_OF = tuple(leg + fee for leg in ("", ":in") for fee in ("", ":fee", ":fee2", ":fee3"))
"""What one row of the input may have become: itself, what it received, the fees in kind that it spent."""
ORDER = {
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
"""In which order each rule takes lots."""


_MISSING = "nothing is left that covers them: they have no basis"


def explanation(report: Report, name: str) -> str:
    """Return the explanation as lines of text; NotFound for an unknown transaction.

    Of what was merged into another, it says into what.
    """
    names = [name + part for part in _MADE_OF]
    found = [tx for tx in report.transactions if tx.id in names]
    trail = report.trail
    lines = [f"{each}: {trail.absorbed[each]}." for each in names if each in trail.absorbed]
    lines += [line for each in names if each in trail.foreign for line in _foreign(report, trail.foreign[each])]
    lines += [line for tx in found for line in _lines(report, tx)]
    if not lines:
        raise NotFound(f"there is no transaction {name[:100]!r} in this input")
    return "\n".join(lines)


def _foreign(report: Report, tx: Transaction) -> Iterator[str]:
    """Explain a leg in another country's money, which has no lots."""
    rules, currency = report.setup.rules, report.setup.currency
    value = "" if tx.value is None else f", worth {readable(tx.value)} {currency}"
    yield f"{tx.id}: {tx.type} of {readable(tx.amount)} {tx.asset} on {text_of(tx.instant)}{value}."
    yield f"{tx.asset} is money: no lot and no form of digital assets has it; its own gains go first in, first out."
    for item, counts in counted(report):
        if item.transaction == tx.id:
            figures = f"proceeds {readable(item.proceeds)}, cost {readable(item.cost_basis)}"
            verdict = "counts" if counts else "does not count"
            yield f"{readable(item.amount)} {tx.asset}: {figures}, gain {readable(item.gain)}, which {verdict}."
            yield f"  Why: {rules.currency_gains.source}."
    for notice in report.remarks:
        if notice.transaction == tx.id:
            yield f"Warning {notice.code}: {notice.message}."


def _lines(report: Report, tx: Transaction) -> Iterator[str]:
    setup = report.setup
    where = f" in {tx.wallet}" if tx.wallet else ""
    value = "" if tx.value is None else f", worth {readable(tx.value)} {setup.currency}"
    fee = f", fee {readable(tx.fee)}" if tx.fee else ""
    yield f"{tx.id}: {tx.type} of {readable(tx.amount)} {tx.asset}{where} on {text_of(tx.instant)}{value}{fee}."
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
        basis = f"basis {readable(lot.cost_basis)}{_unit(lot)}"
        yield f"  {lot.lot}: {readable(lot.amount)} acquired {text_of(lot.acquired)}, {basis}"


def _unit(lot: OpenLot) -> str:
    return f" ({lot.cost_basis / lot.amount:.8f} a unit)"


def _row(row: Disposal, report: Report) -> Iterator[str]:
    figures = f"proceeds {readable(row.proceeds)}, cost {readable(row.cost_basis)}, gain {readable(row.gain)}"
    missing = (
        row.lot is None and not row.cost_basis and any(m.transaction in row.sources for m in report.outcome.missing)
    )
    source = "units without a lot" if missing else _source(row)
    yield f"{readable(row.amount)} {row.asset} from {source}: {figures}."
    yield f"  Why: {_MISSING if missing else f'rule {row.rule}, {ORDER.get(row.rule, row.rule)}'}."
    if row.adjustment:
        yield f"  {_gift(row)}"
    if row.denied:
        why = "the asset was acquired within 30 days and was still held"
        yield f"  A loss of {readable(row.denied)} is denied: {why}."
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
    donors = readable(EXACT.add(row.cost_basis, row.adjustment))
    if row.gain:
        counted = "the lower value at the gift and its date count"
        return f"For a loss {counted}, not the donor's basis of {donors} (IRC § 1015(a))."
    return f"Between the value at the gift and the donor's basis of {donors} there is no gain or loss (IRC § 1015(a))."


def _borne(row: Disposal, report: Report) -> Iterator[str]:
    for relief in report.outcome.reliefs:
        if relief.transaction == row.transaction and relief.lot == row.lot:
            yield f"  The gain bears {readable(relief.loss)} of the loss that was ring-fenced (s 581(3))."


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
        yield f"No disposal in {report.setup.rules.name}: {readable(removal.basis)} of basis leave with the units."
    elif tx.type in ACQUISITIONS:
        used = [row for row in report.outcome.disposals if row.lot == tx.id]
        names = sorted({name for row in used for name in row.sources})
        yield f"An acquisition; {len(used)} disposals used it: {', '.join(names) or 'none'}."
    else:
        yield "No disposal: lots keep their date and basis."
