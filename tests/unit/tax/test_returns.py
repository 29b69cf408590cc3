"""Figures of single returns: the UK's by disposal, Ireland's ring-fenced losses against the gain that bears them."""

from __future__ import annotations

import pytest

from tests.unit.tax.histories import result, tx

pytestmark = pytest.mark.unit


def test_a_uk_disposal_of_several_matches_makes_one_gain_or_loss() -> None:
    """CRYPTO22254: 642 less 500 (same day) and 63 (pool) is a gain of 79, though the pool's part alone is a loss."""
    rows = [
        tx("b", "2019-01-01", "buy", "8000", "1000"),
        tx("s1", "2020-01-31T08:00:00Z", "sell", "5000", "500"),
        tx("b1", "2020-01-31T09:00:00Z", "buy", "6500", "500"),
        tx("s2", "2020-01-31T12:00:00Z", "sell", "2000", "142"),
    ]
    out = result("GB", rows)
    assert [row["gain"][:6] for row in out["disposals"]] == ["96.142", "-16.64"]
    year = out["by_tax_year"]["2019-20"]
    assert (year["gains"], year["losses"], year["annual_exempt_amount"]) == ("79.5", "0", "12000")


@pytest.mark.parametrize(
    ("again", "sold", "gain", "borne", "chargeable"),
    [
        ("10", "10", "20000", "8000", "10730"),  # all of the loss, then 1,270
        ("10", "5", "10000", "8000", "730"),  # the units that replace something are sold first
        ("5", "5", "10000", "4000", "4730"),  # half was acquired again: the other half is usable, in 2023
        ("10", "10", "5000", "5000", "0"),  # no more than the gain
        ("20", "20", "40000", "8000", "30730"),
    ],
)
def test_an_irish_ring_fenced_loss_is_borne_by_the_gain_on_what_was_acquired_again(
    again: str, sold: str, gain: str, borne: str, chargeable: str
) -> None:
    """TCA 1997 s 581(3): not allowable otherwise than by deduction from that gain."""
    rows = [
        tx("old", "2022-01-01", "buy", "10", "10000"),
        tx("loss", "2023-03-01", "sell", "10", "2000"),
        tx("new", "2023-03-20", "buy", again, "0"),
        tx("late", "2024-06-01", "sell", sold, gain),
    ]
    out = result("IE", rows)
    fenced = "8000" if again != "5" else "4000"
    assert out["totals"]["ring_fenced_loss"] == fenced
    year = out["by_tax_year"]["2024"]
    assert (year["ring_fenced_loss_used"], year["chargeable_gain"]) == (borne, chargeable)


def test_a_gain_on_other_units_bears_no_ring_fenced_loss() -> None:
    rows = [
        tx("old", "2022-01-01", "buy", "20", "20000"),
        tx("loss", "2023-03-01", "sell", "10", "2000"),
        tx("new", "2023-03-20", "buy", "10", "2000"),
        tx("late", "2024-06-01", "sell", "10", "50000"),
    ]
    year = result("IE", rows)["by_tax_year"]["2024"]
    assert (year["ring_fenced_loss_used"], year["chargeable_gain"]) == ("0", "38730")
