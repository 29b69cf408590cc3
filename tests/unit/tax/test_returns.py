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


def test_earlier_uk_losses_bring_a_gain_down_to_the_exempt_amount_and_no_further() -> None:
    """TCGA s 1K: the year's own losses in full, earlier ones only above the exempt amount."""
    rows = [
        tx("b", "2020-01-01", "buy", "4", "40000"),
        tx("s1", "2021-05-01", "sell", "1", "2000"),  # 2021-22: a loss of 8,000
        tx("s2", "2022-05-01", "sell", "1", "20000"),  # 2022-23: 10,000, below 12,300
        tx("s3", "2023-05-01", "sell", "1", "22000"),  # 2023-24: 12,000, 6,000 of it exempt
        tx("s4", "2024-05-01", "sell", "1", "15000"),  # 2024-25: 5,000, 3,000 of it exempt
    ]
    years = result("GB", rows)["by_tax_year"]
    shown = [(y["losses_used"], y["losses_carried_forward"], y["above_exempt_amount"]) for y in years.values()]
    assert shown == [("0", "8000", "0"), ("0", "8000", "0"), ("6000", "2000", "0"), ("2000", "0", "0")]
    one = result("GB", rows, year="2024")["by_tax_year"]
    assert one == {"2024-25": years["2024-25"]}


def test_companies_have_no_exempt_amount() -> None:
    rows = [tx("b", "2022-01-01", "buy", "1", "100"), tx("s", "2024-05-01", "sell", "1", "900")]
    year = result("GB", rows, method="section_104_company")["by_tax_year"]["2024-25"]
    assert (year["annual_exempt_amount"], year["above_exempt_amount"]) == ("0", "800")


def test_earlier_irish_losses_come_off_before_the_exemption() -> None:
    """TCA 1997 ss 31, 601(3): the exemption is lost as far as losses take its place."""
    rows = [
        tx("b", "2020-01-01", "buy", "3", "30000"),
        tx("s1", "2022-05-01", "sell", "1", "7000"),
        tx("s2", "2023-05-01", "sell", "1", "12000"),
        tx("s3", "2024-05-01", "sell", "1", "15000"),
    ]
    years = result("IE", rows)["by_tax_year"]
    shown = [(y["losses_used"], y["losses_carried_forward"], y["chargeable_gain"]) for y in years.values()]
    assert shown == [("0", "3000", "0"), ("2000", "1000", "0"), ("1000", "0", "2730")]


@pytest.mark.parametrize(
    ("again", "sold", "gain", "borne", "chargeable"),
    [
        ("10", "10", "20000", "8000", "10730"),  # all of the loss, then 1,270
        ("10", "5", "10000", "8000", "730"),  # the units that replace something are sold first
        ("5", "5", "10000", "4000", "730"),  # half was acquired again; the other half comes from 2023 as a usable loss
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
