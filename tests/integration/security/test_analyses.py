"""Analyses of codes: made once for all addresses, chains and workers, and again for another engine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import cache
from typing import Any, NamedTuple

import pytest

from local.evm import Evm
from premium.bootstrap import Platform
from premium.chains.addresses import checksum, keccak256
from premium.security.compilers.solc import compiled
from premium.security.contract.analysis import CodeAnalysis, analysed
from premium.security.contract.scan import scan
from premium.security.evm.disassembly import without_metadata
from premium.security.labelled import Labels
from premium.security.store import analyses
from premium.security.store.analyses import Analyses
from premium.security.work import upkeep
from premium.security.work.judge import judge
from tests.factories.contracts import artifact
from tests.factories.contracts.deployment import account, calldata, deploy, send

pytestmark = pytest.mark.integration
HERE = "0x" + "11" * 20
TEXT = """// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;
contract Coin {
    mapping(address => uint256) public balanceOf;
    uint256 public totalSupply;
    address head = msg.sender;
    event Transfer(address indexed from, address indexed to, uint256 value);
    function hand(address to) external { require(msg.sender == head); head = to; }
    function mint(address to, uint256 value) external {
        require(msg.sender == head);
        totalSupply += value;
        balanceOf[to] += value;
        emit Transfer(address(0), to, value);
    }
    function transfer(address to, uint256 value) external returns (bool) {
        balanceOf[msg.sender] -= value;
        balanceOf[to] += value;
        emit Transfer(msg.sender, to, value);
        return true;
    }
}
"""


class Coin(NamedTuple):
    creation: bytes
    runtime: bytes


@cache
def token() -> Coin:
    made = compiled({"Coin.sol": TEXT}, {}, code=True).output["contracts"]["Coin.sol"]["Coin"]["evm"]
    return Coin(*(bytes.fromhex(made[part]["object"]) for part in ("bytecode", "deployedBytecode")))


def rows(platform: Platform, code: bytes) -> list[Mapping[str, Any]]:
    with platform.worker_database.transaction() as connection:
        query = "SELECT * FROM code_analyses WHERE code_hash = %s"
        return list(connection.execute(query, (keccak256(code),)).fetchall())


@pytest.fixture
def code(platform: Platform) -> bytes:
    """A code that nobody has analysed."""
    made = token().runtime
    assert rows(platform, made) == []
    return made


@pytest.fixture
def explored(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The codes that were explored."""
    seen: list[bytes] = []

    def counted(code: bytes) -> CodeAnalysis:
        seen.append(code)
        return analysed(code)

    monkeypatch.setattr(analyses, "analysed", counted)
    return seen


def test_a_copy_elsewhere_is_not_explored_again_and_has_its_own_owner(
    platform: Platform, evm: Evm, code: bytes, explored: list[bytes]
) -> None:
    """What a code can do is kept; who holds the power is read of each address."""
    first, second = (checksum(deploy(evm, token().creation)) for _ in range(2))
    one = judge(platform, "local", first, contract=True)
    assert explored == [code]
    send(evm, second, calldata("hand(address)", account(evm, 3)))
    other = judge(platform, "local", second, contract=True)
    assert explored == [code]
    holders = [next(each["holder"] for each in made.told["findings"] if each["id"] == "mint") for made in (one, other)]
    assert holders[0] != holders[1] == f"eoa {checksum(account(evm, 3))}"
    (row,) = rows(platform, code)
    assert row.keys() == {"id", "code_hash", "engine_version", "signals", "created_at"}
    assert first.lower()[2:] not in json.dumps(row["signals"]).lower()
    judge(platform, "local", second, contract=True, anew=True)
    assert explored == [code, code]
    assert len(rows(platform, code)) == 1


def test_another_engine_and_another_form_are_made_anew(
    platform: Platform, code: bytes, explored: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Analyses(platform.worker_database)
    made = kept.of(code)
    assert kept.of(code) == made == analysed(code)
    assert len(explored) == 1
    monkeypatch.setattr(analyses, "ENGINE", "another")
    assert kept.of(code) == made
    assert (len(explored), len(rows(platform, code))) == (2, 2)
    with platform.worker_database.transaction() as connection:
        connection.execute("DELETE FROM code_analyses WHERE code_hash = %s", (keccak256(code),))
        connection.execute(
            "INSERT INTO code_analyses (code_hash, engine_version, signals) VALUES (%s, 'another', '{\"x\": 1}')",
            (keccak256(code),),
        )
    assert kept.of(code) == made
    assert len(explored) == 3


def test_two_workers_at_once_keep_one(platform: Platform, code: bytes) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: Analyses(platform.worker_database).of(code), range(4)))
    assert all(each == made[0] for each in made)
    assert len(rows(platform, code)) == 1


def test_old_ones_go(platform: Platform, code: bytes) -> None:
    kept, now = Analyses(platform.worker_database), platform.clock.now()
    kept.of(code)
    assert kept.forget(now - upkeep.KEPT) == 0
    assert kept.forget(now + timedelta(days=1)) >= 1
    assert rows(platform, code) == []


@pytest.mark.parametrize(
    "name", ["ERC20PresetMinterPauser", "TransparentUpgradeableProxy", "BeaconProxy", "TimelockController"]
)
def test_what_is_kept_says_what_exploring_says(name: str) -> None:
    """Through JSON and back."""

    class Nothing:
        block_number = 1

        def code(self, address: str) -> bytes:
            return plain if address == HERE else b""

        def storage(self, address: str, slot: int) -> int | None:  # noqa: ARG002 - the port's form
            return 0

        def call(self, to: str, data: bytes, *, sender: str | None = None) -> bytes | None:  # noqa: ARG002 - as above
            return None

    def kept(code: bytes) -> CodeAnalysis:
        return CodeAnalysis.model_validate(json.loads(json.dumps(analysed(code).model_dump(mode="json"))))

    plain = artifact(f"@openzeppelin/contracts/build/contracts/{name}.json")
    made = [
        scan(HERE, "local", Nothing(), code_hash=lambda each: each.hex()[:8], analyst=analyst)
        for analyst in (analysed, kept)
    ]
    assert made[0] == made[1]


def test_a_copy_of_a_listed_code_is_told_at_any_address(platform: Platform, evm: Evm) -> None:
    """A list names the code of a drainer; a delisting ends it for its copies, too."""
    where = checksum(deploy(evm, token().creation))
    plain = keccak256(without_metadata(token().runtime)).hex()
    labels = Labels.of(platform, by_operator=True)

    def lists(kind: str, hashed: str = plain) -> dict[str, str]:
        row = f"address,chain,kind,name,code_hash\n0x{'99' * 20},all,{kind},Somebody,0x{hashed}"
        labels.take("own", row.encode(), platform.chains)
        told = judge(platform, "local", where, contract=True).told
        return {each["id"]: each["holder"] for each in told["findings"]}

    assert lists("drainer")["clone_of_listed"].lower() == "0x" + "99" * 20
    assert "clone_of_listed" in lists("exploiter", keccak256(token().runtime).hex())
    assert "clone_of_listed" not in lists("sanctioned")
    assert "clone_of_listed" not in lists("drainer", "00" * 32)
