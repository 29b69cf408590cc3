"""Prices from the pools of a real chain, and from a provider that is asked over HTTP."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

import pytest

from local.evm import Evm
from local.market import Market
from local.market.build import account
from local.market.node import ETHER, Account, Node
from premium.chains import registry
from premium.chains.addresses import asset_key
from premium.chains.evm import EvmAdapter
from premium.chains.model import Chain
from premium.chains.rpc import Rpc
from premium.clock import SystemClock
from premium.config import Settings
from premium.errors import UpstreamUnavailable
from premium.neighbours import Neighbour, open_client
from premium.prices.api import PriceApi
from premium.prices.model import MIN_CONFIDENCE, Price
from premium.prices.onchain.pools import PoolPrices
from premium.prices.provider import KEYS_A_REQUEST, ProviderPrices
from tests.integration.portfolio.servers import Server, hanging, serving

pytestmark = pytest.mark.integration

USDC = "ethereum:0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48"
AVAX = asset_key("avalanche")


def pools(chain: Chain, *tokens: str) -> Mapping[str, Price]:
    async def ask() -> Mapping[str, Price]:
        assert chain.dex is not None
        async with open_client() as client:
            source = PoolPrices(EvmAdapter(Rpc(chain, client), SystemClock()), chain.dex, SystemClock())
            return await source.prices([asset_key("local", token) for token in tokens])

    return asyncio.run(ask())


def test_native_stable_v2_and_v3_tokens_are_priced(market: Market, chain: Callable[..., Chain]) -> None:
    native = "0x" + "0" * 40
    tokens = (native, market.weth, market.usd, market.governance, market.proxy_token)
    found = [pools(chain(), *tokens).get(asset_key("local", token)) for token in tokens]
    eth, weth, usd, gov, points = (price.usd if price else Decimal(-1) for price in found)
    assert eth == weth
    assert usd == 1
    assert 3400 < eth < 3600
    assert Decimal("2.9") < gov < Decimal("3.1")
    assert eth < points < eth * Decimal("1.01")  # the wallet bought 3 of 1,000
    assert all(price is not None and price.confidence >= MIN_CONFIDENCE for price in found)


def test_a_price_moves_with_the_pool(evm: Evm, market: Market, chain: Callable[..., Chain]) -> None:
    before = pools(chain(), market.weth)[asset_key("local", market.weth)].usd
    buyer = trader(evm)
    swap = "swapExactETHForTokens(uint256,address[],address,uint256)"
    buyer.do(market.v2_router, swap, 0, [market.weth, market.usd], buyer.address, 2**64, value=100 * ETHER)
    after = pools(chain(), market.weth)[asset_key("local", market.weth)].usd
    assert Decimal("0.8") < after / before < Decimal("0.85")


def test_a_shallow_pool_is_not_confident_and_no_pool_no_price(
    evm: Evm, market: Market, chain: Callable[..., Chain]
) -> None:
    maker = trader(evm)
    types = ("string", "string", "uint256", "address")
    scam = maker.deploy("ERC20PresetFixedSupply", types, "Scam", "SCAM", 10**9 * ETHER, maker.address)
    lonely = maker.deploy("ERC20PresetFixedSupply", types, "Lonely", "LONE", 10**9 * ETHER, maker.address)
    maker.do(scam, "approve(address,uint256)", market.v2_router, 2**255)
    add = "addLiquidityETH(address,uint256,uint256,uint256,address,uint256)"
    maker.do(market.v2_router, add, scam, ETHER, 0, 0, maker.address, 2**64, value=ETHER)
    found = pools(chain(), scam, lonely)
    assert found[asset_key("local", scam)].usd > 3000
    assert found[asset_key("local", scam)].confidence < MIN_CONFIDENCE
    assert asset_key("local", lonely) not in found


def trader(evm: Evm) -> Account:
    node, address = Node(evm.url), account("another trader")
    node.call("anvil_setBalance", address, hex(1000 * ETHER))
    return Account(node, address)


def provider(url: str, keys: Sequence[str], *, attempts: int = 1) -> Mapping[str, Price]:
    async def ask() -> Mapping[str, Price]:
        async with open_client() as client:
            neighbour = Neighbour("prices", client=client, timeout=0.5, attempts=attempts, sleep=_at_once)
            return await ProviderPrices(PriceApi(neighbour, url), registry.load(Settings(premium_stage="dev"))).prices(
                keys
            )

    return asyncio.run(ask())


async def _at_once(_: float) -> None:
    """No waiting between repeats."""


def coins(**values: Any) -> bytes:
    return json.dumps({"coins": values}).encode()


def test_the_provider_is_asked_by_its_own_names_and_read_to_the_digit() -> None:
    body = (
        b'{"coins": {"ethereum:0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48":'
        b' {"price": 0.99987654321098765432109, "confidence": 0.99, "timestamp": 1767225600, "symbol": "USDC",'
        b' "decimals": 6, "new": true}, "avax:0x0000000000000000000000000000000000000000":'
        b' {"price": 12.5, "timestamp": 1767225600}, "bsc:0x1": {"price": 1, "timestamp": 1}}}'
    )
    with serving(lambda *_: (200, body)) as server:
        found = provider(server.url + "/", [USDC, AVAX])
    assert _asked(server) == [f"/prices/current/avax:{AVAX.partition(':')[2]},{USDC}"]
    at = datetime(2026, 1, 1, tzinfo=UTC)
    assert found[USDC].usd == Decimal("0.99987654321098765432109")
    assert (found[USDC].confidence, found[USDC].at) == (Decimal("0.99"), at)
    assert found[AVAX].confidence == 0
    assert set(found) == {USDC, AVAX}


def _asked(server: Server) -> list[str]:
    return [unquote(path) for path, _ in server.asked]


@pytest.mark.parametrize(
    "coin", [{"price": -1}, {"price": "x"}, {"price": 1, "timestamp": 0}, {"price": 1, "timestamp": 10**20}, [], None]
)
def test_a_price_that_makes_no_sense_is_no_price(coin: Any) -> None:
    given = coin | {"timestamp": coin.get("timestamp", 1767225600)} if isinstance(coin, dict) else coin
    with serving(lambda *_: (200, coins(**{USDC: given}))) as server:
        assert provider(server.url, [USDC]) == {}


@pytest.mark.parametrize("answer", [(200, b"<html>"), (200, b"[]"), (200, b'{"coins": 1}'), (500, b""), (404, b"")])
def test_an_answer_that_is_none_is_unavailable(answer: tuple[int, bytes]) -> None:
    with serving(lambda *_: answer) as server, pytest.raises(UpstreamUnavailable):
        provider(server.url, [USDC])


def test_a_hanging_provider_is_unavailable_and_a_busy_one_is_asked_again() -> None:
    with hanging() as server, pytest.raises(UpstreamUnavailable, match=r"TimeoutError|ReadTimeout"):
        provider(server.url, [USDC])
    answers = iter([(503, b""), (429, b""), (200, coins(**{USDC: {"price": 1, "timestamp": 1767225600}}))])
    with serving(lambda *_: next(answers)) as server:
        assert provider(server.url, [USDC], attempts=3)[USDC].usd == 1


def test_many_keys_travel_in_requests_of_bounded_length() -> None:
    keys = [asset_key("ethereum", f"0x{n:040x}") for n in range(2 * KEYS_A_REQUEST + 1)]
    with serving(lambda *_: (200, coins())) as server:
        assert provider(server.url, keys) == {}
    asked = [key for path in _asked(server) for key in path.removeprefix("/prices/current/").split(",")]
    assert (len(server.asked), sorted(asked)) == (3, sorted(keys))
