"""Prices from outside a history: the nearest in time fills what states none, and says whose of when it is."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from premium.chains.registry import Registry, parse
from premium.cli.main import main
from premium.errors import InvalidInput
from premium.prices.files import read_prices
from premium.prices.names import known_as, theirs
from premium.tax.calculation import calculate
from premium.tax.days import instant_of
from premium.tax.history.price_series import PriceSeries
from premium.tax.model import More, Transaction
from premium.tax.reports import audit_csv
from premium.tax.work.prices import Lack, lacking
from tests.unit.tax.histories import result, tx

pytestmark = pytest.mark.unit


def at(text: str) -> int:
    return instant_of(datetime.fromisoformat(text).replace(tzinfo=UTC))


def series(*prices: tuple[str, str], asset: str = "BTC") -> PriceSeries:
    return PriceSeries((asset, at(when), Decimal(unit), "provider") for when, unit in prices)


def test_the_newest_at_or_before_and_never_one_from_later() -> None:
    known = series(("2024-01-02T11:00", "100"), ("2024-01-02T12:30", "900"))
    found = known.before("BTC", at("2024-01-02T12:00"))
    assert found is not None
    assert (found.unit, found.mark) == (100, "provider 2024-01-02T11:00:00Z")
    assert known.before("BTC", at("2024-01-02T10:59")) is None
    assert known.before("ETH", at("2024-01-02T12:00")) is None
    assert known.before("BTC", at("2024-01-03T12:30")) is not None, "24 hours are within the bound"
    assert known.before("BTC", at("2024-01-03T12:31")) is None


def test_income_without_a_price_is_filled_and_says_by_whom() -> None:
    rows = [tx("i", "2024-01-02T12:00:00Z", "income", "2"), tx("s", "2024-06-02", "sell", "2", "500")]
    out = result("US", rows, prices=series(("2024-01-02T11:00", "100")))
    assert (out["totals"]["income"], out["totals"]["short_term"]) == ("200", "300")
    (filled,) = [warning for warning in out["warnings"] if warning["code"] == "price_filled"]
    assert filled["message"] == "valued at 100, the price of provider at 2024-01-02T11:00:00Z"
    assert "missing_price" in [w["code"] for w in result("US", rows)["warnings"]], "and is named without one"


def test_of_an_own_trade_and_a_price_the_nearer_counts_and_an_own_trade_where_both_are_as_near() -> None:
    own = tx("b", "2024-01-02T08:00:00Z", "buy", "1", "50")
    income = tx("i", "2024-01-02T12:00:00Z", "income", "1")
    nearer = result("US", [own, income], prices=series(("2024-01-02T11:00", "100")))
    assert nearer["totals"]["income"] == "100"
    same = result("US", [own, income], prices=series(("2024-01-02T08:00", "100")))
    assert same["totals"]["income"] == "50"


def test_fees_in_kind_and_exchanges_are_filled_too() -> None:
    swap = tx("x", "2024-01-02", "swap", "1", to_asset="ETH", to_amount="10", fee_asset="BTC", fee_amount="0.01")
    out = result("generic", [tx("b", "2023-01-02", "buy", "2", "20"), swap], prices=series(("2024-01-02T11:00", "100")))
    assert {w["transaction"] for w in out["warnings"] if w["code"] == "price_filled"} == {"x"}
    assert "missing_price" not in [w["code"] for w in out["warnings"]]


def test_the_audit_names_whose_price_of_when(tmp_path: Path) -> None:
    swap = tx("x", "2024-01-02", "swap", "1", to_asset="ETH", to_amount="10", fee_asset="BNB", fee_amount="0.01")
    history = [tx("b", "2023-01-02", "buy", "2", "20"), tx("n", "2024-01-01T15:00:00Z", "buy", "1", "300", asset="BNB")]
    report = calculate({"transactions": [*history, swap]}, prices=series(("2024-01-02T11:00", "100")))
    audit_csv.write(report, tmp_path / "audit.csv")
    with (tmp_path / "audit.csv").open(newline="") as file:
        marks = {row["disposal"]: row["price_filled"] for row in csv.DictReader(file)}
    assert marks == {"x": "provider 2024-01-02T11:00:00Z", "x:fee": "own trade 2024-01-01T15:00:00Z"}


def test_what_is_lacking_is_what_states_no_worth() -> None:
    plain = Transaction("a", 1, "buy", "ETH", Decimal(1), Decimal(5), Decimal(0), "w")
    needs = plain._replace(id="b", value=None, instant=2)
    fee = plain._replace(id="c", instant=3, more=More(fee_asset="BNB", fee_amount=Decimal(1)))
    whole = plain._replace(id="d", type="transfer", value=None, more=More(to_wallet="v"))
    half = whole._replace(id="e", instant=5, more=More(to_wallet="?"))
    euros = needs._replace(id="f", asset="EUR")
    assert lacking([plain, needs, fee, whole, half, euros], "EUR") == {Lack("ETH", 2), Lack("BNB", 3), Lack("ETH", 5)}


def test_a_symbol_means_what_the_registry_and_the_list_vouch_for() -> None:
    chains = shipped()
    assert known_as("ETH", chains)[:2] == ("ETH", f"ethereum:0x{'0' * 40}")
    assert "ethereum:0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48" in known_as("USDC", chains)
    assert known_as("ethereum:0xAbC", chains) == ("ethereum:0xabc",)
    assert known_as("SCAM", chains) == ("SCAM",)
    assert theirs("BTC", chains) == "coingecko:bitcoin"
    assert theirs("ethereum:0xAbC", chains) == "ethereum:0xabc"
    assert (theirs("SCAM", chains), theirs("ethereum:0xabc:7", chains)) == (None, None)


def shipped() -> Registry:
    return parse(Path("premium/chains/chains.json").read_text("utf-8"))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("asset,timestamp\nBTC,2024-01-02\n", "the column price is missing"),
        ("asset,timestamp,price\nBTC,2024-01-02,NaN\n", "line 2: price: not a number"),
        ("asset,timestamp,price\nBTC,2024-01-02,0\n", "line 2: price: not above zero"),
        ("asset,timestamp,price\nBTC,soon,1\n", "line 2: timestamp: not an RFC 3339 time"),
        ('{"asset": "BTC", "timestamp": "2024-01-02", "price": 1}\n[1]\n', "line 2: not a JSON object"),
    ],
)
def test_a_wrong_price_is_named_by_line_and_field(text: str, reason: str, tmp_path: Path) -> None:
    file = tmp_path / "prices.csv"
    file.write_text(text)
    with pytest.raises(InvalidInput, match=reason):
        list(read_prices(file))


def test_the_command_takes_prices_from_files(tmp_path: Path) -> None:
    (tmp_path / "in.json").write_text(json.dumps([tx("i", "2024-01-02T12:00:00Z", "income", "2")]))
    (tmp_path / "daily.csv").write_text("asset,timestamp,price\nBTC,2024-01-02,100.5\n")
    (tmp_path / "more.jsonl").write_text('{"asset": "ETH", "timestamp": "2024-01-02T00:00:00Z", "price": 7}\n')
    prices = [part for name in ("daily.csv", "more.jsonl") for part in ("--prices", str(tmp_path / name))]
    done = CliRunner().invoke(main, ["tax", "calculate", "--input", str(tmp_path / "in.json"), *prices])
    assert done.exit_code == 0, done.output
    out: dict[str, Any] = json.loads(done.stdout)
    assert out["totals"]["income"] == "201"
    assert out["warnings"][-1]["message"] == "valued at 100.5, the price of daily at 2024-01-02T00:00:00Z"
