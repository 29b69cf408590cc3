"""Wallets that are contracts, compiled by solc and asked on a real node: ERC-1271, ERC-6492, and bad days."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from eth_abi.abi import encode
from eth_account import Account

from local.evm import Evm
from premium.accounts.onchain.wallets import PATIENCE_SECONDS, ContractWallets
from premium.chains.addresses import checksum
from premium.chains.model import Chain
from premium.errors import UpstreamUnavailable
from premium.siwe import contracts
from premium.siwe.contracts import Verdict
from premium.siwe.signatures import personal_hash
from tests.factories.contracts import BUILDS, ROOT, Compiled, compile_sources
from tests.factories.contracts.deployment import calldata, deploy, send
from tests.fixtures.lying_node import LyingNode
from tests.unit.accounts.messages import ADDRESS, KEY, signed

pytestmark = pytest.mark.integration
TEXT = "a text that a wallet signs"
DIGEST = personal_hash(TEXT)
SIGNATURE = bytes.fromhex(signed(TEXT)[2:])
WRAPPED = bytes.fromhex("6492" * 16)
SALT = b"\x07" * 32
Ask = Callable[..., Verdict]


@pytest.fixture(scope="module")
def compiled() -> dict[str, Compiled]:
    source = ROOT / "tests" / "factories" / "wallets" / "wallets.sol"
    made = compile_sources({"wallets.sol": source.read_text()}, {"optimized": BUILDS["optimized"]})
    return {each.name: each for each in made}


def chain(url: str) -> Chain:
    native = {"symbol": "ETH", "decimals": 18}
    return Chain.model_validate({"name": "test", "title": "t", "chain_id": 31337, "native": native, "rpc": [url]})


@pytest.fixture
def ask(evm: Evm) -> Ask:
    def asked(wallet: str, signature: bytes = SIGNATURE, digest: bytes = DIGEST, url: str = evm.url) -> Verdict:
        return ContractWallets({}, None).judge(chain(url), checksum(wallet.lower()), digest, signature)  # type: ignore[arg-type] # no secrets

    return asked


def test_the_code_is_what_its_source_compiles_to() -> None:
    path = Path(contracts.__file__).with_name("signature_check.sol")
    asked = {
        "language": "Solidity",
        "sources": {"s.sol": {"content": path.read_text()}},
        "settings": {
            "optimizer": {"enabled": True, "runs": 200},
            "evmVersion": "london",
            "metadata": {"appendCBOR": False, "bytecodeHash": "none"},
            "outputSelection": {"*": {"*": ["evm.bytecode.object"]}},
        },
    }
    command = ["node", str(ROOT / "tests" / "factories" / "contracts" / "compile.js")]
    environment = {**os.environ, "NODE_PATH": str(ROOT / "node_modules")}
    done = subprocess.run(
        command, input=json.dumps([asked]), env=environment, capture_output=True, text=True, check=True
    )
    (made,) = json.loads(done.stdout)
    assert made["contracts"]["s.sol"]["SignatureCheck"]["evm"]["bytecode"]["object"] == contracts._CODE


def test_a_deployed_wallet_says_what_it_says(evm: Evm, ask: Ask, compiled: dict[str, Compiled]) -> None:
    wallet = deploy(evm, compiled["OwnedWallet"].creation, ("address",), (ADDRESS,))
    assert ask(wallet) == "yes"
    assert ask(wallet, digest=personal_hash("another text")) == "no"
    assert ask(wallet, SIGNATURE[:-1]) == "no"
    stranger = Account._sign_hash(DIGEST, "0x" + "11" * 32).signature
    assert ask(wallet, bytes(stranger)) == "no"


@pytest.mark.parametrize(
    "case",
    [
        ("RevertingWallet", SIGNATURE, "no"),
        ("ShortWallet", SIGNATURE, "no"),
        ("YesWallet", SIGNATURE, "no"),
        ("SpendingWallet", SIGNATURE, "no"),
        ("SignedOnChainWallet", b"", "yes"),
        ("SignedOnChainWallet", SIGNATURE, "no"),
    ],
)
def test_wallets_of_every_kind(evm: Evm, ask: Ask, compiled: dict[str, Compiled], case: tuple[str, bytes, str]) -> None:
    name, signature, said = case
    assert ask(deploy(evm, compiled[name].creation), signature) == said


def test_an_address_without_code_has_nobody_to_ask(ask: Ask) -> None:
    assert ask(ADDRESS) == "no code"
    assert ask(ADDRESS, b"") == "no code"


def planned(evm: Evm, compiled: dict[str, Compiled]) -> tuple[str, str, bytes]:
    """The factory, the address of a wallet that it has not made, and what makes it."""
    factory = deploy(evm, compiled["WalletFactory"].creation)
    asked = {"to": factory, "data": "0x" + calldata("place(address,bytes32)", ADDRESS, SALT).hex()}
    place = "0x" + evm.call("eth_call", asked, "latest")[-40:]
    return factory, place, calldata("make(address,bytes32)", ADDRESS, SALT)


def wrapped(factory: str, order: bytes, inner: bytes = SIGNATURE) -> bytes:
    return encode(["address", "bytes", "bytes"], [factory, order, inner]) + WRAPPED


def test_a_wallet_that_is_not_deployed_yet(evm: Evm, ask: Ask, compiled: dict[str, Compiled]) -> None:
    factory, place, order = planned(evm, compiled)
    assert ask(place) == "no code"
    assert ask(place, wrapped(factory, order)) == "yes"
    assert evm.call("eth_getCode", place, "latest") == "0x", "the call made nothing"
    assert ask(place, wrapped(factory, order, SIGNATURE[:-1] + b"\x1d")) == "no"
    assert ask(place, wrapped(factory, order[:-1] + b"\x08")) == "no code", "the factory makes another"
    assert ask(place, wrapped(ADDRESS, b"")) == "no code"
    send(evm, factory, order)
    assert ask(place, wrapped(factory, order)) == "yes", "and when it stands"
    assert ask(place) == "yes"


@pytest.mark.parametrize("inner", [WRAPPED, b"\xff" * 96 + WRAPPED, b"\x00" * 96 + WRAPPED, WRAPPED[1:]])
def test_a_wrapping_that_holds_nothing(evm: Evm, ask: Ask, compiled: dict[str, Compiled], inner: bytes) -> None:
    assert ask(deploy(evm, compiled["OwnedWallet"].creation, ("address",), (ADDRESS,)), inner) == "no"


def test_a_node_that_does_not_answer_is_no_refusal(evm: Evm, ask: Ask) -> None:
    with pytest.raises(UpstreamUnavailable):
        ask(ADDRESS, url="http://127.0.0.1:1")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        started = time.monotonic()
        with pytest.raises(UpstreamUnavailable):
            ask(ADDRESS, url=f"http://127.0.0.1:{silent.getsockname()[1]}")
        assert time.monotonic() - started < PATIENCE_SECONDS + 1


@pytest.fixture
def liar(evm: Evm) -> Iterator[LyingNode]:
    node = LyingNode(evm.url)
    yield node
    node.stop()


@pytest.mark.parametrize(
    "said",
    [
        {"result": "0x"}, {"result": "0x03"}, {"result": None}, {"result": "0x" + "00" * 31 + "01"},
        {"error": {"code": -32000, "message": "out of gas"}}, {"error": {"code": -32601, "message": "no method"}},
    ],
)  # fmt: skip
def test_what_no_node_says_is_no_verdict(ask: Ask, liar: LyingNode, said: dict[str, Any]) -> None:
    def lie(call: Any, true: Any) -> Any:
        return {"jsonrpc": "2.0", "id": call["id"], **said} if call["method"] == "eth_call" else None

    liar.lies.append(lie)
    with pytest.raises(UpstreamUnavailable):
        ask(ADDRESS, url=liar.url)
    assert liar.calls["eth_call"] == 1


def test_a_node_of_another_chain_is_not_listened_to(ask: Ask, liar: LyingNode) -> None:
    def other_chain(call: Any, true: Any) -> Any:
        return {**true, "result": "0x1"} if call["method"] == "eth_chainId" else None

    liar.lies.append(other_chain)
    with pytest.raises(UpstreamUnavailable):
        ask(ADDRESS, url=liar.url)


def test_the_key_of_these_tests_is_the_owners() -> None:
    assert Account.from_key(KEY).address == ADDRESS
