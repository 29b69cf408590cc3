"""HMRC's own examples: Cryptoassets Manual CRYPTO22251-22256 (gov.uk), figures as printed there."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from premium.money import divide, plain
from tests.unit.tax.histories import Row, result, rounded, tx

pytestmark = pytest.mark.unit


def pool(name: str, amount: str, cost: str) -> Row:
    return tx(name, "2017-01-01", "buy", amount, cost)


def day_gain(out: Row, day: str) -> Decimal:
    return sum((Decimal(row["gain"]) for row in out["disposals"] if row["date"] == day), Decimal(0)).quantize(
        Decimal(1)
    )


def test_example_1_a_basic_pool_crypto22251() -> None:
    rows = [
        pool("a", "100", "1000"),
        tx("b", "2018-09-18", "buy", "50", "125000"),
        tx("s", "2018-12-01", "sell", "50", "300000"),
    ]
    out = result("GB", rows)
    assert out["totals"]["total"] == "258000"
    assert out["pool_after"] == [{"wallet": "*", "asset": "BTC", "amount": "100", "cost_basis": "84000"}]


def test_example_2_the_same_day_crypto22252() -> None:
    rows = [
        pool("p", "5000", "500"),
        tx("s1", "2018-06-23T08:00:00Z", "sell", "1000", "800"),
        tx("b", "2018-06-23T13:00:00Z", "buy", "1600", "1000"),
        tx("s2", "2018-06-23T19:00:00Z", "sell", "500", "600"),
    ]
    out = result("GB", rows)
    (row,) = out["disposals"]
    assert (row["transactions"], row["rule"], row["date"]) == (["s1", "s2"], "same_day", "2018-06-23")
    assert (row["proceeds"], row["cost_basis"], row["gain"]) == ("1400", "937.5", "462.5")
    assert (out["pool_after"][0]["amount"], out["pool_after"][0]["cost_basis"]) == ("5100", "562.5")


def test_example_3_thirty_days_crypto22253() -> None:
    rows = [
        pool("p", "2000", "1000"),
        tx("s1", "2018-03-31", "sell", "1000", "400"),
        tx("s2", "2018-04-20", "sell", "500", "150"),
        tx("b1", "2018-04-21", "buy", "700", "175"),
        tx("b2", "2018-04-28", "buy", "500", "100"),
        tx("b3", "2018-05-01", "buy", "500", "150"),
    ]
    out = result("GB", rows)
    assert [(r["matched_acquisition_date"], r["amount"], r["cost_basis"]) for r in out["disposals"]] == [
        ("2018-04-21", "700", "175"),
        ("2018-04-28", "300", "60"),
        ("2018-04-28", "200", "40"),
        ("2018-05-01", "300", "90"),
    ]
    assert (day_gain(out, "2018-03-31"), day_gain(out, "2018-04-20")) == (165, 20)
    assert (out["pool_after"][0]["amount"], out["pool_after"][0]["cost_basis"]) == ("2200", "1060")
    # The first disposal is of the tax year before the acquisitions that it is matched with.
    assert out["totals_by_tax_year"]["2017-18"]["total"] == "165"


def test_example_5_thirty_days_and_the_pool_crypto22255() -> None:
    rows = [
        pool("p", "14000", "200000"),
        tx("s", "2018-08-30", "sell", "4000", "160000"),
        tx("b", "2018-09-11", "buy", "500", "17500"),
    ]
    out = result("GB", rows)
    assert [(r["rule"], r["amount"], r["cost_basis"]) for r in out["disposals"]] == [
        ("thirty_day", "500", "17500"),
        ("section_104", "3500", "50000"),
    ]
    assert out["totals"]["total"] == "92500"
    assert (out["pool_after"][0]["amount"], out["pool_after"][0]["cost_basis"]) == ("10500", "150000")


def test_example_6_all_three_rules_crypto22256() -> None:
    rows = [
        pool("p", "100000", "300000"),
        tx("a1", "2018-07-31", "buy", "10000", "45000"),
        tx("d1", "2018-07-31", "sell", "30000", "150000"),
        tx("d2", "2018-08-05", "sell", "20000", "100000"),
        tx("a2", "2018-08-06", "buy", "50000", "225000"),
        tx("d3", "2018-08-07", "sell", "100000", "150000"),
    ]
    out = result("UK", rows)
    assert [day_gain(out, day) for day in ("2018-07-31", "2018-08-05", "2018-08-07")] == [15000, 10000, -163636]
    assert (out["pool_after"][0]["amount"], rounded(out["pool_after"][0]["cost_basis"])) == ("10000", 31364)


def test_companies_look_ten_days_back_before_the_pool() -> None:
    """TCGA 1992 s 107(3)-(4): within ten days, the earlier acquisition first; what is older is pooled."""
    rows = [
        pool("p", "100", "1000"),
        tx("old", "2018-05-01", "buy", "10", "500"),
        tx("b1", "2018-05-02", "buy", "10", "300"),
        tx("b2", "2018-05-10", "buy", "10", "400"),
        tx("s", "2018-05-12", "sell", "25", "1000"),
    ]
    out = result("GB", rows, method="section_104_company")
    assert [(r["rule"], r["matched_acquisition_date"], r["amount"], r["cost_basis"]) for r in out["disposals"]] == [
        ("ten_day", "2018-05-02", "10", "300"),
        ("ten_day", "2018-05-10", "10", "400"),
        ("section_104", None, "5", rows_cost("1500", "5", "110")),
    ]


def rows_cost(cost: str, part: str, whole: str) -> str:
    return plain(divide(Decimal(cost) * Decimal(part), Decimal(whole)))


@pytest.mark.parametrize(("gap", "rule"), [(30, "thirty_day"), (31, "section_104")])
def test_the_thirtieth_day_counts_and_the_next_does_not(gap: int, rule: str) -> None:
    bought = f"2018-{6 if gap == 30 else 7:02d}-{30 if gap == 30 else 1:02d}"
    rows = [pool("p", "10", "100"), tx("s", "2018-05-31", "sell", "1", "50"), tx("b", bought, "buy", "1", "40")]
    assert result("GB", rows)["disposals"][0]["rule"] == rule


def test_a_utc_evening_is_the_next_day_in_london() -> None:
    rows: list[Any] = [
        pool("p", "10", "100"),
        tx("s", "2018-06-01T23:30:00Z", "sell", "1", "50"),
        tx("b", "2018-06-02T10:00:00Z", "buy", "1", "40"),
    ]
    assert result("GB", rows)["disposals"][0]["rule"] == "same_day"
    assert result("GB", rows, time_zone="UTC")["disposals"][0]["rule"] == "thirty_day"


def test_the_tax_year_starts_on_6_april() -> None:
    rows = [pool("p", "10", "100"), tx("a", "2024-04-05", "sell", "1", "50"), tx("b", "2024-04-06", "sell", "1", "60")]
    years = result("GB", rows)["totals_by_tax_year"]
    assert {year: totals["total"] for year, totals in years.items()} == {"2023-24": "40", "2024-25": "50"}
    assert [row["date"] for row in result("GB", rows, year="2024-25")["disposals"]] == ["2024-04-06"]


def test_at_a_years_end_the_pool_keeps_what_a_later_purchase_replaces_and_the_holding_does_not() -> None:
    """TCGA 1992 s 106A(5): sold on 1 April, bought again on 20 April; units and cost are conserved."""
    rows = [
        tx("b1", "2023-05-01", "buy", "10", "100"),
        tx("s", "2024-04-01", "sell", "5", "80"),
        tx("b2", "2024-04-20", "buy", "5", "60"),
    ]
    out = result("GB", rows, year="2023-24")
    assert [(row["rule"], row["cost_basis"]) for row in out["disposals"]] == [("thirty_day", "60")]
    assert [(row["amount"], row["cost_basis"]) for row in out["pool_after"]] == [("10", "100")]
    assert [(row["amount"], row["cost_basis"]) for row in out["remaining"]] == [("5", "40")]
    after = result("GB", rows)
    assert after["remaining"] == after["pool_after"]
