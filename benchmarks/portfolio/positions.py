"""Positions in random states, read and then really left on a node.

How many differ, and what reading them takes.

The long form of `tests/integration/portfolio/test_found_pools.py`: `python -m benchmarks.portfolio.positions 300`.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from local import ports
from local.evm import Evm
from local.market import Market, build
from local.market.artifacts import multicall3_code
from local.market.model import MULTICALL3
from local.market.node import ETHER
from premium.chains.addresses import checksum
from tests.factories.contracts import compiled_rules
from tests.factories.contracts.deployment import deploy
from tests.factories.pools import balancer, hooked
from tests.factories.pools.balancer import words
from tests.integration.portfolio.owner import MOST, Chain
from tests.integration.portfolio.reader import entry, positions
from tests.integration.portfolio.test_found_balancer import begin, of, stable, stir, weighted
from tests.integration.portfolio.test_found_hooked import left, stirred
from tests.integration.portfolio.test_found_pools import (
    ADD,
    FOREVER,
    LEAVE,
    balances,
    key,
    mint,
    paid,
    pair_of,
    swap,
    v2,
    v3,
)

STATES = 100
DECREASE = "decreaseLiquidity((uint256,uint128,uint256,uint256,uint256))"
COLLECT = "collect((uint256,address,uint128,uint128))"


def ranges(owner: Chain, market: Market, count: int) -> int:
    """Mint positions, trade over them, read them all, leave each; return how many paid something else."""
    draw = random.Random(1)
    for number in range(count):
        lower = 60 * draw.randint(-40, 35)
        mint(owner, draw, (lower, lower + 60 * draw.randint(1, 25)))
        swap(owner, draw, towards=number % 2)
    wall, cpu = time.perf_counter(), time.process_time()
    found = positions(owner.evm, [v3(market)], owner.me)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(f"{len(found)} positions of Uniswap V3 read in {wall:.2f} s, {1000 * cpu / len(found):.1f} ms of CPU each")
    differ, tokens = 0, sorted((market.weth, market.proxy_token), key=str.lower)
    for each in found:
        number, state = int(each.name), owner.evm.call("evm_snapshot")  # as it was read: each leaves first
        owner.do(market.v3_positions, DECREASE, (number, int(each.facts["liquidity"]), 0, 0, FOREVER))
        asked = (number, owner.me, MOST, MOST)
        got = owner.view(market.v3_positions, COLLECT, "uint256,uint256", asked)
        owner.evm.call("evm_revert", state)
        owner.evm.call("anvil_dropAllTransactions")
        owner.account = owner.fresh_account()
        differ += {key(token): units for token, units in zip(tokens, got, strict=True) if units} != paid(each)
    return differ


def pairs(owner: Chain, market: Market, count: int) -> int:
    """Add, trade and give to a pair, read the share, burn it; return how many paid something else."""
    draw, tokens, differ = random.Random(2), (market.usd, market.governance), 0
    pair = pair_of(owner, *tokens)
    owner.do(pair, "approve(address,uint256)", market.v2_router, 2**256 - 1)
    owner.do(market.v2_factory, "setFeeTo(address)", market.wallet)
    for _ in range(count):
        most = [draw.randrange(10**12, 10**22) for _ in range(2)]
        owner.do(market.v2_router, ADD, *tokens, *most, 0, 0, owner.me, FOREVER)
        trade = "swapExactTokensForTokens(uint256,uint256,address[],address,uint256)"
        path = draw.sample(tokens, 2)
        owner.do(market.v2_router, trade, draw.randrange(10**9, 10**22), 0, path, owner.me, FOREVER)
        (held,) = owner.view(pair, "balanceOf(address)", "uint256", owner.me)
        owner.do(pair, "transfer(address,uint256)", market.wallet, held - draw.randrange(10**6, held))
        (kept,) = owner.view(pair, "balanceOf(address)", "uint256", owner.me)
        (found,) = positions(owner.evm, [v2(market)], owner.me, [pair])
        before, ordered = balances(owner, tokens), sorted(tokens, key=str.lower)
        owner.do(market.v2_router, LEAVE, *ordered, kept, 0, 0, owner.me, FOREVER)
        after = balances(owner, tokens)
        differ += {key(token): after[token] - before[token] for token in tokens} != paid(found)
    return differ


def hooked_ranges(evm: Evm, count: int) -> int:
    """Mint positions of Uniswap V4, trade over them, leave each; return how many paid something else."""
    pool, draw = hooked.build(evm), random.Random(3)
    pool.mint((-6000, 6000), 10**21)
    stirred(pool, draw, count)
    entries = [entry("uniswap-v4", "v4_position", manager=pool.manager)]
    named = {checksum(pool.me): [f"{checksum(pool.manager)}#{number}" for number in range(1, count + 2)]}
    differ, found = 0, positions(evm, entries, pool.me, nfts=named)
    for each in found:
        state = evm.call("evm_snapshot")
        differ += left(pool, int(each.name)) != paid(each)
        evm.call("evm_revert", state)
    return differ + (len(found) != min(count + 1, 200))


def shares_of_balancer(evm: Evm, count: int) -> int:
    """Trade in a weighted and a stable pool, leave in each state; return how many paid something else."""
    vault, draw, differ, refused = balancer.build(evm), random.Random(4), 0, 0
    coins = sorted((deploy(evm, compiled_rules()["Plain"].creation) for _ in range(3)), key=str.lower)
    pools = (weighted(vault, coins, [5 * 10**17, 3 * 10**17, 2 * 10**17]), stable(vault, coins))
    for _, pool in pools:
        begin(vault, pool, [draw.randrange(10**21, 5 * 10**21) for _ in coins])
    start = evm.call("evm_snapshot")
    for number in range(count):
        if number % 10 == 0:  # far out of balance a pool lets nobody leave
            evm.call("evm_revert", start)
            start = evm.call("evm_snapshot")
        factory, pool = pools[number % 2]
        stir(vault, pool, draw)
        (found,) = positions(evm, [of(vault, factory)], vault.me, [pool])
        if found.facts["exit"] != "open":  # so far out of balance that its own arithmetic refuses
            refused += 1
            continue
        state = evm.call("evm_snapshot")
        got = vault.leave(pool, words(("uint256", "uint256"), 1, int(found.facts["shares"])))
        differ += {key(token): units for token, units in got.items()} != paid(found)
        evm.call("evm_revert", state)
    print(f"Balancer V2: {refused} states in which the pool lets nobody leave in proportion, as it was told")
    return differ


def alone(name: str, leave: Callable[[Evm, int], int], count: int) -> None:
    """Leave positions on a node of their own: the time of one that goes back to a state is not that of its blocks."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("PREMIUM_TEST_RUN", folder)
        evm = Evm(Path(folder), ports.free())
        evm.start()
        try:
            evm.call("anvil_setCode", MULTICALL3, multicall3_code())
            print(f"{name}: {count} states left, {leave(evm, count)} paid something else")
        finally:
            evm.stop()


def main(count: int = STATES) -> None:
    for name, leave in (("Uniswap V4", hooked_ranges), ("Balancer V2", shares_of_balancer)):
        alone(name, leave, count)
    with tempfile.TemporaryDirectory() as folder:
        evm = Evm(Path(folder), ports.free())
        evm.start()
        try:
            market = build(evm.url)
            owner = Chain(evm, market)
            for token in (market.weth, market.usd, market.governance, market.proxy_token):
                for spender in (market.v2_router, market.v3_positions, market.v3_router):
                    owner.do(token, "approve(address,uint256)", spender, 2**256 - 1)
            owner.do(market.weth, "deposit()", value=50_000 * ETHER)
            for name, run in (("Uniswap V3", ranges), ("Uniswap V2", pairs)):
                print(f"{name}: {count} states left, {run(owner, market, count)} paid something else")
        finally:
            evm.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else STATES)
