"""What holds for every history: nothing is made or lost, and neither order nor slicing of the input matters."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from premium.money import EXACT
from premium.tax.calculation import calculate
from premium.tax.ledger.basis import acquisition_basis
from premium.tax.model import ACQUISITIONS
from premium.tax.results.conservation import NotConserved, check
from premium.tax.rules.methods import METHODS
from tests.unit.tax.histories import Row, gains, histories, result

pytestmark = pytest.mark.unit
ONE = Decimal(1)
_WHOLE = tuple(method for method in METHODS if method != "fr_portfolio")


def near(left: str, right: str) -> bool:
    return abs(Fraction(left) - Fraction(right)) < Fraction(1, 10**60)


@pytest.mark.parametrize("jurisdiction", ["US", "GB", "DE", "CA", "AU", "IE", "JP", "generic"])
@given(
    rows=histories(covered=False),
    method=st.sampled_from(_WHOLE),
    scope=st.sampled_from([None, "universal", "per_wallet"]),
)
@settings(max_examples=60, deadline=None)
def test_amounts_and_basis_are_conserved_exactly(jurisdiction: str, rows: list[Row], method: str, scope: str) -> None:
    document = {"jurisdiction": jurisdiction, "method": method, "lot_scope": scope, "transactions": rows}
    report = calculate(document)
    acquired = [
        (tx.asset, tx.amount, acquisition_basis(tx, report.setup))
        for tx in report.transactions
        if tx.type in ACQUISITIONS
    ]
    with localcontext(EXACT):
        check(acquired, report.outcome)
        report.outcome.holdings.pop() if report.outcome.holdings else acquired.append(("AAA", ONE, ONE))
        with pytest.raises(NotConserved):
            check(acquired, report.outcome)


@pytest.mark.parametrize("method", METHODS)
@given(rows=histories(), data=st.data())
@settings(max_examples=15, deadline=None)
def test_the_order_of_a_file_does_not_matter(method: str, rows: list[Row], data: st.DataObject) -> None:
    same_instant = [{**row, "timestamp": rows[0]["timestamp"]} if data.draw(st.booleans()) else row for row in rows]
    shuffled = data.draw(st.permutations(same_instant))
    first, second = result("generic", same_instant, method=method), result("generic", shuffled, method=method)
    for out in (first, second):
        kept = (warning for warning in out["warnings"] if warning["code"] != "out_of_order")
        out["warnings"] = sorted(str({**warning, "line": 0}) for warning in kept)
    assert first == second


@given(rows=histories(), cut=st.integers(0, 24))
@settings(max_examples=30, deadline=None)
def test_a_history_equals_the_merge_of_its_parts(rows: list[Row], cut: int) -> None:
    assert result("US", rows)["disposals"] == result("US", rows[cut:] + rows[:cut])["disposals"]


@pytest.mark.parametrize("method", [m for m in METHODS if m not in ("hifo", "lofo", "fr_portfolio")])
@given(rows=histories(), data=st.data())
@settings(max_examples=15, deadline=None)
def test_splitting_a_buy_in_two_changes_no_total(method: str, rows: list[Row], data: st.DataObject) -> None:
    buys = [index for index, row in enumerate(rows) if row["type"] == "buy"]
    assume(buys)
    index = data.draw(st.sampled_from(buys))
    split = [*rows[:index], *_halves(rows[index]), *rows[index + 1 :]]
    whole, parts = result("generic", rows, method=method)["totals"], result("generic", split, method=method)["totals"]
    assert all(near(whole[name], parts[name]) for name in whole), (whole, parts)


def _halves(row: Row) -> list[Row]:
    half = Decimal(row["amount"]) / 2
    fee = Decimal(row.get("fee", "0")) / 2
    return [{**row, "id": f"{row['id']}.{end}", "amount": str(half), "fee": str(fee)} for end in ("0", "1")]


@given(rows=histories())
@settings(max_examples=30, deadline=None)
def test_years_add_up_to_the_whole(rows: list[Row]) -> None:
    out = result("GB", rows)
    for years in (out["totals_by_year"], out["totals_by_tax_year"]):
        total: dict[str, Decimal] = defaultdict(Decimal)
        with localcontext(EXACT):
            for totals in years.values():
                for name, value in totals.items():
                    total[name] += Decimal(value)
        assert all(total[name] == Decimal(value) for name, value in out["totals"].items()) or not rows


@given(rows=histories())
@settings(max_examples=20, deadline=None)
def test_a_year_of_the_report_is_that_year_of_the_whole(rows: list[Row]) -> None:
    whole: dict[str, Any] = result("US", rows)
    for year, totals in whole["totals_by_year"].items():
        assert result("US", rows, year=year)["totals"] == totals


@given(rows=histories())
@settings(max_examples=20, deadline=None)
def test_hifo_never_gains_more_at_the_first_sale_than_fifo(rows: list[Row]) -> None:
    sales = [row for row in rows if row["type"] in ("sell", "fee") or Decimal(row.get("fee_in_kind", "0"))]
    assume(sales)
    first = sales[0]["id"]
    assert gains(result("generic", rows, method="hifo"))[first] <= gains(result("generic", rows, method="fifo"))[first]
