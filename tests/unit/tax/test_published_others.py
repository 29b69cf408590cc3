"""Worked examples of other countries' authorities and statutes, each cited where it is used."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.unit.tax.histories import result, rounded, tx

pytestmark = pytest.mark.unit


def test_japan_nta_faq_2017_moving_average() -> None:
    """NTA, FAQ on virtual currency income (December 2017), question 4: 633,334 yen a coin after the second purchase."""
    rows = [
        tx("b1", "2017-03-09", "buy", "4", "2000000"),
        tx("s1", "2017-05-20", "sell", "0.2", "110000"),
        tx("s2", "2017-09-28", "sell", "0.3", "155000"),
        tx("s3", "2017-11-02", "sell", "1", "600000"),
        tx("b2", "2017-11-30", "buy", "2", "1600000"),
    ]
    out = result("JP", rows, method="moving_average")
    assert [row["gain"] for row in out["disposals"]] == ["10000", "5000", "100000"]
    (left,) = out["remaining"]
    unit = Decimal(left["cost_basis"]) / Decimal(left["amount"])
    assert rounded(str(unit)) == 633333, "the FAQ rounds the unit cost up to 633,334; nothing is rounded here"


def test_japan_nta_faq_2017_total_average() -> None:
    """The same year by the total average: 3,600,000 yen / 6 coins = 600,000 a coin for every sale of the year."""
    rows = [
        tx("b1", "2017-03-09", "buy", "4", "2000000"),
        tx("s1", "2017-05-20", "sell", "0.2", "110000"),
        tx("s2", "2017-09-28", "sell", "0.3", "155000"),
        tx("s3", "2017-11-02", "sell", "1", "600000"),
        tx("b2", "2017-11-30", "buy", "2", "1600000"),
    ]
    out = result("JP", rows)
    assert [row["cost_basis"] for row in out["disposals"]] == ["120000", "180000", "600000"]
    assert out["remaining"][0]["cost_basis"] == "2700000"


def test_canada_adjusted_cost_base() -> None:
    """adjustedcostbase.ca, 'How to calculate ACB': 100 at 50, 50 sold at 120, 50 at 130, 40 sold at 90, 10 a trade."""
    rows = [
        tx("b1", "2014-03-03", "buy", "100", "5000", fee="10"),
        tx("s1", "2014-05-01", "sell", "50", "6000", fee="10"),
        tx("b2", "2014-07-18", "buy", "50", "6500", fee="10"),
        tx("s2", "2014-09-25", "sell", "40", "3600", fee="10"),
    ]
    out = result("CA", rows)
    assert [row["gain"] for row in out["disposals"]] == ["3485", "-16"]
    assert out["remaining"][0]["cost_basis"] == "5409"


def test_canada_superficial_loss_is_denied_and_carried_into_the_next_year() -> None:
    """adjustedcostbase.ca, 'What is the superficial loss rule?', example 1: the 2,000 come off the gain of 2015."""
    rows = [
        tx("b1", "2014-01-06", "buy", "100", "5000"),
        tx("s1", "2014-11-03", "sell", "100", "3000"),
        tx("b2", "2014-11-04", "buy", "100", "3000"),
        tx("s2", "2015-12-02", "sell", "100", "8000"),
    ]
    out = result("CA", rows)
    first, second = out["disposals"]
    assert (first["gain"], first["denied_loss"]) == ("0", "2000")
    assert (second["cost_basis"], second["gain"]) == ("5000", "3000")
    assert out["totals"]["denied_loss"] == "2000"


@pytest.mark.parametrize(
    ("sold", "bought", "sold_again", "denied"),
    [
        ("50", "20", "0", "80"),  # min(50, 20, 70) / 50 of a loss of 200
        ("50", "80", "0", "200"),
        ("50", "20", "70", "0"),  # nothing held on the thirtieth day
        ("100", "40", "10", "120"),  # 30 held: 30 / 100 of a loss of 400
    ],
)
def test_canada_partial_superficial_loss(sold: str, bought: str, sold_again: str, denied: str) -> None:
    """CRA's formula, loss x min(S, P, B) / S (technical interpretation 2001-0073925)."""
    proceeds = str(Decimal(sold) * 6)
    rows = [
        tx("b1", "2018-01-01", "buy", "100", "1000"),
        tx("s1", "2018-07-31", "sell", sold, proceeds),
        tx("b2", "2018-08-05", "buy", bought, "500"),
    ]
    if sold_again != "0":
        rows.append(tx("s2", "2018-08-20", "sell", sold_again, "100000"))
    assert result("CA", rows)["disposals"][0]["denied_loss"] == denied


def test_canada_counts_the_days_on_both_sides() -> None:
    for bought, denied in (("2018-07-01", "200"), ("2018-06-30", "0")):
        rows = [
            tx("b1", "2018-01-01", "buy", "100", "1000"),
            tx("b2", bought, "buy", "100", "1000"),
            tx("s1", "2018-07-31", "sell", "50", "300"),
        ]
        assert result("CA", rows)["disposals"][0]["denied_loss"] == denied, bought


def test_france_portfolio_formula() -> None:
    """BOI-RPPM-PVBMC-30-20: 450 - 1,000 x 450 / 1,200 = 75; then what is left of the price, 625, goes off 1,300."""
    rows = [
        tx("b", "2019-01-02", "buy", "1", "1000"),
        tx("s1", "2019-03-01", "sell", "0.375", "450", portfolio_value="1200"),
        tx("s2", "2020-03-01", "sell", "0.625", "1300", portfolio_value="1300"),
    ]
    out = result("FR", rows)
    assert [(row["cost_basis"], row["gain"]) for row in out["disposals"]] == [("375", "75"), ("625", "675")]
    assert out["acquisition_total_after"] == "0"


def test_france_the_quotient_takes_the_price_before_fees() -> None:
    """Form 2086, lines 213-224: line 217 (no fees off) over line 212, line 218 (fees off) for the gain."""
    rows = [
        tx("b", "2019-01-02", "buy", "1", "1000"),
        tx("s", "2019-03-01", "sell", "0.5", "600", fee="12", portfolio_value="1200"),
    ]
    (row,) = result("FR", rows)["disposals"]
    assert (row["proceeds"], row["cost_basis"], row["gain"]) == ("588", "500", "88")


def test_france_exchanges_are_neutral() -> None:
    rows = [
        tx("b", "2019-01-02", "buy", "1", "1000"),
        tx("x1", "2019-02-01", "sell", "1", "5000", group="x"),
        tx("x2", "2019-02-01", "buy", "10", "5000", asset="ETH", group="x"),
        tx("s", "2019-03-01", "sell", "10", "6000", asset="ETH", portfolio_value="6000"),
    ]
    out = result("FR", rows)
    assert [(row["transaction"], row["gain"]) for row in out["disposals"]] == [("s", "5000")]
    assert out["remaining"] == []


def test_ireland_four_weeks_before_and_ring_fenced_after() -> None:
    """TCA 1997 s 581: what was acquired within four weeks is sold first; a loss is ring-fenced by a reacquisition."""
    rows = [
        tx("old", "2020-01-01", "buy", "10", "1000"),
        tx("loss", "2020-07-31", "sell", "4", "200"),
        tx("new", "2020-08-05", "buy", "1", "60"),
        tx("quick", "2020-09-02", "sell", "2", "300"),
        tx("late", "2020-09-03", "sell", "1", "300"),
    ]
    out = result("IE", rows)
    made = [(r["transaction"], r["lot"], r["amount"], r["rule"], r["loss_ring_fenced"]) for r in out["disposals"]]
    assert made == [
        ("loss", "old", "1", "fifo", True),
        ("loss", "old", "3", "fifo", False),
        ("quick", "new", "1", "four_week", False),
        ("quick", "old", "1", "fifo", False),
        ("late", "old", "1", "fifo", False),
    ]
    assert (out["totals"]["usable_loss"], out["totals"]["ring_fenced_loss"]) == ("150", "50")


def test_germany_one_year_and_the_freigrenze() -> None:
    """BMF of 10 May 2022, Rn. 53-63; §§ 187-188 BGB; § 23 Abs. 3 S. 5 EStG: free up to 1,000 euros from 2024."""
    rows = [
        tx("b", "2023-03-01T09:00:00Z", "buy", "3", "300"),
        tx("s1", "2024-03-01T09:00:00Z", "sell", "1", "1099"),
        tx("s2", "2024-03-01T23:30:00Z", "sell", "1", "500"),  # 2 March in Berlin
    ]
    out = result("DE", rows)
    assert [row["term"] for row in out["disposals"]] == ["short", "long"]
    assert (out["taxable"], out["exempt"]) == ("999", "400")
    assert out["by_tax_year"]["2024"]["taxed"] == "0"


def test_australia_losses_come_before_the_discount() -> None:
    """ITAA 1997 s 102-5: losses off gains without discount first, then off discount gains, then half of the rest."""
    rows = [
        tx("b1", "2021-07-10", "buy", "3", "3000"),
        tx("b2", "2022-08-01", "buy", "1", "5000"),
        tx("long", "2022-09-01", "sell", "1", "3000"),
        tx("loss", "2022-09-02", "sell", "1", "400"),
        tx("carried", "2024-06-30T13:00:00Z", "sell", "1", "2500"),
    ]
    out = result("AU", rows)
    assert out["net_capital_gain"] == {"2022-23": "700", "2023-24": "750"}
    assert out["discount_eligible"] == {"2022-23": "2000", "2023-24": "1500"}


def test_australia_a_loss_year_carries_on() -> None:
    rows = [
        tx("b", "2020-01-01", "buy", "2", "2000"),
        tx("s1", "2020-08-01", "sell", "1", "800"),
        tx("s2", "2021-08-05", "sell", "1", "2000"),
    ]
    out = result("AU", rows)
    assert out["net_capital_gain"] == {"2020-21": "0", "2021-22": "400"}


def test_australia_twelve_months_exclude_both_ends() -> None:
    """TD 2002/10: bought on 2 February, discounted from 3 February of the next year on; days are Sydney's."""
    for sold, term in (("2022-02-02T12:00:00+11:00", "short"), ("2022-02-03T00:30:00+11:00", "long")):
        rows = [tx("b", "2021-02-02T12:00:00+11:00", "buy", "1", "100"), tx("s", sold, "sell", "1", "200")]
        assert result("AU", rows)["disposals"][0]["term"] == term
