"""Time averages of real pools, on bytecode of Uniswap V2 and V3: what one block does to a price counts for nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from local.evm import Evm
from local.market import Market
from local.market.node import ETHER
from premium.chains.addresses import asset_key
from premium.chains.evm import EvmAdapter
from premium.chains.model import Chain
from premium.chains.rpc import Rpc
from premium.neighbours import open_client
from premium.prices.model import Price
from premium.prices.onchain.pools import PoolPrices
from premium.storage.cache import Cache
from tests.integration.portfolio.owner import SWAP
from tests.integration.portfolio.owner import Chain as Owner
from tests.integration.portfolio.servers import forwarding, serving

pytestmark = pytest.mark.integration
Made = Callable[..., Chain]
BUY = "swapExactETHForTokens(uint256,address[],address,uint256)"
FOREVER = 2**64


class Node:
    """The clock of the chain: what a process would see with it."""

    def __init__(self, evm: Evm) -> None:
        self.evm = evm

    def now(self) -> datetime:
        return datetime.fromtimestamp(int(self.evm.call("eth_getBlockByNumber", "latest", False)["timestamp"], 16), UTC)

    def wait(self, seconds: int) -> None:
        self.evm.call("evm_increaseTime", seconds)
        self.evm.call("evm_mine")


class Memory(Cache):
    def __init__(self) -> None:
        self.values: dict[str, Any] = {}

    def get_many(self, keys: Any) -> dict[str, Any]:
        return {key: json.loads(self.values[key]) for key in keys if key in self.values}

    def set(self, key: str, value: Any, *, ttl_seconds: int) -> None:  # noqa: ARG002 - the form of a cache
        self.values[key] = json.dumps(value)


def means(made: Chain, evm: Evm, *tokens: str, cache: Cache | None = None) -> Mapping[str, Price]:
    async def ask() -> Mapping[str, Price]:
        assert made.dex is not None
        async with open_client() as client:
            clock = Node(evm)
            source = PoolPrices(EvmAdapter(Rpc(made, client), clock), made.dex, clock, averaged=True, cache=cache)
            found = await source.prices([asset_key("local", token) for token in tokens])
            return {token: found[key] for token in tokens if (key := asset_key("local", token)) in found}

    return asyncio.run(ask())


@pytest.fixture
def owner(evm: Evm, market: Market) -> Owner:
    return Owner(evm, market)


def test_a_pair_s_price_follows_a_trade_over_half_an_hour(evm: Evm, market: Market, chain: Made, owner: Owner) -> None:
    Node(evm).wait(3_600)
    before = means(chain(), evm, market.weth)[market.weth]
    assert before.depth is not None
    owner.do(market.v2_router, BUY, 0, [market.weth, market.usd], market.owner, FOREVER, value=100 * ETHER)
    at_once = means(chain(), evm, market.weth)[market.weth]
    assert abs(at_once.usd / before.usd - 1) < Decimal("0.0001"), "a second's trade is no price"
    Node(evm).wait(900)
    half = means(chain(), evm, market.weth)[market.weth]
    Node(evm).wait(900)
    whole = means(chain(), evm, market.weth)[market.weth]
    assert Decimal("0.80") < whole.usd / before.usd < Decimal("0.85")
    assert abs((before.usd + whole.usd) / 2 / half.usd - 1) < Decimal("0.01")


def test_a_range_s_price_follows_a_trade_over_half_an_hour(evm: Evm, market: Market, chain: Made, owner: Owner) -> None:
    (pool,) = owner.view(
        market.v3_factory, "getPool(address,address,uint24)", "address", market.weth, market.proxy_token, 3_000
    )
    owner.do(pool, "increaseObservationCardinalityNext(uint16)", 20)
    Node(evm).wait(3_600)
    before = means(chain(), evm, market.proxy_token)[market.proxy_token]
    owner.do(market.weth, "deposit()", value=300 * ETHER)
    owner.do(market.weth, "approve(address,uint256)", market.v3_router, 2**255)
    bought = (market.weth, market.proxy_token, 3_000, market.owner, FOREVER, 300 * ETHER, 0, 0)
    owner.do(market.v3_router, SWAP, bought)
    at_once = means(chain(), evm, market.proxy_token)[market.proxy_token]
    assert abs(at_once.usd / before.usd - 1) < Decimal("0.001")
    Node(evm).wait(1_800)
    after = means(chain(), evm, market.proxy_token)[market.proxy_token]
    assert after.usd > before.usd * Decimal("1.5")


def test_a_range_that_remembers_too_little_has_no_price(evm: Evm, market: Market, chain: Made, owner: Owner) -> None:
    Node(evm).wait(3_600)
    owner.do(market.weth, "deposit()", value=ETHER)
    owner.do(market.weth, "approve(address,uint256)", market.v3_router, 2**255)
    owner.do(market.v3_router, SWAP, (market.weth, market.proxy_token, 3_000, market.owner, FOREVER, ETHER, 0, 0))
    assert means(chain(), evm, market.proxy_token) == {}, "one observation, of this block: half an hour is unknown"


def test_a_pair_of_today_has_no_price_yet(evm: Evm, market: Market, chain: Made, owner: Owner) -> None:
    Node(evm).wait(3_600)
    fresh = owner.account.deploy(
        "ERC20PresetFixedSupply", ("string", "string", "uint256", "address"), "New", "NEW", 10**9 * ETHER, market.owner
    )
    owner.do(fresh, "approve(address,uint256)", market.v2_router, 2**255)
    add = "addLiquidityETH(address,uint256,uint256,uint256,address,uint256)"
    owner.do(market.v2_router, add, fresh, ETHER, 0, 0, market.owner, FOREVER, value=ETHER)
    assert means(chain(), evm, fresh) == {}
    Node(evm).wait(2_500)
    assert fresh in means(chain(), evm, fresh)


def test_a_node_without_history_is_helped_by_what_the_reading_before_saw(
    evm: Evm, market: Market, chain: Made, owner: Owner
) -> None:
    """It has the state of its newest block alone, as nodes that prune have of some."""
    Node(evm).wait(3_600)
    pass_on = forwarding(evm.url)

    def pruned(path: str, body: bytes) -> tuple[int, bytes]:
        calls = json.loads(body)
        newest = evm.call("eth_getBlockByNumber", "latest", False)
        for call in calls:
            if call["method"] == "eth_call" and call["params"][1]["blockHash"] != newest["hash"]:
                error = {"code": -32000, "message": "missing trie node"}
                answer = [{"jsonrpc": "2.0", "id": each["id"], "error": error} for each in calls]
                return 200, json.dumps(answer).encode()
        return pass_on(path, body)

    with serving(pruned) as node:
        memory, made = Memory(), chain(rpc=[node.url])
        assert means(made, evm, market.weth, cache=memory) == {}
        for _ in range(7):
            Node(evm).wait(300)
            found = means(made, evm, market.weth, cache=memory)
        assert market.weth in found
        asked = [call for call in node.calls() if call["method"] == "eth_getBlockByNumber"]
        means(made, evm, market.weth, cache=memory)
        after = [call for call in node.calls() if call["method"] == "eth_getBlockByNumber"]
        assert len(after) - len(asked) == 1, "the newest block alone"
