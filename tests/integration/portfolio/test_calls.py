"""How many calls readings cost: what is shared is asked once, what is quiet not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from local.evm import Evm
from local.market import Market
from premium.chains.addresses import checksum
from premium.chains.evm import EvmAdapter
from premium.chains.model import Chain
from premium.chains.reading.calls import Read, balance_of
from premium.chains.reading.emptiness import empty
from premium.chains.reading.matches import every_transfer, topics_of
from premium.chains.rpc import Rpc
from premium.clock import SystemClock
from premium.neighbours import open_client
from tests.integration.portfolio.test_evm import NEEDS_A_MILLION_GAS, put

pytestmark = pytest.mark.integration
NOBODIES = [checksum(f"0x{number:040x}") for number in range(10**6, 10**6 + 3_000)]


def told(chain: Chain, ask: Callable[[EvmAdapter, Rpc], Awaitable[Any]]) -> tuple[Any, Rpc]:
    """Return what is asked of the chain, and the client that counted."""

    async def story() -> tuple[Any, Rpc]:
        async with open_client() as client:
            rpc = Rpc(chain, client, deadline=60)
            return await ask(EvmAdapter(rpc, SystemClock(), deadline=60), rpc), rpc

    return asyncio.run(story())


def test_thousands_of_accounts_are_told_empty_or_not_by_a_few_calls(
    evm: Evm, market: Market, chain: Callable[..., Chain]
) -> None:
    sent, rich = checksum("0x" + "5e" * 20), checksum("0x" + "71" * 20)
    (code,) = put(evm, NEEDS_A_MILLION_GAS)
    evm.call("anvil_setNonce", sent, hex(1))
    evm.call("anvil_setBalance", rich, hex(1))
    used = [market.wallet, sent, rich, code]

    async def ask(adapter: EvmAdapter, rpc: Rpc) -> Any:
        return await empty(rpc, await adapter.head(), [*NOBODIES, *used])

    found, rpc = told(chain(), ask)
    assert found == set(NOBODIES)
    assert rpc.asked_by["eth_call"] == 2


def test_a_node_that_runs_no_such_code_says_nothing_of_emptiness(evm: Evm, chain: Callable[..., Chain]) -> None:
    """Where an account that has code is told empty, the chain counts otherwise and nothing is believed."""
    nowhere = chain(multicall="0x" + "99" * 20)

    async def ask(adapter: EvmAdapter, rpc: Rpc) -> Any:
        return await empty(rpc, await adapter.head(), NOBODIES[:3])

    assert told(nowhere, ask)[0] is None
    assert evm.url


def test_a_call_holds_a_thousand_balances_and_more(market: Market, chain: Callable[..., Chain]) -> None:
    async def ask(adapter: EvmAdapter, rpc: Rpc) -> Any:
        reader = adapter.reader_at(await adapter.head())
        return await reader.reads([balance_of(wallet, market.usd) for wallet in (*NOBODIES[:2_799], market.wallet)])

    found, rpc = told(chain(), ask)
    assert rpc.asked_by["eth_call"] == 2
    assert [int.from_bytes(each or b"\xff") for each in found[:-1]] == [0] * 2_799
    assert int.from_bytes(found[-1] or b"") > 0


def test_a_chunk_that_runs_out_of_gas_is_asked_again_together(evm: Evm, chain: Callable[..., Chain]) -> None:
    """Sixty contracts use 40,000 gas each of a call that is given 1.5 M: those left hungry are no failures."""
    loop = "0x61" + f"{570:04x}" + "5b60019003806003" + "57" + "600760005260206000f3"
    contracts = [checksum(f"0x{number + 1:02x}" + "00" * 18 + "07") for number in range(60)]
    for contract in contracts:
        evm.call("anvil_setCode", contract, loop)

    async def ask(adapter: EvmAdapter, rpc: Rpc) -> Any:
        reader = adapter.reader_at(await adapter.head())
        return await reader.reads([Read(contract, b"1234", 20_000) for contract in contracts])

    found, rpc = told(chain(call_gas=1_500_000), ask)
    assert [int.from_bytes(each or b"") for each in found] == [7] * 60
    assert rpc.asked_by["eth_call"] <= 12


def test_logs_of_everybody_name_the_same_as_those_of_each(
    evm: Evm, market: Market, chain: Callable[..., Chain]
) -> None:
    async def ask(adapter: EvmAdapter, rpc: Rpc) -> Any:
        head = (await adapter.head()).number
        names = topics_of([market.wallet, market.owner, *NOBODIES])
        every = await every_transfer(rpc, names, 0, head, contracts=frozenset(), span=head // 3, most=20)
        few = await every_transfer(rpc, names, 0, head, contracts=frozenset(), span=1, most=3)
        reading = await adapter.read({market.wallet: frozenset(), market.owner: frozenset()})
        return every, few, reading

    (every, few, reading), _ = told(chain(), ask)
    assert few is None, "more calls than it may take"
    assert set(every) == {market.wallet, market.owner}
    for wallet in (market.wallet, market.owner):
        mine = reading.searched[wallet]
        assert (every[wallet].tokens, every[wallet].block) == (set(mine.tokens), mine.moved)
    assert evm.url


def test_a_movement_costs_a_handful_of_calls(evm: Evm, market: Market, chain: Callable[..., Chain]) -> None:
    """A token is sent amid 600 blocks: its log says where the coin of the gas moved, too."""
    first = int(evm.call("eth_blockNumber"), 16) + 1
    evm.call("anvil_mine", hex(300))
    evm.call("anvil_impersonateAccount", market.wallet)
    data = "0xa9059cbb" + NOBODIES[0][2:].zfill(64) + f"{5:064x}"
    sent = evm.call("eth_sendTransaction", {"from": market.wallet, "to": market.usd, "data": data, "gas": hex(200_000)})
    evm.call("evm_mine")
    evm.call("anvil_mine", hex(300))

    async def ask(adapter: EvmAdapter, rpc: Rpc) -> Any:
        last = (await adapter.head()).number
        before = rpc.asked
        found = await adapter.movements(market.wallet, None, first, last)
        return found, rpc.asked - before

    (found, calls), _ = told(chain(), ask)
    assert [(each.hash, each.units[market.usd.lower()], each.gas > 0) for each in found] == [(sent, -5, True)]
    print(f"a movement: {calls} calls")
    assert calls <= 16
