"""Which calls may share Multicall3, on a real node: contracts that look at their sender in every way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from eth_utils.abi import function_signature_to_4byte_selector as selector

from local.evm import Evm
from local.market.artifacts import multicall3_code
from premium.chains.rpc import Rpc
from premium.gas.batches.model import Batch, BatchCall
from premium.gas.batches.multicall import together
from premium.gas.work.batch import BatchDesk, Looked, newest
from premium.neighbours import open_client
from tests.factories.contracts import BUILDS, ROOT, Compiled, compile_sources
from tests.integration.gas.conftest import chain_of

pytestmark = pytest.mark.integration
MULTICALL = "0xca11bde05977b3631167028862be2a173976ca11"
SENDER = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8"
Look = Callable[[Sequence[BatchCall]], tuple[list[Looked], list[Batch]]]
FUNCTIONS = {
    "Counter": "count_()", "Till": "pay()", "Origin": "mark()", "Onward": "go()", "Stores": "store()",
    "Hashed": "keep()", "Emits": "emit_()", "Owned": "act()", "NoContracts": "act()", "NoCode": "act()",
    "Delegates": "act()", "Pays": "claim()", "Credits": "deposit()", "Asks": "act()", "ByAssembly": "act()",
    "Fails": "act()",
}  # fmt: skip


@pytest.fixture(scope="module")
def compiled() -> dict[str, Compiled]:
    source = ROOT / "tests" / "factories" / "senders" / "senders.sol"
    made = compile_sources({"senders.sol": source.read_text()}, {"optimized": BUILDS["optimized"]})
    return {each.name: each for each in made}


@pytest.fixture
def at(evm: Evm, compiled: dict[str, Compiled]) -> Callable[[str], str]:
    """`at(name)`: deploys a contract and returns its address."""
    evm.call("anvil_setCode", MULTICALL, multicall3_code())

    def deployed(name: str) -> str:
        sent = evm.call("eth_sendTransaction", {"from": evm.call("eth_accounts")[0], "gas": hex(3_000_000),
                                                "data": "0x" + compiled[name].creation.hex()})  # fmt: skip
        evm.call("evm_mine")
        return str(evm.call("eth_getTransactionReceipt", sent)["contractAddress"]).lower()

    return deployed


def call(to: str, name: str, value: int = 0) -> BatchCall:
    return BatchCall(to, bytes(selector(FUNCTIONS[name])), value)


@pytest.fixture
def look(evm: Evm) -> Look:
    async def looked(calls: Sequence[BatchCall], multicall: str | None) -> tuple[list[Looked], list[Batch]]:
        async with open_client() as client:
            view = await Rpc(chain_of(evm.url), client).view()
            return await BatchDesk(view, await newest(view), SENDER, multicall).look(calls)

    def run(calls: Sequence[BatchCall], multicall: str | None = MULTICALL) -> tuple[list[Looked], list[Batch]]:
        return asyncio.run(looked(calls, multicall))

    return run


def test_only_calls_that_never_ask_for_their_sender_may_share(
    at: Callable[[str], str], look: Look, compiled: dict[str, Compiled]
) -> None:
    names = [name for name in FUNCTIONS if compiled[name].expects != {"reverts"}]
    looked, _ = look([call(at(name), name, 5 if name in ("Till", "Credits") else 0) for name in names])
    found = {name for name, each in zip(names, looked, strict=True) if each.reason is None}
    assert found == {name for name in names if compiled[name].expects == {"free"}}


def test_a_node_without_tracers_shows_the_same_by_its_steps(
    at: Callable[[str], str], look: Look, compiled: dict[str, Compiled], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("premium.gas.work.batch.tracer", lambda _: "no script")
    names = ("Counter", "Till", "Onward", "Delegates", "ByAssembly", "Pays")
    looked, batches = look([call(at(name), name) for name in names])
    found = {name for name, each in zip(names, looked, strict=True) if each.reason is None}
    assert found == {"Counter", "Till", "Onward"}
    assert [each.how for each in batches] == ["multicall3", "wallet_batch"]


def test_a_batch_does_on_the_chain_what_the_calls_do_alone(at: Callable[[str], str], look: Look, evm: Evm) -> None:
    counter, till, stores = at("Counter"), at("Till"), at("Stores")
    calls = [call(counter, "Counter"), call(till, "Till", 7), call(stores, "Stores"), call(counter, "Counter")]
    looked, (shared, wallet) = look(calls)
    assert (shared.how, shared.members, wallet.how, wallet.members) == (
        "multicall3", (0, 1, 3), "wallet_batch", (0, 1, 2, 3))  # fmt: skip
    # 21,000 for each call but the first, and what the second count finds touched already.
    assert 0 < shared.saving < 21_000 * 2 + 5_000
    assert 0 < wallet.saving < 21_000 * 3 + 5_000
    assert [each.gas for each in looked if each.gas is None] == []

    evm.call("anvil_impersonateAccount", SENDER)
    members = [calls[place] for place in shared.members]
    sent = evm.call("eth_sendTransaction", {"from": SENDER, "to": MULTICALL, "data": together(members), "value": "0x7",
                                            "gas": hex(shared.gas_together)})  # fmt: skip
    evm.call("evm_mine")
    assert evm.call("eth_getTransactionReceipt", sent)["status"] == "0x1"
    assert int(evm.call("eth_call", {"to": counter, "data": "0x06661abd"}, "latest"), 16) == 2
    assert int(evm.call("eth_getBalance", till, "latest"), 16) == 7


def test_one_who_depends_on_a_call_before_goes_by_the_wallet_alone(at: Callable[[str], str], look: Look) -> None:
    looked, batches = look([call(at("Stores"), "Stores"), call(at("Emits"), "Emits")])
    assert [each.how for each in batches] == ["wallet_batch"]
    assert all("who sends it" in str(each.reason) for each in looked)


def test_what_fails_alone_is_said(at: Callable[[str], str], look: Look) -> None:
    looked, batches = look([call(at("Counter"), "Counter"), call(at("Fails"), "Fails")])
    assert (looked[1].gas, looked[1].reason, batches) == (None, "it fails when it is sent alone", [])


def test_without_multicall_nothing_shares_it(at: Callable[[str], str], look: Any) -> None:
    counter = at("Counter")
    looked, batches = look([call(counter, "Counter"), call(counter, "Counter")], None)
    assert {each.reason for each in looked} == {"the chain has no Multicall3"}
    assert [(each.how, each.basis) for each in batches] == [("wallet_batch", "typical")]


def test_payments_may_share_it_and_save_nothing(at: Callable[[str], str], look: Look) -> None:
    """New accounts and the value of each cost as much within: nothing is proposed that does not pay."""
    at("Counter")
    looked, batches = look([BatchCall("0x" + "77" * 20, b"", 3), BatchCall("0x" + "78" * 20, b"", 4)])
    assert [each.reason for each in looked] == [None, None]
    assert batches == []
