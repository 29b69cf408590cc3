"""Proxies that name what they run in their code, by what they do and not by their bytes; and what is listed behind."""

from __future__ import annotations

import json
from typing import Any

import pytest

from premium.cases import answer
from premium.security.cases.contracts import kinds as contract_kinds
from premium.security.cases.transactions import kinds
from premium.security.knowledge.clones import cloned
from tests.factories.contracts import ROOT, artifact

pytestmark = pytest.mark.unit
LOGIC = "be" * 20
EIP1167 = f"363d3d373d3d3d363d73{LOGIC}5af43d82803e903d91602b57fd5bf3"
SHAPES = {
    "EIP-1167": EIP1167,
    "EIP-7511": f"365f5f375f5f365f73{LOGIC}5af43d5f5f3e5f3d91602a57fd5bf3",
    "without a length": f"3d3d3d3d363d3d37363d73{LOGIC}5af43d3d93803e602a57fd5bf3",
    "a language's own": f"366000600037611000600036600073{LOGIC}5af4602c57600080fd5b6110006000f3",
    "arguments behind": EIP1167 + "54" * 60,
}
OTHERS = {
    "nothing": "",
    "it asks its storage": f"365f5f375f5f365f73{LOGIC}545af43d5f5f3e5f3d91602a57fd5bf3",
    "whom the call names": f"365f5f375f5f365f73{LOGIC}505f355af43d5f5f3e5f3d91602a57fd5bf3",
    "a mask": f"365f5f375f5f365f73{'ff' * 20}5af43d5f5f3e5f3d91602a57fd5bf3",
    "no delegate call": f"365f5f375f5f365f73{LOGIC}5afa3d5f5f3e5f3d91602a57fd5bf3",
    "two": f"73{LOGIC}{EIP1167}",
    "in data": "7f" + EIP1167[:64],
}


@pytest.mark.parametrize("shape", SHAPES)
def test_what_a_clone_runs_is_seen(shape: str) -> None:
    assert cloned(bytes.fromhex(SHAPES[shape])) == f"0x{LOGIC}"


@pytest.mark.parametrize("shape", OTHERS)
def test_what_is_no_clone_runs_nothing(shape: str) -> None:
    assert cloned(bytes.fromhex(OTHERS[shape])) is None


def test_published_code_is_no_clone() -> None:
    for path in ("proxy/ERC1967/ERC1967Proxy.sol/ERC1967Proxy", "token/ERC20/ERC20.sol/ERC20"):
        assert cloned(artifact(f"@openzeppelin/contracts/build/contracts/{path.rpartition('/')[2]}.json")) is None


def judged(kinds_: Any, **case: Any) -> dict[str, Any]:
    (told,) = json.loads(answer(json.dumps([case]), kinds_))
    assert "error" not in told, told
    return dict(told)


@pytest.mark.parametrize(("kind", "found"), [("drainer", True), ("exploiter", True), ("sanctioned", False)])
def test_who_deals_with_a_clone_of_a_listed_contract_is_told(kind: str, *, found: bool) -> None:
    clone, token = "0x" + "c1" * 20, "0x" + "aa" * 20
    knowledge = {
        "code": {clone: f"0x{EIP1167}", token: "0x6001"}, "listed": [{"address": f"0x{LOGIC}", "kind": kind}],
    }  # fmt: skip
    data = "0x095ea7b3" + clone[2:].rjust(64, "0") + f"{10**18:064x}"
    tx = {"chain_id": "1", "from": "0x" + "77" * 20, "to": token, "value": "0", "data": data}
    told = judged(kinds(shipped=False), kind="transaction", tx=tx, knowledge=knowledge)
    assert ("clone_of_listed" in {each["id"] for each in told["findings"]}) is found
    assert (told["verdict"] == "malicious") is found
    scanned = judged(
        contract_kinds(shipped=False), kind="contract", bytecode=f"0x{EIP1167}", chain_id="1", address=clone,
        knowledge={"listed": knowledge["listed"]}, world={"accounts": {f"0x{LOGIC}": {"code": "0x00"}}},
    )  # fmt: skip
    assert ("clone_of_listed" in {each["id"] for each in scanned["findings"]}) is found


def test_copies_that_differ_in_immutables_alone_are_known() -> None:
    """The places are those that the compiler names; another instruction beside them is another code."""
    one, two = (bytes.fromhex(code) for code in with_immutables("77" * 20, "88" * 20))
    assert one != two
    listed = "0x" + "cc" * 20
    for code, found in ((two, True), (two.replace(b"\x42", b"\x43", 1), False)):
        told = judged(
            contract_kinds(shipped=False), kind="contract", bytecode=f"0x{code.hex()}", chain_id="1",
            knowledge={"listed": [{"address": listed, "kind": "drainer"}], "code": {listed: f"0x{one.hex()}"}},
        )  # fmt: skip
        assert ("clone_of_listed" in {each["id"] for each in told["findings"]}) is found


def with_immutables(*owners: str) -> list[str]:
    """Runtime codes of one published contract, which keeps who owns it and when it was made in its code."""
    folder = "@openzeppelin/contracts/build/contracts"
    document = json.loads((ROOT / "node_modules" / folder / "VestingWallet.json").read_text())
    code = document["deployedBytecode"][2:]
    return [code.replace("7f" + "00" * 32, "7f" + owner.rjust(64, "0")) for owner in owners]
