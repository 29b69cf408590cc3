"""web3.py over the product's own nodes: one block, few requests, failover, nothing sent, nobody else asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from ens.utils import normal_name_to_hash

from local import ports
from local.evm import Evm
from local.market import Market
from premium.chains.addresses import checksum, keccak256
from premium.chains.contracts.caller import Contracts
from premium.chains.contracts.names import name_of
from premium.chains.model import Chain
from premium.chains.rpc import Rpc
from premium.neighbours import open_client
from tests.factories.contracts.deployment import account, calldata, deploy, send
from tests.factories.npm import artifacts
from tests.integration.portfolio.reader import newest
from tests.integration.portfolio.servers import forwarding, hanging, serving

pytestmark = pytest.mark.integration
Made = Callable[..., Chain]
BALANCE = ("balanceOf(address)", "uint256")


def run(made: Chain, evm: Evm, work: Callable[[Contracts], Any], **fields: Any) -> Any:
    async def inside() -> Any:
        async with open_client() as client:
            return await work(newest(evm, Rpc(made, client, **fields)))

    return asyncio.run(inside())


def test_calls_that_are_made_at_once_travel_together_at_one_block(evm: Evm, market: Market, chain: Made) -> None:
    questions = [(market.usd, market.wallet)] * 60 + [(market.governance, market.wallet)] * 60
    pass_on = forwarding(evm.url)

    def moving(path: str, body: bytes) -> tuple[int, bytes]:
        evm.call("evm_mine")
        return pass_on(path, body)

    first = evm.call("eth_blockNumber")
    with serving(moving) as proxy:
        said = run(chain(rpc=[proxy.url]), evm, lambda contracts: contracts.each(*BALANCE, questions))
        calls = [call for call in proxy.calls() if call["method"] == "eth_call"]
    assert len(set(said)) == 2
    assert len(calls) == 1
    assert calls[0]["params"][1]["blockHash"] == evm.call("eth_getBlockByNumber", first, False)["hash"]


@pytest.mark.parametrize("multicall", [None, "0x" + "77" * 20])
def test_a_chain_without_multicall_is_asked_call_by_call(
    evm: Evm, market: Market, chain: Made, multicall: str | None
) -> None:
    asked = [(market.usd, market.wallet), (market.wallet, market.wallet)]
    one, none = run(chain(multicall=multicall), evm, lambda contracts: contracts.each(*BALANCE, asked))
    assert one > 0
    assert none is None


def test_another_node_takes_over_and_a_hanging_one_ends(evm: Evm, market: Market, chain: Made) -> None:
    dead = f"http://127.0.0.1:{ports.free()}"
    ask = (market.usd, *BALANCE, market.wallet)
    assert run(chain(rpc=[dead, evm.url]), evm, lambda contracts: contracts.ask(*ask)) > 0

    async def within(contracts: Contracts) -> Any:
        async with asyncio.timeout(0.5):
            return await contracts.every(ask, ask)

    with hanging() as server, pytest.raises(TimeoutError):
        run(chain(rpc=[server.url]), evm, within, deadline=0.4)


def test_nothing_is_sent_and_no_other_address_is_asked(evm: Evm, market: Market, chain: Made) -> None:
    """A contract that answers by EIP-3668 would have a careless reader ask any server it names."""
    with serving(lambda *_: (200, b"{}")) as lure:
        words = bytes.fromhex("556f1830") + _offchain_lookup(lure.url)
        place = "0x" + "ee" * 20
        evm.call("anvil_setCode", place, _reverting(words))
        assert run(chain(multicall=None), evm, lambda contracts: contracts.ask(place, "name()", "string")) is None
        assert run(chain(), evm, lambda contracts: contracts.ask(place, "name()", "string")) is None
        assert lure.asked == []

    async def careless(contracts: Contracts) -> None:
        await contracts.web3.eth.send_raw_transaction(b"\x02")

    with pytest.raises(ValueError, match="is not asked here"):
        run(chain(), evm, careless)


def _offchain_lookup(url: str) -> bytes:
    fields = "OffchainLookup(address,string[],bytes,bytes4,bytes)"
    return calldata(fields, "0x" + "ee" * 20, [url + "/{sender}/{data}"], b"", b"\1\2\3\4", b"")[4:]


def _reverting(words: bytes) -> str:
    """Code that reverts with these words: they stand behind fourteen bytes of instructions."""
    size = len(words).to_bytes(2, "big").hex()
    return f"0x61{size}80600e6000396000fd{'00' * 2}{words.hex()}"


def test_a_wallets_name_counts_when_it_gives_the_wallet_back(evm: Evm, chain: Made) -> None:
    """ENS' own registry, reverse registrar and resolver."""
    registry_code = _code("@ensdomains/ens", "ENSRegistry")
    registry = checksum(deploy(evm, registry_code))
    resolver = checksum(deploy(evm, _code("@ensdomains/resolver", "PublicResolver"), ("address",), (registry,)))
    me, thief = (checksum(account(evm, number)) for number in (0, 1))
    root = bytes(32)
    for parent, label in ((b"", "eth"), (b"eth", "premium"), (b"", "reverse"), (b"reverse", "addr")):
        node = bytes(normal_name_to_hash(parent.decode())) if parent else root
        send(evm, registry, calldata("setSubnodeOwner(bytes32,bytes32,address)", node, _label(label), me))
    name = bytes(normal_name_to_hash("premium.eth"))
    send(evm, registry, calldata("setResolver(bytes32,address)", name, resolver))
    send(evm, resolver, calldata("setAddr(bytes32,address)", name, me))
    reverse = bytes(normal_name_to_hash("addr.reverse"))
    for wallet, said in ((me, "premium.eth"), (thief, "premium.eth")):
        label = wallet[2:].lower()
        send(evm, registry, calldata("setSubnodeOwner(bytes32,bytes32,address)", reverse, _label(label), me))
        node = bytes(normal_name_to_hash(f"{label}.addr.reverse"))
        send(evm, registry, calldata("setResolver(bytes32,address)", node, resolver))
        send(evm, resolver, calldata("setName(bytes32,string)", node, said))
    found = [run(chain(), evm, lambda c, w=wallet: name_of(c, w, registry)) for wallet in (me, thief, "0x" + "99" * 20)]
    assert found == ["premium.eth", None, None]
    node = bytes(normal_name_to_hash(f"{me[2:].lower()}.addr.reverse"))
    send(evm, resolver, calldata("setName(bytes32,string)", node, "Premium.eth"))
    assert run(chain(), evm, lambda c: name_of(c, me, registry)) is None


def _label(text: str) -> bytes:
    return keccak256(text.encode())


def _code(package: str, name: str) -> bytes:
    return bytes.fromhex(artifacts(package, f"build/contracts/{name}.json")[name]["bytecode"].removeprefix("0x"))
