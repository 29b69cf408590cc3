"""Shares of Balancer's pools, gauges and locks of votes on the node: what leaving and claiming really pay."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from local.evm import Evm
from local.market.artifacts import multicall3_code
from local.market.model import MULTICALL3
from premium.chains.addresses import asset_key, checksum
from premium.chains.contracts.protocols import Protocol
from premium.portfolio.positions.found import Found
from tests.factories.contracts import Compiled, compiled_rules
from tests.factories.contracts.deployment import deploy
from tests.factories.pools import balancer
from tests.factories.pools.balancer import NOBODY, Balancer, created, words
from tests.integration.portfolio.reader import ask, entry, positions

pytestmark = pytest.mark.integration
ONE, WEEK = 10**18, 7 * 86_400
ALL_IN_PROPORTION, INIT = 1, 0
NAMED = ("Test pool", "TP")


def key(token: str) -> str:
    return asset_key("local", token)


@pytest.fixture(scope="module")
def sources() -> dict[str, Compiled]:
    return compiled_rules()


@pytest.fixture(scope="module")
def built(evm_session: Evm, sources: dict[str, Compiled]) -> Iterator[tuple[Balancer, list[str]]]:
    snapshot = evm_session.call("evm_snapshot")
    evm_session.call("anvil_setCode", MULTICALL3, multicall3_code())
    made = balancer.build(evm_session)
    yield made, sorted((deploy(evm_session, sources["Plain"].creation) for _ in range(4)), key=str.lower)
    evm_session.call("evm_revert", snapshot)


@pytest.fixture
def vault(built: tuple[Balancer, list[str]], evm: Evm) -> Balancer:
    del evm
    return built[0]


@pytest.fixture
def coins(built: tuple[Balancer, list[str]]) -> list[str]:
    return built[1]


def of(made: Balancer, *factories: str) -> Protocol:
    return entry("balancer-v2", "balancer_pool", vault=made.vault, contracts=factories)


def weighted(made: Balancer, coins: list[str], weights: list[int]) -> tuple[str, str]:
    factory = made.deploy("WeightedPoolFactory", ("address",), made.vault)
    asked = (*NAMED, coins, weights, 3 * 10**15, made.me)
    return factory, created(made, factory, "create(string,string,address[],uint256[],uint256,address)", *asked)


def stable(made: Balancer, coins: list[str]) -> tuple[str, str]:
    factory = made.deploy("StablePoolFactory", ("address",), made.vault)
    asked = (*NAMED, coins, 200, 10**15, made.me)
    return factory, created(made, factory, "create(string,string,address[],uint256,uint256,address)", *asked)


def begin(made: Balancer, pool: str, amounts: list[int]) -> None:
    made.join(pool, words(("uint256", "uint256[]"), INIT, amounts))


def stir(made: Balancer, pool: str, draw: random.Random) -> None:
    """Trade some amounts: fees, and the protocol's part of them, become due."""
    tokens, held = made.tokens(pool)
    for _ in range(draw.randint(1, 3)):
        source, target = draw.sample(range(len(tokens)), 2)
        made.trade(pool, tokens[source], tokens[target], draw.randrange(10**6, held[source] // 5))


def paid(found: Found) -> dict[str, int]:
    return {leg.asset: leg.units for leg in found.assets}


@pytest.mark.parametrize("kind", ["weighted_lp", "stable_lp"])
def test_shares_are_what_leaving_in_proportion_pays(vault: Balancer, coins: list[str], kind: str) -> None:
    draw = random.Random(kind)
    mine = coins[:3]
    factory, pool = (
        weighted(vault, mine, [5 * 10**17, 3 * 10**17, 2 * 10**17]) if kind[0] == "w" else stable(vault, mine)
    )
    begin(vault, pool, [draw.randrange(10**21, 5 * 10**21) for _ in mine])
    for _ in range(6):
        stir(vault, pool, draw)
        (found,) = positions(vault.evm, [of(vault, factory)], vault.me, [pool, coins[3]])
        assert (found.kind, found.receipts, found.facts["exit"]) == (kind, (key(pool),), "open")
        held = ask(vault.evm, pool, "balanceOf(address)", "uint256", vault.me)
        state = vault.evm.call("evm_snapshot")
        got = vault.leave(pool, words(("uint256", "uint256"), ALL_IN_PROPORTION, held))
        assert {key(token): units for token, units in got.items()} == paid(found)
        vault.evm.call("evm_revert", state)
        vault.leave(pool, words(("uint256", "uint256"), ALL_IN_PROPORTION, held * draw.randint(1, 90) // 100))


def test_a_composable_pool_that_pays_one_token_alone_counts_each_share(vault: Balancer, coins: list[str]) -> None:
    """This version of the pool pays in proportion in its recovery mode only."""
    provider = vault.deploy("ProtocolFeePercentagesProvider", ("address", "uint256", "uint256"), vault.vault, ONE, ONE)
    factory = vault.deploy("ComposableStablePoolFactory", ("address", "address"), vault.vault, provider)
    fields = "create(string,string,address[],uint256,address[],uint256[],bool[],uint256,address)"
    asked = (*NAMED, coins[:2], 200, [NOBODY] * 2, [0, 0], [False] * 2, 10**15, vault.me)
    pool = created(vault, factory, fields, *asked)
    tokens, _ = vault.tokens(pool)
    place = [token.lower() for token in tokens].index(pool.lower())
    amounts = [10**22, 2 * 10**22]
    begin(vault, pool, [*amounts[:place], 2**111, *amounts[place:]])
    (found,) = positions(vault.evm, [of(vault, factory)], vault.me, [pool])
    assert (found.kind, found.facts["exit"], key(pool) in paid(found)) == ("stable_lp", "single_token", False)
    vault.allow(pool, "enableRecoveryMode()")
    vault.do(pool, "enableRecoveryMode()")
    held = ask(vault.evm, pool, "balanceOf(address)", "uint256", vault.me)
    got = vault.leave(pool, words(("uint256", "uint256"), 255, held))
    assert {key(token): units for token, units in got.items()} == paid(found)


def test_a_pool_that_no_listed_factory_made_counts_nothing(vault: Balancer, coins: list[str]) -> None:
    _, pool = weighted(vault, coins[:2], [5 * 10**17] * 2)
    begin(vault, pool, [10**20, 10**20])
    other = vault.deploy("WeightedPoolFactory", ("address",), vault.vault)
    (found,) = positions(vault.evm, [of(vault, other)], vault.me, [pool])
    assert (found.protocol, found.is_counted, found.receipts) == ("unknown", False, ())


def pass_time(evm: Evm, seconds: int) -> None:
    now = int(evm.call("eth_getBlockByNumber", "latest", False)["timestamp"], 16)
    evm.call("evm_setNextBlockTimestamp", now + seconds)
    evm.call("evm_mine")


def test_gauges_and_locks_of_curves_family(vault: Balancer, coins: list[str]) -> None:
    """Gauge, controller, minter and VotingEscrow are Curve's contracts as Balancer deployed them."""
    factory, pool = weighted(vault, coins[:2], [8 * 10**17, 2 * 10**17])
    begin(vault, pool, [10**22, 10**21])
    made = balancer.gauge_of(vault, pool, coins[3])
    held = ask(vault.evm, pool, "balanceOf(address)", "uint256", vault.me)
    vault.do(pool, "approve(address,uint256)", made.gauge, balancer.MOST)
    vault.do(made.gauge, "deposit(uint256)", held // 3)
    now = int(vault.evm.call("eth_getBlockByNumber", "latest", False)["timestamp"], 16)
    vault.do(coins[3], "approve(address,uint256)", made.lock, balancer.MOST)
    vault.do(made.lock, "create_lock(uint256,uint256)", 7 * ONE, now + 10 * WEEK)
    pass_time(vault.evm, 3 * WEEK)
    vault.do(made.gauge, "user_checkpoint(address)", vault.me)
    pass_time(vault.evm, WEEK // 3)
    entries = [
        of(vault, factory),
        entry("gauges", "gauge", factory=made.factory, check="isGaugeFromFactory(address)", asset=made.reward),
        entry("votes", "lock", contracts=[made.lock]),
    ]
    found = {each.protocol: each for each in positions(vault.evm, entries, vault.me, [pool, made.gauge])}
    assert set(found) == {"balancer-v2", "gauges", "votes"}
    assert found["gauges"].receipts == (key(made.gauge),)
    leaves = {leg.asset for leg in found["gauges"].assets if leg.state == "free"}
    assert leaves == {key(token) for token in coins[:2]}
    (lock,) = found["votes"].assets
    assert (lock.units, lock.state, lock.asset) == (7 * ONE, "locked", key(coins[3]))
    vault.evm.call("anvil_setBlockTimestampInterval", 0)
    (claim,) = [leg for leg in found["gauges"].assets if leg.state == "claimable"]
    before = ask(vault.evm, made.reward, "balanceOf(address)", "uint256", vault.me)
    vault.do(made.minter, "mint(address)", made.gauge)
    assert ask(vault.evm, made.reward, "balanceOf(address)", "uint256", vault.me) - before == claim.units > 0
    vault.do(made.gauge, "withdraw(uint256)", held // 3)
    shares = {leg.path for leg in found["gauges"].assets if leg.state == "free"}
    assert shares == {(key(pool),)}
    pass_time(vault.evm, 10 * WEEK)
    vault.do(made.lock, "withdraw()")
    left = positions(vault.evm, entries, vault.me, [pool])
    assert [each.protocol for each in left] == ["balancer-v2"]
    vault.evm.call("anvil_removeBlockTimestampInterval")
    assert checksum(left[0].name) == checksum(pool)
