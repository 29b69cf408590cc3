"""Another country's money: it pays at its value of the day, and its own gains are apart."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest

from premium.errors import InvalidInput, Unprocessable
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


# What a gain rests on that no file says is told of.


def codes(out: Row) -> set[str]:
    return {each["code"] for each in out["warnings"]} - {"price_filled"}


def test_small_gains_are_personal_unless_somebody_says_otherwise_and_that_is_asked() -> None:
    prices = euros(("2024-01-01", "1.10"), ("2024-01-02", "1.11"))
    out = result("US", spent(), prices=prices)
    assert (out["currency_totals"]["2024"], codes(out)) == ({"gain": "100", "counted": "0"}, {"personal_money_assumed"})
    (told,) = [each["message"] for each in out["warnings"] if each["code"] == "personal_money_assumed"]
    assert "100 USD together" in told
    assert "--foreign-money personal or business" in told
    with pytest.raises(Unprocessable, match="left out as personal ones"):
        result("US", spent(), prices=prices, strict=True)
    personal = result("US", spent(), prices=prices, foreign_money="personal", strict=True)
    assert (personal["currency_totals"]["2024"]["counted"], codes(personal)) == ("0", set())
    business = result("US", spent(), prices=prices, foreign_money="business", strict=True)
    assert (business["currency_totals"]["2024"]["counted"], codes(business)) == ("100", set())


def test_losses_count_too_where_money_is_of_a_business() -> None:
    prices = euros(("2024-01-01", "1.10"), ("2024-01-02", "1.05"))
    assert result("US", spent(), prices=prices)["currency_totals"]["2024"]["counted"] == "0"
    assert (
        result("US", spent(), prices=prices, foreign_money="business")["currency_totals"]["2024"]["counted"] == "-500"
    )


def test_what_money_was_for_is_asked_in_the_us_alone() -> None:
    with pytest.raises(InvalidInput, match="Canada does not ask what foreign money was spent for"):
        setup_of("CA", foreign_money="business")
    with pytest.raises(InvalidInput, match="must be personal or business; given 'mine'"):
        setup_of("US", foreign_money="mine")


@pytest.mark.parametrize("country", ["GB", "FR"])
def test_a_treatment_of_foreign_money_without_a_source_is_told_of(country: str) -> None:
    rows = [row | ({"asset": "USD"} if row["asset"] == "EUR" else {}) for row in spent()]
    prices = PriceSeries(
        [
            ("USD", instant_of(datetime.fromisoformat(f"2024-01-0{day}T00:00:00+00:00")), Decimal(unit), "t")
            for day, unit in ((1, "0.9"), (2, "0.8"))
        ]
    )
    (told,) = [
        each["message"]
        for each in result(country, rows, prices=prices)["warnings"]
        if each["code"] == "treatment_without_source"
    ]
    assert told.startswith("foreign money: ")
    assert "no source found" in told


def test_money_whose_cost_is_not_known_is_told_of_where_a_gain_would_count() -> None:
    prices = euros(("2024-01-02", "1.10"))
    assert codes(result("US", spent()[1:], prices=prices)) == {"money_without_cost"}
    assert codes(result("GB", spent()[1:], prices=prices)) == set()
    half = [spent()[0] | {"amount": "4000"}, spent()[1]]
    (told,) = [
        each["message"]
        for each in result("US", half, prices=euros(("2024-01-01", "1.10"), ("2024-01-02", "1.10")))["warnings"]
        if each["code"] == "money_without_cost"
    ]
    assert told.startswith("6000 EUR were spent that nothing here brings")
