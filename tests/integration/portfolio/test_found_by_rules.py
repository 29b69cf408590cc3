"""Positions of protocols whose bytecode no package carries: small contracts by their published rules, really left."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from local.evm import Evm
from local.market.artifacts import multicall3_code
from local.market.model import MULTICALL3
from local.market.node import calldata
from premium.chains.addresses import asset_key, checksum
from premium.portfolio.positions.found import Found
from tests.factories.contracts import Compiled, artifact_creation, compiled_rules
from tests.factories.contracts.deployment import account, deploy, send
from tests.integration.portfolio.reader import ask, entry, positions

pytestmark = pytest.mark.integration
MOST, ONE = 2**256 - 1, 10**18
COIN = checksum("0x" + "ee" * 20)


@pytest.fixture(autouse=True)
def still(evm: Evm) -> Iterator[None]:
    """Blocks follow each other within one second, unless a test lets time pass."""
    evm.call("anvil_setCode", MULTICALL3, multicall3_code())
    evm.call("anvil_setBlockTimestampInterval", 0)
    yield
    evm.call("anvil_removeBlockTimestampInterval")


@pytest.fixture(scope="module")
def sources() -> dict[str, Compiled]:
    return compiled_rules()


def do(evm: Evm, target: str, signature: str, *arguments: object) -> None:
    send(evm, target, calldata(signature, *arguments))


def held(evm: Evm, token: str, who: str) -> int:
    return int(ask(evm, token, "balanceOf(address)", "uint256", who))


def key(token: str) -> str:
    return asset_key("local", token)


def states(found: Found) -> dict[str, int]:
    sums: dict[str, int] = {}
    for leg in found.assets:
        sums[leg.state] = sums.get(leg.state, 0) + leg.units
    return sums


def pass_time(evm: Evm, seconds: int) -> int:
    now = int(evm.call("eth_getBlockByNumber", "latest", False)["timestamp"], 16) + seconds
    evm.call("evm_setNextBlockTimestamp", now)
    evm.call("evm_mine")
    return now


def coins(evm: Evm, sources: dict[str, Compiled], count: int) -> list[str]:
    return [checksum(deploy(evm, sources["Plain"].creation)) for _ in range(count)]


@pytest.mark.parametrize("is_volatile", [False, True])
def test_shares_of_curve(evm: Evm, sources: dict[str, Compiled], is_volatile: bool) -> None:
    draw, me = random.Random(51), account(evm)
    tokens = coins(evm, sources, 3)
    pool = checksum(deploy(evm, sources["CurvePool"].creation, ("address[]", "bool"), (tokens, is_volatile)))
    registry = checksum(deploy(evm, sources["CurveRegistry"].creation))
    assert positions(evm, [], me, [pool]) == []  # it has coins, as other tokens have: nothing is claimed of it
    do(evm, registry, "list(address,uint256)", pool, 3)
    known = entry("curve", "curve_pool", registry=registry)
    for token in tokens:
        do(evm, token, "approve(address,uint256)", pool, MOST)
    for _ in range(4):
        do(evm, pool, "add(uint256[],uint256)", [draw.randrange(10**24) for _ in tokens], draw.randrange(10**24))
        units = draw.randrange(10**6, 10**20)
        do(evm, pool, "trade(uint256,uint256,uint256)", draw.randrange(3), units, units // 2000)
        shares = held(evm, pool, me)
        do(evm, pool, "transfer(address,uint256)", account(evm, 1), draw.randrange(shares))
        shares = held(evm, pool, me)
        (found,) = positions(evm, [known], me, [pool, *tokens])
        assert (found.kind, found.receipts) == ("stable_lp", (key(pool),))
        before = {token: held(evm, token, me) for token in tokens}
        do(evm, pool, "remove_liquidity(uint256)", shares)
        paid = {key(token): held(evm, token, me) - units for token, units in before.items()}
        assert {asset: units for asset, units in paid.items() if units} == {
            leg.asset: leg.units for leg in found.assets
        }
        assert positions(evm, [known], me, [pool]) == []


def test_shares_of_yearn_while_profit_is_released(evm: Evm, sources: dict[str, Compiled]) -> None:
    draw, me, strategy = random.Random(52), account(evm), account(evm, 3)
    (coin,) = coins(evm, sources, 1)
    vault = checksum(deploy(evm, sources["YearnVault"].creation, ("address", "address"), (coin, strategy)))
    entries = [entry("yearn", "yearn_vault", contracts=[vault])]
    do(evm, coin, "approve(address,uint256)", vault, MOST)
    do(evm, vault, "deposit(uint256)", 10**21)
    do(evm, vault, "transfer(address,uint256)", account(evm, 1), 10**20)
    for _ in range(4):
        do(evm, vault, "deposit(uint256)", draw.randrange(10**18, 10**22))
        do(evm, vault, "report(uint256)", draw.randrange(10**15, 10**20))
        pass_time(evm, draw.randrange(1, 40_000))
        shares = held(evm, vault, me)
        (found,) = positions(evm, entries, me, [vault, coin])
        assert (found.kind, states(found)) == (
            "vault",
            {"free": ask(evm, vault, "shareValue(uint256)", "uint256", shares)},
        )
        state, before = evm.call("evm_snapshot"), held(evm, coin, me)
        do(evm, vault, "withdraw(uint256)", shares)
        assert held(evm, coin, me) - before == states(found)["free"]
        evm.call("evm_revert", state)
    do(evm, vault, "lend(uint256)", held(evm, coin, vault) * 2 // 3)
    (lent,) = positions(evm, entries, me, [vault])
    assert sum(states(lent).values()) == ask(evm, vault, "shareValue(uint256)", "uint256", held(evm, vault, me))
    free = int(lent.facts["redeemable_shares"])
    before = held(evm, coin, me)
    do(evm, vault, "withdraw(uint256)", free)
    assert held(evm, coin, me) - before == states(lent)["free"] > 0
    assert states(lent)["locked"] > 0


def test_streams_are_their_holders_and_are_claimed_as_told(evm: Evm, sources: dict[str, Compiled]) -> None:
    me, other = checksum(account(evm)), checksum(account(evm, 1))
    (coin,) = coins(evm, sources, 1)
    streams = checksum(deploy(evm, sources["Streams"].creation))
    do(evm, coin, "approve(address,uint256)", streams, MOST)
    entries = [entry("streams", "stream", contracts=[streams])]
    end = pass_time(evm, 1) + 1_000_000
    for amount in (10**21, 7 * 10**20):
        do(evm, streams, "create(address,address,uint128,uint64)", coin, me, amount, end)
    do(evm, streams, "give(uint256,address)", 2, other)
    named = {wallet: [f"{streams}#1", f"{streams}#2", f"{streams}#99"] for wallet in (me, other)}
    for seconds in (0, 123_456, 400_000):
        pass_time(evm, seconds)
        (found,) = positions(evm, entries, me, nfts=named)
        assert (found.name, found.receipts) == (f"{streams}#1", (f"{key(streams)}#1",))
        before = held(evm, coin, me)
        do(evm, streams, "withdrawMax(uint256,address)", 1, me)
        assert held(evm, coin, me) - before == states(found).get("claimable", 0)
        assert sum(states(found).values()) == 10**21 - ask(
            evm, streams, "getWithdrawnAmount(uint256)", "uint128", 1
        ) + (held(evm, coin, me) - before)
    (given,) = positions(evm, entries, other, nfts=named)
    assert given.name == f"{streams}#2"
    pass_time(evm, 1_000_000)
    (over,) = positions(evm, entries, me, nfts=named)
    assert set(states(over)) == {"claimable"}


def test_a_vesting_wallet_of_openzeppelin(evm: Evm, sources: dict[str, Compiled]) -> None:
    """Its own bytecode, of @openzeppelin/contracts."""
    me = checksum(account(evm))
    (coin,) = coins(evm, sources, 1)
    now = pass_time(evm, 1)
    code = artifact_creation("@openzeppelin/contracts/build/contracts/VestingWallet.json")
    wallet = checksum(deploy(evm, code, ("address", "uint64", "uint64"), (me, now, 1_000_000)))
    do(evm, coin, "transfer(address,uint256)", wallet, 10**21 + 7)
    entries = [entry("team", "vesting_wallet", contracts=[wallet], asset=coin)]
    for seconds in (77_777, 333_333):
        pass_time(evm, seconds)
        (found,) = positions(evm, entries, me)
        before = held(evm, coin, me)
        do(evm, wallet, "release(address)", coin)
        assert held(evm, coin, me) - before == states(found)["claimable"] > 0
        assert states(found)["locked"] == held(evm, coin, wallet)
    assert positions(evm, entries, account(evm, 1)) == []


def test_shares_of_balancer_v3(evm: Evm, sources: dict[str, Compiled]) -> None:
    """Scaled, times their rates, shared, and back again: each step rounds down."""
    draw, me = random.Random(54), account(evm)
    tokens = coins(evm, sources, 3)
    vault = checksum(deploy(evm, sources["SmallVault"].creation))
    pool = checksum(deploy(evm, sources["VaultPool"].creation, ("address",), (vault,)))
    known = entry("balancer-v3", "balancer_v3_pool", vault=vault)
    assert positions(evm, [known], me, tokens) == []
    do(evm, vault, "register(address,address[],uint256[])", pool, tokens, [10**18, 10**18 * 10**12, 10**18 * 10**10])
    for token in tokens:
        do(evm, token, "approve(address,uint256)", vault, MOST)
    for _ in range(5):
        units = [draw.randrange(10**24), draw.randrange(10**14), draw.randrange(10**16)]
        do(evm, vault, "add(address,uint256[],uint256)", pool, units, draw.randrange(10**6, 10**24))
        for place in range(3):
            do(evm, vault, "rate(address,uint256,uint256)", pool, place, draw.randrange(10**17, 3 * 10**18))
        shares = held(evm, pool, me)
        do(evm, vault, "give(address,address,uint256)", pool, account(evm, 1), draw.randrange(shares))
        shares = held(evm, pool, me)
        (found,) = positions(evm, [known], me, [pool, *tokens])
        assert (found.kind, found.receipts, found.is_counted) == ("stable_lp", (key(pool),), True)
        before = {token: held(evm, token, me) for token in tokens}
        do(evm, vault, "leave(address,uint256)", pool, shares)
        paid = {key(token): held(evm, token, me) - units for token, units in before.items()}
        assert {asset: units for asset, units in paid.items() if units} == {
            leg.asset: leg.units for leg in found.assets
        }
        assert positions(evm, [known], me, [pool]) == []
    do(evm, vault, "add(address,uint256[],uint256)", pool, [10**18] * 3, 10**18)
    for hooks in ((True, False), (False, True)):
        do(evm, vault, "hook(address,bool,bool)", pool, *hooks)
        (found,) = positions(evm, [known], me, [pool])
        assert (found.is_counted, [each.code for each in found.findings]) == (False, ["opaque"])
