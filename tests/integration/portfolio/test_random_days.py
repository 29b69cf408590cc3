"""Random days of a wallet on a node, of every kind of movement: the equation of each asset closes to the last unit."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from local.market import Market
from local.market.node import ETHER, calldata
from premium.chains.addresses import NATIVE, asset_key, checksum
from tests.factories.contracts import BUILDS, Compiled, compile_sources
from tests.factories.contracts.deployment import send
from tests.factories.lenders import aave
from tests.integration.portfolio.reader import ask
from tests.integration.portfolio.world import FRIEND, ME, OTHER, STORED, World

pytestmark = pytest.mark.integration
ALL, FOREVER = 2**256 - 1, 2**64
_TRANSFER = "ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
HANDS_ON, LIES = checksum("0x" + "e5" * 20), checksum("0x" + "f6" * 20)
HANDS_ON_CODE = "0x" + "5f5f5f5f34" + "73" + ME[2:] + "5a" + "f100"
"""Pays what it is given to the wallet, inside another's transaction."""


def _lies(source: str, target: str, units: int) -> str:
    """A contract that logs a transfer when it is called with nothing, and says of every balance that it is 0."""
    log = "7f" + f"{units:064x}" + "5f52" + "73" + target[2:] + "73" + source[2:] + "7f" + _TRANSFER + "60205fa300"
    jump = 4 + len(log) // 2
    return f"0x3660{jump:02x}57" + log + "5b5f5f5260205ff3"


@pytest.fixture(scope="module")
def taxed() -> Compiled:
    """A token that keeps five of a hundred for its owner."""
    text = (Path(__file__).parents[2] / "factories" / "trades" / "tokens.sol").read_text()
    least = text.partition("// expects: sell_tax_high")[0]
    made = compile_sources({"tokens.sol": least}, {"optimized": BUILDS["optimized"]})
    return next(each for each in made if each.name == "FivePercent")


class Days:
    """A wallet, and what may happen to it."""

    def __init__(self, world: World, market: Market, taxed: Compiled, seed: int) -> None:
        self.world, self.market, self.draw, self.grown = world, market, random.Random(seed), 10**20
        for who in (ME, OTHER, market.owner):
            world.fund(who, 1_000 * ETHER)
            world.evm.call("anvil_impersonateAccount", who)
        made = send(world.evm, None, taxed.creation, sender=market.owner)
        self.taxed = checksum(str(made["contractAddress"]))
        self.do(market.owner, self.taxed, "transfer(address,uint256)", OTHER, 10**22)
        self.do(market.owner, market.usd, "transfer(address,uint256)", ME, 10**22)
        self.do(ME, market.usd, "approve(address,uint256)", market.v2_router, ALL)
        pair: str = ask(world.evm, market.v2_factory, "getPair(address,address)", "address", market.usd, market.weth)
        self.pair = checksum(pair)
        self.do(ME, self.pair, "approve(address,uint256)", market.v2_router, ALL)
        world.evm.call("anvil_setCode", HANDS_ON, HANDS_ON_CODE)
        world.evm.call("anvil_setCode", LIES, _lies(OTHER, ME, 10**24 + seed))
        world.store(self.grown)
        self.ways: dict[str, Callable[[], object]] = {
            "coin in": lambda: world.pay(OTHER, ME, self.units()),
            "coin out": lambda: world.pay(ME, FRIEND, self.units()),
            "coin to itself": lambda: world.pay(ME, ME, self.units()),
            "inside": lambda: world.pay(OTHER, HANDS_ON, self.units()),
            "token in": lambda: self.give(market.owner, ME),
            "token out": lambda: self.give(ME, FRIEND),
            "token to itself": lambda: self.give(ME, ME),
            "taxed in": lambda: self.do(OTHER, self.taxed, "transfer(address,uint256)", ME, self.units()),
            "bought": self.buy,
            "pooled": self.pool,
            "left": self.leave,
            "claimed": lambda: world.pay(OTHER, LIES, 0),
            "grew": self.grow,
        }

    def units(self) -> int:
        return self.draw.randrange(1, ETHER)

    def do(self, who: str, target: str, signature: str, *values: object, value: int = 0) -> None:
        send(self.world.evm, target, calldata(signature, *values), sender=who, value=value)

    def give(self, source: str, target: str) -> None:
        self.do(source, self.market.usd, "transfer(address,uint256)", target, self.units())

    def buy(self) -> None:
        path = [self.market.weth, self.market.usd]
        fields = "swapExactETHForTokens(uint256,address[],address,uint256)"
        self.do(ME, self.market.v2_router, fields, 0, path, ME, FOREVER, value=self.units())

    def pool(self) -> None:
        fields = "addLiquidityETH(address,uint256,uint256,uint256,address,uint256)"
        self.do(ME, self.market.v2_router, fields, self.market.usd, 10**21, 0, 0, ME, FOREVER, value=self.units())

    def leave(self) -> None:
        held: int = ask(self.world.evm, self.pair, "balanceOf(address)", "uint256", ME)
        if held > 1_000:
            fields = "removeLiquidityETH(address,uint256,uint256,uint256,address,uint256)"
            share = self.draw.randrange(1_000, held + 1)
            self.do(ME, self.market.v2_router, fields, self.market.usd, share, 0, 0, ME, FOREVER)

    def grow(self) -> None:
        self.grown += self.units()
        self.world.store(self.grown)

    def held(self, tokens: list[str]) -> dict[str, int]:
        """What the contracts say."""
        found = {asset_key("local", NATIVE): int(self.world.evm.call("eth_getBalance", ME, "latest"), 16)}
        for token in tokens:
            units: int = ask(self.world.evm, token, "balanceOf(address)", "uint256", ME)
            found[asset_key("local", token)] = units
        return found


def booked(world: World) -> tuple[Counter[str], list[str]]:
    """What all flows say that each asset's balance changed by, and those that nothing explains."""
    flows = [flow for flow in world.portfolios.flows(world.user, 10_000, None) if not flow.tx.startswith("counted:")]
    sums = Counter[str]()
    for flow in flows:
        sums[flow.asset] += int(flow.units) if flow.kind != "phantom" else 0
    return sums, [f"{flow.asset} {flow.units} {flow.tx}" for flow in flows if flow.kind == "unexplained"]


@pytest.mark.parametrize("seed", range(3))
def test_random_days_close_their_equation(world: World, market: Market, taxed: Compiled, seed: int) -> None:
    days = Days(world, market, taxed, seed)
    tokens = [market.usd, days.taxed, days.pair, LIES, STORED]
    world.refresh()
    opening = days.held(tokens)
    order = [*days.ways, *days.draw.choices(list(days.ways), k=17)]
    days.draw.shuffle(order)
    for place, way in enumerate(order):
        days.ways[way]()
        if place % 6 == 5:
            world.refresh()
    world.refresh()
    closing, (sums, unexplained) = days.held(tokens), booked(world)
    assert unexplained == []
    assert {asset: opening[asset] + sums[asset] for asset in opening} == closing
    kinds = world.kinds()
    assert {"deposit", "withdrawal", "gas", "exchange", "income", "phantom"} <= kinds.keys()
    assert set(sums) <= closing.keys(), "no flow of an asset that was never there"


def test_days_with_a_loan_close_their_equation(world: World, market: Market, taxed: Compiled) -> None:
    """Supplied, borrowed, a month's interest, repaid in part, withdrawn in part; receipts grow by themselves."""
    pool, days = aave.build(world.evm), Days(world, market, taxed, 7)
    lender = world.evm.call("eth_accounts")[5]
    for symbol, units, who in (("DEB", 10**13, lender), ("COL", 10 * ETHER, ME)):
        pool.do(pool.tokens[symbol], "mint(address,uint256)", who, units)
        pool.do(pool.tokens[symbol], "approve(address,uint256)", pool.pool, ALL, sender=who)
    supply, borrow = "supply(address,uint256,address,uint16)", "borrow(address,uint256,uint256,uint16,address)"
    pool.do(pool.pool, supply, pool.tokens["DEB"], 10**13, lender, 0, sender=lender)
    reserve = [ask(world.evm, pool.pool, "getReserveData(address)", ",".join(_RESERVE), pool.tokens[each])
               for each in ("COL", "DEB")]  # fmt: skip
    receipts = [checksum(reserve[0][8]), checksum(reserve[1][10])]
    tokens = [*pool.tokens.values(), *receipts]
    world.refresh()
    opening = days.held(tokens)
    pool.do(pool.pool, supply, pool.tokens["COL"], 6 * ETHER, ME, 0, sender=ME)
    pool.do(pool.pool, borrow, pool.tokens["DEB"], 3_000 * 10**6, 2, 0, ME, sender=ME)
    world.refresh()
    world.evm.call("evm_increaseTime", 30 * 86_400)
    world.evm.call("evm_mine")
    world.refresh()
    pool.do(pool.tokens["DEB"], "approve(address,uint256)", pool.pool, ALL, sender=ME)
    pool.do(pool.pool, "repay(address,uint256,uint256,address)", pool.tokens["DEB"], 1_000 * 10**6, 2, ME, sender=ME)
    pool.do(pool.pool, "withdraw(address,uint256,address)", pool.tokens["COL"], ETHER, ME, sender=ME)
    world.refresh()
    closing, (sums, unexplained) = days.held(tokens), booked(world)
    assert unexplained == []
    assert {asset: opening[asset] + sums[asset] for asset in opening} == closing
    assert closing[asset_key("local", receipts[1])] > 2_000 * 10**6, "a month's interest is owed"


_RESERVE = ("uint256", "uint128", "uint128", "uint128", "uint128", "uint128", "uint40", "uint16", *("address",) * 4,
            "uint128", "uint128", "uint128")  # fmt: skip
