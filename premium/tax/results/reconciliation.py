"""A 1099-DA or 1099-B beside what was computed, with likely reasons for differences."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from premium.money import EXACT, ZERO, plain
from premium.tax.history.history import ById
from premium.tax.model import Form1099, Transaction
from premium.tax.outcome import Disposal
from premium.tax.results.report import Report

_CENT = Decimal("0.01")


def reconciliation(report: Report) -> Iterator[dict[str, Any]]:
    """Yield one row a sale whose form states proceeds or basis.

    `differences` is empty where all agrees to the cent.
    """
    if all(form is None for form in report.disposals.column("form_1099")):
        return
    by_id = report.transactions.by_id()
    rows: dict[str, list[Disposal]] = {}
    for row in report.disposals:
        rows.setdefault(row.name, []).append(row)
    for name, parts in rows.items():
        form = parts[0].form_1099
        if form is not None and (form.proceeds is not None or form.basis is not None):
            yield _sale(by_id.get(name), parts, form, by_id)


def _sale(tx: Transaction | None, parts: list[Disposal], form: Form1099, by_id: ById) -> dict[str, Any]:
    proceeds, basis = _total(row.proceeds for row in parts), _total(row.cost_basis for row in parts)
    differences = []
    if form.proceeds is not None and _differ(form.proceeds, proceeds):
        differences.append(_difference("proceeds", form.proceeds, proceeds, _why_proceeds(form.proceeds, proceeds, tx)))
    if form.basis is not None and _differ(form.basis, basis):
        differences.append(_difference("cost_basis", form.basis, basis, _why_basis(form.basis, parts, by_id)))
    return {
        "transaction": parts[0].name,
        "form": form.form,
        "proceeds": plain(proceeds),
        "cost_basis": plain(basis),
        "differences": differences,
    }


def _total(values: Any) -> Decimal:
    total = ZERO
    for value in values:
        total = EXACT.add(total, value)
    return total


def _differ(left: Decimal, right: Decimal) -> bool:
    return EXACT.subtract(left, right).copy_abs() >= _CENT


def _difference(field: str, reported: Decimal, computed: Decimal, reason: str) -> dict[str, str]:
    gap = EXACT.subtract(reported, computed)
    return {
        "field": field,
        "reported": plain(reported),
        "computed": plain(computed),
        "difference": plain(gap),
        "reason": reason,
    }


def _why_proceeds(reported: Decimal, computed: Decimal, tx: Transaction | None) -> str:
    fee = tx.fee if tx is not None else ZERO
    if fee and not _differ(reported, EXACT.add(computed, fee)):
        return "the form states gross proceeds: the sale's fee is not taken off"
    if reported == 0:
        return "the broker reported no proceeds"
    if tx is not None and tx.more.group is not None:
        return "an exchange for another asset: the broker valued it by another price than what was received"
    if tx is not None and tx.more.price_filled:
        return "no price was stated here: it was filled from the same day's trades"
    return "another price or amount: compare the broker's statement with this transaction"


def _why_basis(reported: Decimal, parts: list[Disposal], by_id: ById) -> str:
    """The first that fits, from what is certain to what is likely."""
    lots = [lot for lot in (by_id.get(row.lot) for row in parts) if lot is not None]
    moved = any(lot.wallet != row.wallet for lot, row in zip(lots, parts, strict=False))
    fees = _total(lot.fee for lot in lots)
    without_fees = bool(fees) and not _differ(EXACT.add(reported, fees), _total(row.cost_basis for row in parts))
    reasons = (
        (any(row.lot is None for row in parts), "units without a lot: a purchase or a transfer is missing here"),
        (moved, "lots that came from another wallet: the broker does not know their basis"),
        (any(lot.type == "gift_received" for lot in lots), "a gift: the donor's basis counts, unknown to the broker"),
        (any(lot.type == "income" for lot in lots), "units received as income: their value then is the basis"),
        (reported == 0, "the broker reported no basis"),
        (without_fees, "the form's basis leaves out the fees of the purchases"),
        (True, "other lots: the broker's method or its pool differs from the one chosen here"),
    )
    return next(reason for fits, reason in reasons if fits)
