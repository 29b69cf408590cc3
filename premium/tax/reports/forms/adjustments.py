"""Adjust columns (d) to (g) of Form 8949 where a 1099 states other figures.

From the Instructions for Form 8949:

    E   the form's proceeds leave out the sale's expenses      (d) as reported, (g) takes them off
    O   the form's proceeds differ by something else           the same
    B   the form's basis is wrong                              boxes A, D, G, J: (e) as reported, (g) mends it
                                                               other boxes: (e) is right already, (g) is 0

So (h) is always what was computed, and the IRS finds the broker's figures.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from premium.money import EXACT, ZERO, divide
from premium.tax.outcome import Disposal
from premium.tax.results.report import Report

_CENT = Decimal("0.01")


class Columns(NamedTuple):
    """Columns (d) to (g) of a line."""

    proceeds: Decimal
    cost: Decimal
    code: str
    adjustment: Decimal


class _Sale(NamedTuple):
    """A sale whose 1099 differs: by how much in all, over how many units."""

    amount: Decimal
    proceeds: Decimal
    basis: Decimal
    code: str


class Adjustments:
    """What the 1099 of each sale says otherwise.

    Empty where no form states figures.
    """

    def __init__(self, report: Report) -> None:
        sales: dict[str, list[Disposal]] = {}
        stated = any(form is not None for form in report.disposals.column("form_1099"))
        for row in report.disposals if stated else ():
            form = row.form_1099
            if form is not None and (form.proceeds is not None or form.basis is not None):
                sales.setdefault(row.name, []).append(row)
        fees = {tx.id: tx.fee for tx in report.transactions if tx.id in sales} if sales else {}
        self._sales = {name: _sale(rows, fees.get(name, ZERO)) for name, rows in sales.items()}

    def __bool__(self) -> bool:
        """Whether any form says otherwise."""
        return bool(self._sales)

    def columns(self, row: Disposal) -> Columns:
        """Return a row's figures as the form wants them.

        A sale's differences are shared over its rows by amount.
        """
        sale = self._sales.get(row.name) if self._sales else None
        if sale is None or not sale.code:
            return Columns(row.proceeds, row.cost_basis, "", ZERO)
        proceeds, basis = _share(sale.proceeds, row.amount, sale), _share(sale.basis, row.amount, sale)
        return Columns(
            EXACT.add(row.proceeds, proceeds),
            EXACT.add(row.cost_basis, basis),
            sale.code,
            EXACT.subtract(basis, proceeds),
        )


def _sale(rows: list[Disposal], fee: Decimal) -> _Sale:
    form = rows[0].form_1099
    amount = proceeds = cost = ZERO
    for row in rows:
        amount = EXACT.add(amount, row.amount)
        proceeds, cost = EXACT.add(proceeds, row.proceeds), EXACT.add(cost, row.cost_basis)
    over = _gap(form.proceeds if form else None, proceeds)
    wrong = _gap(form.basis if form else None, cost)
    code = "B" if wrong else ""
    if over:
        code += "E" if not _gap(over, fee) else "O"
    told = form is not None and form.basis_reported
    return _Sale(amount, over, wrong if told else ZERO, code)


def _gap(reported: Decimal | None, computed: Decimal) -> Decimal:
    """What the form has more; nothing under a cent, which the form cannot show."""
    gap = ZERO if reported is None else EXACT.subtract(reported, computed)
    return gap if gap.copy_abs() >= _CENT else ZERO


def _share(gap: Decimal, amount: Decimal, sale: _Sale) -> Decimal:
    return gap if amount == sale.amount or not gap else divide(EXACT.multiply(gap, amount), sale.amount)
