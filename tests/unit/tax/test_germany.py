"""Germany: what is taxable where a method keeps no holding periods, and what Anlage SO says of a loss."""

from __future__ import annotations

import pytest

from premium.tax.calculation import calculate
from premium.tax.reports.countries.summaries import items
from tests.unit.tax.histories import result, tx

pytestmark = pytest.mark.unit

POOLED = [
    tx("b1", "2023-05-10", "buy", "1", "10000"),
    tx("b2", "2023-08-10", "buy", "1", "20000"),
    tx("s", "2024-06-11", "sell", "1", "25000"),
]


def test_an_average_has_no_holding_period_that_would_exempt_it() -> None:
    out = result("DE", POOLED, method="average")
    assert (out["taxable"], out["exempt"]) == ("10000", "0")
    assert out["totals_by_year"]["2024"]["taxable"] == "10000"
    assert out["by_tax_year"]["2024"]["taxed"] == "10000"


def test_a_loss_is_not_called_a_gain_free_of_tax() -> None:
    rows = [tx("b", "2024-05-10", "buy", "1", "10000"), tx("s", "2024-06-11", "sell", "1", "9000")]
    values = [item.value for item in items(calculate({"jurisdiction": "DE", "transactions": rows}))]
    assert "-1000.00" in values
    assert "not reached: the loss goes against such gains of other years" in values
    assert not any("the gain is free of tax" in value for value in values)
