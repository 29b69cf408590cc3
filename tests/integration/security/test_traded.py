"""Tokens of a chain traded in their real pair upon a node: taxes, traps, holders, and why there is nothing to tell."""

from __future__ import annotations

import json
from collections.abc import Callable
from math import isqrt
from typing import Any
from uuid import UUID

import pytest
from eth_abi.abi import encode

from handlers.security import handler
from local.evm import Evm
from local.market.artifacts import creation_code
from premium.bootstrap import Platform
from premium.chains.addresses import checksum, keccak256
from premium.chains.model import Chain, Dex
from premium.security.judgement.traded import traded
from premium.security.onchain.traded import measured
from premium.security.work.judge import judge
from premium.simulation.model import NotSimulated
from premium.simulation.trade.measure import Measured
from premium.simulation.trade.venues import FOREVER
from tests.factories.contracts import Compiled, parties
from tests.factories.contracts.deployment import account, calldata, deploy, send
from tests.factories.http import ask, verdict
from tests.factories.trades import traded_tokens

pytestmark = pytest.mark.integration
COIN = 10**18
ADD = "addLiquidityETH(address,uint256,uint256,uint256,address,uint256)"


class Exchange:
    """A factory and a router of V2 on the node, and the chain that knows them."""

    def __init__(self, platform: Platform, evm: Evm) -> None:
        self.evm, self.me = evm, account(evm)
        self.wrapped = deploy(evm, creation_code("WETH9"))
        self.factory = deploy(evm, creation_code("UniswapV2Factory"), ("address",), (self.me,))
        self.router = deploy(
            evm, creation_code("UniswapV2Router02"), ("address", "address"), (self.factory, self.wrapped)
        )
        dex = Dex(
            stable=checksum(self.wrapped), stable_decimals=18, wrapped_native=checksum(self.wrapped),
            v2_factory=checksum(self.factory),
        )  # fmt: skip
        self.chain: Chain = platform.chains["local"].model_copy(update={"dex": dex})
        self._market = platform.market

    def lists(self, creation: bytes, *setup: Callable[[str, str], bytes]) -> str:
        """Deploy a token and put half of it beside ten coins."""
        token = deploy(self.evm, creation)
        send(self.evm, token, calldata("approve(address,uint256)", self.router, 2**255))
        data = calldata(ADD, token, 1000 * COIN, 0, 0, self.me, FOREVER)
        send(self.evm, self.router, data, value=10 * COIN)
        pair = self.evm.call(
            "eth_call",
            {"to": self.factory, "data": "0x" + calldata("getPair(address,address)", token, self.wrapped).hex()},
            "latest",
        )
        for each in setup:
            send(self.evm, token, each(token, f"0x{pair[-40:]}"))
        return token

    def lists_in_v3(self, creation: bytes, fee: int, coins: int = 10, *setup: Callable[[str, str], bytes]) -> str:
        """Deploy a token and put half of it beside coins into a pool of V3, over the full range."""
        token = deploy(self.evm, creation)
        factory = deploy(self.evm, creation_code("UniswapV3Factory"))
        zero = "0x" + "0" * 40
        manager = deploy(
            self.evm, creation_code("NonfungiblePositionManager"), ("address",) * 3, (factory, self.wrapped, zero)
        )
        pair = sorted((token, self.wrapped))
        amounts = [1000 * COIN, coins * COIN] if pair[0] == token else [coins * COIN, 1000 * COIN]
        create = "createAndInitializePoolIfNecessary(address,address,uint24,uint160)"
        send(self.evm, manager, calldata(create, *pair, fee, isqrt((amounts[1] << 192) // amounts[0])))
        send(self.evm, self.wrapped, calldata("deposit()"), value=coins * COIN)
        for each in pair:
            send(self.evm, each, calldata("approve(address,uint256)", manager, 2**255))
        end = 887_272 // {500: 10, 3000: 60}[fee] * {500: 10, 3000: 60}[fee]
        position = (*pair, fee, -end, end, *amounts, 0, 0, self.me, FOREVER)
        types = "(address,address,uint24,int24,int24,uint256,uint256,uint256,uint256,address,uint256)"
        send(self.evm, manager, keccak256(f"mint({types})".encode())[:4] + encode([types], [position]))
        asked = {"to": factory, "data": "0x" + calldata("getPool(address,address,uint24)", *pair, fee).hex()}
        for make in setup:
            send(self.evm, token, make(token, f"0x{self.evm.call('eth_call', asked, 'latest')[-40:]}"))
        dex = self.chain.dex
        assert dex is not None
        more = {"dex": dex.model_copy(update={"v3_factory": checksum(factory)})}
        self.chain = self.chain.model_copy(update=more)
        return token

    def trades(self, token: str) -> Measured:
        return measured(lambda client: self._market(client).rpc("local", deadline=20), self.chain, token)


def test_a_token_is_bought_moved_and_sold_in_its_pair(platform: Platform, evm: Evm) -> None:
    exchange = Exchange(platform, evm)
    taxed = next(one for one in parties("shares.sol") if one.name == "Taxed" and one.build == "optimized")
    token = exchange.lists(taxed.creation)
    send(evm, token, calldata("transfer(address,uint256)", account(evm, 3), 7 * COIN))
    made = exchange.trades(token)
    assert made.sell is not None
    # A twentieth is kept of what is bought and of what is moved; the fee is rounded down, and so is what is missing.
    assert made.buy.tax in (499, 500)
    assert made.transfer is not None
    assert (made.transfer.tax in (499, 500), made.can_sell) == (True, True)
    assert (made.holders.tried, made.holders.sold, made.holders.trapped) == (1, 1, ())
    assert {one.id for one in traded(made, token, own_pool=False)} == {"trade_tax"}


def test_a_trap_is_measured_and_no_pair_is_said(platform: Platform, evm: Evm) -> None:
    exchange = Exchange(platform, evm)
    trap = next(one for one in traded_tokens() if one.name == "Trap" and one.build == "optimized")
    token = exchange.lists(trap.creation, lambda _token, pair: calldata("setPool(address)", pair))
    made = exchange.trades(token)
    assert (made.can_buy, made.can_sell) == (True, False)
    assert "honeypot" in {one.id for one in traded(made, token, own_pool=False)}
    with pytest.raises(NotSimulated, match="no pair"):
        exchange.trades(exchange.factory)
    with pytest.raises(NotSimulated, match="wrapped"):
        exchange.trades(exchange.wrapped)


@pytest.mark.parametrize("fee", [500, 3000])
def test_a_token_is_traded_in_a_pool_of_v3(platform: Platform, evm: Evm, built: dict[str, Compiled], fee: int) -> None:
    """By the pool's own formula; its holders too."""
    exchange = Exchange(platform, evm)
    token = exchange.lists_in_v3(built["FixedSupply"].creation, fee)
    send(evm, token, calldata("transfer(address,uint256)", account(evm, 3), 7 * COIN))
    made = exchange.trades(token)
    assert made.buy.revert is None
    # A hundredth of the coin that lies there, of which the position's rounding left out a unit.
    assert made.buy.given in (COIN // 10, COIN // 10 - 1)
    assert (made.buy.received, made.buy.tax) == (made.buy.ideal, 0)
    assert made.sell is not None
    # The pool rounds the price before the amount.
    assert (made.can_sell, made.sell.ideal - made.sell.received in (0, 1), made.sell.tax) == (True, True, 0)
    assert made.sell.received > COIN * 98 // 1000
    assert (made.holders.tried, made.holders.sold, made.holders.trapped) == (1, 1, ())
    assert {one.id for one in traded(made, token, own_pool=False)} <= {"liquidity_thin"}


def test_a_trap_in_a_pool_of_v3_is_measured_and_the_deepest_pool_taken(platform: Platform, evm: Evm) -> None:
    exchange = Exchange(platform, evm)
    trap = next(one for one in traded_tokens() if one.name == "Trap" and one.build == "optimized")
    token = exchange.lists_in_v3(trap.creation, 3000, 10, lambda _token, pool: calldata("setPool(address)", pool))
    made = exchange.trades(token)
    assert (made.can_buy, made.can_sell) == (True, False)
    assert "honeypot" in {one.id for one in traded(made, token, own_pool=False)}
    # Beside it a pair with a thousandth of the coin: whoever sells there sells for nothing.
    send(evm, token, calldata("approve(address,uint256)", exchange.router, 2**255))
    data = calldata(ADD, token, COIN, 0, 0, exchange.me, FOREVER)
    send(evm, exchange.router, data, value=COIN // 100)
    assert exchange.trades(token).can_sell is False


def test_a_scan_says_that_it_could_not_trade(platform: Platform, evm: Evm) -> None:
    """The chain of the tests names no exchange: that is an unknown, and never a clean bill."""
    taxed = next(one for one in parties("shares.sol") if one.name == "Taxed" and one.build == "optimized")
    token = checksum(deploy(evm, taxed.creation))
    told: dict[str, Any] = dict(judge(platform, "local", token, contract=True, trade=True).told)
    assert told["trade"] is None
    assert any(each.startswith("The token was not traded:") for each in told["unknowns"])
    assert told["verdict"] == "unknown"
    assert "trade" not in judge(platform, "local", token, contract=True).told


def test_the_wish_to_trade_goes_with_the_job(platform: Platform, user: UUID, evm: Evm) -> None:
    body = {"chain": "local", "address": "0x" + "1" * 40, "trade": True}
    told = ask(handler, "POST", "/v1/security/scan/contract", by=verdict(user, tier="pro"), body=body)
    assert told.status == 202, told.text
    refused = ask(
        handler, "POST", "/v1/security/scan/contract", by=verdict(user, tier="pro"), body={**body, "trade": "perhaps"}
    )
    assert (refused.status, "trade" in json.dumps(refused.error)) == (400, True)
