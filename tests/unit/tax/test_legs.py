"""Richer kinds as legs of one group (formats/tax.md): sides that no row states, kinds that are no disposal."""

from __future__ import annotations

import pytest

from tests.unit.tax.histories import Row, result, tx

pytestmark = pytest.mark.unit

HELD = [
    tx("b", "2024-01-01", "buy", "1", "30000"),
    tx("e", "2024-01-01", "buy", "10", "20000", asset="ETH"),
]
SIDES = [
    pytest.param("swap", [("x1", "BTC", "1", "50000"), ("x2", "SOL", "9", None)], {"x1"}, id="what is held is given"),
    pytest.param("swap", [("x1", "SOL", "9", None), ("x2", "BTC", "1", "50000")], {"x2"}, id="in whatever order"),
    pytest.param("swap", [("x1", "BTC", "1", "50000"), ("x2", "ETH", "9", None)], {"x1"}, id="both held: as written"),
    pytest.param("nft_buy", [("x1", "PUNK", "1", None), ("x2", "ETH", "9", "50000")], {"x2"}, id="an nft for ether"),
    pytest.param(
        "lp_add",
        [("x1", "LP", "5", None), ("x2", "ETH", "10", "25000"), ("x3", "BTC", "1", "25000")],
        {"x2", "x3"},
        id="the liquidity token is received",
    ),
    pytest.param(
        "lp_remove",
        [("x1", "BTC", "1", "50000"), ("x2", "SOL", "9", "25000"), ("x3", "LP", "5", "25000")],
        {"x1"},
        id="one asset comes apart in two",
    ),
]


def legs(kind: str, rows: list[tuple[str, str, str, str | None]]) -> list[Row]:
    return [tx(name, "2024-06-01", kind, amount, value, asset=asset, group="g") for name, asset, amount, value in rows]


@pytest.mark.parametrize(("kind", "rows", "given"), SIDES)
def test_legs_without_a_direction_take_the_sides_that_what_was_held_says(
    kind: str, rows: list[tuple[str, str, str, str | None]], given: set[str]
) -> None:
    out = result("generic", [*HELD, *legs(kind, rows)])
    assert {row["transaction"] for row in out["disposals"]} == given
    assert out["totals"]["proceeds"] == "50000"
    assert {row["code"] for row in out["warnings"]} == {"direction_assumed"}


def test_a_leg_beside_plain_sales_of_its_group_was_received() -> None:
    sold = [tx("x1", "2024-06-01", "sell", "1", "50000", group="g")]
    out = result("generic", [*HELD, *sold, *legs("lp_add", [("x2", "LP", "5", None)])])
    assert [row["transaction"] for row in out["disposals"]] == ["x1"]
    assert out["warnings"] == []
    assert {row["asset"]: row["cost_basis"] for row in out["remaining"]} == {"ETH": "20000", "LP": "50000"}


def test_wrapping_in_two_legs_is_no_disposal_where_it_is_none_in_one_row() -> None:
    rows = [*HELD, *legs("wrap", [("x1", "ETH", "10", "40000"), ("x2", "WETH", "10", "40000")])]
    sold = tx("s", "2025-03-01", "sell", "10", "45000", asset="WETH")
    american = result("US", [*rows, sold])["disposals"]
    assert [(row["transaction"], row["cost_basis"], row["term"]) for row in american] == [("s", "20000", "long")]
    british = result("GB", [*rows, sold])["disposals"]
    assert [(row["transaction"], row["cost_basis"]) for row in british] == [("x1", "20000"), ("s", "40000")]


def test_an_exchange_of_one_leg_that_says_nothing_is_left_out_and_named() -> None:
    out = result("US", [*HELD, *legs("swap", [("x1", "BTC", "1", "50000")])])
    assert out["disposals"] == []
    assert [(row["code"], row["line"], row["field"]) for row in out["warnings"]] == [("invalid_field", 3, "direction")]
    unknown = result("US", [*HELD, tx("x", "2024-06-01", "leg", "1", "5", group="g")])
    assert [row["code"] for row in unknown["warnings"]] == ["unknown_type"]


def test_a_leg_whose_worth_is_known_keeps_it_and_the_others_share_what_it_leaves() -> None:
    def exit_(value: str | None) -> dict[str, tuple[str, str]]:
        rows = [
            tx("b", "2025-01-01", "buy", "10", "1000", asset="LP"),
            tx("p", "2025-02-01", "buy", "1", "3000", asset="ETH", wallet="other"),
            tx("g", "2025-02-01", "lp_remove", "10", value, asset="LP", group="x", direction="out"),
            tx("r1", "2025-02-01", "lp_remove", "0.1", None, asset="ETH", group="x", direction="in"),
            tx("r2", "2025-02-01", "lp_remove", "5", None, asset="AAA", group="x", direction="in"),
            tx("r3", "2025-02-01", "lp_remove", "7", None, asset="BBB", group="x", direction="in"),
        ]
        out = result("US", rows)
        costs = {row["lot"]: row["cost_basis"] for row in out["remaining_lots"]}
        codes = sorted({w["code"] for w in out["warnings"] if w["code"] in ("missing_price", "value_shared_evenly")})
        return {"costs": (costs["r1"], costs["r2"]), "gain": (out["totals"]["total"], " ".join(codes))}

    assert exit_("1200") == {"costs": ("300", "450"), "gain": ("200", "value_shared_evenly")}
    assert exit_(None) == {"costs": ("300", "0"), "gain": ("-700", "missing_price value_shared_evenly")}
