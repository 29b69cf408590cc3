"""France beyond the published examples: what a portfolio is worth where a sale does not say it."""

from __future__ import annotations

import pytest

from premium.tax.calculation import calculate
from premium.tax.reports.countries.summaries import items
from tests.unit.tax.histories import result, tx

pytestmark = pytest.mark.unit


def test_what_an_exchange_brought_is_in_the_portfolio_that_pays_its_gas() -> None:
    """0.5 BTC at 16,000 + 100 SOL at 80 + 1 ETH at 2,000 = 18,000 before 0.01 ETH are burnt: 11,000 x 20 / 18,000."""
    rows = [
        tx("a", "2021-01-10", "buy", "1", "10000"),
        tx("e", "2021-01-10", "buy", "1", "1000", asset="ETH"),
        tx("x", "2021-05-01", "swap", "0.5", "8000", to_asset="SOL", to_amount="100")
        | {"fee_asset": "ETH", "fee_amount": "0.01", "fee": "20"},
    ]
    out = result("FR", rows)
    (fee,) = out["disposals"]
    assert fee["transaction"] == "x:fee"
    assert fee["cost_basis"].startswith("12.2222")
    assert [each["code"] for each in out["warnings"]] == ["portfolio_value_filled"]
    assert "18000 by" in out["warnings"][0]["message"]


def test_an_asset_without_a_price_is_named_where_the_portfolio_is_valued() -> None:
    rows = [
        tx("a", "2021-01-10", "buy", "1", "10000"),
        tx("g", "2021-02-10", "swap", "0.5", to_asset="XYZ", to_amount="7"),
        tx("s", "2021-05-01", "sell", "0.5", "9000"),
    ]
    told = {each["code"]: each for each in result("FR", rows)["warnings"]}
    assert "no price is known of XYZ" in told["missing_price"]["message"]
    assert (told["missing_price"]["line"], told["missing_price"]["field"]) == (3, "portfolio_value")


def test_form_2086_adds_up_in_whole_euros() -> None:
    """Seven sales of 1.5 of 10.5: each line is a step of its column, 224 = 218 - part, and 3AN is the sum of 224."""
    rows = [tx("b", "2021-01-10", "buy", "7", "3.5")]
    rows += [
        tx(f"s{n}", f"2021-05-0{n}", "sell", "1", "101.7", fee="0.3", portfolio_value=str(711.9 - 101.7 * (n - 1))[:6])
        for n in range(1, 8)
    ]
    made = items(calculate({"jurisdiction": "FR", "transactions": rows}))
    by_line = {
        number: [int(item.value) for item in made if item.box.endswith(f" {number}")]
        for number in (212, 213, 214, 218, 223, 224)
    }
    parts = [int(item.value) for item in made if item.text.startswith("Part of")]
    assert by_line[213] == [102, 101, 102, 102, 102, 101, 102]
    assert by_line[214] == [0, 1, 0, 0, 1, 0, 0]
    assert [net - part for net, part in zip(by_line[218], parts, strict=True)] == by_line[224]
    assert (by_line[212][0], by_line[223][0], sum(parts)) == (712, 4, 4)
    assert int(next(item.value for item in made if item.box == "3AN")) == sum(by_line[224])


def test_what_was_wrapped_is_worth_what_went_in() -> None:
    """1 ETH at 1,000 + 2 WETH that were 2 ETH at 1,000 = 3,000: the sale of 1 ETH takes a third of the 3,000 paid."""
    rows = [
        tx("b", "2021-01-10", "buy", "3", "3000", asset="ETH"),
        tx("w", "2021-02-10", "wrap", "2", asset="ETH", to_asset="WETH", to_amount="2"),
        tx("s", "2021-05-01", "sell", "1", "1000", asset="ETH"),
    ]
    out = result("FR", rows)
    assert "3000 by the last" in out["warnings"][0]["message"]
    assert [row["cost_basis"] for row in out["disposals"]] == ["1000"]
    assert [each["code"] for each in out["warnings"]] == ["portfolio_value_filled"]
