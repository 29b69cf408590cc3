"""Who decides: owners shown and hidden, signers, shares, initialisers, proxies' own functions, names of others."""

from __future__ import annotations

import json
from typing import Any

import pytest
from eth_abi.abi import encode

from premium.cases import answer
from premium.chains.addresses import created
from premium.security.cases.addresses import kinds as address_kinds
from premium.security.cases.contracts import kinds
from premium.security.detectors.analysis import profile_of, signals_of
from premium.security.knowledge.shipped import shipped
from tests.factories.contracts import BUILDS, ROOT, Compiled, artifact, parties

pytestmark = pytest.mark.unit
FILES = ("asked.sol", "granted.sol", "held.sol", "hidden.sol", "regained.sol", "signed.sol", "shares.sol", "starts.sol")
_INFORMING = {"owner_function", "incomplete", "proxy"}
PROXY, LOGIC, KEY = "0x" + "bb" * 20, "0x" + "cc" * 20, "0x" + "aa" * 20
SLOT = "0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc"
NEW = {"hidden_owner", "ownership_regain", "signature_replay", "environment_branch", "rebasing"}


def ids(**case: Any) -> dict[str, str]:
    (given,) = json.loads(answer(json.dumps([case]), kinds()))
    assert "error" not in given, given
    return {one["id"]: one["severity"] for one in given["findings"] if one["severity"] != "info"}


def built(file: str, name: str, build: str = "optimized") -> Compiled:
    return next(one for one in parties(file) if (one.name, one.build) == (name, build))


def code_of(one: Compiled) -> str:
    return f"0x{one.runtime.hex()}"


@pytest.mark.parametrize("file", FILES)
def test_every_build_is_judged_as_its_author_says(file: str) -> None:
    """Positive ones and look-alikes, without and with the optimiser, and through the intermediate language."""
    made = parties(file)
    assert {one.build for one in made} == BUILDS.keys()
    wrong = {}
    for one in made:
        found = {each.id for each in signals_of(profile_of(one.runtime))} - _INFORMING
        if found != one.expects:
            wrong[one.name, one.build] = (sorted(found - one.expects), sorted(one.expects - found))
    assert wrong == {}


@pytest.mark.parametrize(
    "path",
    [
        "@openzeppelin/contracts/build/contracts/MinimalForwarder.json",
        "@openzeppelin/contracts/build/contracts/ERC20PresetMinterPauser.json",
        "@openzeppelin/contracts/build/contracts/TimelockController.json",
        "@uniswap/v2-core/build/UniswapV2ERC20.json",
        "@uniswap/v3-periphery/artifacts/contracts/NonfungiblePositionManager.sol/NonfungiblePositionManager.json",
    ],
)
def test_published_permits_roles_and_forwarders_are_none_of_these(path: str) -> None:
    assert {each.id for each in signals_of(profile_of(artifact(path)))} & NEW == set()


@pytest.mark.parametrize("build", BUILDS)
def test_an_initialiser_is_open_until_it_is_used_or_shut(build: str) -> None:
    left = built("starts.sol", "LeftOpen", build)
    assert ids(creation_bytecode=left.creation.hex())["open_initializer"] == "high"
    assert "open_initializer" not in ids(creation_bytecode=built("starts.sol", "ShutDown", build).creation.hex())
    used = {"storage": {"0": "0x" + KEY[2:] + "0001"}}
    code = left.runtime.hex()
    assert "open_initializer" not in ids(address=PROXY, bytecode=code, world={"accounts": {PROXY: used}})
    assert "open_initializer" not in ids(bytecode=code)  # nobody has said what its storage holds
    assert "open_initializer" in ids(creation_bytecode=built("starts.sol", "PlainFlag", build).creation.hex())


@pytest.mark.parametrize("build", BUILDS)
def test_a_proxy_that_nobody_has_started_is_open_by_its_own_storage(build: str) -> None:
    """The code behind is shut; the proxy's own storage is not."""
    logic, proxy = built("starts.sol", "ShutDown", build), built("starts.sol", "Transparent", build)
    fresh = {"code": code_of(proxy), "storage": {SLOT: LOGIC}}
    started = {"code": code_of(proxy), "storage": {SLOT: LOGIC, "0": "0x" + KEY[2:] + "0001"}}
    behind = {"code": code_of(logic), "storage": {"0": "255"}}
    for account, is_open in ((fresh, True), (started, False)):
        found = ids(address=PROXY, world={"accounts": {PROXY: account, LOGIC: behind}})
        assert ("open_initializer" in found) is is_open
        assert "selector_clash" not in found


@pytest.mark.parametrize("build", BUILDS)
def test_a_proxy_hides_a_function_of_the_code_behind_it(build: str) -> None:
    proxy, logic = built("starts.sol", "Hiding", build), built("starts.sol", "ShutDown", build)
    accounts = {
        PROXY: {"code": code_of(proxy), "storage": {SLOT: LOGIC, "0": "255"}},
        LOGIC: {"code": code_of(logic)},
    }
    (given,) = json.loads(answer(json.dumps([{"address": PROXY, "world": {"accounts": accounts}}]), kinds()))
    (clash,) = [one for one in given["findings"] if one["id"] == "selector_clash"]
    assert [each["selector"] for each in clash["evidence"]] == ["0x42966c68"]


@pytest.mark.parametrize(
    ("symbol", "named"),
    [("USDC", True), ("USD\u0421", True), ("usdc", True), ("US\u200bDC", True), ("USDCe", False), ("MINE", False)],
)
def test_a_symbol_of_a_known_token_is_borrowed(symbol: str, named: bool) -> None:
    creation = built("starts.sol", "Coin").creation + encode(["string"], [symbol])
    assert ("impersonates" in ids(creation_bytecode=creation.hex(), chain_id="1")) is named
    assert "impersonates" not in ids(creation_bytecode=creation.hex(), chain_id="5")


def test_the_known_token_itself_impersonates_nobody() -> None:
    known = next(address for address, token in shipped(1).tokens.items() if token.symbol == "USDC")
    text = {"0": "0x" + b"USDC".hex() + "00" * 27 + "08"}
    accounts = {known: {"code": code_of(built("starts.sol", "Coin")), "storage": text}}
    assert "impersonates" not in ids(address=known, chain_id="1", world={"accounts": accounts})
    assert "impersonates" in ids(address=PROXY, chain_id="1", world={"accounts": {PROXY: accounts[known]}})


def test_code_that_can_become_another_is_told() -> None:
    given = ids(bytecode="ef0100" + LOGIC[2:], world={"accounts": {LOGIC: {"code": "0x5f5ffd"}}}, address=PROXY)
    assert given == {"code_can_change": "medium"}
    fetches = f"73{LOGIC[2:]}803b805f5f843c5ff3"  # what stands at another address, whatever that is
    world = {"accounts": {LOGIC: {"code": code_of(built("starts.sol", "ShutDown"))}}}
    assert ids(creation_bytecode=fetches, world=world)["code_can_change"] == "medium"
    assert "code_can_change" not in ids(creation_bytecode=built("starts.sol", "ShutDown").creation.hex())


def test_an_address_answers_for_what_it_deployed() -> None:
    trap, honest = (code_of(built("hidden.sol", name)) for name in ("TwoMasters", "FixedMinter"))

    def judged(code: str, nonce: int) -> set[str]:
        case = {
            "address": KEY, "chain_id": "1",
            "world": {"accounts": {KEY: {"nonce": 9}, created(KEY, nonce): {"code": code}}},
        }  # fmt: skip
        (given,) = json.loads(answer(json.dumps([case]), address_kinds()))
        return {one["id"] for one in given["findings"]}

    assert "deployed_traps" in judged(trap, 3)
    assert "deployed_traps" not in judged(honest, 3)


def test_sources_stand_in_their_folder() -> None:
    folder = ROOT / "tests" / "factories" / "contracts" / "sources" / "parties"
    assert {path.name for path in folder.glob("*.sol")} == set(FILES)
