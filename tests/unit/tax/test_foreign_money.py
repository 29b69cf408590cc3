"""Another country's money: it pays at its value of the day, and its own gains are apart."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest

from premium.errors import InvalidInput
from premium.tax.calculation import calculate
from premium.tax.days import instant_of
from premium.tax.history.price_series import PriceSeries
from premium.tax.reports.documents import documents_of
from premium.tax.setup import setup_of
from tests.unit.tax.histories import Row, result, tx

pytestmark = pytest.mark.unit


def euros(*days: tuple[str, str]) -> PriceSeries:

    rows = [
        ("EUR", instant_of(datetime.fromisoformat(f"{day}T00:00:00+00:00")), Decimal(unit), "t") for day, unit in days
    ]
    return PriceSeries(rows)


def spent(amount: str = "10000", asset: str = "EUR") -> list[Row]:
    return [
        tx("d", "2024-01-01", "transfer_in", "10000", asset=asset, wallet="Kraken"),
        tx("t", "2024-01-02", "swap", amount, asset=asset, to_asset="BTC", to_amount="0.25", wallet="Kraken"),
    ]


@pytest.mark.parametrize("country", ["US", "GB", "CA", "AU", "JP"])
def test_what_euros_bought_costs_their_value_and_nothing_is_gained(country: str) -> None:
    out = result(country, spent(), prices=euros(("2024-01-01", "1.10"), ("2024-01-02", "1.10")))
    assert out["disposals"] == []
    assert [(row["asset"], row["cost_basis"]) for row in out["remaining"]] == [("BTC", "11000")]
    assert [row["gain"] for row in out["currency_gains"]] == ["0"]
    assert {each["code"] for each in out["warnings"]} <= {"price_filled", "tax_zone_assumed"}


@pytest.mark.parametrize(
    ("country", "rate", "gain", "counted"),
    [
        ("US", "1.12", "200", "0"),  # IRC § 988(e): $200 do not count
        ("US", "1.1201", "201", "201"),
        ("GB", "1.20", "1000", "0"),
        ("DE", "1.20", "1000", "1000"),
        ("CA", "1.15", "500", "300"),  # ITA s 39(1.1)
        ("CA", "1.05", "-500", "-300"),
    ],
)
def test_gains_on_foreign_money_follow_the_country_s_rule(country: str, rate: str, gain: str, counted: str) -> None:
    asset = "CHF" if country == "DE" else "EUR"
    rows = spent(asset=asset)
    prices = euros(("2024-01-01", "1.10"), ("2024-01-02", rate))
    if asset == "CHF":
        prices._known = {"CHF": prices._known["EUR"]}
    out = result(country, rows, prices=prices)
    (total,) = out["currency_totals"].values()
    assert (total["gain"], total["counted"]) == (gain, counted)
    assert out["totals"]["total"] == "0"


def test_money_that_nobody_saw_come_in_gains_nothing() -> None:
    out = result("US", spent()[1:], prices=euros(("2024-01-02", "1.10")))
    assert "currency_gains" not in out
    assert [row["cost_basis"] for row in out["remaining"]] == ["11000"]
    assert out["missing_basis"] == []


def test_money_sent_to_the_bank_is_no_sale_and_lacks_no_wallet() -> None:
    rows = [*spent("4000"), tx("w", "2024-01-03", "transfer_out", "1000", asset="EUR", wallet="Kraken")]
    out = result("US", rows, prices=euros(("2024-01-01", "1.10"), ("2024-01-02", "1.10")), strict=True)
    assert [(row["asset"], row["amount"], row["cost_basis"]) for row in out["currencies"]] == [("EUR", "5000", "5500")]


def test_interest_in_foreign_money_is_income_and_money_that_came_in() -> None:
    rows = [tx("i", "2024-01-01", "income", "10", asset="EUR", kind="interest")]
    out = result("US", rows, prices=euros(("2024-01-01", "1.10")))
    assert out["income"] == [{"transaction": "i", "value": "11", "kind": "interest"}]
    assert out["remaining"] == []
    assert [(row["asset"], row["cost_basis"]) for row in out["currencies"]] == [("EUR", "11")]


@pytest.mark.parametrize(
    ("country", "own"), [("US", "USD"), ("GB", "GBP"), ("DE", "EUR"), ("CA", "CAD"), ("FR", "EUR")]
)
def test_interest_in_one_s_own_money_is_income_and_no_holding(country: str, own: str) -> None:
    out = result(country, [tx("i", "2024-01-01", "income", "4.05", asset=own, kind="interest")])
    assert (out["totals"]["income"], out["remaining"]) == ("4.05", [])


def test_a_sale_for_foreign_money_brings_its_value() -> None:
    rows = [
        tx("b", "2024-01-01", "buy", "1", "30000"),
        tx("s", "2024-01-02", "swap", "1", to_asset="EUR", to_amount="30000"),
    ]
    out = result("US", rows, prices=euros(("2024-01-02", "1.10")))
    assert (out["totals"]["proceeds"], out["totals"]["total"]) == ("33000", "3000")


def test_an_american_form_is_not_written_in_euros() -> None:
    setup = setup_of("US", currency="EUR")
    with pytest.raises(InvalidInput, match=r"form_8949_csv is filed in USD, not EUR"):
        documents_of(setup, ["form_8949_csv"])
    assert {each.format for each in documents_of(setup)} == {
        "summary_pdf", "summary_csv", "disposals_csv", "audit_csv", "result_json",
    }  # fmt: skip
    assert documents_of(setup_of("US"))[0].format == "form_8949_pdf"


def test_every_unit_of_money_that_went_has_its_cost() -> None:
    sold = tx("u", "2024-01-02T13:00:00Z", "sell", "7500", "8400", asset="EUR")
    prices = euros(("2024-01-01", "1.07"), ("2024-01-02", "1.13"))
    report = calculate({"jurisdiction": "US", "transactions": [*spent("2500"), sold]}, prices=prices)
    assert sum(item.amount for item in report.currency_gains) == Decimal(10000)
    assert sum(item.cost_basis for item in report.currency_gains) == Decimal(10700)
