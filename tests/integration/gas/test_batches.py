"""Which calls may share Multicall3, on a real node: contracts that look at their sender in every way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest
from eth_utils.abi import function_signature_to_4byte_selector as selector

from local.evm import Evm
from local.market import Market, build
from local.market.artifacts import multicall3_code
from local.market.node import Node, calldata
from premium.chains.rpc import Rpc
from premium.gas.batches.model import Batch, BatchCall
from premium.gas.batches.multicall import together
from premium.gas.work.batch import BatchDesk, Looked, newest
from premium.neighbours import open_client
from tests.factories.contracts import BUILDS, ROOT, Compiled, compile_sources
from tests.fixtures.lying_node import refuses
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
def look_at() -> Callable[..., tuple[list[Looked], list[Batch]]]:
    """`look_at(url, calls)`: what the desk says over the node at `url`."""

    async def looked(url: str, calls: Sequence[BatchCall], multicall: str | None) -> tuple[list[Looked], list[Batch]]:
        async with open_client() as client:
            view = await Rpc(chain_of(url), client).view()
            return await BatchDesk(view, await newest(view), SENDER, multicall).look(calls)

    return lambda url, calls, multicall=MULTICALL: asyncio.run(looked(url, calls, multicall))


@pytest.fixture
def look(evm: Evm, look_at: Callable[..., tuple[list[Looked], list[Batch]]]) -> Look:
    return partial(look_at, evm.url)


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
    assert (looked[1].gas, looked[1].reason, batches) == (None, "it fails, also after those before it", [])


@pytest.fixture
def market(evm: Evm) -> Market:
    """Undone with the test: followers of other tests read this node's chain from its first block."""
    return build(evm.url)


@pytest.fixture
def swap(evm: Evm, market: Market) -> list[BatchCall]:
    """An approval of Uniswap's router, and a swap of what was approved; the sender has it."""
    evm.call("anvil_setCode", MULTICALL, multicall3_code())
    evm.call("anvil_impersonateAccount", market.owner)
    usd, amount = market.usd, 50 * 10**18
    given = calldata("transfer(address,uint256)", SENDER, amount)
    sent = {"from": market.owner, "to": usd, "data": f"0x{given.hex()}", "gas": hex(200_000)}
    assert Node(evm.url).receipt(evm.call("eth_sendTransaction", sent))["status"] == "0x1"
    traded = calldata(
        "swapExactTokensForTokens(uint256,uint256,address[],address,uint256)",
        amount, 1, [usd, market.weth], SENDER, 2**40,
    )  # fmt: skip
    approved = calldata("approve(address,uint256)", market.v2_router, amount)
    return [BatchCall(usd.lower(), approved, 0), BatchCall(market.v2_router.lower(), traded, 0)]


def test_a_swap_that_needs_its_approval_goes_with_it_by_the_wallet(
    evm: Evm, look: Look, swap: list[BatchCall], market: Market
) -> None:
    """Its gas is that after the approval, as the chain charges it; by Multicall3 neither may go."""
    looked, (wallet,) = look(swap)
    assert (wallet.how, wallet.members, wallet.basis) == ("wallet_batch", (0, 1), "simulated")
    assert "asks" in str(looked[0].reason)
    assert looked[1].reason == "it needs a call before it: by another sender that is not proven"
    assert 0 < wallet.saving < 21_000

    evm.call("anvil_impersonateAccount", SENDER)
    for each, call in zip(looked, swap, strict=True):
        sent = {"from": SENDER, "to": call.to, "data": f"0x{call.data.hex()}", "gas": hex(each.gas or 0)}
        receipt = Node(evm.url).receipt(evm.call("eth_sendTransaction", sent))
        assert receipt["status"] == "0x1", "the gas that was told suffices"
        assert int(receipt["gasUsed"], 16) > 0.7 * (each.gas or 0)
    held = evm.call(
        "eth_call", {"to": market.weth, "data": f"0x{calldata('balanceOf(address)', SENDER).hex()}"}, "latest"
    )
    assert int(held, 16) > 0


def test_out_of_order_the_swap_fails(look: Look, swap: list[BatchCall]) -> None:
    looked, batches = look(swap[::-1])
    assert (looked[0].gas, looked[0].reason, batches) == (None, "it fails, also after those before it", [])
    assert looked[1].gas is not None


def test_a_node_that_shows_no_changes_knows_of_no_call_before(
    evm: Evm, look_at: Callable[..., tuple[list[Looked], list[Batch]]], swap: list[BatchCall], lying_nodes: Any
) -> None:
    silent = lying_nodes(evm.url)
    silent.lies.append(refuses("debug_traceCall", -32601, "no such method"))
    looked, batches = look_at(silent.url, swap)
    assert (looked[1].gas, batches) == (None, [])


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
