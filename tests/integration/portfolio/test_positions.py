"""Positions are really left on the node: what is paid equals what the command said, to the unit."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from eth_abi.abi import encode

from local.evm import Evm
from local.market import Market
from local.market.node import ETHER, calldata
from premium.amm.ticks import MAX_SQRT, MAX_TICK, MIN_SQRT, MIN_TICK, sqrt_at, tick_at
from premium.cases import answer
from premium.portfolio.positions.cases import KINDS
from tests.factories.contracts import Compiled, compiled_vaults
from tests.factories.contracts.deployment import send
from tests.integration.portfolio.owner import MINT, MOST, SWAP, Chain

pytestmark = pytest.mark.integration
FOREVER = 2**64
POSITION = "uint96,address,address,address,uint24,int24,int24,uint128,uint256,uint256,uint128,uint128"


def told(case: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer(json.dumps(case), KINDS))
    assert "error" not in found, found
    return found


@pytest.fixture
def chain(evm: Evm, market: Market) -> Iterator[Chain]:
    made = Chain(evm, market)
    yield made
    made.node.close()


@pytest.fixture
def pool(chain: Chain) -> str:
    market = chain.market
    arguments = (market.weth, market.proxy_token, 3000)
    (found,) = chain.view(market.v3_factory, "getPool(address,address,uint24)", "address", *arguments)
    chain.do(market.weth, "deposit()", value=10_000 * ETHER)
    for token in (market.weth, market.proxy_token):
        for spender in (market.v3_positions, market.v3_router):
            chain.do(token, "approve(address,uint256)", spender, 2**256 - 1)
    return str(found)


def test_random_positions_pay_what_was_said_and_their_fees(chain: Chain, pool: str) -> None:
    draw, minted = random.Random(20), list[int]()
    for _ in range(30):
        lower = 60 * draw.randint(-20, 15)
        minted.append(_mint(chain, pool, draw, (lower, lower + 60 * draw.randint(1, 15))))
        for _ in range(draw.randint(0, 3)):
            _swap(chain, draw)
    below = above = within = 0
    for token in minted:
        case = _case(chain, pool, token)
        said = told(case)
        _deposit(case, draw)
        pair = tuple(int(each["amount"]) for each in said["amounts"])
        left = (token, int(case["liquidity"]), 0, 0, FOREVER)
        leave = "decreaseLiquidity((uint256,uint128,uint256,uint256,uint256))"
        assert pair == chain.view(chain.market.v3_positions, leave, "uint256,uint256", left)
        collect = "collect((uint256,address,uint128,uint128))"
        fees = chain.view(chain.market.v3_positions, collect, "uint256,uint256", (token, chain.me, MOST, MOST))
        assert tuple(map(int, said["fees"])) == fees
        chain.do(chain.market.v3_positions, leave, left)
        paid = chain.view(chain.market.v3_positions, collect, "uint256,uint256", (token, chain.me, MOST, MOST))
        assert paid == tuple(amount + fee for amount, fee in zip(pair, fees, strict=True))
        below += case["tick"] < case["tick_lower"]
        above += case["tick"] >= case["tick_upper"]
        within += case["tick_lower"] <= case["tick"] < case["tick_upper"]
    assert min(below, above, within) > 0, "positions on every side of the price were left"


def _deposit(case: dict[str, Any], draw: random.Random) -> None:
    """What a deposit buys never takes more than it has."""
    most = [draw.randrange(1, 10**24) for _ in range(2)]
    rest = {key: value for key, value in case.items() if key not in ("liquidity", "fee_growth", "tokens_owed")}
    found = told(rest | {"deposit_max": {"amount0": most[0], "amount1": most[1]}})
    assert int(found["mint_amount0"]) <= most[0]
    assert int(found["mint_amount1"]) <= most[1]


def _mint(chain: Chain, pool: str, draw: random.Random, ticks: tuple[int, int]) -> int:
    """Mint, and compare what the contract takes for its liquidity with what was said."""
    market = chain.market
    pair = sorted((market.weth, market.proxy_token), key=str.lower)
    most = [draw.randrange(10**6, 10 ** draw.randint(7, 20)) for _ in range(2)]
    asked = (*pair, 3000, *ticks, *most, 0, 0, chain.me, FOREVER)
    token, liquidity, *taken = chain.view(market.v3_positions, MINT, "uint256,uint128,uint256,uint256", asked)
    chain.do(market.v3_positions, MINT, asked)
    case = _case(chain, pool, token)
    said = told({key: value for key, value in case.items() if key not in ("fee_growth", "tokens_owed")})
    assert case["liquidity"] == str(liquidity)
    assert [int(said["mint_amount0"]), int(said["mint_amount1"])] == taken
    return int(token)


def _swap(chain: Chain, draw: random.Random) -> None:
    market = chain.market
    pair = [market.weth, market.proxy_token]
    draw.shuffle(pair)
    amount = draw.randrange(10**6, 20 * ETHER)
    chain.do(market.v3_router, SWAP, (*pair, 3000, chain.me, FOREVER, amount, 0, 0))


def _case(chain: Chain, pool: str, token: int) -> dict[str, Any]:
    """Return the case of a position as the contracts state it."""
    held = chain.view(chain.market.v3_positions, "positions(uint256)", POSITION, token)
    _, _, token0, token1, fee, lower, upper, liquidity, *last = held
    price, tick, *_ = chain.view(pool, "slot0()", "uint160,int24,uint16,uint16,uint16,uint8,bool")
    growth = {
        "global": [str(chain.view(pool, f"feeGrowthGlobal{which}X128()", "uint256")[0]) for which in (0, 1)],
        "inside_last": [str(each) for each in last[:2]],
    }
    ticks = "uint128,int128,uint256,uint256,int56,uint160,uint32,bool"
    for name, at in (("lower_outside", lower), ("upper_outside", upper)):
        growth[name] = [str(each) for each in chain.view(pool, "ticks(int24)", ticks, at)[2:4]]
    return {
        "token0": token0, "token1": token1, "fee": fee, "tick_lower": lower, "tick_upper": upper,
        "sqrt_price_x96": str(price), "tick": tick, "liquidity": str(liquidity), "fee_growth": growth,
        "tokens_owed": [str(each) for each in last[2:]],
    }  # fmt: skip


def test_ticks_and_square_roots_are_the_pools_own(chain: Chain) -> None:
    market, draw = chain.market, random.Random(21)
    chain.do(market.v3_factory, "createPool(address,address,uint24)", market.weth, market.proxy_token, 500)
    arguments = (market.weth, market.proxy_token, 500)
    (pool,) = chain.view(market.v3_factory, "getPool(address,address,uint24)", "address", *arguments)
    ticks = [MIN_TICK, MIN_TICK + 1, -1, 0, 1, MAX_TICK - 1, *(draw.randint(MIN_TICK, MAX_TICK) for _ in range(25))]
    prices = [sqrt_at(tick) - less for tick in ticks for less in (0, 1) if sqrt_at(tick) - less >= MIN_SQRT]
    prices += [MAX_SQRT - 1, *(draw.randrange(MIN_SQRT, MAX_SQRT) >> draw.randrange(100) for _ in range(10))]
    for price in (each for each in prices if each >= MIN_SQRT):
        assert _initialised(chain, pool, price) == tick_at(price)


def _initialised(chain: Chain, pool: str, price: int) -> int:
    """Return the tick at which the pool starts; it has not started then."""
    data = "0x" + calldata("initialize(uint160)", price).hex()
    # A second may pass between an estimate and the block, and what the pool notes of the time costs more gas then.
    asked = {"from": chain.me, "to": pool, "data": data, "gas": hex(1_000_000)}
    transaction = chain.evm.call("eth_sendTransaction", asked)
    assert chain.node.receipt(transaction)["status"] == "0x1"
    _, tick, *_ = chain.view(pool, "slot0()", "uint160,int24,uint16,uint16,uint16,uint8,bool")
    chain.evm.call("anvil_setStorageAt", pool, "0x0", "0x" + "0" * 64)
    return int(tick)


@pytest.mark.parametrize("fee_on", [False, True])
def test_shares_of_a_pair_pay_what_was_said(chain: Chain, fee_on: bool) -> None:
    market, draw = chain.market, random.Random(22)
    tokens = (market.usd, market.governance)
    (pair,) = chain.view(market.v2_factory, "getPair(address,address)", "address", *tokens)
    if fee_on:
        chain.do(market.v2_factory, "setFeeTo(address)", market.wallet)
    for token in (*tokens, pair):
        chain.do(token, "approve(address,uint256)", market.v2_router, 2**256 - 1)
    add = "addLiquidity(address,address,uint256,uint256,uint256,uint256,address,uint256)"
    for _ in range(12):
        chain.do(market.v2_router, add, *tokens, *(draw.randrange(10**12, 10**22) for _ in range(2)), 0, 0,
                 chain.me, FOREVER)  # fmt: skip
        for _ in range(draw.randint(1, 4)):
            path = list(tokens)
            draw.shuffle(path)
            swap = "swapExactTokensForTokens(uint256,uint256,address[],address,uint256)"
            chain.do(market.v2_router, swap, draw.randrange(10**9, 10**23), 0, path, chain.me, FOREVER)
        (held,) = chain.view(pair, "balanceOf(address)", "uint256", chain.me)
        shares = draw.randrange(10**6, held)
        said = told(_pair_case(chain, pair, shares) | {"fee_on": fee_on})
        leave = "removeLiquidity(address,address,uint256,uint256,uint256,address,uint256)"
        ordered = sorted(tokens, key=str.lower)
        paid = chain.view(market.v2_router, leave, "uint256,uint256", *ordered, shares, 0, 0, chain.me, FOREVER)
        assert tuple(int(each["amount"]) for each in said["amounts"]) == paid


def _pair_case(chain: Chain, pair: str, shares: int) -> dict[str, Any]:
    first, second, _ = chain.view(pair, "getReserves()", "uint112,uint112,uint32")
    supply, k_last = (chain.view(pair, f"{name}()", "uint256")[0] for name in ("totalSupply", "kLast"))
    pool = {"token0": "0", "token1": "1", "reserve0": str(first), "reserve1": str(second)}
    return {"pool": pool, "lp_amount": str(shares), "total_supply": str(supply), "k_last": str(k_last)}


@pytest.fixture(scope="module")
def vaults() -> dict[str, Compiled]:
    return compiled_vaults()


def _deployed(chain: Chain, creation: bytes) -> str:
    return str(send(chain.evm, None, creation, sender=chain.me)["contractAddress"])


@pytest.mark.parametrize("offset", [0, 6])
def test_shares_of_a_vault_pay_what_was_said(chain: Chain, vaults: dict[str, Compiled], offset: int) -> None:
    draw = random.Random(23)
    coin = _deployed(chain, vaults["Coin"].creation)
    vault = _deployed(chain, vaults["Vault"].creation + encode(["address", "uint8"], [coin, offset]))
    chain.account = chain.fresh_account()
    chain.do(coin, "approve(address,uint256)", vault, 2**256 - 1)
    for _ in range(10):
        chain.do(vault, "deposit(uint256,address)", draw.randrange(1, 10 ** draw.randint(1, 24)), chain.me)
        chain.do(coin, "transfer(address,uint256)", vault, draw.randrange(10 ** draw.randint(1, 22)))
        (held,) = chain.view(vault, "balanceOf(address)", "uint256", chain.me)
        shares = draw.randrange(held + 1)
        state = [str(chain.view(vault, name, "uint256")[0]) for name in ("totalAssets()", "totalSupply()")]
        said = told({"shares": str(shares), "total_assets": state[0], "total_supply": state[1],
                     "decimals_offset": offset})  # fmt: skip
        paid = chain.view(vault, "redeem(uint256,address,address)", "uint256", shares, chain.me, chain.me)
        assert (int(said["assets"]),) == paid
