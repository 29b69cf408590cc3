"""Fees in whatever money or coin are part of what they were paid for, at the rate or price of their day."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from premium.cli.published_rates import PublishedRates
from premium.cli.tax import tax
from premium.tax.calculation import calculate
from premium.tax.days import instant_of
from premium.tax.history.price_series import PriceSeries
from premium.tax.importers.recognition import rows_of_csv
from premium.tax.reports.result import document
from tests.unit.tax.histories import Row, result, tx

pytestmark = pytest.mark.unit
DAY = "2024-06-05"
NOON = instant_of(datetime(2024, 6, 5, 12, tzinfo=UTC))


def at(**units: str) -> PriceSeries:
    """Prices of the day in the report's currency."""
    return PriceSeries((asset, NOON - 3_600_000_000, Decimal(unit), "t") for asset, unit in units.items())


def cost(out: Row, asset: str) -> Decimal:
    return sum((Decimal(row["cost_basis"]) for row in out["remaining"] if row["asset"] == asset), Decimal(0))


KRAKEN = "txid,refid,time,type,subtype,aclass,asset,amount,fee,balance\n"


def kraken(*lines: str, country: str = "GB", currency: str = "GBP", prices: PriceSeries | None = None) -> Row:
    cells = [line.split() for line in lines]
    text = KRAKEN + "".join(
        f"L{n},{ref},{DAY} {hour}:00:00,{kind},,currency,{asset},{amount},{fee},0\n"
        for n, (ref, hour, kind, asset, amount, fee) in enumerate(cells)
    )
    rows = rows_of_csv(text, "k.csv", currency=currency)
    return document(calculate({"jurisdiction": country, "transactions": [*rows]}, prices=prices))


@pytest.mark.parametrize("country", ["GB", "IE", "DE", "US", "CA", "JP"])
def test_a_fee_in_foreign_money_is_part_of_what_the_money_bought(country: str) -> None:
    rows = [tx("b", DAY, "swap", "1000", asset="SEK", to_asset="BTC", to_amount="2", fee_asset="SEK", fee_amount="12")]
    out = result(country, rows, prices=at(SEK="0.5"))
    assert cost(out, "BTC") == Decimal(506), "1,000 and 12 krona"
    assert [row["gain"] for row in out.get("currency_gains", [])] == []


def test_each_country_s_money_and_each_coin_counts_at_its_own_price() -> None:
    fees = [{"asset": "EUR", "amount": "12"}, {"asset": "BNB", "amount": "0.01"}, {"asset": "USD", "amount": "3"}]
    rows = [
        tx("n", DAY, "buy", "1", "400", asset="BNB"),
        tx("b", DAY, "buy", "1", "1000", fee="10", fees=fees),
        tx("s", DAY, "sell", "1", "2000", fee="1", fees=fees),
    ]
    out = result("generic", rows, currency="GBP", prices=at(EUR="0.85", USD="0.8"))
    (sale,) = [row for row in out["disposals"] if row["transaction"] == "s"]
    charged = Decimal("10.2") + 4 + Decimal("2.4")
    assert (Decimal(sale["cost_basis"]), Decimal(sale["proceeds"])) == (1010 + charged, 1999 - charged)
    assert [row["amount"] for row in out["remaining"] if row["asset"] == "BNB"] == ["0.98"]
    spent = [row["transaction"] for row in out["disposals"] if row["asset"] == "BNB"]
    assert spent == ["b:fee3", "s:fee3"], "what a fee in a coin spends is a disposal of its own"


def test_a_fee_that_nothing_values_is_named() -> None:
    out = result("GB", [tx("b", DAY, "buy", "1", "1000", fees=[{"asset": "XYZ", "amount": "5"}])])
    assert cost(out, "BTC") == 1000
    assert ("missing_price", "b:fee2") in [(each["code"], each["transaction"]) for each in out["warnings"]]


@pytest.mark.parametrize("fees", ["EUR:12", [{"asset": "EUR"}], [{"asset": "EUR", "amount": "-1"}], [{"amount": "1"}]])
def test_fees_that_cannot_be_read_are_refused_by_name(fees: Any) -> None:
    out = result("GB", [tx("b", DAY, "buy", "1", "1000", fees=fees)])
    (notice,) = [each for each in out["warnings"] if each["transaction"] == "b"]
    assert str(notice["field"]).startswith("fees")


def test_both_sides_of_a_kraken_trade_may_be_charged() -> None:
    lines = ["T1 12 trade ZEUR -1000 12", "T1 12 trade XXBT 0.02 0.0001", "T2 13 trade ZGBP -500 10"]
    out = kraken(*lines, "T2 13 trade XETH 0.2 0.001", prices=at(EUR="0.85"))
    # What the coin's own fee is worth adds to the cost, and its units go at what they cost on that day.
    for asset, paid, units, fee in (("BTC", "860.2", "0.02", "0.0001"), ("ETH", "510", "0.2", "0.001")):
        bought = Decimal(1000) * Decimal("0.85") if asset == "BTC" else Decimal(500)
        whole = Decimal(paid) + bought / Decimal(units) * Decimal(fee)
        assert round(cost(out, asset), 9) == round(whole * (1 - Decimal(fee) / Decimal(units)), 9)


def test_a_fee_of_an_exchange_whose_sides_are_coins_lowers_what_it_brought() -> None:
    rows = [
        tx("b", "2024-06-01", "buy", "1", "30000"),
        tx("s", DAY, "swap", "1", to_asset="ETH", to_amount="20", fee_asset="EUR", fee_amount="100"),
    ]
    out = result("US", rows, prices=at(ETH="2000", EUR="1.1"))
    assert (out["totals"]["proceeds"], cost(out, "ETH")) == ("39890", Decimal(40000))


def test_rewards_are_valued_by_own_trades_against_any_money() -> None:
    lines = ["T1 12 trade ZEUR -60 0", "T1 12 trade DOT 10 0", "S1 10 staking DOT 5 0"]
    for country, currency, unit in (("GB", "GBP", "5.1"), ("US", "USD", "6.6"), ("DE", "EUR", "6")):
        out = kraken(*lines, country=country, currency=currency, prices=at(EUR=str(Decimal(unit) / 6)))
        assert Decimal(out["totals"]["income"]) == Decimal(unit) * 5, country
    assert not [each for each in out["warnings"] if each["code"] == "missing_price"]


def test_a_chain_of_own_trades_values_what_stands_at_its_end() -> None:
    rows = [
        tx("a", f"{DAY}T09:00:00Z", "swap", "100", asset="EUR", to_asset="USDT", to_amount="110"),
        tx("b", f"{DAY}T10:00:00Z", "swap", "55", asset="USDT", to_asset="DOT", to_amount="10"),
        tx("i", f"{DAY}T11:00:00Z", "income", "2", asset="DOT", kind="staking"),
    ]
    out = result("US", rows, prices=PriceSeries([("EUR", NOON - 86_000_000_000 // 2, Decimal("1.1"), "t")]))
    assert out["totals"]["income"] == "11"
    assert "paid at" in next(each["message"] for each in out["warnings"] if each["transaction"] == "i")


def test_what_a_plan_paid_is_not_counted_anew_by_another_day_s_trade() -> None:
    """A derived price fills what states none; it never moves the total of an exchange that was known."""
    rows = [
        tx("a", f"{DAY}T09:00:00Z", "swap", "100", asset="EUR", to_asset="XYZ", to_amount="7"),
        tx("b", f"{DAY}T10:00:00Z", "swap", "40", asset="EUR", to_asset="XYZ", to_amount="3"),
    ]
    out = result("GB", rows, prices=PriceSeries([("EUR", NOON - 86_000_000_000 // 2, Decimal(1), "t")]))
    assert [row["cost_basis"] for row in out["remaining"]] == ["140"]


def test_the_shipped_rates_value_money_without_any_file_of_prices(tmp_path: Path) -> None:
    """By the central bank: 2024-06-05 one euro is 1.0872 dollars and 0.85048 pounds; 2024-06-08 is a Saturday."""
    rates = PublishedRates("GBP")
    price = rates("EUR", NOON)
    assert price is not None
    assert (price.unit, price.source) == (Decimal("0.85048"), "the rate of ecb of 2024-06-05")
    friday = rates("USD", NOON + 3 * 86_400_000_000)
    assert friday is not None
    assert friday.source.endswith("via EUR of 2024-06-07")
    assert [rates(asset, NOON) for asset in ("BTC", "GBP", "AED")] == [None, None, None]
    path = tmp_path / "kraken.csv"
    path.write_text(KRAKEN + f"L1,T1,{DAY} 09:00:00,trade,,currency,ZEUR,-1000,12,0\n"
                             f"L2,T1,{DAY} 09:00:00,trade,,currency,XXBT,0.02,0,0\n")  # fmt: skip
    ran = CliRunner().invoke(tax, ["calculate", "--input", str(path), "--jurisdiction", "GB"])
    assert ran.exit_code == 0
    assert '"cost_basis": "860.68576"' in ran.stdout
    assert "valued at 0.85048, the rate of ecb of 2024-06-05" in ran.stderr
