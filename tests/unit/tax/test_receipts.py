"""Forks, airdrops and rewards: income or not, and at what cost, as each country has it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from premium.errors import Unprocessable
from premium.tax.rules.methods import METHODS
from premium.tax.rules.receipts import kind_of
from premium.tax.rules.registry import JURISDICTIONS
from tests.unit.tax.histories import result, tx

pytestmark = pytest.mark.unit

KINDS = {
    "fork", "airdrop", "staking", "mining", "interest", "liquidity_reward", "royalty", "reward", "referral", "rebate",
}  # fmt: skip


def forked(country: str, **options: object) -> dict[str, object]:
    rows = [
        tx("b", "2017-03-01", "buy", "6", "6000"),
        tx("c", "2017-06-01", "buy", "4", "8000"),
        tx("p", "2017-08-01", "buy", "0.000001", "0.0045"),  # what a bitcoin cost on the day of the split
        tx("f", "2017-08-01T13:00:00Z", "income", "10", "5000", asset="BCH", kind="fork"),
        tx("s", "2017-12-20", "sell", "4", "12000", asset="BCH"),
    ]
    return result(country, rows, **options)


@pytest.mark.parametrize(
    ("country", "income", "cost"),
    [
        ("US", "5000", "2000"),  # Rev. Rul. 2019-24
        ("GB", "0", "560"),  # TCGA s 52(4): a tenth of 14,000 goes to the new pool, four tenths of that are sold
        ("DE", "0", "400"),  # by FIFO: a tenth of the 6,000 of March goes to six coins
        ("CA", "0", "0"),
        ("AU", "0", "0"),  # ATO, crypto chain splits
        ("IE", "0", "0"),
        ("JP", "0", "0"),
    ],
)
def test_a_fork_is_taken_as_the_country_has_it(country: str, income: str, cost: str) -> None:
    out = forked(country)
    assert out["totals"]["income"] == income
    assert Decimal(out["totals"]["cost_basis"]).quantize(Decimal(1)) == Decimal(cost)
    assert ("no_income" in {each["code"] for each in out["warnings"]}) is (country != "US")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("scope", ["universal", "per_wallet"])
def test_no_method_makes_or_loses_cost_by_a_fork(method: str, scope: str) -> None:
    out = forked("GB", method=method, lot_scope=scope)
    left = sum(Decimal(row["cost_basis"]) for row in out["remaining"])
    assert left + Decimal(out["totals"]["cost_basis"]) == Decimal("14000.0045")
    assert out["totals"]["income"] == "0"
    if method != "fr_portfolio":
        units = {row["asset"]: Decimal(row["amount"]) for row in out["remaining"]}
        assert units == {"BTC": Decimal("10.000001"), "BCH": Decimal(6)}


def test_germany_dates_what_split_from_older_coins_like_them() -> None:
    rows = [
        tx("b", "2016-07-01", "buy", "1", "600"),
        tx("f", "2017-08-01", "income", "1", "250", asset="BCH", kind="hard fork"),
        tx("p", "2017-08-01", "fee", "0.0001", "0.225"),
        tx("s", "2017-08-20", "sell", "1", "600", asset="BCH"),
    ]
    out = result("DE", rows)
    assert [(row["term"], row["lot"], row["acquired"][:10]) for row in out["disposals"] if row["asset"] == "BCH"] == [
        ("long", "f", "2016-07-01")
    ]


def test_a_fork_of_a_fork_takes_its_cost_from_the_first() -> None:
    rows = [
        tx("b", "2017-03-01", "buy", "1", "1000"),
        tx("f", "2017-08-01", "income", "1", "1", asset="ZED", kind="fork", from_asset="BTC"),
        tx("g", "2017-09-01", "income", "1", "1", asset="ALPHA", kind="fork", from_asset="ZED"),
        tx("x", "2017-08-01", "buy", "1", "1"),
        tx("y", "2017-09-01", "buy", "1", "1", asset="ZED"),
    ]
    costs = {row["asset"]: Decimal(row["cost_basis"]) for row in result("GB", rows)["remaining"]}
    assert sum(costs.values()) == 1002
    assert costs["ALPHA"] > 100


def test_a_split_without_a_price_keeps_the_cost_where_it_was_and_says_so() -> None:
    rows = [
        tx("d", "2017-03-01", "gift_received", "1", basis="1000"),
        tx("f", "2017-08-01", "income", "1", "250", asset="BCH", kind="fork"),
    ]
    out = result("GB", rows)
    assert {row["asset"]: row["cost_basis"] for row in out["remaining"]} == {"BTC": "1000", "BCH": "0"}
    assert "cost_not_split" in {each["code"] for each in out["warnings"]}


def test_an_old_price_splits_the_cost_and_is_told_of() -> None:
    rows = [
        tx("b", "2017-03-01", "buy", "10", "10000"),
        tx("f", "2017-08-01", "income", "10", "2500", asset="BCH", kind="fork"),
    ]
    out = result("GB", rows)
    assert {row["asset"]: row["cost_basis"] for row in out["remaining"]} == {"BTC": "8000", "BCH": "2000"}
    assert "cost_split_by_old_price" in {each["code"] for each in out["warnings"]}


def test_a_fork_of_what_is_not_held_costs_nothing_and_is_told_of() -> None:
    rows = [
        tx("f", "2017-08-01", "income", "1", "250", asset="BCH", kind="fork"),
        tx("b", "2017-08-02", "buy", "1", "2700"),
    ]
    for method in ("section_104", "fifo", "average"):
        out = result("GB", rows, method=method)
        assert "fork_without_parent" in {each["code"] for each in out["warnings"]}
        assert {row["asset"]: row["cost_basis"] for row in out["remaining"]} == {"BTC": "2700", "BCH": "0"}


def test_a_rebate_is_no_income_and_costs_its_value() -> None:
    rows = [
        tx("r", "2024-01-10", "income", "0.01", "400", kind="cashback"),
        tx("s", "2024-02-10", "sell", "0.01", "450"),
    ]
    out = result("US", rows)
    assert (out["totals"]["income"], out["totals"]["total"]) == ("0", "50")


def test_a_stated_basis_counts_whatever_the_kind() -> None:
    rows = [tx("f", "2017-08-01", "income", "1", "250", asset="BCH", kind="fork", basis="70")]
    for country in ("AU", "GB", "DE", "CA"):
        assert [row["cost_basis"] for row in result(country, rows)["remaining"]] == ["70"]


@pytest.mark.parametrize("code", sorted(set(JURISDICTIONS) - {"generic"}))
def test_every_country_says_how_it_takes_each_kind_and_where_that_stands(code: str) -> None:
    table = JURISDICTIONS[code].receipts
    assert set(table) == KINDS
    assert all(len(receipt.source) >= 7 for receipt in table.values())


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("hardfork", "fork"),
        ("Hard Fork", "fork"),
        ("forks", "fork"),
        ("airdrops", "airdrop"),
        ("Staking Rewards", "staking"),
        ("mining-reward", "mining"),
        ("Cash-back", "rebate"),
        ("royalties", "royalty"),
        ("foo", "foo"),
    ],
)
def test_a_kind_is_known_in_other_words_too(word: str, kind: str) -> None:
    assert kind_of(word) == kind


@pytest.mark.parametrize("country", ["US", "GB", "DE", "CA", "AU", "FR", "IE", "JP"])
def test_a_kind_that_no_table_names_is_told_of_and_refused_by_strict(country: str) -> None:
    rows = [tx("i", "2024-01-02", "income", "1", "100", asset="XYZ", kind="forq")]
    told = [each["message"] for each in result(country, rows)["warnings"] if each["code"] == "unknown_kind"]
    assert [message.partition(":")[0] for message in told] == ["'forq' is no kind of income that is known"]
    with pytest.raises(Unprocessable, match="no kind of income that is known"):
        result(country, rows, strict=True)
    plain = [tx("i", "2024-01-02", "income", "1", "100", asset="XYZ")]
    assert "unknown_kind" not in [each["code"] for each in result(country, plain)["warnings"]]
