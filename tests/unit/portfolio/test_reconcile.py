"""The balance equation closes by what the chain says; what it does not say is shown, never booked."""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from premium.cases import answer
from premium.cli.portfolio import portfolio
from premium.portfolio.flows.cases import KINDS
from tests.unit.portfolio import histories

pytestmark = pytest.mark.unit
HUGE = str(2**256 - 1)


def one(case: dict[str, Any]) -> dict[str, Any]:
    found = json.loads(answer(json.dumps(case), KINDS))
    assert isinstance(found, dict)
    return found


def read(wallet: str, asset: str, units: int | str, block: int = 0) -> dict[str, Any]:
    return {"wallet": wallet, "asset": asset, "units": units} | ({"block": block} if block else {})


def moved(asset: str, source: str, target: str, units: int, **more: Any) -> dict[str, Any]:
    return {"index": 0, "asset": asset, "from": source, "to": target, "units": units, "by": "log"} | more


def sent(tx: str, *transfers: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"tx": tx, "transfers": list(transfers)} | more


def case(opening: list[Any], closing: list[Any], *transactions: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"wallets": ["A", "B"], "opening": opening, "closing": closing, "transactions": list(transactions)} | more


def kinds(found: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [(flow["wallet"], flow["asset"], int(flow["units"]), flow["kind"]) for flow in found["flows"]]


@pytest.mark.parametrize("seed", range(40))
def test_random_histories_close_with_each_movement_named_as_it_was_made(seed: int) -> None:
    made, truth = histories.made(seed, 60)
    found = one(made)
    assert found["closes"], [row for row in found["equation"] if row["unexplained"] != "0"]
    told = {(f["tx"], f["index"], f["wallet"]): f["kind"] for f in found["flows"] if f["tx"]}
    assert told == truth
    _sums_equal_their_flows(found)


def _sums_equal_their_flows(found: dict[str, Any]) -> None:
    """Count it again, the naive way."""
    sums: Counter[tuple[str, str, str]] = Counter()
    for flow in found["flows"]:
        units, kind = int(flow["units"]), flow["kind"]
        if kind == "phantom":
            continue
        column = kind if kind in ("gas", "income", "unexplained") else "in" if units > 0 else "out"
        sums[flow["wallet"], flow["asset"], column] += abs(units) if column in ("gas", "out") else units
    for row in found["equation"]:
        amounts = {name: int(row[name]) for name in row if name not in ("wallet", "asset")}
        for name in ("in", "out", "gas", "income", "unexplained"):
            assert amounts[name] == sums[row["wallet"], row["asset"], name]
        grown = amounts["in"] - amounts["out"] - amounts["gas"] + amounts["income"] + amounts["unexplained"]
        assert amounts["closing"] == amounts["opening"] + grown


@given(st.integers(0, 10**6))
def test_order_and_duplicates_change_nothing(seed: int) -> None:
    made, _ = histories.made(seed % 50, 12)
    assert one(histories.shuffled(random.Random(seed), made)) == one(made)


@given(st.integers(0, 10**6), st.integers(-(10**19), 10**19))
def test_what_nobody_told_is_unexplained_to_the_unit(seed: int, missing: int) -> None:
    made, _ = histories.made(seed % 50, 8)
    row = next(row for row in made["closing"] if row["asset"] == "ETH")
    row["units"] = str(int(row["units"]) + missing)
    found = one(made)
    lacking = [row for row in found["equation"] if row["unexplained"] != "0"]
    assert [int(row["unexplained"]) for row in lacking] == ([missing] if missing else [])
    assert found["closes"] is (missing == 0)
    _sums_equal_their_flows(found)


def test_a_rebasing_token_grows_by_income_and_not_by_a_deposit() -> None:
    """A balance stuck at its last transfer (rainbow 2581), or growth told as money paid in."""
    found = one(case([read("A", "st", 100)], [read("A", "st", 130)], rebasing=["st"]))
    assert kinds(found) == [("A", "st", 30, "income")]
    assert found["closes"]
    shrunk = one(case([read("A", "st", 130)], [read("A", "st", 100)], rebasing=["st"]))
    assert kinds(shrunk) == [("A", "st", -30, "unexplained")]
    other = one(case([read("A", "x", 100)], [read("A", "x", 130)]))
    assert kinds(other) == [("A", "x", 30, "unexplained")]
    assert not other["closes"]


def test_transfers_that_never_were_are_phantoms() -> None:
    """A log that a contract writes at will moves nothing (TrueBlocks 2934)."""
    found = one(
        case(
            [read("A", "DAI", 50)],
            [read("A", "DAI", 150)],
            sent("t1", moved("DAI", "friend", "A", 100), sender="friend"),
            sent("t2", moved("DAI", "scam", "A", 77), sender="scam"),
            sent("t3", moved("FAKE", "A", "scam", 10**30), sender="scam"),
            sent("t4", moved("DAI", "A", "scam", 0), sender="scam"),
        )
    )
    assert kinds(found) == [
        ("A", "DAI", 100, "deposit"), ("A", "DAI", 77, "phantom"), ("A", "FAKE", -(10**30), "phantom"),
        ("A", "DAI", 0, "phantom"),
    ]  # fmt: skip
    assert found["closes"]


def test_several_phantoms_and_one_between_own_wallets_are_found_together() -> None:
    transactions = [sent(f"t{units}", moved("T", "x", "A", units), sender="x") for units in (3, 50, 700, 11_000)]
    transactions.append(sent("own", moved("T", "A", "B", 130_000), sender="x"))
    found = one(case([], [read("A", "T", 703)], *transactions))
    assert {flow["tx"] for flow in found["flows"] if flow["kind"] == "phantom"} == {"t50", "t11000", "own"}
    assert found["closes"]


@pytest.mark.parametrize(("mine", "theirs"), [("a", "b"), ("b", "a")])
def test_of_two_equal_logs_the_one_that_the_wallet_did_not_send_is_doubted(mine: str, theirs: str) -> None:
    rows = [sent(mine, moved("T", "x", "A", 5), sender="A"), sent(theirs, moved("T", "x", "A", 5), sender="x")]
    found = one(case([], [read("A", "T", 5)], *rows))
    assert {flow["tx"]: flow["kind"] for flow in found["flows"]} == {theirs: "phantom", mine: "deposit"}


def test_logs_with_and_without_an_index_stand_beside_each_other() -> None:
    logs = [moved("T", "x", "A", 5), moved("T", "x", "A", 5, index=None), moved("T", "x", "A", 7, index=None)]
    found = one(case([], [read("A", "T", 12)], sent("t", *logs)))
    assert [flow["kind"] for flow in found["flows"]].count("phantom") == 1
    assert found["closes"]


def test_of_a_taxed_transfer_what_arrived_counts() -> None:
    found = one(case([], [read("A", "T", 95)], sent("t", moved("T", "x", "A", 100))))
    assert kinds(found) == [("A", "T", 95, "deposit")]
    assert found["closes"]
    paid = {"by": "coin", "index": 1}
    swap = sent("t", moved("T", "x", "A", 100), moved("ETH", "A", "x", 7, **paid), sender="A")
    bought = one(case([read("A", "ETH", 7)], [read("A", "T", 98)], swap))
    assert kinds(bought) == [("A", "T", 98, "exchange"), ("A", "ETH", -7, "exchange")]


@pytest.mark.parametrize(
    ("opening", "closing", "logs"),
    [
        (0, 290, [("x", "A", 100), ("y", "A", 200)]),  # which of two lost it?
        (0, 45, [("x", "A", 100), ("A", "y", 50)]),
        (10, 5, [("x", "A", 100)]),  # more went than came
        (0, 95, [("B", "A", 100)]),  # between one's own wallets both balances are known
    ],
)
def test_a_part_that_no_single_transfer_lost_is_shown_as_unexplained(
    opening: int, closing: int, logs: list[tuple[str, str, int]]
) -> None:
    before = [read("A", "T", opening)] + ([read("B", "T", 100)] if logs[0][0] == "B" else [])
    told = [sent(f"t{n}", moved("T", *log)) for n, log in enumerate(logs)]
    found = one(case(before, [read("A", "T", closing)], *told))
    came = sum(units if target == "A" else -units for _, target, units in logs)
    assert ("A", "T", closing - opening - came, "unexplained") in kinds(found)
    assert not found["closes"]
    _sums_equal_their_flows(found)


def test_a_rebasing_token_that_shrank_is_not_taken_for_a_taxed_one() -> None:
    found = one(case([], [read("A", "T", 95)], sent("t", moved("T", "x", "A", 100)), rebasing=["T"]))
    assert kinds(found) == [("A", "T", 100, "deposit"), ("A", "T", -5, "unexplained")]


def test_own_exchange_gas_and_what_stands_outside_the_readings() -> None:
    found = one(
        case(
            [read("A", "ETH", 1000, 10), read("A", "DAI", 0, 10)],
            [read("A", "ETH", 880, 20), read("A", "DAI", 7, 20), read("B", "ETH", 10, 20)],
            sent("old", moved("ETH", "x", "A", 1, by="coin"), block=10),
            sent("own", moved("ETH", "A", "B", 10, by="coin"), block=11, sender="A", gas_paid=10),
            sent(
                "swap", moved("ETH", "A", "p", 100, by="coin"), moved("DAI", "p", "A", 7, index=1), block=12, sender="A"
            ),
            sent("new", moved("DAI", "x", "A", 1), block=21),
            prices=[{"asset": "ETH", "usd": "2"}, {"asset": "DAI", "usd": "1"}],
            token_decimals={"ETH": 1, "DAI": 0},
        )
    )
    assert kinds(found) == [
        ("A", "ETH", -10, "gas"), ("A", "ETH", -10, "own"), ("B", "ETH", 10, "own"),
        ("A", "ETH", -100, "exchange"), ("A", "DAI", 7, "exchange"),
    ]  # fmt: skip
    assert [flow["usd"] for flow in found["flows"]] == ["-2", "-2", "2", "-20", "7"]
    assert [(each["tx"], each["why"]) for each in found["outside"]] == [
        ("old", "before_opening"), ("new", "after_closing"),
    ]  # fmt: skip
    assert found["closes"]


@pytest.mark.parametrize(
    ("coin", "others", "left"),
    [
        ("BNB", ("DAI",), 95),  # by its name
        ("gas-token", ("DAI",), 95),  # it lacks just the gas
        ("gas-token", (), 93),  # nothing else could be it
    ],
)
def test_the_coin_of_the_gas_is_told_by_name_or_balance(coin: str, others: tuple[str, ...], left: int) -> None:
    kept = [read("A", other, 7) for other in others]
    spent = sent("t", moved("T", "A", "x", 1), sender="A", gas_paid=5)
    found = one(case([read("A", coin, 100), read("A", "T", 1), *kept], [read("A", coin, left), *kept], spent))
    assert ("A", coin, -5, "gas") in kinds(found)
    assert found["closes"] is (left == 95)


def test_gas_of_a_coin_that_nobody_read_is_named_and_in_no_equation() -> None:
    found = one(case([read("A", "T", 1)], [], sent("t", moved("T", "A", "x", 1), sender="A", gas_paid=5)))
    assert found["closes"]
    (gas,) = found["outside"]
    assert (gas["wallet"], gas["asset"], gas["units"], gas["why"]) == ("A", None, "-5", "no_coin")


def test_flows_have_the_price_of_their_time() -> None:
    prices = [{"asset": "T", "usd": str(usd), "at": f"2026-01-0{usd}T00:00:00Z"} for usd in (1, 3, 5)]
    transactions = [
        sent(f"t{day}", moved("T", "x", "A", 1), block=day, at=f"2026-01-0{day}T12:00:00Z") for day in (1, 4, 6)
    ]
    early = sent("t0", moved("T", "x", "A", 1), block=0, at="2025-12-31T00:00:00Z")
    found = one(
        case([], [read("A", "T", 5)], early, *transactions, prices=prices, tokens=[{"name": "T", "decimals": 0}])
    )
    assert [flow["usd"] for flow in found["flows"]] == [None, "1", "3", "5", "5"]
    assert found["flows"][-1]["kind"] == "unexplained"


def test_the_largest_amounts_keep_every_digit() -> None:
    found = one(case([read("A", "T", HUGE)], [], sent("t", moved("T", "A", "x", 2**256 - 1)),
                     prices={"T": "1.5"}, token_decimals={"T": 77}))  # fmt: skip
    assert found["equation"][0]["out"] == HUGE
    assert found["closes"]
    assert found["flows"][0]["usd"] == "-1.73688134"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"wallets": None}, "wallets: must be a list"),
        ({"wallets": ["A", 3]}, "wallets.1: must be a text; given 3"),
        ({"opening": [read("Z", "T", 1)]}, "opening.0.wallet: is none of wallets"),
        (
            {"opening": [read("A", "T", 1), read("A", "T", 2)]},
            "opening.1: two readings of this wallet and asset differ",
        ),
        ({"closing": [read("A", "T", -1)]}, "closing.0.units: must be 0 at least; given -1"),
        ({"closing": [read("A", "T", str(2**256))]}, "closing.0.units: must be 1157"),
        ({"closing": [read("A", "T", "1.5")]}, "closing.0.units: must be a whole number"),
        ({"closing": [{"wallet": "A", "asset": "T", "units": 1.5}]}, "closing.0.units: a quantity is a string"),
        ({"closing": [{"wallet": "A", "asset": "T", "units": None}]}, "closing.0.units: not a decimal number"),
        ({"transactions": [sent("t", {"asset": "T"})]}, "transactions.0.transfers.0.from: is required"),
        ({"transactions": [sent("t", moved("T", "x", "A", 1, by="trace"))]}, "transactions.0.transfers.0.by: must be"),
        ({"transactions": [sent("t", gas_paid=-1)]}, "transactions.0.gas_paid: must be 0 at least"),
        ({"transactions": [sent("t", block=1), sent("t", block=2)]}, "transactions.1.block: differs"),
        (
            {"transactions": [sent("t", moved("T", "x", "A", 1), moved("T", "x", "A", 2))]},
            "transactions.0.transfers.1: differs from what was said of t before",
        ),
        (
            {
                "opening": [read("A", "X", 5), read("A", "Y", 5)],
                "closing": [read("A", "X", 5), read("A", "Y", 5)],
                "transactions": [sent("t", sender="A", gas_paid=5)],
            },
            "gas_paid of t: nothing tells in which asset",
        ),
        ({"transactions": [sent("t", nonce=5)]}, "transactions.0.nonce: is no field here"),
        ({"prices": {"T": "-1"}}, "prices.0.usd: must be 0 at least"),
        ({"prices": {"T": "NaN"}}, "prices.0.usd: must be finite"),
        ({"token_decimals": {"T": 256}}, "token_decimals.T: must be 255 at most"),
        ({"token_decimals": 3}, "token_decimals: must be a JSON object"),
        ({"tokens": [{"name": "T", "digits": 3}]}, "tokens.0: must be {name, decimals}"),
        ({"surprise": 1}, "surprise: is no field here; given 1"),
    ],
)
def test_a_wrong_field_is_its_own_cases_error(wrong: dict[str, Any], words: str) -> None:
    good = case([], [])
    bad, fine = json.loads(answer(json.dumps([good | wrong | {"id": "bad"}, good]), KINDS))
    assert bad["id"] == "bad"
    assert bad["error"]["message"].startswith(words)
    assert fine["closes"] is True


def test_the_command_answers_and_refuses_a_file_that_is_none(tmp_path: Path) -> None:
    given_file = tmp_path / "in.json"
    made, _ = histories.made(1, 5)
    given_file.write_text(json.dumps([made, {"wallets": 3}]))
    first, second = (CliRunner().invoke(portfolio, ["reconcile", "--input", str(given_file)]).output for _ in range(2))
    assert first == second
    assert [("error" in each) for each in json.loads(first)] == [False, True]
    given_file.write_text("{")
    broken = CliRunner().invoke(portfolio, ["reconcile", "--input", str(given_file)])
    assert (broken.exit_code, broken.output.count("\n")) == (1, 1)
