"""Tokens of strangers among a wallet's own: they cost little, and hide nothing of what stands beside them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from local.evm import Evm
from local.market import Market
from premium.chains.addresses import checksum
from premium.chains.contracts.caller import Contracts
from premium.chains.model import Chain
from premium.chains.rpc import Rpc
from premium.neighbours import open_client
from premium.portfolio.onchain.shares import Shares
from tests.integration.portfolio.reader import ask, newest
from tests.integration.portfolio.servers import Server, forwarding, serving

pytestmark = pytest.mark.integration
REVERTING, ENDLESS = "0x60006000fd", "0x5b600056"


def shares(evm: Evm, made: Chain, tokens: list[str]) -> dict[str, Any]:
    async def inside() -> dict[str, Any]:
        async with open_client() as client:
            contracts: Contracts = newest(evm, Rpc(made, client))
            return {**await Shares(contracts).of(tokens)}

    return asyncio.run(inside())


def strangers(evm: Evm, count: int, code: str) -> list[str]:
    found = [checksum(f"0x{number:040x}") for number in range(0xAA0000, 0xAA0000 + count)]
    for token in found:
        evm.call("anvil_setCode", token, code)
    return found


def calls(proxy: Server) -> int:
    return sum(call["method"] == "eth_call" for call in proxy.calls())


def test_many_tokens_that_are_no_shares_are_told_in_a_few_calls(
    evm: Evm, market: Market, chain: Callable[..., Chain]
) -> None:
    pair = ask(evm, market.v2_factory, "getPair(address,address)", "address", market.usd, market.governance)
    tokens = [*strangers(evm, 200, REVERTING), checksum(pair)]
    with serving(forwarding(evm.url)) as proxy:
        found = shares(evm, chain(rpc=[proxy.url]), tokens)
        assert calls(proxy) < 10
    assert set(found) == {checksum(pair)}


def test_a_token_that_burns_all_gas_hides_no_share_beside_it(
    evm: Evm, market: Market, chain: Callable[..., Chain]
) -> None:
    pair = checksum(ask(evm, market.v2_factory, "getPair(address,address)", "address", market.usd, market.governance))
    bombs = strangers(evm, 2, ENDLESS)
    found = shares(evm, chain(call_gas=3_000_000), [*bombs, pair])
    assert set(found) == {pair}
    assert found[pair].factory == checksum(market.v2_factory)
