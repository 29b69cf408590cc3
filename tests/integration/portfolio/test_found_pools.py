"""Positions in pools and vaults as they are found on the node: what leaving really pays, to the unit."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from typing import Any

import pytest
from eth_abi.abi import encode

from local.evm import Evm
from local.market import Market
from local.market.node import ETHER
from premium.chains.addresses import asset_key, checksum, keccak256
from premium.chains.contracts.protocols import Protocol
from premium.chains.rpc import Rpc
from premium.neighbours import open_client
from premium.portfolio.onchain.finder import find
from premium.portfolio.positions.found import Found
from tests.factories.contracts import Compiled, compiled_vaults
from tests.factories.contracts.deployment import deploy, send
from tests.factories.npm import artifacts
from tests.integration.portfolio.owner import MINT, MOST, SWAP, Chain
from tests.integration.portfolio.reader import entry, local, newest, positions

pytestmark = pytest.mark.integration
FOREVER = 2**64
LEAVE = "removeLiquidity(address,address,uint256,uint256,uint256,address,uint256)"
ADD = "addLiquidity(address,address,uint256,uint256,uint256,uint256,address,uint256)"


@pytest.fixture
def owner(evm: Evm, market: Market) -> Iterator[Chain]:
    made = Chain(evm, market)
    for token in (market.weth, market.usd, market.governance, market.proxy_token):
        for spender in (market.v2_router, market.v3_positions, market.v3_router):
            made.do(token, "approve(address,uint256)", spender, 2**256 - 1)
    made.do(market.weth, "deposit()", value=10_000 * ETHER)
    yield made
    made.node.close()


def v2(market: Market) -> Protocol:
    return entry("uniswap-v2", "v2_lp", factory=market.v2_factory)


def v3(market: Market) -> Protocol:
    return entry("uniswap-v3", "v3_position", manager=market.v3_positions)


def key(token: str) -> str:
    return asset_key("local", token)


def paid(found: Found) -> dict[str, int]:
    """What leaving pays by asset, debts negative."""
    sums: dict[str, int] = {}
    for sign, legs in ((1, found.assets), (-1, found.debts)):
        for leg in legs:
            sums[leg.asset] = sums.get(leg.asset, 0) + sign * leg.units
    return sums


def pair_of(owner: Chain, *tokens: str) -> str:
    (found,) = owner.view(owner.market.v2_factory, "getPair(address,address)", "address", *tokens)
    return checksum(found)


@pytest.mark.parametrize("fee_on", [False, True])
def test_shares_of_a_pair_are_what_burning_them_pays(owner: Chain, market: Market, fee_on: bool) -> None:
    draw, tokens = random.Random(31), (market.usd, market.governance)
    pair = pair_of(owner, *tokens)
    owner.do(pair, "approve(address,uint256)", market.v2_router, 2**256 - 1)
    if fee_on:
        owner.do(market.v2_factory, "setFeeTo(address)", market.wallet)
    for _ in range(6):
        most = [draw.randrange(10**12, 10**22) for _ in range(2)]
        owner.do(market.v2_router, ADD, *tokens, *most, 0, 0, owner.me, FOREVER)
        path = draw.sample(tokens, 2)
        swap = "swapExactTokensForTokens(uint256,uint256,address[],address,uint256)"
        owner.do(market.v2_router, swap, draw.randrange(10**9, 10**23), 0, path, owner.me, FOREVER)
        owner.do(market.usd, "transfer(address,uint256)", pair, draw.randrange(10**15))  # a gift: burning pays it too
        (held,) = owner.view(pair, "balanceOf(address)", "uint256", owner.me)
        kept = draw.randrange(10**6, held)
        owner.do(pair, "transfer(address,uint256)", market.wallet, held - kept)
        (found,) = positions(owner.evm, [v2(market)], owner.me, [pair, market.usd])
        assert (found.kind, found.receipts, found.is_counted) == ("v2_lp", (key(pair),), True)
        ordered = sorted(tokens, key=str.lower)
        leave = (*ordered, kept, 0, 0, owner.me, FOREVER)
        assert tuple(paid(found)[key(t)] for t in ordered) == owner.view(
            market.v2_router, LEAVE, "uint256,uint256", *leave
        )
        before = balances(owner, tokens)
        owner.do(market.v2_router, LEAVE, *leave)
        assert {t: n - before[t] for t, n in balances(owner, tokens).items()} == {
            t: paid(found)[key(t)] for t in tokens
        }


def balances(owner: Chain, tokens: tuple[str, ...]) -> dict[str, int]:
    return {token: owner.view(token, "balanceOf(address)", "uint256", owner.me)[0] for token in tokens}


def test_a_pair_that_no_listed_factory_made_counts_nothing(owner: Chain, market: Market) -> None:
    """Its code is the pair's own; anyone may deploy it, name the factory and hold it."""
    pair = pair_of(owner, market.usd, market.governance)
    stranger = entry("other", "v2_lp", factory="0x" + "77" * 20)
    (found,) = positions(owner.evm, [stranger], market.owner, [pair])
    assert (found.protocol, found.is_counted, found.assets) == ("unknown", False, ())
    assert [each.code for each in found.findings] == ["unknown_protocol"]
    fake = checksum("0x" + "ab" * 20)
    owner.evm.call("anvil_setCode", fake, owner.evm.call("eth_getCode", pair, "latest"))
    for slot in range(12):
        words = owner.evm.call("eth_getStorageAt", pair, hex(slot), "latest")
        owner.evm.call("anvil_setStorageAt", fake, hex(slot), words)
    balance = "0x" + keccak256(encode(["address", "uint256"], [market.owner, 1])).hex()
    owner.evm.call("anvil_setStorageAt", fake, balance, "0x" + f"{10**18:064x}")
    owner.do(market.usd, "transfer(address,uint256)", fake, 10**18)
    (found,) = positions(owner.evm, [v2(market)], market.owner, [fake])
    assert (found.protocol, found.is_counted, found.receipts) == ("unknown", False, ())


def test_position_nfts_are_what_burning_and_collecting_pay(owner: Chain, market: Market) -> None:
    draw = random.Random(32)
    for number in range(8):
        lower = 60 * draw.randint(-20, 15)
        mint(owner, draw, (lower, lower + 60 * draw.randint(1, 15)))
        swap(owner, draw, towards=number % 2)
    owner.evm.call("evm_mine")
    found = positions(owner.evm, [v3(market)], owner.me)
    assert len(found) >= 8
    outside = [each for each in found if each.findings]
    for each in found:
        lower, tick, upper = (int(each.facts[name]) for name in ("tick_lower", "tick", "tick_upper"))
        assert (lower <= tick < upper) == (each not in outside)
    assert {each.facts["tick"] < each.facts["tick_lower"] for each in outside} == {True, False}
    assert {f.code for each in outside for f in each.findings} == {"out_of_range"}
    assert 0 < len(outside) < len(found)
    for each in found:
        expected, number = paid(each), int(each.name)
        leave = (number, int(each.facts["liquidity"]), 0, 0, FOREVER)
        owner.do(market.v3_positions, "decreaseLiquidity((uint256,uint128,uint256,uint256,uint256))", leave)
        collect = "collect((uint256,address,uint128,uint128))"
        got = owner.view(market.v3_positions, collect, "uint256,uint256", (number, owner.me, MOST, MOST))
        owner.do(market.v3_positions, collect, (number, owner.me, MOST, MOST))
        tokens = sorted((market.weth, market.proxy_token), key=str.lower)
        assert {key(t): n for t, n in zip(tokens, got, strict=True) if n} == expected
    assert any(leg.state == "claimable" for each in found for leg in each.assets)
    assert positions(owner.evm, [v3(market)], owner.me) == []


def test_nfts_of_one_range_share_what_the_pool_rounded_down(owner: Chain, market: Market) -> None:
    """The pool keeps one position for all of them, and rounds at each touch: it may owe less than they add up to."""
    draw = random.Random(45)
    mint(owner, draw, (-600, 600))
    for number in range(16):
        swap(owner, draw, towards=number % 2)
        mint(owner, draw, (-600, 600)) if number == 1 else _touch(owner)
    for each in positions(owner.evm, [v3(market)], owner.me):
        (said,) = [one for one in positions(owner.evm, [v3(market)], owner.me) if one.name == each.name]
        number = int(each.name)
        owner.do(market.v3_positions, "decreaseLiquidity((uint256,uint128,uint256,uint256,uint256))",
                 (number, int(each.facts["liquidity"]), 0, 0, FOREVER))  # fmt: skip
        asked = (number, owner.me, MOST, MOST)
        collect = "collect((uint256,address,uint128,uint128))"
        got = owner.view(market.v3_positions, collect, "uint256,uint256", asked)
        owner.do(market.v3_positions, collect, asked)
        tokens = sorted((market.weth, market.proxy_token), key=str.lower)
        assert {key(t): n for t, n in zip(tokens, got, strict=True) if n} == paid(said)


def _touch(owner: Chain) -> None:
    """Add next to nothing to the newest position: the pool counts its fees up to now, rounded down."""
    (count,) = owner.view(owner.market.v3_positions, "balanceOf(address)", "uint256", owner.me)
    (number,) = owner.view(
        owner.market.v3_positions, "tokenOfOwnerByIndex(address,uint256)", "uint256", owner.me, count - 1
    )
    more = (number, 10**6, 10**6, 0, 0, FOREVER)
    owner.do(owner.market.v3_positions, "increaseLiquidity((uint256,uint256,uint256,uint256,uint256,uint256))", more)


def test_a_position_that_two_entries_name_has_one_owner(owner: Chain, market: Market) -> None:
    fork = entry("same-manager", "v3_position", manager=market.v3_positions)
    found = positions(owner.evm, [v3(market), fork], owner.me)
    assert [(each.protocol, each.name) for each in found] == [("uniswap-v3", "1")]


def mint(owner: Chain, draw: random.Random, ticks: tuple[int, int]) -> None:
    market = owner.market
    pair = sorted((market.weth, market.proxy_token), key=str.lower)
    most = [draw.randrange(10**6, 10 ** draw.randint(7, 20)) for _ in range(2)]
    owner.do(market.v3_positions, MINT, (*pair, 3000, *ticks, *most, 0, 0, owner.me, FOREVER))


def swap(owner: Chain, draw: random.Random, towards: int) -> None:
    market = owner.market
    pair = [market.weth, market.proxy_token][:: -1 if towards else 1]
    owner.do(market.v3_router, SWAP, (*pair, 3000, owner.me, FOREVER, draw.randrange(10**6, 30 * ETHER), 0, 0))


@pytest.fixture(scope="module")
def sources() -> dict[str, Compiled]:
    return compiled_vaults()


def put(owner: Chain, code: Compiled, types: tuple[str, ...] = (), *values: Any) -> str:
    made = str(send(owner.evm, None, code.creation + encode(types, values), sender=owner.me)["contractAddress"])
    owner.account = owner.fresh_account()
    return checksum(made)


def test_shares_of_a_vault_are_what_redeeming_pays_and_what_is_locked(
    owner: Chain, sources: dict[str, Compiled]
) -> None:
    draw = random.Random(33)
    coin = put(owner, sources["Coin"])
    vault = put(owner, sources["LimitedVault"], ("address",), coin)
    listed = entry("vaults", "vault", contracts=[vault])
    owner.do(coin, "approve(address,uint256)", vault, 2**256 - 1)
    for _ in range(5):
        owner.do(vault, "deposit(uint256,address)", draw.randrange(1, 10 ** draw.randint(3, 24)), owner.me)
        owner.do(coin, "transfer(address,uint256)", vault, draw.randrange(10 ** draw.randint(1, 22)))
        (held,) = owner.view(vault, "balanceOf(address)", "uint256", owner.me)
        owner.do(vault, "limit(uint256)", draw.choice([0, 1, held // 3, held, 2**255]))
        (found,) = positions(owner.evm, [listed], owner.me, [vault, coin])
        (most,) = owner.view(vault, "maxRedeem(address)", "uint256", owner.me)
        free = sum(leg.units for leg in found.assets if leg.state == "free")
        assert owner.view(vault, "redeem(uint256,address,address)", "uint256", most, owner.me, owner.me) == (free,)
        owner.do(vault, "limit(uint256)", 2**255)
        whole = owner.view(vault, "redeem(uint256,address,address)", "uint256", held, owner.me, owner.me)
        assert whole == (sum(leg.units for leg in found.assets),)
        assert {leg.asset for leg in found.assets} <= {key(coin)}
    (unlisted,) = positions(owner.evm, [], owner.me, [vault, coin])
    assert (unlisted.is_counted, unlisted.receipts) == (False, ())


def test_shares_of_shares_open_to_the_leaves(owner: Chain, market: Market, sources: dict[str, Compiled]) -> None:
    """Shares of a pair in a vault, those in another, staked for rewards: the leaves are the pair's tokens."""
    pair = pair_of(owner, market.usd, market.governance)
    inner = put(owner, sources["Vault"], ("address", "uint8"), pair, 0)
    outer = put(owner, sources["Vault"], ("address", "uint8"), inner, 6)
    made = artifacts("@uniswap/liquidity-staker", "build/StakingRewards.json")["StakingRewards"]
    code = bytes.fromhex(made["bytecode"].removeprefix("0x"))
    gauge = checksum(deploy(owner.evm, code, ("address",) * 3, (owner.me, market.governance, outer)))
    (held,) = owner.view(pair, "balanceOf(address)", "uint256", owner.me)
    for token, spender in ((pair, inner), (inner, outer), (outer, gauge)):
        owner.do(token, "approve(address,uint256)", spender, 2**256 - 1)
    owner.do(inner, "deposit(uint256,address)", held // 2, owner.me)
    (shares,) = owner.view(inner, "balanceOf(address)", "uint256", owner.me)
    owner.do(outer, "deposit(uint256,address)", shares, owner.me)
    (staked,) = owner.view(outer, "balanceOf(address)", "uint256", owner.me)
    owner.do(gauge, "stake(uint256)", staked)
    owner.do(market.governance, "transfer(address,uint256)", gauge, 10**21)
    owner.do(gauge, "notifyRewardAmount(uint256)", 10**21)
    owner.evm.call("evm_increaseTime", 86_400)
    owner.evm.call("evm_mine")
    entries = [
        v2(market),
        entry("vaults", "vault", contracts=[inner, outer]),
        entry("farm", "gauge", contracts=[gauge]),
    ]
    found = {each.protocol: each for each in positions(owner.evm, entries, owner.me, [pair, inner, outer, gauge])}
    assert set(found) == {"uniswap-v2", "farm"}
    leaves = [leg for leg in found["farm"].assets if leg.state == "free"]
    assert {leg.asset for leg in leaves} == {key(market.usd), key(market.governance)}
    assert {leg.path for leg in leaves} == {(key(outer), key(inner), key(pair))}
    half = paid(found["uniswap-v2"])
    assert all(abs(leg.units - half[leg.asset]) <= half[leg.asset] // 10**6 for leg in leaves)
    (reward,) = [leg for leg in found["farm"].assets if leg.state == "claimable"]
    (earned,) = owner.view(gauge, "earned(address)", "uint256", owner.me)
    assert (reward.asset, reward.units) == (key(market.governance), earned)
    assert earned > 0


def test_a_vault_that_holds_itself_ends(owner: Chain, sources: dict[str, Compiled]) -> None:
    """Two vaults of each other, as no honest one is: told, and not opened for ever."""
    first = put(owner, sources["Mirror"])
    second = put(owner, sources["Mirror"])
    owner.do(first, "become(address)", second)
    owner.do(second, "become(address)", first)
    listed = entry("vaults", "vault", contracts=[first, second])
    found = positions(owner.evm, [listed], owner.me, [first])
    assert [each.code for each in found[0].findings] == ["opaque"]
    assert [leg.path for leg in found[0].assets] == [(key(second),)]


def test_staked_tokens_locks_and_queues_by_their_published_rules(owner: Chain, sources: dict[str, Compiled]) -> None:
    """Small contracts of our own that follow Lido's and Curve's published rules: it proves less than their bytecode."""
    coin, nothing = put(owner, sources["Coin"]), "0x" + "0" * 40
    staked = put(owner, sources["Rated"], ("uint256",), 1_156_789_012_345_678_901)
    lock = put(owner, sources["Escrow"], ("address",), coin)
    queue = put(owner, sources["Queue"])
    now = int(owner.evm.call("eth_getBlockByNumber", "latest", False)["timestamp"], 16)
    owner.do(lock, "lock(int128,uint256)", 10**20, now + 7 * 86_400)
    for amount in (5, 7, 11):
        owner.do(queue, "request(uint256)", amount * 10**18)
    owner.do(queue, "finalize(uint256,uint256)", 2, 9 * 10**17)
    entries = [
        entry("staking", "staked", contracts=[staked], asset=nothing, rate="getExchangeRate()"),
        entry("escrow", "lock", contracts=[lock]),
        entry("queue", "withdrawals", contracts=[queue], asset=nothing),
    ]
    found = {each.protocol: each for each in positions(owner.evm, entries, owner.me, [staked])}
    (units,) = owner.view(staked, "balanceOf(address)", "uint256", owner.me)
    assert paid(found["staking"]) == {key(nothing): units * 1_156_789_012_345_678_901 // 10**18}
    assert [(leg.units, leg.state) for leg in found["escrow"].assets] == [(10**20, "locked")]
    assert found["escrow"].locked_until is not None
    assert [(leg.units, leg.state) for leg in found["queue"].assets] == [
        (11 * 10**18, "locked"), (12 * 10**18 * 9 // 10, "claimable"),
    ]  # fmt: skip
    before = int(owner.evm.call("eth_getBalance", queue, "latest"), 16)
    owner.evm.call("anvil_setBalance", queue, hex(before + 10**20))
    owner.do(queue, "claim(uint256)", 1)
    owner.evm.call("evm_increaseTime", 8 * 86_400)
    owner.evm.call("evm_mine")
    found = {each.protocol: each for each in positions(owner.evm, entries, owner.me, [staked])}
    assert [leg.state for leg in found["escrow"].assets] == ["free"]
    assert [(leg.units, leg.state) for leg in found["queue"].assets][1] == (7 * 10**18 * 9 // 10, "claimable")


def test_wallets_share_the_calls_of_their_positions(owner: Chain, market: Market) -> None:
    """What three hundred wallets hold of one pair is asked as if they were one."""
    pair = pair_of(owner, market.usd, market.governance)
    owner.do(pair, "approve(address,uint256)", market.v2_router, 2**256 - 1)
    most = (market.usd, market.governance, 10**20, 10**20, 0, 0)
    owner.do(market.v2_router, ADD, *most, owner.me, FOREVER)
    wallets = [checksum(f"0x{10**6 + number:040x}") for number in range(300)]

    async def calls(count: int) -> tuple[int, int]:
        async with open_client() as client:
            rpc = Rpc(local(owner.evm), client, deadline=60)
            held = {wallet: {pair: 10**9, market.usd: 5} for wallet in wallets[:count]}
            found = await find(newest(owner.evm, rpc), [v2(market), v3(market)], held)
            return len(found), rpc.asked_by["eth_call"]

    (one, few), (many, more) = (asyncio.run(calls(count)) for count in (1, 300))
    assert (one, many) == (1, 300)
    assert more <= few + 2
