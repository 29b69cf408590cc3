"""Why this basis, this term: what `--explain` says where the row alone would puzzle."""

from __future__ import annotations

from typing import Any

import pytest

from premium.tax.calculation import calculate
from premium.tax.reports.explanation import explanation
from tests.unit.tax.histories import Row, tx

pytestmark = pytest.mark.unit
GIFT = tx("g", "2023-06-01", "gift_received", "2", "6000", donor_basis="10000", acquired="2020-01-01T00:00:00Z")


def explained(code: str, rows: list[Row], name: str, **options: Any) -> str:
    return explanation(calculate({"jurisdiction": code, "transactions": rows}, **options), name)


@pytest.mark.parametrize(
    ("sold", "parts"),
    [
        ("2000", ("the lower value at the gift and its date count, not the donor's basis of 5000", "Term short")),
        ("4000", ("Between the value at the gift and the donor's basis of 5000 there is no gain or loss", "Term long")),
        ("6000", ("gain 1000", "Term long: acquired 2020-01-01")),
    ],
)
def test_a_gift_sold_below_the_donors_basis(sold: str, parts: tuple[str, str]) -> None:
    text = explained("US", [GIFT, tx("s", "2024-03-01", "sell", "1", sold)], "s")
    assert all(part in text for part in parts), text
    assert ("1015" in text) is (sold != "6000")


def test_units_without_a_lot_have_no_term_that_a_date_gives() -> None:
    rows = [tx("b", "2022-01-01", "buy", "1", "100"), tx("s", "2024-03-01", "sell", "3", "900")]
    text = explained("US", rows, "s")
    assert "takes them: 1 lot of BTC" in text
    assert "2 BTC from units without a lot" in text
    assert "Why: nothing is left that covers them: they have no basis." in text
    assert "Term short: no date of acquisition is known." in text
    assert "Term" not in explained("GB", rows, "s")


def test_a_gain_that_bears_a_ring_fenced_loss_says_so() -> None:
    rows = [
        tx("b", "2022-01-01", "buy", "2", "200"),
        tx("loss", "2022-03-01", "sell", "2", "120"),
        tx("again", "2022-03-15", "buy", "1", "50"),
        tx("s", "2022-09-01", "sell", "1", "200"),
    ]
    assert "The gain bears 40 of the loss that was ring-fenced" in explained("IE", rows, "s")
    assert "ring-fenced: the asset was acquired again" in explained("IE", rows, "loss")
