"""Positions of Uniswap V4 on the node: what burning really pays, where the hook cannot change it."""

from __future__ import annotations

import random

import pytest

from local.evm import Evm
from local.market.artifacts import multicall3_code
from local.market.model import MULTICALL3
from premium.chains.addresses import asset_key, checksum
from tests.factories.contracts.deployment import account
from tests.factories.pools import hooked
from tests.factories.pools.hooked import SPACING, Hooked
from tests.integration.portfolio.reader import ask, entry, positions

pytestmark = pytest.mark.integration


@pytest.fixture
def pool(evm: Evm) -> Hooked:
    evm.call("anvil_setCode", MULTICALL3, multicall3_code())
    return hooked.build(evm)


def key(token: str) -> str:
    return asset_key("local", token)


def balances(pool: Hooked) -> dict[str, int]:
    return {token: ask(pool.evm, token, "balanceOf(address)", "uint256", pool.me) for token in pool.tokens}


def left(pool: Hooked, number: int) -> dict[str, int]:
    """Burn a position; return what was paid by asset."""
    before = balances(pool)
    pool.burn(number)
    return {key(token): units - before[token] for token, units in balances(pool).items() if units > before[token]}


def stirred(pool: Hooked, draw: random.Random, count: int) -> None:
    """Mint positions and trade over them, in both directions."""
    for number in range(count):
        lower = SPACING * draw.randint(-20, 15)
        pool.mint((lower, lower + SPACING * draw.randint(1, 15)), draw.randrange(10**6, 10 ** draw.randint(7, 22)))
        pool.swap(draw.randrange(10**6, 10**21), downwards=number % 2 == 0)


def test_position_nfts_are_what_burning_pays(pool: Hooked) -> None:
    draw, entries = random.Random(61), [entry("uniswap-v4", "v4_position", manager=pool.manager)]
    pool.mint((-6000, 6000), 10**21)
    stirred(pool, draw, 8)
    named = {checksum(pool.me): [f"{checksum(pool.manager)}#{number}" for number in range(1, 12)]}
    found = positions(pool.evm, entries, pool.me, nfts=named)
    assert [int(each.name) for each in found] == sorted(range(1, 10), key=str)
    assert {f.code for each in found for f in each.findings} == {"out_of_range"}
    assert any(leg.state == "claimable" for each in found for leg in each.assets)
    for each in found:
        expected: dict[str, int] = {}
        (now,) = [one for one in positions(pool.evm, entries, pool.me, nfts=named) if one.name == each.name]
        for leg in now.assets:
            expected[leg.asset] = expected.get(leg.asset, 0) + leg.units
        assert left(pool, int(each.name)) == expected
    assert positions(pool.evm, entries, pool.me, nfts=named) == []
    assert positions(pool.evm, entries, pool.me) == []


def test_an_nft_that_was_given_away_is_its_holders(pool: Hooked) -> None:
    other = checksum(account(pool.evm, 1))
    pool.mint((-600, 600), 10**18)
    pool.do(pool.manager, "transferFrom(address,address,uint256)", pool.me, other, 1)
    names = [f"{checksum(pool.manager)}#1"]
    entries = [entry("uniswap-v4", "v4_position", manager=pool.manager)]
    assert positions(pool.evm, entries, pool.me, nfts={checksum(pool.me): names}) == []
    (found,) = positions(pool.evm, entries, other, nfts={other: names})
    assert found.receipts == (f"{key(pool.manager)}#1",)


def test_a_hook_that_may_change_what_leaving_pays_is_named_and_not_valued(pool: Hooked) -> None:
    hook = checksum("0x" + f"{0xABC << 40 | 0x101:040x}")
    pool.evm.call("anvil_setCode", hook, "0x60006000fd")
    pool.do(pool.pools, "initialize((address,address,uint24,int24,address),uint160)", pool.key(hook), 2**96)
    pool.mint((-600, 600), 10**18, hook)
    names = {checksum(pool.me): [f"{checksum(pool.manager)}#1"]}
    (found,) = positions(pool.evm, [entry("uniswap-v4", "v4_position", manager=pool.manager)], pool.me, nfts=names)
    assert (found.is_counted, found.assets) == (False, ())
    assert [each.code for each in found.findings] == ["opaque"]
