"""Contracts of files: codes alone, constructors that run or fail, stated worlds, and bad input by field."""

from __future__ import annotations

import json
from typing import Any

import pytest

from premium.cases import answer
from premium.security.cases.contracts import kinds
from tests.factories.contracts import Compiled, artifact, corpus, parties

pytestmark = pytest.mark.unit

OWNER = "0x" + "aa" * 20
HERE = "0x" + "bb" * 20


def asked(**case: Any) -> dict[str, Any]:
    (given,) = json.loads(answer(json.dumps([case]), kinds()))
    return dict(given)


def built(name: str) -> Compiled:
    return next(one for one in corpus() if one.name == name and one.build == "optimized")


def ids(given: dict[str, Any]) -> dict[str, str]:
    return {one["id"]: one["severity"] for one in given["findings"] if one["severity"] != "info"}


def test_a_code_alone_says_what_it_can_do_and_not_who() -> None:
    given = asked(bytecode=built("SparingPause").runtime.hex())
    assert ids(given) == {"pause": "medium", "exempt_accounts": "low"}
    assert {one["holder"] for one in given["findings"] if one["id"] == "pause"} == {"unknown"}
    assert (given["verdict"], given["complete"], given["standards"]) == ("caution", True, ["ERC-20"])


def test_a_constructor_runs_and_names_the_holder() -> None:
    given = asked(creation_bytecode="0x" + built("SparingPause").creation.hex())
    (holder,) = {one["holder"] for one in given["findings"] if one["id"] == "pause"}
    assert holder.startswith("eoa 0x")
    assert given["complete"]


def test_a_constructor_that_fails_leaves_the_code_to_read() -> None:
    creation = built("BoughtOnce").creation  # it wants an argument that is not there
    given = asked(creation_bytecode=creation.hex())
    assert ids(given) == {"sell_gate": "high"}
    assert (given["complete"], given["unknowns"]) == (
        False, ["the constructor fails, so what it would have stored is not known"],
    )  # fmt: skip


def test_a_stated_world_tells_who_holds_the_power() -> None:
    code = "0x" + built("SparingPause").runtime.hex()
    renounced = asked(address=HERE, bytecode=code, world={"accounts": {HERE: {"storage": {"3": "0"}}}})
    held = asked(address=HERE, bytecode=code, world={"accounts": {HERE: {"storage": {"0x3": OWNER}}}})
    assert "pause" not in ids(renounced)
    assert [one["holder"].lower() for one in held["findings"] if one["id"] == "pause"] == [f"eoa {OWNER}"]


def test_a_labelled_issuer_is_not_maligned_and_a_listed_address_is() -> None:
    code = "0x" + built("SparingPause").runtime.hex()
    issuer = asked(address=HERE, bytecode=code, knowledge={"contracts": {HERE: "An issuer"}})
    listed = asked(address=HERE, bytecode=code, knowledge={"listed": [{"address": HERE, "kind": "drainer"}]})
    assert set(ids(issuer).values()) == {"low"}
    assert (listed["verdict"], ids(listed)["listed_address"]) == ("malicious", "critical")


def test_functions_tell_what_they_take() -> None:
    given = {one["selector"]: one for one in asked(bytecode=built("Honest").runtime.hex())["functions"]}
    assert given["0xa9059cbb"] == {
        "selector": "0xa9059cbb", "arguments": "address,uint256", "mutability": "nonpayable",
    }  # fmt: skip
    assert given["0x70a08231"] == {"selector": "0x70a08231", "arguments": "address", "mutability": "view"}


@pytest.mark.parametrize(
    ("case", "code", "field"),
    [
        ({"bytecode": "0xzz"}, "bad_hex", "bytecode"),
        ({"bytecode": "0x"}, "no_code", "bytecode"),
        ({"bytecode": "00" * 65537}, "too_large", "bytecode"),
        ({"creation_bytecode": "5f5ffd"}, "no_code", "creation_bytecode"),
        ({"creation_bytecode": "00"}, "no_code", "creation_bytecode"),
        ({}, "invalid_field", "bytecode"),
        ({"bytecode": "00", "creation_bytecode": "00"}, "invalid_field", "bytecode"),
        ({"bytecode": "00", "address": "0x12"}, "bad_address", "address"),
        ({"bytecode": "00", "world": {"accounts": {"0x1": {}}}}, "bad_address", "world.accounts"),
        ({"bytecode": "00", "world": {"accounts": {HERE: {"storage": {"x": "1"}}}}}, "bad_hex", "storage"),
    ],
)
def test_bad_input_is_named(case: dict[str, Any], code: str, field: str) -> None:
    error = asked(id="x", **case)["error"]
    assert (error["code"], field in error["message"]) == (code, True)


def test_what_a_labelled_issuer_holds_is_at_most_low() -> None:
    code = "0x" + built("SparingPause").runtime.hex()
    world = {"accounts": {HERE: {"storage": {"0x3": OWNER}}}}
    told = asked(address=HERE, bytecode=code, world=world, knowledge={"listed": [{"address": OWNER, "kind": "issuer"}]})
    exchange = asked(
        address=HERE, bytecode=code, world=world, knowledge={"listed": [{"address": OWNER, "kind": "exchange"}]}
    )
    assert (ids(told)["pause"], ids(exchange)["pause"]) == ("low", "medium")
    assert told["verdict"] == "clear"


def test_ownership_that_giving_up_writes_down_is_the_owners() -> None:
    """Nobody stands in the place of who may come back before the ownership is given up."""
    locked = next(one for one in parties("regained.sol") if one.name == "LockAndBack" and one.build == "optimized")
    told = asked(creation_bytecode="0x" + locked.creation.hex())
    assert ids(told)["ownership_regain"] == "high"


@pytest.mark.parametrize(
    ("path", "selector", "arguments"),
    [
        (
            "@uniswap/v2-core/build/UniswapV2ERC20",
            "0xd505accf",
            "address,address,uint256,uint256,uint8,bytes32,bytes32",
        ),
        ("@openzeppelin/contracts/build/contracts/ERC1155PresetMinterPauser", "0x4e1273f4", "address[],uint256[]"),
        ("@uniswap/v2-periphery/build/UniswapV2Router02", "0xad5c4648", ""),
    ],
    ids=["signers", "lists", "none"],
)
def test_arguments_are_known_by_what_becomes_of_them(path: str, selector: str, arguments: str) -> None:
    """By what a signer is recovered from, what is handed to others, and how many words the code asks for."""
    given = asked(bytecode=artifact(f"{path}.json").hex())
    assert {each["selector"]: each["arguments"] for each in given["functions"]}[selector] == arguments
