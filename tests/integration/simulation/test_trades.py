"""Traps and honest look-alikes traded on an EVM of the command's own: what is paid and got, and what it is called."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from premium.cases import answer
from premium.security.cases.trades import kinds
from tests.factories.trades import case_of, traded_tokens

pytestmark = pytest.mark.integration
TRAPS = {"honeypot", "holders_trapped", "siphons", "buy_tax_high", "sell_tax_high", "sell_limit", "trading_closed"}
OTHERS = {"cooldown", "trade_tax"}


@cache
def measured() -> dict[str, dict[str, Any]]:
    """Every token of one build in a pair, and some in a pool of the newer kind."""
    tokens = [each for each in traded_tokens() if each.build == "optimized"]
    newer = [each for each in tokens if each.name in ("Fair", "Trap", "FivePercent", "Patient", "Capped", "Shut")]
    cases = [case_of(each) for each in tokens] + [case_of(each, dex="v3") for each in newer]
    made = json.loads(answer(json.dumps(cases), kinds()))
    return {each["id"].replace(" optimized", ""): each for each in made}


def names() -> list[tuple[str, str]]:
    text = (Path(__file__).parents[2] / "factories" / "trades" / "tokens.sol").read_text()
    marks = re.findall(r"// expects: (\w+)\ncontract (\w+)", text)
    return [(name, mark) for mark, name in marks]


@pytest.mark.parametrize(("name", "mark"), names())
def test_each_token_is_called_what_it_is(name: str, mark: str) -> None:
    found = measured()[f"{name} v2"]
    told = {each["id"] for each in found["findings"] if each["basis"] == "measured"}
    assert told & TRAPS == {mark} & TRAPS
    assert told >= ({mark} & OTHERS)
    harmful = mark in ("honeypot", "holders_trapped", "siphons")
    assert (found["verdict"] == "malicious") is harmful
    assert found["complete"]


def test_taxes_are_exact_by_integer_arithmetic() -> None:
    fair, five = measured()["Fair v2"], measured()["FivePercent v2"]
    reserve, coins, spent = 100_000 * 10**18, 100 * 10**18, 50 * 10**18
    ideal = spent * 997 * reserve // (coins * 1000 + spent * 997)
    assert fair["buy"] == {"ideal": str(ideal), "received": str(ideal), "tax_bps": "0", "revert": None}
    assert five["buy"]["received"] == str(ideal - ideal * 5 // 100)
    held = int(five["buy"]["received"])
    sold = held * 997 * (coins + spent) // ((reserve - ideal) * 1000 + held * 997)
    paid = (held - held * 5 // 100) * 997
    assert five["sell"]["ideal"] == str(sold)
    assert five["sell"]["received"] == str(paid * (coins + spent) // ((reserve - ideal) * 1000 + paid))
    assert five["transfer"]["tax_bps"] == "499"  # the fee is rounded down, and so is what is missing


def test_limits_and_waits_are_measured_to_the_unit() -> None:
    assert measured()["Capped v2"]["max_sell"] == str(20_000 * 10**18)
    assert measured()["Patient v2"]["sells_after"] == {"blocks": "300", "seconds": "3600"}


def test_holders_are_sold_for_where_a_newcomer_can() -> None:
    found = measured()["NewcomersOnly v2"]
    assert found["can_sell"] is True
    assert (found["holders"]["tried"], found["holders"]["sold"]) == ("4", "1")


def test_pools_of_the_newer_kind_pay_by_their_own_formula() -> None:
    fair = measured()["Fair v3"]
    assert (fair["buy"]["tax_bps"], fair["sell"]["tax_bps"], fair["verdict"]) == ("0", "0", "clear")
    assert measured()["Trap v3"]["verdict"] == "malicious"
    taxed = measured()["FivePercent v3"]
    assert taxed["can_sell"] is False
    assert taxed["verdict"] == "unknown"  # the pool takes no taxed token: that proves no trap, and nothing better


def test_limits_waits_and_closed_doors_are_measured_in_pools_of_the_newer_kind() -> None:
    assert measured()["Capped v3"]["max_sell"] == str(20_000 * 10**18)
    assert measured()["Patient v3"]["sells_after"] == {"blocks": "300", "seconds": "3600"}
    told = {
        name: {each["id"] for each in measured()[f"{name} v3"]["findings"]} for name in ("Capped", "Patient", "Shut")
    }
    assert told["Capped"] & TRAPS == {"sell_limit"}
    assert told["Patient"] & (TRAPS | OTHERS) == {"cooldown"}
    assert told["Shut"] & TRAPS == {"trading_closed"}
