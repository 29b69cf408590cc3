"""Which halves are one transfer: both ways in time, by hash, less a fee; what is assumed is told and listed."""

from __future__ import annotations

from typing import Any

import pytest

from premium.errors import Unprocessable
from premium.tax.calculation import calculate
from premium.tax.reports.explanation import explanation
from tests.unit.tax.histories import Row, result, tx

pytestmark = pytest.mark.unit
BUY = tx("b", "2023-01-10", "buy", "10", "12000", wallet="A")


def halves(out: dict[str, Any], into: dict[str, Any]) -> list[Row]:
    left = {"amount": "1", "wallet": "A", "when": "2024-05-01T10:05:00Z"} | out
    came = {"amount": "1", "wallet": "B", "when": "2024-05-01T10:15:00Z"} | into
    return [
        BUY,
        tx("o", left.pop("when"), "transfer_out", left.pop("amount"), **left),
        tx("i", came.pop("when"), "transfer_in", came.pop("amount"), **came),
    ]


def joined(rows: list[Row]) -> bool:
    out = result("generic", rows, lot_scope="per_wallet")
    return ("B", "BTC") in [(row["wallet"], row["asset"]) for row in out["remaining"]] and "unmatched_transfer" not in [
        w["code"] for w in out["warnings"]
    ]


@pytest.mark.parametrize(
    ("out", "into", "one"),
    [
        pytest.param({}, {}, True, id="the very amount, soon"),
        pytest.param({}, {"when": "2024-05-01T10:02:00Z"}, True, id="it came before it left"),
        pytest.param({}, {"when": "2024-04-30T12:00:00Z"}, True, id="a day before, as a source with days alone"),
        pytest.param({}, {"when": "2024-04-29T10:00:00Z"}, False, id="two days before"),
        pytest.param({}, {"when": "2024-05-05T10:00:00Z"}, False, id="four days after"),
        pytest.param({"tx_hash": "0xAA"}, {"tx_hash": "aa", "when": "2024-06-05T10:00:00Z"}, True, id="one hash"),
        pytest.param({"tx_hash": "0xaa"}, {"tx_hash": "0xbb"}, False, id="two hashes"),
        pytest.param(
            {"tx_hash": "0xaa", "chain": "base"}, {"tx_hash": "0xbb", "chain": "ethereum"}, True, id="a bridge's ends"
        ),
        pytest.param({"chain": "base"}, {"chain": "ethereum"}, False, id="two networks"),
        pytest.param({"group": "1"}, {"group": "2"}, False, id="the user says that they are two"),
        pytest.param({}, {"amount": "0.96"}, True, id="a little lost"),
        pytest.param({}, {"amount": "0.96", "when": "2024-05-01T08:00:00Z"}, False, id="a little lost, before"),
        pytest.param({}, {"amount": "0.9"}, False, id="a tenth lost"),
        pytest.param(
            {"fee_asset": "BTC", "fee_amount": "0.2"}, {"amount": "0.8"}, True, id="the whole is stated with its fee"
        ),
    ],
)
def test_halves_are_one_transfer(out: dict[str, Any], into: dict[str, Any], one: bool) -> None:
    assert joined(halves(dict(out), dict(into))) is one


def test_an_assumed_pair_is_told_listed_and_confirmed_by_a_group() -> None:
    out = result("generic", halves({}, {"amount": "0.99"}), lot_scope="per_wallet")
    told = next(w for w in out["warnings"] if w["code"] == "assumed_transfer")
    assert (told["transaction"], "with i, from A to B" in told["message"]) == ("o", True)
    assert out["assumed_transfers"] == [
        {"left": "o", "arrived": "i", "asset": "BTC", "amount": "1", "lost": "0.01", "seconds": 600, "assumed": True}
    ]
    sure = result("generic", halves({"group": "g"}, {"amount": "0.99", "group": "g"}), lot_scope="per_wallet")
    assert "assumed_transfers" not in sure
    assert "assumed_transfer" not in [w["code"] for w in sure["warnings"]]


def test_a_fee_that_the_amount_holds_burns_once() -> None:
    rows = halves({"fee_asset": "BTC", "fee_amount": "0.01"}, {"amount": "0.99"})
    out = result("generic", rows, lot_scope="per_wallet")
    assert [(row["transaction"], row["amount"]) for row in out["disposals"]] == [("o", "0.01")]
    assert {row["wallet"]: row["amount"] for row in out["remaining"]} == {"A": "9", "B": "0.99"}


@pytest.mark.parametrize("name", ["i", "gas"])
def test_explain_says_what_became_of_a_merged_leg(name: str) -> None:
    rows = halves({}, {})
    rows += [
        tx("x", "2024-06-01", "transfer_out", "1", wallet="A", tx_hash="0x1"),
        tx("y", "2024-06-01", "transfer_in", "3000", asset="USDC", wallet="A", tx_hash="0x1", value="3000"),
        tx("gas", "2024-06-01", "fee", "0.01", "30", wallet="A", tx_hash="0x1"),
    ]
    report = calculate({"jurisdiction": "generic", "transactions": rows})
    text = explanation(report, name)
    assert {"i": "the arrival of the transfer o", "gas": "the gas of the exchange x"}[name] in text
    sale = next(row for row in report.disposals if row.transaction == "x")
    assert sale.proceeds == 2970, "the exchange bears its gas"


def test_a_stated_total_is_shared_by_the_prices_of_its_legs_and_strict_refuses_an_even_share() -> None:
    legs = [
        tx("b1", "2024-01-01", "buy", "1", "3000", asset="ETH"),
        tx("b2", "2024-01-01", "buy", "1", "1000", asset="SOL"),
        tx("g1", "2024-01-01T13:00:00Z", "lp_add", "1", asset="ETH", group="g", direction="out"),
        tx("g2", "2024-01-01T13:00:00Z", "lp_add", "1", asset="SOL", group="g", direction="out"),
        tx("g3", "2024-01-01T13:00:00Z", "lp_add", "9", "4400", asset="LP", group="g", direction="in"),
    ]
    out = result("generic", legs)
    assert {row["transaction"]: row["proceeds"] for row in out["disposals"]} == {"g1": "3300", "g2": "1100"}
    assert "value_shared_evenly" not in [w["code"] for w in out["warnings"]]
    late = [{**row, "timestamp": row["timestamp"].replace("2024-01-01T13", "2024-06-01T13")} for row in legs]
    with pytest.raises(Unprocessable, match="the total is shared evenly"):
        result("generic", late, strict=True)


def test_legs_of_a_group_are_weighed_by_prices_before_they_share_evenly() -> None:
    rows = [
        tx("b1", "2024-01-01", "buy", "1", "3000", asset="ETH"),
        tx("b2", "2024-01-01", "buy", "300", "300", asset="USDC"),
        tx("p", "2024-06-01T10:00:00Z", "buy", "1", "2500", asset="ETH"),
        tx("g1", "2024-06-01", "swap", "1", asset="ETH", group="g", direction="out"),
        tx("g2", "2024-06-01", "swap", "300", "300", asset="USDC", group="g", direction="out"),
        tx("g3", "2024-06-01", "swap", "9", "2800", asset="LP", group="g", direction="in"),
    ]
    out = result("generic", rows)
    assert {row["transaction"]: row["proceeds"] for row in out["disposals"]} == {"g1": "2500", "g2": "300"}
    blind = result(
        "generic",
        [row for row in rows if row["id"] != "p"][:2]
        + [
            {**row, "value": "2800"} if row["id"] == "g3" else {k: v for k, v in row.items() if k != "value"}
            for row in rows[3:]
        ],
    )
    even = [w for w in blind["warnings"] if w["code"] == "value_shared_evenly"]
    assert len(even) == 1
    assert "no value or price of ETH, USDC" in even[0]["message"]
