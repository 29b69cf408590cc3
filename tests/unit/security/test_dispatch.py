"""The dispatch table is recovered by running the dispatcher: data that looks like code gives nothing."""

from __future__ import annotations

import json

import pytest

from premium.chains.addresses import keccak256
from premium.security.evm.disassembly import Disassembly, without_metadata
from premium.security.evm.explorer import explore
from tests.factories.contracts import ROOT, artifact, corpus

pytestmark = pytest.mark.unit

BIG = "@uniswap/v3-periphery/artifacts/contracts/NonfungiblePositionManager.sol/NonfungiblePositionManager.json"


def selectors(abi: list[dict[str, object]]) -> set[int]:
    return {int.from_bytes(keccak256(_signature(one).encode())[:4]) for one in abi if one["type"] == "function"}


def _signature(function: dict[str, object]) -> str:
    inputs = function["inputs"]
    assert isinstance(inputs, list)
    return f"{function['name']}({','.join(_type(one) for one in inputs)})"


def _type(parameter: dict[str, object]) -> str:
    kind, parts = str(parameter["type"]), parameter.get("components", [])
    assert isinstance(parts, list)
    return f"({','.join(_type(one) for one in parts)}){kind[5:]}" if kind.startswith("tuple") else kind


def test_every_function_of_every_build_is_found_and_no_other() -> None:
    wrong = {
        (one.name, one.build): set(explore(one.runtime).entries) ^ selectors(one.abi)
        for one in corpus()
        if set(explore(one.runtime).entries) != selectors(one.abi)
    }
    assert wrong == {}


def test_a_large_contract_with_a_split_table() -> None:
    abi = json.loads((ROOT / "node_modules" / BIG).read_text())["abi"]
    assert set(explore(artifact(BIG)).entries) == selectors(abi)


def test_a_selector_in_push_data_or_after_the_code_is_no_function() -> None:
    # PUSH5 hides `PUSH4 deadbeef EQ`; the dispatcher itself compares with 0x11223344 only.
    code = bytes.fromhex("5f3560e01c8063112233441460155764deadbeef1450005b00")
    assert set(explore(code).entries) == {0x11223344}


def test_jumpdests_inside_push_data_are_none() -> None:
    assert Disassembly(bytes.fromhex("605b5b00")).jumpdests == {2}


def test_metadata_is_left_out_and_odd_tails_are_not_taken_for_it() -> None:
    code = bytes.fromhex("6001600255")
    metadata = bytes.fromhex("a164736f6c6343000814000a")
    assert without_metadata(code + metadata) == code
    assert without_metadata(code + b"\xff\xff") == code + b"\xff\xff"
    assert without_metadata(b"") == b""
