"""What leaving pays, to the unit; what it is worth, exactly; and tokens that hold tokens."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from premium.cases import answer
from premium.cli.portfolio import portfolio
from premium.portfolio.positions.cases import KINDS

pytestmark = pytest.mark.unit
RAY, E18 = 10**27, 10**18
MOST = 2**256 - 1
V3 = {"token0": "A", "token1": "B", "tick_lower": -60, "tick_upper": 60, "sqrt_price_x96": str(2**96)}
PAIR = {"token0": "A", "token1": "B", "reserve0": "1000000", "reserve1": "4000000"}
VAULT = {"shares": 1000, "total_assets": 2000, "total_supply": 1500, "token": "A"}
STAKED = {"amount": 1000, "rate": str(115 * 10**16), "token": "A"}
WORTH = {"prices": {"A": "4", "B": "1"}, "token_decimals": {"A": 2, "B": 2}}


def one(**case: Any) -> dict[str, Any]:
    found = json.loads(answer(json.dumps(case), KINDS))
    assert isinstance(found, dict)
    assert "error" not in found, found
    return found


def paid(found: dict[str, Any]) -> dict[str, int]:
    return {each["token"]: int(each["amount"]) for each in found["amounts"]}


@pytest.mark.parametrize(
    ("case", "kind"),
    [
        (V3 | {"liquidity": 5}, "v3_position"),
        ({"supplied": []}, "lending"),
        ({"borrowed": []}, "lending"),
        (VAULT, "vault"),
        (STAKED, "staked"),
        ({"pool": PAIR, "lp_amount": 5, "total_supply": 10}, "lp"),
        ({"legs": [], "tokens": {}}, "nested"),
    ],
)
def test_a_kind_is_told_by_its_fields(case: dict[str, Any], kind: str) -> None:
    assert one(**case)["kind"] == kind
    assert one(**case, kind=kind)["kind"] == kind


def test_a_range_answers_amounts_fees_and_loss() -> None:
    growth = {"global": [0, 0], "lower_outside": [5, 5], "upper_outside": [6, 6], "inside_last": [MOST - 10, 0]}
    found = one(**V3, liquidity=str(2**100), fee_growth=growth, tokens_owed=[7, 8], at=[{"sqrt_price_x96": str(2**97)}],
                tick_spacing=60, **WORTH)  # fmt: skip
    assert paid(found) == {"A": int(found["amount0"]), "B": int(found["amount1"])}
    assert int(found["mint_amount0"]) == int(found["amount0"]) + 1
    assert found["fees"] == ["7", "7"], "of the second 2^128 - 1 is earned, and 8 was owed"
    kept = Fraction(int(found["amount0"])) * 4 + int(found["amount1"])
    assert int(found["at"][0]["il_vs_hold_e18"]) == int((int(found["at"][0]["amount1"]) - kept) / kept * E18)
    assert Fraction(found["value_usd"]) == Fraction(paid(found)["A"] * 4 + paid(found)["B"], 100)


def test_debts_are_owed_and_net_value_may_be_negative() -> None:
    """Debts told as wealth (rotki 9052)."""
    supplied = [{"token": "A", "scaled": str(E18), "index": str(RAY * 105 // 100), "liquidation_threshold_bps": 8250},
                {"token": "B", "amount": 10**6, "liquidation_threshold_bps": 9000, "collateral": False}]  # fmt: skip
    case = {"supplied": supplied, "borrowed": [{"token": "B", "amount": 1500 * 10**6}],
            "base_prices": {"A": 2000 * 10**8, "B": 10**8}, "token_decimals": {"A": 18, "B": 6}}  # fmt: skip
    found = one(**case, prices={"A": "1000", "B": "1"})
    assert paid(found) == {"A": E18 * 105 // 100, "B": 10**6 - 1500 * 10**6}
    assert found["net_value_usd"] == found["value_usd"] == "-449"
    assert (found["collateral_base"], found["debt_base"], found["health_factor"]) == (
        str(2100 * 10**8), str(1500 * 10**8), "1.155",
    )  # fmt: skip
    unpriced = one(**case, prices={"A": "1000"})
    assert (unpriced["net_value_usd"], unpriced["why"]["net_value_usd"]) == (None, "no price of B")
    assert one(supplied=supplied)["why"]["health_factor"] == "no base price of A"
    assert one(supplied=[])["why"] == {"health_factor": "there is no debt"}


@given(st.integers(0, 2**128), st.integers(RAY, 3 * RAY))
def test_interest_rounds_halves_up(scaled: int, index: int) -> None:
    found = one(borrowed=[{"token": "A", "scaled": str(scaled), "index": str(index)}])
    exact = Fraction(scaled * index, RAY)
    assert -paid(found)["A"] == (exact + Fraction(1, 2)).__floor__()


def test_vaults_and_staked_tokens_pay_by_their_rates() -> None:
    assert one(**VAULT)["assets"] == str(1000 * 2001 // 1501)
    assert one(**VAULT, fee_bps=50)["assets"] == str(1333 * 9950 // 10_000)
    assert one(**VAULT, decimals_offset=3)["assets"] == str(1000 * 2001 // 2500)
    assert one(**(VAULT | {"total_assets": 0, "total_supply": 0}))["assets"] == "1000"
    assert one(**STAKED)["underlying"] == "1150"
    assert one(**STAKED, divide=True)["underlying"] == "869"
    assert one(amount=7, rate=3, scale=2, underlying="X")["amounts"] == [{"token": "X", "amount": "10"}]


def test_a_pair_pays_after_the_protocols_fee_and_has_a_fair_value() -> None:
    case = {"pool": PAIR, "lp_amount": 1000, "total_supply": 2_000_000}
    assert paid(one(**case)) == {"A": 500, "B": 2000}
    assert paid(one(**case, k_last=10**12)) == {"A": 458, "B": 1833}
    assert paid(one(**case, k_last=10**12, fee_on=False)) == {"A": 500, "B": 2000}
    even = one(**case, **WORTH)
    assert (even["value_usd"], even["fair_value_usd"], even["off_market"]) == ("40", "40", False)
    off = one(**case, **(WORTH | {"prices": {"A": "16", "B": "1"}}))
    assert (off["value_usd"], off["fair_value_usd"], off["off_market"]) == ("100", "80", True)
    moved = PAIR | {"reserve0": "2000000", "reserve1": "2000000"}
    assert one(**(case | {"pool": moved}), **WORTH)["fair_value_usd"] == "40", "no trade moves it"


@pytest.mark.parametrize(
    ("pool", "expected"),
    [
        ({"variant": "curve", "tokens": ["A", "B"], "balances": [1001, 2003]}, {"A": 100, "B": 200}),
        ({"variant": "curve_crypto", "tokens": ["A", "B"], "balances": [1001, 2003]}, {"A": 90, "B": 180}),
        ({"variant": "balancer", "tokens": ["A", "B"], "balances": [1001, 2003],
          "rates": [E18, E18]}, {"A": 100, "B": 200}),
        ({"weights": [E18 // 2, E18 // 2], "tokens": ["A", "B"], "balances": [1001, 2003],
          "scaling": [E18, 10**30]}, {"A": 100, "B": 200}),
        ({"variant": "solidly", "token0": "A", "token1": "B", "reserve0": 1001, "reserve1": 2003, "decimals0": 6,
          "decimals1": 18, "fee_ppm": 100}, {"A": 100, "B": 200}),
    ],
)  # fmt: skip
def test_each_kind_of_pool_pays_its_share(pool: dict[str, Any], expected: dict[str, int]) -> None:
    assert paid(one(pool=pool, lp_amount=10, total_supply=100)) == expected


def test_so_few_shares_that_burning_reverts_pay_nothing() -> None:
    found = one(pool=PAIR | {"reserve0": "1"}, lp_amount=1, total_supply=10)
    assert paid(found) == {"A": 0, "B": 0}
    assert found["why"]["amounts"] == "so few shares pay nothing of a token"


TOKENS: dict[str, Any] = {
    "gauge": {"rate": str(E18), "token": "lp"},
    "lp": {"pool": PAIR, "total_supply": 2_000},
    "A": {"total_assets": 200, "total_supply": 99, "token": "C"},
    "nft": {**V3, "liquidity": str(2**100)},
    "loan": {
        "supplied": [{"token": "C", "amount": 90}],
        "borrowed": [{"token": "D", "amount": 31}],
        "total_supply": 30,
    },
}


def test_a_staked_share_of_a_pool_opens_to_its_leaves() -> None:
    """V3 positions, staked tokens and gauges counted two or three times (rotki 7276, 4077, 9534)."""
    found = one(legs=[{"token": "gauge", "amount": 10}, {"token": "loan", "amount": 10}], tokens=TOKENS)
    assert found["leaves"] == [
        {"token": "C", "amount": str(5000 * 201 // 100), "path": ["gauge", "lp", "A"]},
        {"token": "B", "amount": "20000", "path": ["gauge", "lp"]},
        {"token": "C", "amount": "30", "path": ["loan"]},
        {"token": "D", "amount": "-11", "path": ["loan"]},
    ]
    assert paid(found) == {"C": 10050 + 30, "B": 20000, "D": -11}, "leaves add up"
    twice = one(legs=[{"token": "nft", "amount": 2}], tokens={"nft": TOKENS["nft"]})
    assert paid(twice)["A"] == 2 * paid(one(**TOKENS["nft"]))["A"]
    owed = one(legs=[{"token": "gauge", "amount": -10}], tokens=TOKENS)
    assert paid(owed) == {"C": -10050, "B": -20000}


def test_inner_cases_bring_tokens_of_their_own() -> None:
    inner = {"legs": [{"token": "x", "amount": 3}], "tokens": {"x": {"rate": 2, "scale": 1, "token": "y"}}}
    found = one(legs=[{"token": "box", "amount": 5}], tokens={"box": inner})
    assert found["leaves"] == [{"token": "y", "amount": "30", "path": ["box", "x"]}]


@given(st.lists(st.tuples(st.sampled_from(["gauge", "lp", "A", "B", "Z"]), st.integers(0, 2000)), max_size=8))
def test_leaves_add_up_to_the_amounts(legs: list[tuple[str, int]]) -> None:
    found = one(legs=[{"token": token, "amount": amount} for token, amount in legs], tokens=TOKENS)
    sums: dict[str, int] = {}
    for leaf in found["leaves"]:
        sums[leaf["token"]] = sums.get(leaf["token"], 0) + int(leaf["amount"])
    assert paid(found) == sums
    alone: dict[str, int] = {}
    for token, amount in legs:
        for inner, units in paid(one(legs=[{"token": token, "amount": amount}], tokens=TOKENS)).items():
            alone[inner] = alone.get(inner, 0) + units
    assert alone == sums


def chain_of(length: int) -> dict[str, Any]:
    return {f"t{n}": {"rate": 1, "scale": 1, "token": f"t{n + 1}"} for n in range(length)}


def test_five_deep_is_opened_six_is_not() -> None:
    legs = [{"token": "t0", "amount": 3}]
    assert one(legs=legs, tokens=chain_of(5))["leaves"][0]["path"] == ["t0", "t1", "t2", "t3", "t4"]
    found = json.loads(answer(json.dumps({"legs": legs, "tokens": chain_of(6)}), KINDS))
    assert found["error"]["code"] == "too_deep"


HUGE: list[dict[str, Any]] = [
    {"amount": str(MOST), "rate": str(MOST), "token": "A"},
    {"shares": str(MOST), "total_assets": str(MOST - 1), "total_supply": 0},
    {"shares": 1, "total_assets": str(MOST), "total_supply": 0},
    {"pool": PAIR | {"reserve0": str(MOST)}, "lp_amount": 2, "total_supply": 2},
    {"borrowed": [{"token": "A", "scaled": str(MOST), "index": str(MOST)}]},
    V3 | {"deposit_max": {"amount0": str(MOST), "amount1": str(MOST)}},
]


@pytest.mark.parametrize("case", HUGE)
def test_what_the_contract_could_not_hold_overflows(case: dict[str, Any]) -> None:
    assert json.loads(answer(json.dumps(case), KINDS))["error"]["code"] == "overflow"


def test_the_largest_values_are_exact() -> None:
    case = {"supplied": [{"token": "A", "amount": str(MOST)}, {"token": "B", "amount": str(MOST)}]}
    found = one(**case, prices={"A": "1e-119", "B": "9" * 119}, token_decimals={"A": 255, "B": 0})
    exact = Fraction(MOST) * int("9" * 119) + Fraction(MOST, 10 ** (255 + 119))
    assert Fraction(found["value_usd"]) == exact


@pytest.mark.parametrize(
    ("case", "words"),
    [
        (V3, "either liquidity or deposit_max is asked for"),
        (V3 | {"liquidity": 1, "deposit_max": {"amount0": 1, "amount1": 1}}, "either liquidity or deposit_max"),
        (V3 | {"liquidity": 1, "tick_lower": 60}, "tick_lower must be less than tick_upper"),
        (V3 | {"liquidity": 1, "tick_spacing": 7}, "tick_lower must be a multiple of tick_spacing, 7"),
        (V3 | {"liquidity": 1, "tick_lower": -887273}, "tick_lower: must be -887272 at least"),
        (V3 | {"liquidity": 1, "sqrt_price_x96": 0}, "sqrt_price_x96: must be 4295128739 at least"),
        (V3 | {"liquidity": str(2**128)}, "liquidity: must be 3402"),
        (V3 | {"liquidity": 1, "tick": 5}, "tick: 5 is not the tick of sqrt_price_x96"),
        (V3 | {"liquidity": 1, "tokens_owed": [1, 2]}, "fee_growth is required with tokens_owed"),
        (V3 | {"liquidity": 1, "token1": "A"}, "token1 is token0"),
        (V3 | {"liquidity": 1, "fee_growth": {"global": [1]}}, "fee_growth.global"),
        ({"supplied": [{"token": "A"}]}, "supplied.0: either amount, or scaled with index, is asked for"),
        ({"supplied": [{"token": "A", "scaled": 1}]}, "supplied.0: scaled and index go together"),
        ({"supplied": [{"token": "A", "amount": -1}]}, "supplied.0.amount: must be 0 at least"),
        ({"supplied": None}, "supplied: must be a list"),
        (VAULT | {"shares": "x"}, "shares: not a decimal number: 'x'"),
        (VAULT | {"fee_bps": 10_001}, "fee_bps: must be 10000 at most"),
        (VAULT | {"total_supply": None}, "total_supply: not a decimal number"),
        (STAKED | {"rate": 0, "divide": True}, "rate must be greater than 0"),
        (STAKED | {"scale": 0}, "scale: must be greater than 0"),
        (STAKED | {"surprise": 0}, "surprise: is no field here"),
        ({"pool": {"sqrt_price_x96": 5}, "lp_amount": 1, "total_supply": 1}, "pool: a v3 pool has no shares"),
        ({"pool": {}, "lp_amount": 1, "total_supply": 1}, "pool: must say of which kind it is"),
        ({"pool": PAIR, "lp_amount": 2, "total_supply": 1}, "lp_amount is more than total_supply"),
        ({"pool": PAIR, "lp_amount": 0, "total_supply": 0}, "total_supply: must be greater than 0"),
        ({"pool": PAIR, "lp_amount": 1}, "total_supply: is required"),
        ({"pool": PAIR | {"x": 1}, "lp_amount": 1, "total_supply": 1}, "pool.v2.x: is no field here"),
        (
            {"pool": {"amp": 5, "tokens": ["A", "B"], "balances": [1]}, "lp_amount": 1, "total_supply": 1},
            "pool.stable: balances has 1 entries, tokens 2",
        ),
        (
            {"pool": {"amp": 5, "tokens": ["A", "A"], "balances": [1, 1]}, "lp_amount": 1, "total_supply": 1},
            "pool.stable: tokens: one stands there twice",
        ),
        (
            {
                "pool": {"amp": 5, "tokens": ["A", "B"], "balances": [1, 1]},
                "lp_amount": 1,
                "total_supply": 1,
                "k_last": 1,
            },
            "k_last, fee_on: of v2 pools alone",
        ),
        ({"legs": [{"token": "x", "amount": 1}]}, "tokens: is required"),
        ({"legs": [{"token": "x", "amount": 1.5}], "tokens": {}}, "legs.0.amount: a quantity is a string"),
        ({"legs": [{"token": "x", "amount": 1}], "tokens": {"x": 5}}, "tokens.x: must be a JSON object"),
        ({"legs": [{"token": "x", "amount": 1}], "tokens": {"x": {"rate": "y", "token": "z"}}}, "tokens.x.rate: not a"),
        ({"legs": [{"token": "x", "amount": 1}], "tokens": {"x": {"rate": 1}}}, "tokens.x.token: is required"),
        ({"legs": [{"token": "x", "amount": 1}], "tokens": {"x": {}}}, "tokens.x: no kind fits these fields"),
        (
            {"legs": [{"token": "x", "amount": 1}], "tokens": {"x": {"supplied": [], "total_supply": 0}}},
            "tokens.x.total_supply: must be greater than 0",
        ),
        (
            {"legs": [{"token": "x", "amount": 1}], "tokens": {"x": {"rate": 1, "token": "x"}}},
            "tokens: x > x holds itself",
        ),
        (VAULT | {"prices": {"A": "-1"}}, "prices.A: must be 0 at least"),
        ({"kind": "vaults", "shares": 1}, "kind: there is no 'vaults'; vault is near"),
        ({"sharez": 1}, "no kind fits these fields; the nearest is"),
    ],
)
def test_a_wrong_field_is_its_own_cases_error(case: dict[str, Any], words: str) -> None:
    bad, fine = json.loads(answer(json.dumps([case | {"id": 7}, STAKED]), KINDS))
    assert bad["id"] == 7
    assert bad["error"]["message"].startswith(words), bad
    assert fine["underlying"] == "1150"


def test_the_command_answers_mixed_kinds_in_one_file(tmp_path: Path) -> None:
    given_file, output = tmp_path / "in.json", tmp_path / "out.json"
    cases = [VAULT, STAKED, {"legs": [{"token": "gauge", "amount": 1}], "tokens": TOKENS}, 3]
    tokens = [{"name": "A", "decimals": 2}]
    given_file.write_text(json.dumps({"cases": cases, "tokens": tokens, "note": "n"}))
    done = CliRunner().invoke(portfolio, ["positions", "--input", str(given_file), "--output", str(output)])
    assert done.exit_code == 0, done.output
    found = json.loads(output.read_text())["cases"]
    assert [each.get("kind") for each in found] == ["vault", "staked", "nested", None]
    priced = json.dumps({"cases": [STAKED | {"prices": {"A": 2}}], "tokens": tokens})
    assert json.loads(answer(priced, KINDS))["cases"][0]["value_usd"] == "23"
