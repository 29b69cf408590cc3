"""What real contracts log of liquidations and fees, read from the node's receipts and booked as such."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from datetime import UTC, datetime

import pytest

from local.evm import Evm
from premium.chains import registry
from premium.chains.addresses import NATIVE, asset_key, checksum
from premium.chains.rpc import Rpc
from premium.chains.transfers.movement import Movement
from premium.chains.transfers.wallet import movements_of
from premium.neighbours import open_client
from premium.portfolio.flow_model import Opening
from premium.portfolio.flows.booked import Booked, book
from premium.simulation.model import Transaction
from premium.simulation.trade.venues import call
from tests.factories.contracts import compiled_vaults
from tests.factories.contracts.deployment import account, calldata, deploy, send
from tests.factories.everyday.wallets import COIN, ZERO, Node, Wallets
from tests.factories.lenders import aave, aave_v2, venus
from tests.integration.portfolio.reader import ask

pytestmark = pytest.mark.integration
ALL, WAD = 2**256 - 1, 10**18
_EXEC = "execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)"


class Watched:
    """A wallet, with what it held of some tokens at a block."""

    def __init__(self, evm: Evm, wallet: str, tokens: Iterable[str] = ()) -> None:
        self._evm, self._wallet, self._tokens = evm, checksum(wallet), list(tokens)
        evm.call("evm_mine")
        self._before = self._held()

    def flows(self) -> list[Booked]:
        """Return what was booked since; the equation must close."""
        self._evm.call("evm_mine")
        after = self._held()
        told = asyncio.run(_moved(self._evm, self._wallet, self._before.block + 1, after.block))
        mine = {self._wallet: (self._before, after)}
        rows = book("local", asset_key("local", NATIVE), mine, {self._wallet: told}, datetime.now(UTC))
        assert "unexplained" not in {row.kind for row in rows}
        return rows

    def _held(self) -> Opening:
        evm = self._evm
        held = {asset_key("local", token): ask(evm, token, "balanceOf(address)", "uint256", self._wallet)
                for token in self._tokens}  # fmt: skip
        held[asset_key("local", NATIVE)] = int(evm.call("eth_getBalance", self._wallet, "latest"), 16)
        return Opening(int(evm.call("eth_blockNumber"), 16), held)


async def _moved(evm: Evm, wallet: str, first: int, last: int) -> list[Movement]:
    chain = {"name": "local", "title": "Local", "chain_id": 31337, "native": {"symbol": "ETH", "decimals": 18},
             "rpc": [evm.url]}  # fmt: skip
    async with open_client() as client:
        made = registry.parse('{"chains": []}', json.dumps({"chains": [chain]}))["local"]
        return (await movements_of(Rpc(made, client), wallet, first, last)).movements


def test_liquidated_on_aave_three(evm: Evm) -> None:
    pool, who, other = aave.build(evm), account(evm, 1), account(evm, 2)
    for supplier, symbol, units in ((account(evm, 5), "DEB", 10**14), (who, "COL", 10 * WAD)):
        pool.do(pool.tokens[symbol], "mint(address,uint256)", supplier, units)
        pool.do(pool.tokens[symbol], "approve(address,uint256)", pool.pool, ALL, sender=supplier)
        supply = "supply(address,uint256,address,uint16)"
        pool.do(pool.pool, supply, pool.tokens[symbol], units, supplier, 0, sender=supplier)
    borrow = "borrow(address,uint256,uint256,uint16,address)"
    pool.do(pool.pool, borrow, pool.tokens["DEB"], 15_000 * 10**6, 2, 0, who, sender=who)
    data = ask(evm, pool.provider, "getPoolDataProvider()", "address")
    names, form = "getReserveTokensAddresses(address)", "address,address,address"
    lent, _, owed = (ask(evm, data, names, form, pool.tokens[symbol])[place] for symbol, place in
                     (("COL", 0), ("COL", 1), ("DEB", 2)))  # fmt: skip
    pool.price("COL", 1_000 * 10**8)
    pool.do(pool.tokens["DEB"], "mint(address,uint256)", other, 10**12)
    pool.do(pool.tokens["DEB"], "approve(address,uint256)", pool.pool, ALL, sender=other)
    mine, theirs = Watched(evm, who, [lent, owed]), Watched(evm, other, pool.tokens.values())
    liquidate = "liquidationCall(address,address,address,uint256,bool)"
    pool.do(pool.pool, liquidate, pool.tokens["COL"], pool.tokens["DEB"], who, 5_000 * 10**6, False, sender=other)
    left = {row.asset: row for row in mine.flows() if row.units < 0}
    assert {row.kind for row in left.values()} == {"liquidation"}
    assert set(left) == {asset_key("local", lent), asset_key("local", owed)}
    # The liquidator's is a trade: he paid the debt and got the collateral.
    assert {row.kind for row in theirs.flows() if row.kind != "gas"} == {"exchange"}


def test_liquidated_on_aave_two(evm: Evm) -> None:
    pool, who, other = aave_v2.build(evm), account(evm, 1), account(evm, 2)
    for supplier, symbol, units in ((account(evm, 5), "DEB", 10**14), (who, "COL", 10 * WAD)):
        pool.do(pool.tokens[symbol], "mint(uint256)", units, sender=supplier)
        pool.do(pool.tokens[symbol], "approve(address,uint256)", pool.pool, ALL, sender=supplier)
        supply = "deposit(address,uint256,address,uint16)"
        pool.do(pool.pool, supply, pool.tokens[symbol], units, supplier, 0, sender=supplier)
    borrow = "borrow(address,uint256,uint256,uint16,address)"
    most = ask(evm, pool.pool, "getUserAccountData(address)", ",".join(["uint256"] * 6), who)[2]
    pool.do(pool.pool, borrow, pool.tokens["DEB"], most * 9 // 10**13, 2, 0, who, sender=who)
    form = ",".join(("uint256", *("uint128",) * 5, "uint40", *("address",) * 4, "uint8"))
    lent, owed = (ask(evm, pool.pool, "getReserveData(address)", form, pool.tokens[symbol])[place]
                  for symbol, place in (("COL", 7), ("DEB", 9)))  # fmt: skip
    pool.price("COL", 1_000 * WAD)
    pool.do(pool.tokens["DEB"], "mint(uint256)", 10**12, sender=other)
    pool.do(pool.tokens["DEB"], "approve(address,uint256)", pool.pool, ALL, sender=other)
    mine = Watched(evm, who, [lent, owed])
    liquidate = "liquidationCall(address,address,address,uint256,bool)"
    pool.do(pool.pool, liquidate, pool.tokens["COL"], pool.tokens["DEB"], who, 10**6, False, sender=other)
    assert {(row.kind, row.asset) for row in mine.flows() if row.units < 0} == {
        ("liquidation", asset_key("local", lent)), ("liquidation", asset_key("local", owed)),
    }  # fmt: skip


def test_liquidated_on_a_market_of_compounds_family(evm: Evm) -> None:
    made = venus.build(evm, (sources := compiled_vaults())["Bounded"].creation)
    lender, who, other = (deploy(evm, sources["Leaver"].creation) for _ in range(3))
    col, deb = (made.markets[symbol] for symbol in ("COL", "DEB"))

    def run(whose: str, *steps: tuple[str, bytes]) -> None:
        made.do(whose, "run(address[],bytes[])", [target for target, _ in steps], [data for _, data in steps])

    def lend(whose: str, symbol: str, units: int) -> list[tuple[str, bytes]]:
        made.do(made.tokens[symbol], "allocateTo(address,uint256)", whose, units)
        market = made.markets[symbol]
        approve = (made.tokens[symbol], calldata("approve(address,uint256)", market, ALL))
        return [approve, (market, calldata("mint(uint256)", units))]

    run(lender, *lend(lender, "DEB", 10**26))
    enter = (made.comptroller, calldata("enterMarkets(address[])", [col, deb]))
    run(who, *lend(who, "COL", 10 * WAD), enter, (deb, calldata("borrow(uint256)", 15_000 * WAD)))
    made.price("COL", 1_000)
    made.do(made.comptroller, "_setCloseFactor(uint256)", WAD // 2)
    made.do(made.comptroller, "setLiquidationIncentive(address,uint256)", col, WAD * 11 // 10)
    made.do(made.tokens["DEB"], "allocateTo(address,uint256)", other, 10**24)
    mine = Watched(evm, who, [col])
    approve = (made.tokens["DEB"], calldata("approve(address,uint256)", deb, ALL))
    run(other, approve, (deb, calldata("liquidateBorrow(address,uint256,address)", who, 100 * WAD, col)))
    assert {(row.kind, row.asset) for row in mine.flows()} == {("liquidation", asset_key("local", col))}


@pytest.fixture
def wallets(evm: Evm) -> Wallets:
    def sent(step: Transaction) -> None:
        send(evm, step.to, step.data, sender=step.sender, value=step.value)

    def view(to: str, data: bytes) -> bytes:
        return bytes.fromhex(str(evm.call("eth_call", {"to": to, "data": f"0x{data.hex()}"}, "latest"))[2:])

    people = [account(evm, number) for number in range(6)]
    return Wallets.built(Node(evm, lambda code: deploy(evm, code), sent, view), people, ZERO)


def test_what_a_safe_pays_its_sender_is_a_fee(evm: Evm, wallets: Wallets) -> None:
    owner, friend = wallets.people[0], wallets.people[4]
    mine = Watched(evm, wallets.safe)
    approved = bytes(12) + bytes.fromhex(owner[2:]) + bytes(32) + b"\1"
    data = call(_EXEC, friend, COIN, b"", 0, 100_000, 50_000, 10**9, ZERO, wallets.people[3], approved)
    send(evm, wallets.safe, data, sender=owner)
    (given, fee) = sorted(mine.flows(), key=lambda row: row.units)
    assert (given.kind, given.units) == ("withdrawal", -COIN)
    assert (fee.kind, fee.asset) == ("fee", asset_key("local", NATIVE))
    assert 0 > fee.units > -(10**15)


def test_what_an_account_pays_its_entry_point_is_a_fee(evm: Evm, wallets: Wallets) -> None:
    mine = Watched(evm, wallets.account)
    for _ in range(4):  # what an operation paid too much is kept for the next one
        inner = call("execute(address,uint256,bytes)", wallets.people[4], COIN, b"")
        step = wallets.operation(wallets.people[3], inner)
        send(evm, step.to, step.data, sender=step.sender)
    rows = mine.flows()
    assert [row.units for row in rows if row.kind == "withdrawal"] == [-COIN] * 4
    fees = [row.units for row in rows if row.kind != "withdrawal"]
    assert {row.kind for row in rows} == {"withdrawal", "fee"}
    assert all(-(10**16) < units < 0 for units in fees)
