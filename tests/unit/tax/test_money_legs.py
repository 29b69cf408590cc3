"""Legs in the report's own currency: the price of an exchange, never an asset with lots of its own."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.unit.tax.histories import result, tx

pytestmark = pytest.mark.unit

COUNTRIES = [("US", "USD"), ("GB", "GBP"), ("DE", "EUR"), ("CA", "CAD"), ("AU", "AUD"), ("FR", "EUR"), ("JP", "JPY")]


@pytest.mark.parametrize(("country", "currency"), COUNTRIES)
def test_an_exchange_for_money_is_a_sale(country: str, currency: str) -> None:
    rows = [
        tx("b", "2021-01-10", "buy", "1", "10000"),
        tx("s", "2021-05-01", "swap", "0.5", to_asset=currency, to_amount="8000", fee="10"),
    ]
    out = result(country, rows)
    assert out["totals"]["proceeds"] == "7990"
    assert [row["asset"] for row in out["remaining"]] == ["BTC"]
    assert not {each["code"] for each in out["warnings"]} - {"portfolio_value_filled"}


@pytest.mark.parametrize(("country", "currency"), COUNTRIES)
def test_an_exchange_of_money_is_a_purchase_by_the_row_s_own_id(country: str, currency: str) -> None:
    rows = [
        tx("b", "2021-01-10", "swap", "10000", asset=currency, to_asset="BTC", to_amount="1", fee="20", wallet="main"),
        tx("s", "2021-05-01", "sell", "1", "16000"),
    ]
    out = result(country, rows)
    assert (out["totals"]["cost_basis"], out["totals"]["total"]) == ("10020", "5980")
    assert out["missing_basis"] == []
    if country in ("US", "DE", "AU"):
        assert [row["lot"] for row in out["disposals"]] == ["b"]


def test_money_beside_a_coin_is_part_of_the_proceeds() -> None:
    rows = [
        tx("b", "2021-01-10", "buy", "1", "10000"),
        tx("s", "2021-05-01", "sell", "1", group="g"),
        tx("e", "2021-05-01", "buy", "10", "18000", asset="ETH", group="g"),
        tx("m", "2021-05-01", "buy", "2000", asset="USD", group="g"),
    ]
    out = result("US", rows)
    assert [row["proceeds"] for row in out["disposals"]] == ["20000"]
    assert [(row["asset"], row["cost_basis"]) for row in out["remaining"]] == [("ETH", "18000")]


def test_french_money_beside_a_neutral_exchange_comes_off_the_acquisition_price_or_adds_to_it() -> None:
    """Form 2086, line 222: a soulte received earlier lowers the total; one that was paid is part of the price."""
    rows = [
        tx("b", "2021-01-10", "buy", "1", "10000"),
        tx("s", "2021-05-01", "sell", "1", group="g"),
        tx("e", "2021-05-01", "buy", "10", "18000", asset="ETH", group="g"),
        tx("m", "2021-05-01", "buy", "2000", asset="EUR", group="g"),
        tx("x", "2021-06-01", "sell", "4", group="h", asset="ETH"),
        tx("y", "2021-06-01", "buy", "100", asset="SOL", group="h"),
        tx("p", "2021-06-01", "sell", "500", asset="EUR", group="h"),
        tx("z", "2021-07-10", "sell", "6", "20000", asset="ETH", portfolio_value="40000"),
    ]
    out = result("FR", rows)
    assert [(row["transaction"], row["cost_basis"]) for row in out["disposals"]] == [("z", "4250")]
    assert out["acquisition_total_after"] == "4250"


def test_an_exchange_for_another_country_s_money_is_a_sale_in_france_too() -> None:
    rows = [
        tx("b", "2021-01-10", "buy", "1", "10000"),
        tx("s", "2021-05-01", "swap", "0.5", "8000", to_asset="USD", to_amount="9600", portfolio_value="16000"),
    ]
    out = result("FR", rows)
    assert [(row["proceeds"], row["gain"]) for row in out["disposals"]] == [("8000", "3000")]
    assert [row["asset"] for row in out["remaining"]] == ["BTC"]


def test_a_fee_in_the_report_s_currency_is_a_fee() -> None:
    rows = [
        tx("b", "2021-01-10", "buy", "1", "10000", fee_asset="USD", fee_amount="25"),
        tx("s", "2021-05-01", "sell", "1", "16000", fee_asset="USD", fee_amount="15"),
    ]
    assert result("US", rows)["totals"]["total"] == "5960"


def test_lines_that_only_move_money_are_left_out_and_named() -> None:
    rows = [
        tx("d", "2021-01-09", "transfer", "10000", asset="USD", wallet="bank", to_wallet="main"),
        tx("b", "2021-01-10", "buy", "1", "10000"),
        tx("i", "2021-02-01", "income", "50", asset="USD", kind="interest"),
    ]
    out = result("US", rows)
    assert Decimal(out["totals"]["income"]) == 50
    assert [(each["code"], each["transaction"], each["line"], each["field"]) for each in out["warnings"]] == [
        ("money_left_out", "d", 1, "asset")
    ]
