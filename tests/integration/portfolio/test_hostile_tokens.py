"""Tokens and protocols of strangers among a wallet's own: they cost little, and hide nothing of what is beside them."""

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
from tests.integration.portfolio.reader import ask, entry, newest, positions
from tests.integration.portfolio.servers import Server, forwarding, serving

pytestmark = pytest.mark.integration
REVERTING, BURNING = "0x60006000fd", "0xfe"


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
    bombs = strangers(evm, 2, BURNING)
    found = shares(evm, chain(call_gas=3_000_000), [*bombs, pair])
    assert set(found) == {pair}
    assert found[pair].factory == checksum(market.v2_factory)


FLOOD = "0x620f42406000f3"
"""Answers a megabyte of zeros."""


@pytest.mark.parametrize("code", [REVERTING, BURNING, FLOOD, "0x60206000f3", "0x"])
def test_a_protocol_that_turned_hostile_costs_its_own_positions_alone(evm: Evm, market: Market, code: str) -> None:
    """Whatever it answers, the others are read as they were, and nothing of it is counted."""
    bad = strangers(evm, 1, code)[0]
    healthy = entry("uniswap-v2", "v2_lp", factory=market.v2_factory)
    pair = checksum(ask(evm, market.v2_factory, "getPair(address,address)", "address", market.usd, market.governance))
    hostile = [
        entry("bad-v2", "v2_lp", factory=bad),
        entry("bad-v3", "v3_position", manager=bad),
        entry("bad-v4", "v4_position", manager=bad),
        entry("bad-pools", "balancer_pool", vault=bad, contracts=[bad]),
        entry("bad-curve", "curve_pool", registry=bad),
        entry("bad-vault", "vault", contracts=[bad]),
        entry("bad-yearn", "yearn_vault", contracts=[bad]),
        entry("bad-aave-v2", "aave_v2", provider=bad),
        entry("bad-aave", "aave_v3", provider=bad),
        entry("bad-venus", "compound_v2", comptroller=bad),
        entry("bad-comet", "compound_v3", contracts=[bad]),
        entry("bad-staked", "staked", contracts=[bad], rate="rate()"),
        entry("bad-queue", "withdrawals", contracts=[bad], asset=bad),
        entry("bad-lock", "lock", contracts=[bad]),
        entry("bad-gauge", "gauge", contracts=[bad]),
        entry("bad-stream", "stream", contracts=[bad]),
        entry("bad-vesting", "vesting_wallet", contracts=[bad], asset=bad),
    ]
    names = {checksum(market.owner): [f"{bad}#1", f"{bad}#{2**256 - 1}"]}
    alone = positions(evm, [healthy], market.owner, [pair])
    found = positions(evm, [healthy, *hostile], market.owner, [pair, bad], nfts=names)
    assert [each for each in found if each.is_counted and (each.assets or each.debts)] == alone
    assert alone[0].assets
