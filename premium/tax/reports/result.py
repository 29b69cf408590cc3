"""Lay out a report in the neutral format, key by key (docs/tax-format.md).

Long lists are generated, for constant memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from premium.money import ZERO, plain
from premium.tax.days import date_of, text_of
from premium.tax.model import Remark
from premium.tax.neutral.sources import Tally
from premium.tax.outcome import Derivative, Disposal, Holding
from premium.tax.results.boxes import box, part
from premium.tax.results.countries import extras
from premium.tax.results.currencies import by_tax_year, counted
from premium.tax.results.reconciliation import reconciliation
from premium.tax.results.report import Report
from premium.tax.results.totals import Totals
from premium.tax.results.wash_sales import wash_sales
from premium.tax.rules.derivatives import derivatives_treatment
from premium.tax.trail import Pair

MAX_HOLDINGS = 200
MAX_WARNINGS = 50
"""A stored summary keeps so many; the documents have all."""

Row = dict[str, Any]
Member = Row | str | list[Row] | Iterator[Row] | None


def members(report: Report) -> Iterator[tuple[str, Any]]:
    """Yield (name, value) of the document's members in their order.

    An iterator among the values is a list.
    """
    setup, outcome = report.setup, report.outcome
    yield "jurisdiction", setup.rules.code
    yield "currency", setup.currency
    yield "method", setup.method
    yield "lot_scope", setup.stored_scope
    yield "year", None if report.tax_year is None else setup.calendar.label(report.tax_year)
    yield "disposals", map(disposal_row(report), report.disposals)
    yield from _totals(report)
    yield "remaining", map(holding, outcome.holdings)
    yield "remaining_lots", (_open_lot(lot) for lot in outcome.open_lots)
    yield "pool_after", map(holding, (outcome.pools or outcome.holdings) if outcome.pooled else ())
    yield (
        "income",
        ({"transaction": e.transaction, "value": plain(e.value), "kind": e.kind} for e in report.income),
    )
    yield (
        "missing_basis",
        ({"transaction": m.transaction, "amount": plain(m.amount)} for m in report.missing),
    )
    yield (
        "no_gain_no_loss",
        (
            {"transaction": r.transaction, "amount": plain(r.amount), "basis_given": plain(r.basis)}
            for r in report.removals
        ),
    )
    yield from _currencies(report)
    if report.derivatives:
        yield "derivatives", map(_derivative, report.derivatives)
        yield "derivatives_treatment", derivatives_treatment(setup.rules.code)._asdict()
    if any(pair.assumed for pair in report.trail.pairs):
        yield "assumed_transfers", (_pair(pair) for pair in report.trail.pairs if pair.assumed)
    sources = [_source(tally) for tally in report.tallies if tally.is_told]
    if sources:
        yield "sources", sources
    if setup.rules.code == "US":
        yield "wash_sales", wash_sales(report)
        yield "form_8949", map(_form_8949, report.disposals)
        yield "reconciliation", reconciliation(report)
    yield from extras(report).items()
    yield "warnings", map(warning, report.remarks)


def document(report: Report) -> Row:
    """Return the whole document in memory."""
    return {
        name: list(value) if isinstance(value, Iterable) and not isinstance(value, dict | str) else value
        for name, value in members(report)
    }


def summary_of(report: Report) -> Row:
    """Return what a stored result keeps: totals without the rows.

    And what the country adds.
    """
    made = dict(_totals(report)) | extras(report)
    made["currency"] = report.setup.currency
    made["counts"] = {
        "disposals": len(report.disposals),
        "income": len(report.income),
        "missing_basis": len(report.missing),
        "warnings": len(report.remarks),
    }
    made["remaining"] = [holding(item) for item in report.outcome.holdings[:MAX_HOLDINGS]]
    made["warnings"] = [warning(notice) for notice in report.remarks[:MAX_WARNINGS]]
    return made


def disposal_row(report: Report) -> Callable[[Disposal], Row]:
    """Return the function that lays out a disposal of this report.

    By instants, or by days where a day rule matched it.
    """
    american, australian = report.setup.rules.code == "US", report.setup.rules.discount_rate is not None
    irish = report.setup.method == "ie_fifo_four_week" or report.setup.rules.superficial_days is not None
    french = report.outcome.acquisition_totals

    def write(row: Disposal) -> Row:
        made = _sources(row)
        made |= {
            "lot": row.lot,
            "type": row.type,
            "asset": row.asset,
            "wallet": row.wallet,
            **_dates(row),
            "amount": plain(row.amount),
            "proceeds": plain(row.proceeds),
            "cost_basis": plain(row.cost_basis),
            "gain": plain(row.gain),
            "term": row.term,
            "rule": row.rule,
            "denied_loss": plain(row.denied),
        }
        if american:
            made["form_8949_box"] = box(row)
        if australian:
            made["discount_eligible"] = row.term == "long" and row.gain > ZERO
        if irish:
            made["loss_ring_fenced"] = row.ring_fenced or row.denied > ZERO
        if row.transaction in french:
            made["acquisition_total_after"] = plain(french[row.transaction])
        return made

    return write


def _sources(row: Disposal) -> Row:
    if not row.merged:
        return {"transaction": row.transaction}
    one = {"transaction": row.merged[0]} if len(row.merged) == 1 else {}
    return one | {"transactions": list(row.merged)}


def _dates(row: Disposal) -> Row:
    if not row.merged:
        return {"acquired": None if row.acquired is None else text_of(row.acquired), "sold": text_of(row.sold)}
    matched = None if row.matched_day is None else date_of(row.matched_day).isoformat()
    return {"date": date_of(row.day).isoformat(), "matched_acquisition_date": matched}


def _totals(report: Report) -> Iterator[tuple[str, Any]]:
    setup, sums = report.setup, report.sums
    losses = setup.rules.code if setup.rules.code in ("IE", "CA", "DE") else None

    def text(totals: Totals) -> Row:
        return totals.as_text(terms=setup.lot_method, losses=losses)

    yield "totals", text(sums.whole)
    yield "totals_by_year", {str(year): text(totals) for year, totals in sums.by_year.items()}
    if not setup.calendar.fiscal_is_calendar:
        years = {setup.calendar.label(year): text(totals) for year, totals in sums.by_tax_year.items()}
        # Only Australia has it; others' figures would be one more pass over a million rows.
        added = extras(report) if setup.rules.discount_rate is not None else {}
        for year, net in added.get("net_capital_gain", {}).items():
            years.setdefault(year, {})["net_capital_gain"] = net
        yield "totals_by_tax_year", years


def _currencies(report: Report) -> Iterator[tuple[str, Any]]:
    """Lay out foreign money, where there is any: its gains, its years, and what is left."""
    if not report.currency_gains and not report.currencies:
        return
    yield (
        "currency_gains",
        [
            {
                "transaction": item.transaction,
                "date": date_of(item.day).isoformat(),
                "asset": item.asset,
                "amount": plain(item.amount),
                "proceeds": plain(item.proceeds),
                "cost_basis": plain(item.cost_basis),
                "gain": plain(item.gain),
                "counts": counts,
            }
            for item, counts in counted(report)
        ],
    )
    years = by_tax_year(report)
    yield (
        "currency_totals",
        {label: {"gain": plain(year.gain), "counted": plain(year.counted)} for label, year in years.items()},
    )
    yield "currency_rule", report.setup.rules.currency_gains.source
    yield (
        "currencies",
        [
            {
                "asset": money.asset,
                "amount": plain(money.amount),
                "cost_basis": None if money.cost_basis is None else plain(money.cost_basis),
            }
            for money in report.currencies
        ],
    )


def holding(item: Holding) -> Row:
    """Lay out what is left of an asset."""
    return {
        "wallet": item.wallet,
        "asset": item.asset,
        "amount": plain(item.amount),
        "cost_basis": plain(item.cost_basis),
    }


def _open_lot(lot: Any) -> Row:
    return {
        "lot": lot.lot,
        "wallet": lot.wallet,
        "asset": lot.asset,
        "acquired": text_of(lot.acquired),
        "amount": plain(lot.amount),
        "cost_basis": plain(lot.cost_basis),
    }


def _derivative(item: Derivative) -> Row:
    return {
        "transaction": item.transaction,
        "kind": item.kind,
        "asset": item.asset,
        "amount": plain(item.amount),
        "value": plain(item.value),
    }


def _pair(pair: Pair) -> Row:
    return pair._asdict() | {"assumed": True}


def _source(tally: Tally) -> Row:
    left = [each._asdict() for each in tally.left_out]
    return {
        "name": tally.name,
        "lines": str(tally.lines),
        "read": str(tally.read),
        "left_out": left,
        "refused": str(tally.refused),
    }


def _form_8949(row: Disposal) -> Row:
    return {
        "transaction": row.name,
        "asset": row.asset,
        "part": part(row),
        "box": box(row),
        "gain": plain(row.gain),
    }


def warning(notice: Remark) -> Row:
    """Lay out a warning."""
    made: Row = {"code": notice.code, "transaction": notice.transaction, "message": notice.message}
    if notice.line is not None:
        made["line"] = notice.line
    if notice.field is not None:
        made["field"] = notice.field
    if notice.file is not None:
        made["file"] = notice.file
    return made
