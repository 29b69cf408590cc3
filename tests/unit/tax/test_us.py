"""The US rules: terms, boxes, the transition of 2025, gifts, specific identification, wash sales."""

from __future__ import annotations

from typing import Any

import pytest

from premium.errors import InvalidInput, Unprocessable
from premium.tax.calculation import calculate
from premium.tax.reports.result import document
from tests.unit.tax.histories import Row, result, tx

pytestmark = pytest.mark.unit
DA, B = {"form": "1099-DA", "basis_reported": True}, {"form": "1099-B", "basis_reported": True}


def term(bought: str, sold: str, **options: Any) -> str:
    rows = [tx("b", bought, "buy", "1", "100"), tx("s", sold, "sell", "1", "200")]
    return str(result("US", rows, **options)["disposals"][0]["term"])


@pytest.mark.parametrize(
    ("bought", "sold", "expected"),
    [
        ("2023-06-19", "2024-06-19", "short"),  # IRS Pub. 544's own example, moved by a year
        ("2023-06-19", "2024-06-20", "long"),
        ("2024-02-29", "2025-02-28", "short"),
        ("2024-02-29", "2025-03-01", "long"),
        ("2023-03-01", "2024-02-29", "short"),  # 365 days, but no year
        ("2023-03-01", "2024-03-01", "short"),  # 366 days, exactly a year
        ("2023-02-28", "2024-02-29", "short"),  # Rev. Rul. 66-7: the count starts on 1 March
        ("2023-02-28", "2024-03-01", "long"),
        ("2023-12-31", "2024-12-31", "short"),
        ("2023-12-31", "2025-01-01", "long"),
    ],
)
def test_long_is_more_than_one_year_by_calendar(bought: str, sold: str, expected: str) -> None:
    assert term(bought, sold) == expected


def test_tax_days_are_utc_unless_a_zone_is_given() -> None:
    assert term("2023-06-19T12:00:00Z", "2024-06-20T02:00:00Z") == "long"
    assert term("2023-06-19T12:00:00Z", "2024-06-20T02:00:00Z", time_zone="America/New_York") == "short"


@pytest.mark.parametrize(
    ("year", "long", "form", "box"),
    [
        ("2024", False, B, "A"),
        ("2024", False, B | {"basis_reported": False}, "B"),
        ("2024", False, None, "C"),
        ("2024", True, B, "D"),
        ("2024", True, B | {"basis_reported": False}, "E"),
        ("2024", True, None, "F"),
        ("2025", False, DA, "G"),
        ("2025", False, DA | {"basis_reported": False}, "H"),
        ("2025", False, None, "I"),
        ("2025", True, DA, "J"),
        ("2025", True, DA | {"basis_reported": False}, "K"),
        ("2025", True, None, "L"),
        ("2025", True, {"form": "1099-MISC", "basis_reported": True}, "L"),
        ("2025", True, {"form": "1099-DA", "basis_reported": None}, "K"),
        ("2025", False, {"form": None, "basis_reported": None}, "I"),
        ("2024", True, {}, "F"),
    ],
)
def test_boxes(year: str, long: bool, form: Any, box: str) -> None:
    rows = [
        tx("b", "2020-01-01" if long else f"{year}-01-02", "buy", "1", "100"),
        tx("s", f"{year}-05-05", "sell", "1", "200", form_1099=form),
    ]
    out = result("US", rows)
    assert out["disposals"][0]["form_8949_box"] == box
    assert out["form_8949"] == [
        {"transaction": "s", "asset": "BTC", "part": "II" if long else "I", "box": box, "gain": "100"}
    ]


def transition() -> list[Row]:
    return [
        tx("b1", "2023-01-01", "buy", "1", "10000", wallet="A"),
        tx("b2", "2024-01-01", "buy", "1", "30000", wallet="B"),
        tx("s1", "2024-06-01", "sell", "1", "50000", wallet="B"),
        tx("s2", "2025-06-01", "sell", "1", "60000", wallet="A"),
    ]


def test_universal_until_2024_then_the_unused_lots_go_to_the_wallets_that_hold_units() -> None:
    rows = result("US", transition())["disposals"]
    assert [(row["transaction"], row["lot"], row["term"]) for row in rows] == [
        ("s1", "b1", "long"),
        ("s2", "b2", "long"),
    ]


def test_a_scope_that_is_asked_for_holds_for_all_years() -> None:
    per_wallet = result("US", transition(), lot_scope="per_wallet")["disposals"]
    assert [row["lot"] for row in per_wallet] == ["b2", "b1"]


def test_universal_lots_beyond_2024_bring_a_warning_and_strict_refuses_them() -> None:
    out = result("US", transition(), lot_scope="universal")
    assert [warning["code"] for warning in out["warnings"]] == ["lot_scope_not_allowed"]
    with pytest.raises(Unprocessable, match=r"Rev\. Proc\. 2024-28"):
        result("US", transition(), lot_scope="universal", strict=True)
    assert result("US", transition()[:3], lot_scope="universal", strict=True)["warnings"] == []


@pytest.mark.parametrize(("method", "sold", "left"), [("fifo", "b1", "b2"), ("lifo", "b2", "b1"), ("hifo", "b2", "b1")])
def test_a_transfer_before_2025_takes_lots_along_in_the_methods_order(method: str, sold: str, left: str) -> None:
    """Treas. Reg. § 1.1012-1(j)(3): units transferred are identified as units sold are."""
    rows = [
        tx("b1", "2023-01-01", "buy", "1", "10000", wallet="A"),
        tx("b2", "2024-01-01", "buy", "1", "30000", wallet="A"),
        tx("t", "2024-03-01", "transfer", "1", wallet="A", to_wallet="B"),
        tx("s", "2025-06-01", "sell", "1", "60000", wallet="B"),
    ]
    out = result("US", rows, method=method)
    assert [row["lot"] for row in out["disposals"]] == [sold]
    assert [(lot["lot"], lot["wallet"]) for lot in out["remaining_lots"]] == [(left, "A")]


def test_specific_unit_and_global_allocation_of_rev_proc_2024_28() -> None:
    rows = [
        tx("b1", "2023-01-01", "buy", "1", "10000", wallet="A"),
        tx("b2", "2024-01-01", "buy", "1", "30000", wallet="B"),
        tx("s", "2025-06-01", "sell", "1", "60000", wallet="A"),
    ]
    units = [{"lot": "b2", "wallet": "A", "amount": "1"}, {"lot": "b1", "wallet": "B", "amount": "1"}]
    for plan, lot in (
        (None, "b1"),
        ({"method": "specific_unit", "lots": units}, "b2"),
        ({"method": "global", "order": "hifo", "wallets": ["A", "B"]}, "b2"),
    ):
        out = document(calculate({"jurisdiction": "US", "safe_harbor": plan, "transactions": rows}))
        assert out["disposals"][0]["lot"] == lot, plan
        assert out["remaining"][0]["wallet"] == "B"
        if plan is not None:
            asked = calculate({"jurisdiction": "US", "safe_harbor": plan, "transactions": rows}, lot_scope="per_wallet")
            assert document(asked) == out


def test_an_allocation_of_what_is_not_there_is_told_of_and_a_negative_one_refused() -> None:
    rows = [tx("b1", "2023-01-01", "buy", "1", "100"), tx("s", "2025-06-01", "sell", "1", "300")]

    def allocated(lot: str, amount: str) -> Row:
        plan = {"method": "specific_unit", "lots": [{"lot": lot, "wallet": "main", "amount": amount}]}
        return document(calculate({"jurisdiction": "US", "safe_harbor": plan, "transactions": rows}, time_zone="UTC"))

    told = [(w["code"], w["transaction"], w["field"]) for w in allocated("b9", "1")["warnings"]]
    assert told == [("lot_not_available", "b9", "safe_harbor.lots")]
    assert allocated("b1", "1")["warnings"] == []
    with pytest.raises(InvalidInput, match="at least zero"):
        allocated("b1", "-1")


def test_lots_moved_between_wallets_keep_their_date_which_decides_the_order() -> None:
    rows = [
        tx("old", "2020-01-01", "buy", "1", "100", wallet="A"),
        tx("new", "2024-01-01", "buy", "1", "500", wallet="B"),
        tx("move", "2024-02-01", "transfer", "1", wallet="A", to_wallet="B"),
        tx("s", "2024-03-01", "sell", "1", "600", wallet="B"),
    ]
    out = result("US", rows, lot_scope="per_wallet")
    assert [(row["lot"], row["term"]) for row in out["disposals"]] == [("old", "long")]
    assert out["remaining"] == [{"wallet": "B", "asset": "BTC", "amount": "1", "cost_basis": "500"}]


def test_specific_identification_and_its_fall_back_to_fifo() -> None:
    rows = [
        tx("b1", "2023-01-01", "buy", "1", "100"),
        tx("b2", "2023-02-01", "buy", "1", "200"),
        tx("b3", "2023-03-01", "buy", "1", "300"),
        tx("s1", "2023-04-01", "sell", "1.5", "900", lots=[{"lot": "b3", "amount": "1"}]),
        tx("s2", "2023-04-02", "sell", "1", "600"),
    ]
    out = result("US", rows, method="specific_id")
    assert [(r["transaction"], r["lot"], r["amount"], r["rule"]) for r in out["disposals"]] == [
        ("s1", "b3", "1", "specific_id"),
        ("s1", "b1", "0.5", "fifo"),
        ("s2", "b1", "0.5", "fifo"),
        ("s2", "b2", "0.5", "fifo"),
    ]


@pytest.mark.parametrize(
    ("price", "gain", "basis", "acquired"),
    [("1500", "500", "1000", "2019"), ("700", "-100", "800", "2023"), ("900", "0", "900", "2019")],
)
def test_a_gift_has_the_donors_basis_and_for_a_loss_the_lower_value(
    price: str, gain: str, basis: str, acquired: str
) -> None:
    """IRC § 1015(a); Treas. Reg. § 1.1015-1(a)(2), example: between the two there is neither gain nor loss."""
    rows = [
        tx("g", "2023-05-01", "gift_received", "1", "800", donor_basis="1000", acquired="2019-05-01"),
        tx("s", "2024-02-01", "sell", "1", price),
    ]
    (row,) = result("US", rows)["disposals"]
    assert (row["gain"], row["cost_basis"], row["acquired"][:4]) == (gain, basis, acquired)
    assert row["term"] == ("short" if acquired == "2023" else "long")


@pytest.mark.parametrize(("sold", "basis", "gain"), [("150", "100", "50"), ("50", "60", "-10"), ("80", "80", "0")])
def test_a_basis_beside_the_donors_is_the_value_at_the_gift(sold: str, basis: str, gain: str) -> None:
    """IRC § 1015(a)."""
    rows = [
        tx("g", "2024-01-10", "gift_received", "1", basis="60", donor_basis="100", acquired="2020-01-01T00:00:00Z"),
        tx("s", "2024-06-01", "sell", "1", sold),
    ]
    row = result("US", rows)["disposals"][0]
    assert (row["cost_basis"], row["gain"]) == (basis, gain)


def test_a_lot_named_without_an_amount_gives_what_it_has() -> None:
    buys = [tx(f"b{n}", f"2023-0{n}-01", "buy", "1", f"{n}00") for n in (1, 2, 3)]
    sale = tx("s", "2023-04-01", "sell", "2", "800")
    out = result("US", [*buys, sale | {"lots": [{"lot": "b3"}]}], method="specific_id")
    assert [(row["lot"], row["rule"]) for row in out["disposals"]] == [("b3", "specific_id"), ("b1", "fifo")]
    assert out["warnings"] == []
    out = result("US", [*buys, sale | {"lots": [{"lot": "b9"}]}], method="specific_id")
    assert [warning["code"] for warning in out["warnings"]] == ["lot_not_available"]


def test_a_gift_sent_is_no_disposal_and_gives_its_basis_away() -> None:
    rows = [tx("b", "2023-01-01", "buy", "2", "200", fee="2"), tx("g", "2024-01-01", "gift_sent", "0.5", "900")]
    out = result("US", rows)
    assert out["disposals"] == []
    assert out["no_gain_no_loss"] == [{"transaction": "g", "amount": "0.5", "basis_given": "50.5"}]


def test_a_wash_sale_is_told_and_denies_nothing() -> None:
    rows = [
        tx("b1", "2024-01-01", "buy", "2", "2000"),
        tx("s", "2024-05-01", "sell", "2", "1000"),
        tx("b2", "2024-05-31", "buy", "1", "500"),
        tx("b3", "2024-06-01", "buy", "1", "500"),
    ]
    out = result("US", rows)
    assert out["wash_sales"] == [{"transaction": "s", "replacement": "b2", "loss": "500"}]
    assert (out["totals"]["total"], out["totals"]["denied_loss"]) == ("-1000", "0")


def test_income_is_ordinary_and_its_value_is_the_basis() -> None:
    rows = [tx("i", "2024-01-01", "income", "2", "100", kind="staking"), tx("s", "2024-02-01", "sell", "1", "80")]
    out = result("US", rows)
    assert out["income"] == [{"transaction": "i", "value": "100", "kind": "staking"}]
    assert (out["totals"]["income"], out["totals"]["short_term"]) == ("100", "30")
