"""Loans as they are found on the node: what withdrawing pays and repaying takes at that moment, to the unit."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from local.evm import Evm
from local.market.artifacts import multicall3_code
from local.market.model import MULTICALL3
from premium.chains.addresses import asset_key
from premium.portfolio.positions.found import Found
from tests.factories.contracts import Compiled, compiled_vaults
from tests.factories.contracts.deployment import account, calldata, deploy, send
from tests.factories.lenders import aave, aave_v2, venus
from tests.integration.portfolio.reader import ask, entry, positions

pytestmark = pytest.mark.integration
ALL = 2**256 - 1
WAD, YEAR = 10**18, 31_536_000


def key(token: str) -> str:
    return asset_key("local", token)


def states(found: Found) -> dict[tuple[str, str], int]:
    """Units by asset and state; debts under `debt`."""
    sums = {(leg.asset, str(leg.state)): leg.units for leg in found.assets}
    return sums | {(leg.asset, "debt"): leg.units for leg in found.debts}


@pytest.fixture(autouse=True)
def still(evm: Evm) -> Iterator[None]:
    """Blocks follow each other within one second, unless a test lets time pass: interest stands still."""
    evm.call("anvil_setCode", MULTICALL3, multicall3_code())
    evm.call("anvil_setBlockTimestampInterval", 0)
    yield
    evm.call("anvil_removeBlockTimestampInterval")


def pass_time(evm: Evm, seconds: int) -> None:
    now = int(evm.call("eth_getBlockByNumber", "latest", False)["timestamp"], 16)
    evm.call("evm_setNextBlockTimestamp", now + seconds)
    evm.call("evm_mine")


def held(evm: Evm, token: str, who: str) -> int:
    found: int = ask(evm, token, "balanceOf(address)", "uint256", who)
    return found


@pytest.fixture(scope="module")
def built(evm_session: Evm) -> Iterator[aave.Aave]:
    snapshot = evm_session.call("evm_snapshot")
    made = aave.build(evm_session)
    for token, units in (("COL", 10**24), ("DEB", 10**14)):
        supply(made, account(evm_session, 5), token, units)
    yield made
    evm_session.call("evm_revert", snapshot)


@pytest.fixture
def pool(built: aave.Aave, evm: Evm) -> aave.Aave:
    return built


@pytest.fixture(scope="module")
def built_v2(evm_session: Evm) -> Iterator[aave.Aave]:
    snapshot = evm_session.call("evm_snapshot")
    made = aave_v2.build(evm_session)
    for token, units in (("COL", 10**24), ("DEB", 10**14)):
        deposit(made, account(evm_session, 5), token, units)
    yield made
    evm_session.call("evm_revert", snapshot)


def deposit(pool: aave.Aave, who: str, symbol: str, units: int) -> None:
    """Supply to V2, whose tokens mint to whoever asks."""
    token = pool.tokens[symbol]
    pool.do(token, "mint(uint256)", units, sender=who)
    pool.do(token, "approve(address,uint256)", pool.pool, ALL, sender=who)
    pool.do(pool.pool, "deposit(address,uint256,address,uint16)", token, units, who, 0, sender=who)


@pytest.mark.parametrize("stable", [False, True])
def test_loans_of_aave_v2_are_what_leaving_pays(evm: Evm, built_v2: aave.Aave, stable: bool) -> None:
    draw, entries, pool = random.Random(43), [entry("aave-v2", "aave_v2", provider=built_v2.provider)], built_v2
    col, deb = (key(pool.tokens[symbol]) for symbol in ("COL", "DEB"))
    for number in range(2):
        who, mode = account(evm, 1 + number), 1 if stable else 2
        deposit(pool, who, "COL", draw.randrange(10**18, 10**20))
        owed = draw.randrange(1, data(pool, who)[2] // (2 * 10**12))
        fields = "borrow(address,uint256,uint256,uint16,address)"
        pool.do(pool.pool, fields, pool.tokens["DEB"], owed, mode, 0, who, sender=who)
        pass_time(evm, draw.randrange(1, YEAR))
        (found,) = positions(evm, entries, who)
        said = states(found)
        assert Decimal(found.facts["health_factor"]) == Decimal(data(pool, who)[5]).scaleb(-18)
        assert said[deb, "debt"] >= owed
        pool.do(pool.tokens["DEB"], "mint(uint256)", said[deb, "debt"] + 1, sender=who)
        before = held(evm, pool.tokens["DEB"], who)
        pool.do(pool.tokens["DEB"], "approve(address,uint256)", pool.pool, ALL, sender=who)
        repay = "repay(address,uint256,uint256,address)"
        pool.do(pool.pool, repay, pool.tokens["DEB"], ALL, mode, who, sender=who)
        assert before - held(evm, pool.tokens["DEB"], who) == said[deb, "debt"]
        before = held(evm, pool.tokens["COL"], who)
        pool.do(pool.pool, "withdraw(address,uint256,address)", pool.tokens["COL"], ALL, who, sender=who)
        assert held(evm, pool.tokens["COL"], who) - before == said[col, "free"]
        assert positions(evm, entries, who) == []


def supply(pool: aave.Aave, who: str, symbol: str, units: int) -> None:
    token = pool.tokens[symbol]
    pool.do(token, "mint(address,uint256)", who, units)
    pool.do(token, "approve(address,uint256)", pool.pool, ALL, sender=who)
    pool.do(pool.pool, "supply(address,uint256,address,uint16)", token, units, who, 0, sender=who)


def borrow(pool: aave.Aave, who: str, symbol: str, units: int) -> None:
    fields = "borrow(address,uint256,uint256,uint16,address)"
    pool.do(pool.pool, fields, pool.tokens[symbol], units, 2, 0, who, sender=who)


def data(pool: aave.Aave, who: str) -> tuple[int, ...]:
    found: tuple[int, ...] = ask(pool.evm, pool.pool, "getUserAccountData(address)", ",".join(["uint256"] * 6), who)
    return found


def leave(pool: aave.Aave, who: str, debt: int) -> dict[str, int]:
    """Repay and withdraw everything; return what was paid out by symbol, and the debt that was taken."""
    deb = pool.tokens["DEB"]
    pool.do(deb, "mint(address,uint256)", who, debt + 1)
    before = held(pool.evm, deb, who)
    pool.do(pool.pool, "repay(address,uint256,uint256,address)", deb, ALL, 2, who, sender=who)
    taken = before - held(pool.evm, deb, who)
    got = {"taken": taken}
    for symbol, token in pool.tokens.items():
        before = held(pool.evm, token, who)
        pool.do(pool.pool, "withdraw(address,uint256,address)", token, ALL, who, sender=who)
        got[symbol] = held(pool.evm, token, who) - before
    return got


def test_loans_of_aave_are_what_leaving_pays(evm: Evm, pool: aave.Aave) -> None:
    draw, entries = random.Random(41), [entry("aave-v3", "aave_v3", provider=pool.provider)]
    col, deb = (key(pool.tokens[symbol]) for symbol in ("COL", "DEB"))
    for number in range(4):
        who = account(evm, 1 + number)
        supply(pool, who, "COL", draw.randrange(10**18, 10**20))
        supply(pool, who, "DEB", draw.randrange(10**6, 10**9))
        borrow(pool, who, "DEB", draw.randrange(1, data(pool, who)[2] // 150))
        pass_time(evm, draw.randrange(1, YEAR))
        (found,) = positions(evm, entries, who)
        said = states(found)
        assert (found.facts["health_factor"], found.block) == (str(Decimal(data(pool, who)[5]).scaleb(-18)), block(evm))
        assert found.facts["liquidation_threshold_bps"] == str(data(pool, who)[3])
        got = leave(pool, who, said[deb, "debt"])
        assert got == {"taken": said[deb, "debt"], "COL": said[col, "free"], "DEB": said[deb, "free"]}
        assert positions(evm, entries, who) == []


def block(evm: Evm) -> int:
    return int(evm.call("eth_blockNumber"), 16)


def test_a_loan_that_fell_is_told_liquidated_and_may_be_worth_less_than_nothing(evm: Evm, pool: aave.Aave) -> None:
    who, other, entries = account(evm, 1), account(evm, 2), [entry("aave-v3", "aave_v3", provider=pool.provider)]
    col, deb = (key(pool.tokens[symbol]) for symbol in ("COL", "DEB"))
    supply(pool, who, "COL", 10 * WAD)
    borrow(pool, who, "DEB", 15_000 * 10**6)
    (found,) = positions(evm, entries, who)
    assert [each.code for each in found.findings] == []
    pool.price("COL", 1_900 * 10**8)
    (found,) = positions(evm, entries, who)
    assert [each.code for each in found.findings] == ["health_factor"]
    assert found.facts["health_factor"].startswith("1.04")
    pool.price("COL", 1_000 * 10**8)
    (found,) = positions(evm, entries, who)
    assert [each.code for each in found.findings] == ["liquidatable"]
    worth = Decimal(states(found)[col, "free"]) / WAD * 1000 - Decimal(states(found)[deb, "debt"]) / 10**6
    assert worth < 0
    pool.do(pool.tokens["DEB"], "mint(address,uint256)", other, 10**12)
    pool.do(pool.tokens["DEB"], "approve(address,uint256)", pool.pool, ALL, sender=other)
    fields = "liquidationCall(address,address,address,uint256,bool)"
    pool.do(pool.pool, fields, pool.tokens["COL"], pool.tokens["DEB"], who, 5_000 * 10**6, False, sender=other)
    (after,) = positions(evm, entries, who)
    assert states(found)[deb, "debt"] - states(after)[deb, "debt"] == 5_000 * 10**6
    assert states(found)[col, "free"] - states(after)[col, "free"] == held(evm, pool.tokens["COL"], other)


def test_what_a_pool_has_lent_out_is_locked_and_its_receipts_count_once(evm: Evm, pool: aave.Aave) -> None:
    entries = [entry("aave-v3", "aave_v3", provider=pool.provider)]
    lender, who = account(evm, 5), account(evm, 1)
    supply(pool, who, "COL", 10**6 * WAD)
    borrow(pool, who, "DEB", 99 * 10**12)
    (found,) = positions(evm, entries, lender)
    deb = key(pool.tokens["DEB"])
    assert states(found)[deb, "locked"] + states(found)[deb, "free"] == 10**14
    assert states(found)[deb, "free"] == 10**12
    (data_provider,) = [ask(evm, pool.provider, "getPoolDataProvider()", "address")]
    names = "getReserveTokensAddresses(address)"
    rows = [ask(evm, data_provider, names, "address,address,address", token) for token in pool.tokens.values()]
    (found,) = positions(evm, entries, who, [rows[0][0], rows[1][2]])
    assert set(found.receipts) >= {key(rows[0][0]), key(rows[1][2])}


def test_efficiency_mode_is_told(evm: Evm, pool: aave.Aave) -> None:
    who = account(evm, 1)
    setting = "setEModeCategory(uint8,uint16,uint16,uint16,address,string)"
    pool.do(pool.configurator, setting, 1, 9000, 9300, 10_200, "0x" + "0" * 40, "alike")
    for token in pool.tokens.values():
        pool.do(pool.configurator, "setAssetEModeCategory(address,uint8)", token, 1)
    supply(pool, who, "COL", WAD)
    pool.do(pool.pool, "setUserEMode(uint8)", 1, sender=who)
    (found,) = positions(evm, [entry("aave-v3", "aave_v3", provider=pool.provider)], who)
    assert (found.facts["efficiency_mode"], found.facts["liquidation_threshold_bps"]) == ("1", "9300")
    assert "health_factor" not in found.facts


@pytest.fixture(scope="module")
def sources() -> dict[str, Compiled]:
    return compiled_vaults()


@pytest.fixture
def markets(evm: Evm, sources: dict[str, Compiled]) -> venus.Venus:
    made = venus.build(evm, sources["Bounded"].creation)
    lender = deploy(evm, sources["Leaver"].creation)
    for symbol in ("COL", "DEB"):
        run(made, lender, *lend(made, lender, symbol, 10**26))
    return made


def lend(made: venus.Venus, who: str, symbol: str, units: int) -> list[tuple[str, bytes]]:
    token, market = made.tokens[symbol], made.markets[symbol]
    made.do(token, "allocateTo(address,uint256)", who, units)
    return [(token, calldata("approve(address,uint256)", market, ALL)), (market, calldata("mint(uint256)", units))]


def run(made: venus.Venus, who: str, *calls: tuple[str, bytes]) -> None:
    made.do(who, "run(address[],bytes[])", [target for target, _ in calls], [words for _, words in calls])


@pytest.mark.parametrize("fee", [0, 10**16])
def test_loans_of_venus_are_what_leaving_pays(
    evm: Evm, markets: venus.Venus, sources: dict[str, Compiled], fee: int
) -> None:
    draw, entries = random.Random(42), [entry("venus", "compound_v2", comptroller=markets.comptroller)]
    markets.do(markets.comptroller, "_setTreasuryData(address,address,uint256)", markets.me, markets.me, fee)
    col, deb = (markets.tokens[symbol] for symbol in ("COL", "DEB"))
    lent, owed = (markets.markets[symbol] for symbol in ("COL", "DEB"))
    for _ in range(2):
        who = deploy(evm, sources["Leaver"].creation)
        enter = (markets.comptroller, calldata("enterMarkets(address[])", [lent, owed]))
        borrow = (owed, calldata("borrow(uint256)", draw.randrange(10**18, 10**21)))
        run(markets, who, *lend(markets, who, "COL", draw.randrange(10**18, 10**20)), enter, borrow)
        markets.do(deb, "allocateTo(address,uint256)", who, 10**24)
        evm.call("anvil_mine", hex(draw.randrange(1, 50)), hex(0))
        (found,) = positions(evm, entries, who, [lent])
        said = states(found)
        assert found.receipts == (key(lent), key(owed))
        paid = ask(evm, who, "leave(address,address,address,address)", "uint256,uint256", col, lent, deb, owed)
        assert paid == (said[key(col), "free"], said[key(deb), "debt"])
        secured = Decimal(held_now(evm, lent, who) * 2000 * 85) / (said[key(deb), "debt"] * 100)
        assert abs(Decimal(found.facts["health_factor"]) - secured) < Decimal("1e-12")
        markets.do(who, "leave(address,address,address,address)", col, lent, deb, owed)
        assert positions(evm, entries, who, [lent]) == []


def held_now(evm: Evm, market: str, who: str) -> int:
    found: int = ask(evm, market, "balanceOfUnderlying(address)", "uint256", who)
    return found


def test_loans_of_compound_three_by_its_published_rules(evm: Evm, sources: dict[str, Compiled]) -> None:
    """A small contract of our own that follows Comet's published interface: it proves less than its bytecode."""
    base, collateral = (deploy(evm, sources["Coin"].creation) for _ in range(2))
    comet = deploy(evm, sources["Comet"].creation, ("address", "address"), (base, collateral))
    entries, me = [entry("compound-v3", "compound_v3", contracts=[comet])], account(evm)
    assert positions(evm, entries, me) == []
    do(evm, comet, "borrow(uint256,uint128)", 1000 * 10**6, 6 * 10**17)
    (found,) = positions(evm, entries, me)
    assert states(found) == {(key(collateral), "free"): 6 * 10**17, (key(base), "debt"): 1000 * 10**6}
    assert found.facts["health_factor"] == "1.02"
    assert [each.code for each in found.findings] == ["health_factor"]
    do(evm, comet, "lend(uint256)", 7)
    (found,) = positions(evm, entries, me)
    assert states(found)[key(base), "locked"] == 7


def do(evm: Evm, target: str, signature: str, *arguments: Any) -> None:
    send(evm, target, calldata(signature, *arguments))
