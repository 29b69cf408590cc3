"""The known traps, one each, and the ways in which input goes wrong."""

from __future__ import annotations

from typing import Any

import pytest

from premium.errors import InvalidInput, Unprocessable
from tests.unit.tax.histories import Row, result, tx

pytestmark = pytest.mark.unit


def codes(out: Row) -> list[str]:
    return [warning["code"] for warning in out["warnings"]]


def test_hifo_ranks_by_basis_with_fee() -> None:
    rows = [
        tx("b1", "2024-01-01", "buy", "1", "100"),
        tx("b2", "2024-01-02", "buy", "1", "99", fee="2"),
        tx("s", "2024-01-03", "sell", "1", "200"),
    ]
    assert result("generic", rows, method="hifo")["disposals"][0]["lot"] == "b2"
    assert result("generic", rows, method="lofo")["disposals"][0]["lot"] == "b1"


def test_an_income_between_two_hifo_sales_is_met_by_the_second() -> None:
    rows = [
        tx("b1", "2024-01-01", "buy", "2", "200"),
        tx("s1", "2024-01-02", "sell", "1", "200"),
        tx("i", "2024-01-03", "income", "1", "500"),
        tx("s2", "2024-01-04", "sell", "1", "200"),
    ]
    assert [row["lot"] for row in result("generic", rows, method="hifo")["disposals"]] == ["b1", "i"]


def test_one_wei_is_sold_and_kept_exactly() -> None:
    wei, ether = "0.000000000000000001", "1000000000000000000000000000000000000000000.000000000000000001"
    rows = [tx("b", "2024-01-01", "buy", ether, price="3"), tx("s", "2024-01-02", "sell", wei, price="5")]
    out = result("US", rows)
    assert out["disposals"][0]["gain"] == "0.000000000000000002"
    assert out["remaining"][0]["amount"] == "1000000000000000000000000000000000000000000"


def test_thirds_add_up_to_the_whole() -> None:
    rows = [
        tx("b", "2024-01-01", "buy", "3", "100"),
        *(tx(f"s{n}", f"2024-02-0{n}", "sell", "1", "0") for n in (1, 2, 3)),
    ]
    out = result("US", rows)
    assert (out["totals"]["cost_basis"], out["totals"]["total"]) == ("100", "-100")


def test_a_transfer_fee_burnt_in_kind_is_a_disposal_at_the_price() -> None:
    rows = [
        tx("b", "2024-01-01", "buy", "1", "100", wallet="A"),
        tx("t", "2024-02-01", "transfer", "1", wallet="A", to_wallet="B", fee_in_kind="0.1", price="300"),
        tx("s", "2024-03-01", "sell", "0.9", "400", wallet="B"),
    ]
    out = result("US", rows, lot_scope="per_wallet")
    assert [(r["transaction"], r["amount"], r["proceeds"], r["cost_basis"]) for r in out["disposals"]] == [
        ("t", "0.1", "30", "10"),
        ("s", "0.9", "400", "90"),
    ]
    assert out["remaining"] == []


def test_a_swap_whose_gas_is_paid_in_a_third_asset() -> None:
    received = {"to_asset": "USDC", "to_amount": "1500", "to_value": "1500"}
    swap = tx("x", "2024-02-01", "swap", "1", asset="ETH", fee_asset="POL", fee_amount="2", fee="3", **received)
    rows = [
        tx("b1", "2024-01-01", "buy", "1", "1000", asset="ETH"),
        tx("b2", "2024-01-01", "buy", "10", "10", asset="POL"),
        swap,
    ]
    out = result("US", rows)
    assert [(r["transaction"], r["proceeds"], r["gain"]) for r in out["disposals"]] == [
        ("x", "1497", "497"),
        ("x:fee", "3", "1"),
    ]
    assert ("USDC", "1500", "1500") in [(r["asset"], r["amount"], r["cost_basis"]) for r in out["remaining"]]


def test_an_exchange_is_worth_what_was_received_or_given_where_only_that_is_known() -> None:
    for given, received, worth in ((None, "900", "900"), ("800", None, "800"), ("800", "900", "900")):
        rows = [
            tx("b", "2024-01-01", "buy", "1", "100"),
            tx("x1", "2024-02-01", "sell", "1", given, group="x"),
            tx("x2", "2024-02-01", "buy", "5", received, asset="ETH", group="x"),
        ]
        out = result("US", rows)
        assert out["disposals"][0]["proceeds"] == worth
        assert out["remaining"][0]["cost_basis"] == worth


def test_an_exchange_without_values_is_worth_what_the_history_says_of_either_leg() -> None:
    rows = [
        tx("b", "2024-01-01", "buy", "10", "1000", asset="ETH"),
        tx("p", "2024-05-01T11:00:00Z", "buy", "1", "120", asset="ETH"),
        tx("s", "2024-05-01", "sell", "10", asset="ETH", group="g"),
        tx("i", "2024-05-01", "buy", "1", asset="XYZ", group="g"),
    ]
    out = result("generic", rows)
    assert out["disposals"][0]["proceeds"] == "1200"
    assert {row["asset"]: row["cost_basis"] for row in out["remaining"]}["XYZ"] == "1200"
    assert codes(out) == ["price_filled"]


def test_the_only_leg_without_a_value_is_worth_the_rest() -> None:
    rows = [
        tx("b", "2024-01-01", "buy", "1", "10", asset="X"),
        tx("s", "2024-05-01", "sell", "1", "30", asset="X", group="g"),
        tx("i1", "2024-05-01", "buy", "1", "12", asset="Y", group="g"),
        tx("i2", "2024-05-01", "buy", "1", asset="Z", group="g"),
    ]
    out = result("generic", rows)
    assert {row["asset"]: row["cost_basis"] for row in out["remaining"]} == {"Y": "12", "Z": "18"}
    assert (out["disposals"][0]["proceeds"], out["warnings"]) == ("30", [])


def test_wrapping_carries_basis_and_date_where_it_is_no_disposal_and_sells_where_it_is() -> None:
    wrap = {
        "id": "w",
        "timestamp": "2024-02-01T00:00:00Z",
        "type": "wrap",
        "asset": "ETH",
        "amount": "1",
        "wallet": "main",
        "price": "900",
        "to_asset": "WETH",
        "to_amount": "1",
    }
    rows = [
        tx("b", "2023-01-01", "buy", "1", "100", asset="ETH"),
        wrap,
        tx("s", "2024-03-01", "sell", "1", "1000", asset="WETH"),
    ]
    american = result("US", rows)["disposals"]
    assert [(r["lot"], r["asset"], r["gain"], r["term"]) for r in american] == [("b", "WETH", "900", "long")]
    assert [r["gain"] for r in result("AU", rows)["disposals"]] == ["800", "100"]


def test_halves_of_a_transfer_find_each_other() -> None:
    rows = [
        tx("b", "2024-01-01", "buy", "1", "100", wallet="A"),
        tx("o", "2024-02-01T10:00:00Z", "transfer_out", "0.5", "500", wallet="A", tx_hash="0x1"),
        tx("i", "2024-02-01T10:05:00Z", "transfer_in", "0.49", wallet="B", tx_hash="0x1"),
        tx("s", "2024-03-01", "sell", "0.49", "490", wallet="B"),
    ]
    out = result("DE", rows)
    assert [(r["transaction"], r["amount"], r["lot"]) for r in out["disposals"]] == [
        ("o", "0.01", "b"),
        ("s", "0.49", "b"),
    ]
    assert out["remaining"] == [{"wallet": "A", "asset": "BTC", "amount": "0.5", "cost_basis": "50"}]


@pytest.mark.parametrize("code", ["US", "GB", "DE", "CA", "AU", "FR", "IE", "JP", "generic"])
def test_units_beyond_what_is_held_are_named_in_every_jurisdiction(code: str) -> None:
    rows = [
        tx("b", "2024-01-01", "buy", "1", "10"),
        tx("s", "2024-05-01", "sell", "3", "90", portfolio_value="90"),
        tx("b2", "2025-02-01", "buy", "1", "10"),
    ]
    out = result(code, rows)
    assert [(row["transaction"], row["amount"]) for row in out["missing_basis"]] == [("s", "2")]
    assert [row["amount"] for row in out["remaining"]] == ["1"]
    with pytest.raises(Unprocessable, match="have no lot"):
        result(code, rows, strict=True)


def test_what_halves_of_a_transfer_burn_is_sold_at_the_price_that_either_states() -> None:
    buy = tx("b", "2024-01-01", "buy", "1", "100", wallet="hot")
    there = tx("o", "2024-02-01T10:00:00Z", "transfer_out", "1", wallet="hot")
    here = tx("i", "2024-02-01T10:20:00Z", "transfer_in", "0.9", wallet="cold")
    for halves in ([there | {"price": "300"}, here], [there, here | {"price": "300"}]):
        out = result("DE", [buy, *(half | {"tx_hash": "0x1"} for half in halves)])
        assert [(row["proceeds"], row["cost_basis"]) for row in out["disposals"]] == [("30", "10")]
        assert codes(out) == []


def test_half_a_transfer_burns_what_it_states_at_its_price() -> None:
    rows = [
        tx("b", "2024-01-01", "buy", "1", "10", wallet="A"),
        tx("o", "2024-05-01", "transfer_out", "1", wallet="A", fee_in_kind="0.1", price="30"),
    ]
    out = result("generic", rows)
    assert [(row["proceeds"], row["cost_basis"]) for row in out["disposals"]] == [("3", "1")]
    assert codes(out) == ["unmatched_transfer"]


def test_a_bridge_that_names_a_wallet_alone_is_a_transfer() -> None:
    rows = [
        tx("b", "2024-01-01", "buy", "1", "10", wallet="A"),
        tx("x", "2024-05-01", "bridge", "1", wallet="A", to_wallet="B", fee_in_kind="0.1", price="30"),
    ]
    out = result("DE", rows)
    assert [(row["proceeds"], row["cost_basis"]) for row in out["disposals"]] == [("3", "1")]
    assert [(row["wallet"], row["amount"], row["cost_basis"]) for row in out["remaining"]] == [("B", "0.9", "9")]


def test_hops_of_one_instant_arrive_whatever_their_ids() -> None:
    rows = [
        tx("b", "2024-01-01", "buy", "1", "10", wallet="A"),
        tx("t1", "2024-05-01", "transfer", "1", wallet="B", to_wallet="C"),
        tx("t2", "2024-05-01", "transfer", "1", wallet="A", to_wallet="B"),
        tx("s", "2024-05-01", "sell", "1", "30", wallet="C"),
    ]
    out = result("DE", rows)
    assert [(row["lot"], row["gain"]) for row in out["disposals"]] == [("b", "20")]
    assert out["warnings"] == []


def test_half_a_transfer_that_states_its_basis_and_date_is_a_lot() -> None:
    rows = [
        tx("i", "2024-02-01", "transfer_in", "1", wallet="cold", basis="70", acquired="2020-01-01"),
        tx("s", "2024-03-01", "sell", "1", "100", wallet="cold"),
    ]
    out = result("US", rows)
    assert [(row["lot"], row["gain"], row["term"]) for row in out["disposals"]] == [("i", "30", "long")]
    assert out["warnings"] == []


def test_missing_basis_is_zero_named_and_explained_and_refused_when_strict() -> None:
    rows = [tx("b", "2024-01-01", "buy", "2", "200", wallet="A"), tx("s", "2024-02-01", "sell", "1", "300", wallet="B")]
    out = result("DE", rows)
    (row,) = out["disposals"]
    assert (row["lot"], row["cost_basis"], row["term"]) == (None, "0", "short")
    assert out["missing_basis"] == [{"transaction": "s", "amount": "1"}]
    assert "a transfer from A" in next(w["message"] for w in out["warnings"] if w["code"] == "missing_basis")
    with pytest.raises(Unprocessable, match="line 2: s: 1 BTC have no lot"):
        result("DE", rows, strict=True)


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("amount", "NaN", "non_finite"),
        ("amount", "-1", "negative_number"),
        ("price", "Infinity", "non_finite"),
        ("amount", "1e400", "invalid_number"),
        ("amount", "one", "invalid_number"),
        ("timestamp", "yesterday", "invalid_field"),
        ("timestamp", "9999-12-31T23:59:59Z", "implausible_date"),
        ("amount", "0", "zero_amount"),
        ("wallet", "a\x00b", "invalid_field"),
        ("wallet", "\ud800", "invalid_field"),
        ("timestamp", None, "invalid_field"),
        ("type", "gamble", "unknown_type"),
        ("asset", "", "invalid_field"),
        ("lots", "b1", "invalid_field"),
        ("fee_in_kind", "2", "invalid_field"),
    ],
)
def test_a_bad_field_is_named_with_its_line_and_its_row_left_out(field: str, value: Any, code: str) -> None:
    rows = [tx("b", "2024-01-01", "buy", "1", "100"), {**tx("bad", "2024-02-01", "transfer", "1"), field: value}]
    out = result("US", rows)
    (warning,) = (w for w in out["warnings"] if w["code"] == code)
    assert (warning["transaction"], warning["line"], warning["field"]) == ("bad", 2, field)
    with pytest.raises(Unprocessable, match=f"line 2: bad: {field}"):
        result("US", rows, strict=True)


def test_a_field_of_no_meaning_is_told_of_once_and_refused_by_nobody() -> None:
    rows = [tx(f"b{n}", "2024-01-01", "buy", "1", "10", charges="2") for n in range(3)]
    told = result("US", rows, strict=True)["warnings"]
    assert [(row["code"], row["line"], row["field"]) for row in told] == [("unknown_field", 1, "charges")]


def test_amounts_of_ten_to_the_fortieth_are_exact() -> None:
    rows = [
        tx("b", "2024-01-01", "buy", "1e40", price="0.000000000000000001"),
        tx("s", "2024-01-02", "sell", "1", price="1"),
    ]
    assert result("US", rows)["remaining"][0]["amount"] == "9" * 40


def test_warnings_of_what_looks_wrong() -> None:
    twice = tx("b", "2024-01-01", "buy", "1", "100", tx_hash="0x1")
    rows = [
        twice,
        twice,
        {**twice, "id": "c"},
        tx("s", "2024-01-01T00:00:00", "sell", "1", "900000"),
        tx("f", "2199-01-01", "buy", "1", "1"),
    ]
    found = codes(result("US", rows, now=1_800_000_000_000_000))
    assert {"duplicate", "possible_duplicate", "no_time_zone", "absurd_price", "future_date"} <= set(found)


def test_a_wallet_below_zero_is_told_of_even_where_the_pool_covers_it() -> None:
    rows = [tx("b", "2024-01-01", "buy", "2", "200", wallet="A"), tx("s", "2024-02-01", "sell", "1", "300", wallet="B")]
    out = result("GB", rows)
    assert codes(out) == ["negative_balance"]
    assert result("GB", rows, strict=True)["totals"]["total"] == "200"


def test_a_gift_of_no_country_keeps_the_date_that_it_states() -> None:
    gift = tx("g", "2023-06-01", "gift_received", "1", basis="100", acquired="2020-01-01T00:00:00Z")
    rows = [gift, tx("s", "2024-02-01", "sell", "1", "400")]
    for code, kept in (("generic", ("2020", "100", "long")), ("IE", ("2023", "100", "short"))):
        row = result(code, rows)["disposals"][0]
        assert (row["acquired"][:4], row["cost_basis"], row["term"]) == kept


def test_what_was_acquired_after_its_receipt_counts_from_the_receipt() -> None:
    gift = tx("g", "2023-06-01", "gift_received", "1", "300", donor_basis="100", acquired="2024-01-01T00:00:00Z")
    out = result("US", [gift, tx("s", "2024-07-01", "sell", "1", "400")])
    assert (out["disposals"][0]["acquired"], out["disposals"][0]["term"]) == ("2023-06-01T12:00:00Z", "long")
    assert [(w["code"], w["transaction"], w["field"]) for w in out["warnings"]] == [
        ("implausible_date", "g", "acquired")
    ]


def test_a_method_and_a_scope_that_are_not_allowed_are_both_told_of() -> None:
    rows = [tx("b", "2024-01-01", "buy", "2", "200"), tx("s", "2024-02-01", "sell", "1", "300")]
    out = result("GB", rows, method="fifo", lot_scope="per_wallet")
    assert codes(out) == ["method_not_allowed", "lot_scope_not_allowed"]


def test_a_method_that_is_not_allowed_is_computed_with_a_warning_and_refused_when_strict() -> None:
    rows = [tx("b", "2024-01-01", "buy", "2", "200"), tx("s", "2024-02-01", "sell", "1", "300")]
    assert codes(result("DE", rows, method="lifo")) == ["method_not_allowed"]
    with pytest.raises(Unprocessable, match="Germany does not allow"):
        result("DE", rows, method="lifo", strict=True)
    with pytest.raises(InvalidInput, match="unknown method"):
        result("DE", rows, method="random")


def test_holdings_are_of_the_years_end() -> None:
    rows = [
        tx("b", "2023-01-01", "buy", "2", "200"),
        tx("s", "2024-02-01", "sell", "1", "300"),
        tx("s2", "2025-05-01", "sell", "1", "300"),
    ]
    for code in ("US", "GB", "CA", "FR", "JP", "IE"):
        out = result(code, rows, year="2024")
        left = [(row["amount"], row["cost_basis"]) for row in out["remaining"] if row["asset"] == "BTC"]
        assert left == [("1", "100")], code


def test_a_day_is_merged_before_it_is_matched() -> None:
    rows = [
        tx("b1", "2024-05-01T08:00:00Z", "buy", "1", "100"),
        tx("s1", "2024-05-01T09:00:00Z", "sell", "1", "300"),
        tx("b2", "2024-05-01T10:00:00Z", "buy", "1", "200"),
        tx("s2", "2024-05-01T11:00:00Z", "sell", "1", "300"),
    ]
    (row,) = result("GB", rows)["disposals"]
    assert (row["transactions"], row["cost_basis"], row["gain"]) == (["s1", "s2"], "300", "300")
