"""Transactions of files with a world: what a simulation finds stands beside what the call says."""

from __future__ import annotations

import json
from typing import Any

import pytest

from premium.cases import answer
from premium.security.cases.transactions import kinds
from premium.simulation.own import anvil
from tests.integration.simulation.nodes import pays

pytestmark = pytest.mark.integration
USER, PLACE, OWNER = ("0x" + each * 20 for each in ("77", "be", "0a"))
CLAIM = "0x4e71d92d"
COINS = 5 * 10**18


def scanned(code: str, *, value: int = 0, data: str = CLAIM, **more: Any) -> dict[str, Any]:
    accounts = {
        USER: {"balance": str(10**19)},
        PLACE: {"code": f"0x{code}", "balance": str(COINS), **more.pop("place", {})},
    }
    block = {"number": "20", "timestamp": "1764000000", "coinbase": "0x" + "c0" * 20, "base_fee": "1000000000"}
    tx = {"chain_id": "1", "from": USER, "to": PLACE, "value": str(value), "data": data}
    case = {"id": "x", "kind": "transaction", "tx": tx, "world": {"accounts": accounts, "block": block}, **more}
    found: dict[str, Any] = json.loads(answer(json.dumps(case), kinds()))
    return found


def ids(found: dict[str, Any]) -> set[str]:
    return {each["id"] for each in found["findings"] if each["basis"] == "simulated"}


def test_a_claim_that_pays_everybody_is_clear_and_says_what_comes() -> None:
    found = scanned(pays("6001").hex())
    assert (found["verdict"], ids(found)) == ("clear", set())
    assert "In the simulation 1 of the coin comes to you." in found["summary"]
    assert found["simulation"]["movements"][0]["amount"] in (str(10**18), str(-(10**18)))


def test_a_claim_that_pays_in_a_simulator_alone_is_told_with_the_variable() -> None:
    found = scanned(pays("4815").hex())
    assert ids(found) == {"environment_dependent"}
    (one,) = [each for each in found["findings"] if each["id"] == "environment_dependent"]
    assert one["evidence"][0]["variable"] == "base fee"


def test_value_for_which_nothing_returns_is_told() -> None:
    assert "nothing_back" in ids(scanned("00", value=5, data="0x12345678"))


def test_a_failure_is_told_with_its_reason() -> None:
    reason = "08c379a0" + f"{32:064x}" + f"{4:064x}" + b"gone".hex().ljust(64, "0")
    code = "6064600c60003960646000fd" + reason
    found = scanned(code)
    assert ids(found) == {"reverts"}
    assert found["simulation"]["revert"]["text"] == "gone"
    assert found["verdict"] == "unknown"


def test_a_switch_that_its_owner_may_turn_is_named_with_its_holder() -> None:
    # if calldata has 36 bytes, the owner stores the word; else: pay where storage 0 is not zero
    owner = "3373" + OWNER[2:] + "14602557" + "00" + "5b" + "600435600055" + "00"
    start = "3660041460" + f"{7 + len(owner) // 2:02x}" + "57"
    owner = owner.replace("14602557", f"1460{len(start) // 2 + 27:02x}57")
    paying = "5b" + "60005415" + "60" + "%02x" + "57"
    body = "6000600060006000670de0b6b3a7640000335af150"
    at = len(start + owner) // 2 + len(paying % 0) // 2 + len(body) // 2
    found = scanned(start + owner + paying % at + body + "5b00", value=3, place={"storage": {"0x0": "1"}})
    assert found["simulation"]["success"], found["simulation"]["revert"]
    (one,) = [each for each in found["findings"] if each["id"] == "state_fragile"]
    assert one["holder"].lower() == OWNER
    assert one["evidence"][0]["slot"] == "0x0"


def test_a_simulation_that_cannot_be_made_is_never_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anvil._Shared, "nodes", {})
    monkeypatch.setenv(anvil.VARIABLE, "/bin/false")
    found = scanned(pays("6001").hex())
    assert (found["verdict"], found["complete"], found["simulation"]) == ("unknown", False, None)
    assert any("was not simulated" in each for each in found["unknowns"])
