"""Seeded everyday transactions on a test node, and how each ends there: what a simulation is held to."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from local.evm import Evm
from local.market.artifacts import creation_code
from premium.abi.encoder import encode
from premium.abi.types import parse_types
from premium.simulation.model import Movement, Simulated, Transaction
from premium.simulation.trade.venues import FOREVER, call
from tests.factories.contracts import parties
from tests.factories.everyday.wallets import Node, Wallets, key_of, signed_raw

COIN = 10**18
GAS = 2_000_000


@dataclass
class Town:
    """Contracts that everybody uses, and the people of a node."""

    evm: Evm
    people: list[str]
    wrapped: str
    tokens: list[str]
    router: str
    units: str
    many: str
    shares: str
    """A token whose balances follow a rate."""
    taxed: str
    wallets: Wallets

    @classmethod
    def built(cls, evm: Evm) -> Town:
        """Deploy it on the node; every person holds of everything."""
        people = [str(each).lower() for each in evm.call("eth_accounts")][:6]
        evm.call("anvil_setCoinbase", "0x" + "c0" * 20)
        owner = people[0]

        def place(code: bytes) -> str:
            return str(executed(evm, Transaction(sender=owner, to=None, data=code), gas=12_000_000)["contractAddress"])

        def put(name: str, *named: tuple[str, Any]) -> str:
            types = parse_types([kind for kind, _ in named])
            return place(creation_code(name) + encode(types, [value for _, value in named]))

        wrapped = put("WETH9")
        fixed = (("uint256", 10**9 * COIN), ("address", owner))
        tokens = [put("ERC20PresetFixedSupply", ("string", name), ("string", name), *fixed) for name in ("One", "Two")]
        factory = put("UniswapV2Factory", ("address", owner))
        router = put("UniswapV2Router02", ("address", factory), ("address", wrapped))
        units = put("ERC721PresetMinterPauserAutoId", ("string", "U"), ("string", "U"), ("string", "x"))
        many = put("ERC1155PresetMinterPauser", ("string", "x"))
        form = call("createPair(address,address)", tokens[0], wrapped)
        pair = f"0x{answered(evm, factory, form)[12:].hex()}"
        done(evm, Transaction(sender=owner, to=factory, data=form))
        odd = {one.name: one.creation for one in parties("shares.sol") if one.build == "optimized"}
        shares, taxed = place(odd["PooledShares"]), place(odd["Taxed"])
        wallets = Wallets.built(Node(evm, place, partial(done, evm), partial(answered, evm)), people, pair)
        town = cls(evm, people, wrapped, tokens, router, units, many, shares, taxed, wallets)
        for step in town._filled(owner):
            done(evm, step)
        return town

    def _filled(self, owner: str) -> Iterator[Transaction]:
        form = "addLiquidityETH(address,uint256,uint256,uint256,address,uint256)"
        for token in (*self.tokens, self.taxed):
            yield Transaction(sender=owner, to=token, data=call("approve(address,uint256)", self.router, 2**255))
            data = call(form, token, 1000 * COIN, 0, 0, owner, FOREVER)
            yield Transaction(sender=owner, to=self.router, value=100 * COIN, data=data)
        for who in self.people:
            for token in self.tokens:
                yield Transaction(sender=owner, to=token, data=call("transfer(address,uint256)", who, 500 * COIN))
            yield Transaction(sender=owner, to=self.units, data=call("mint(address)", who))
            form = "mint(address,uint256,uint256,bytes)"
            yield Transaction(sender=owner, to=self.many, data=call(form, who, 1, 50, b""))
            for token in (self.tokens[0], self.taxed):
                yield Transaction(sender=who, to=token, data=call("approve(address,uint256)", self.router, 2**255))
            for token in (self.shares, self.taxed):
                yield Transaction(sender=owner, to=token, data=call("transfer(address,uint256)", who, 500 * COIN))
        for wallet in (self.wallets.safe, self.wallets.account, key_of(self.wallets.smart).address.lower()):
            for token in self.tokens:
                yield Transaction(sender=owner, to=token, data=call("transfer(address,uint256)", wallet, 500 * COIN))

    def one(self, chance: random.Random) -> Transaction:
        """Return the next transaction: some fail, as in life."""
        if chance.random() < _OF_WALLETS:
            step = self.wallets.one(chance, self.tokens)
            return replace(step, gas=GAS, max_fee=5 * 10**9, priority_fee=10**9)
        me, other = chance.sample(self.people, 2)
        token, amount = chance.choice(self.tokens), chance.randrange(1, 600 * COIN)
        small = chance.randrange(1, COIN)
        kinds = {
            "coin": (other, small, b""),
            "transfer": (token, 0, call("transfer(address,uint256)", other, amount)),
            "approve": (token, 0, call("approve(address,uint256)", other, chance.choice((0, amount, 2**256 - 1)))),
            "pull": (token, 0, call("transferFrom(address,address,uint256)", other, me, amount)),
            "burn": (token, 0, call("burn(uint256)", small)),
            "wrap": (self.wrapped, small, call("deposit()")),
            "unwrap": (self.wrapped, 0, call("withdraw(uint256)", small)),
            "buy": (self.router, small, call(_BUY, 0, [self.wrapped, token], me, FOREVER)),
            "sell": (self.router, 0, call(_SELL, small, 0, [token, self.wrapped], me, FOREVER)),
            "late": (self.router, small, call(_BUY, 0, [self.wrapped, token], me, 1)),
            "unit": (self.units, 0, call("transferFrom(address,address,uint256)", me, other, chance.randrange(8))),
            "mint": (self.units, 0, call("mint(address)", other)),
            "operator": (self.units, 0, call("setApprovalForAll(address,bool)", other, chance.random() < 0.5)),
            "many": (self.many, 0, call(_MANY, me, other, 1, chance.randrange(1, 20), b"")),
            "batch": (self.many, 0, call(_BATCH, me, other, [1, 1], [2, 3], b"")),
            "share": (self.shares, 0, call("transfer(address,uint256)", other, amount)),
            "feed": (self.shares, small, b""),
            "taxed": (self.taxed, 0, call("transfer(address,uint256)", other, amount)),
            "taxed buy": (self.router, small, call(_BUY_TAXED, 0, [self.wrapped, self.taxed], me, FOREVER)),
            "taxed sell": (self.router, 0, call(_SELL_TAXED, small, 0, [self.taxed, self.wrapped], me, FOREVER)),
        }
        to, value, data = kinds[chance.choice(sorted(kinds))]
        return Transaction(sender=me, to=to, value=value, data=data, gas=GAS, max_fee=5 * 10**9, priority_fee=10**9)


_BUY = "swapExactETHForTokens(uint256,address[],address,uint256)"
_SELL = "swapExactTokensForETH(uint256,uint256,address[],address,uint256)"
_BUY_TAXED = "swapExactETHForTokensSupportingFeeOnTransferTokens(uint256,address[],address,uint256)"
_SELL_TAXED = "swapExactTokensForETHSupportingFeeOnTransferTokens(uint256,uint256,address[],address,uint256)"
_OF_WALLETS = 0.4
"""How many of the transactions are of wallets: a Safe, EntryPoint 0.8, delegations, permits."""
_MANY = "safeTransferFrom(address,address,uint256,uint256,bytes)"
_BATCH = "safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)"


def executed(evm: Evm, step: Transaction, *, gas: int = GAS) -> dict[str, Any]:
    """Return the receipt of a transaction that may fail."""
    asked = {"from": step.sender, "data": f"0x{step.data.hex()}", "value": hex(step.value), "gas": hex(gas)}
    if step.to is not None:
        asked["to"] = step.to
    if step.max_fee is not None:
        asked |= {"maxFeePerGas": hex(step.max_fee), "maxPriorityFeePerGas": hex(step.priority_fee or 0)}
    sent = signed_raw(evm, step, gas) if step.authorizations else evm.call("eth_sendTransaction", asked)
    for _ in range(500):
        receipt: dict[str, Any] | None = evm.call("eth_getTransactionReceipt", sent)
        if receipt is not None:
            return receipt
        time.sleep(0.01)
    raise TimeoutError(sent)


def done(evm: Evm, step: Transaction) -> None:
    """Carry out what must not fail."""
    receipt = executed(evm, step, gas=12_000_000)
    assert receipt["status"] == "0x1", (step, receipt)


def answered(evm: Evm, to: str, data: bytes) -> bytes:
    """What a view answers now."""
    return bytes.fromhex(str(evm.call("eth_call", {"to": to, "data": f"0x{data.hex()}"}, "latest"))[2:])


def differences(evm: Evm, made: Simulated, step: Transaction) -> list[str]:
    """Execute what was simulated in the very block that it saw, and return where both differ."""
    reads = {each: _held(evm, each) for each in made.movements}
    moved = {(each.party, each.asset, each.identifier) for each in made.movements}
    still = [each for each in _own(step, made) if (each.party, each.asset, None) not in moved]
    stood = [_held(evm, each) for each in still]
    allowed = made.approvals
    evm.call("evm_setNextBlockTimestamp", made.surroundings.timestamp)
    receipt = executed(evm, step)
    block = evm.call("eth_getBlockByNumber", receipt["blockNumber"], False)
    fee = int(receipt["gasUsed"], 16) * int(receipt["effectiveGasPrice"], 16)
    seen = made.surroundings
    pairs = [
        ("success", made.success, receipt["status"] == "0x1"),
        ("gas", made.gas_used, int(receipt["gasUsed"], 16)),
        ("number", seen.number, int(block["number"], 16)),
        ("time", seen.timestamp, int(block["timestamp"], 16)),
        ("base fee", seen.base_fee, int(block["baseFeePerGas"], 16)),
        ("coinbase", seen.coinbase, block["miner"].lower()),
        ("gas limit", seen.gas_limit, int(block["gasLimit"], 16)),
        ("logs", _logs(made), [(log["address"].lower(), log["topics"], log["data"]) for log in receipt["logs"]]),
    ]
    for moved, before in reads.items():
        paid = fee if moved.asset == "native" and moved.party == step.sender else 0
        pairs.append((f"movement {moved}", moved.amount, _held(evm, moved) - before + paid))
    for each, before in zip(still, stood, strict=True):
        paid = fee if each.asset == "native" and each.party == step.sender else 0
        pairs.append((f"nothing of {each}", before, _held(evm, each) + paid))
    pairs += [(f"allowance {each}", each.after, _allowed(evm, each)) for each in allowed]
    return [f"{name}: {told} simulated, {true} executed" for name, told, true in pairs if told != true]


def _own(step: Transaction, made: Simulated) -> list[Movement]:
    """The sender's coin and every fungible token that somebody moved: what is not told must not have moved."""
    tokens = {each.asset for each in made.movements if each.standard == "erc20"}
    coin = Movement(step.sender, "native", "native", 0)
    return [coin, *(Movement(step.sender, each, "erc20", 0) for each in sorted(tokens))]


def _logs(made: Simulated) -> list[tuple[str, list[str], str]]:
    events = [log for each in made.ran for log in each.logs or ()]
    return [(log.address, [f"0x{topic:064x}" for topic in log.topics], f"0x{log.data.hex()}") for log in events]


def _held(evm: Evm, moved: Any) -> int:
    if moved.asset == "native":
        return int(evm.call("eth_getBalance", moved.party, "latest"), 16)
    if moved.standard == "erc721":
        return int(_view(evm, moved.asset, call("ownerOf(uint256)", moved.identifier)) == int(moved.party, 16))
    if moved.standard == "erc1155":
        return _view(evm, moved.asset, call("balanceOf(address,uint256)", moved.party, moved.identifier))
    return _view(evm, moved.asset, call("balanceOf(address)", moved.party))


def _allowed(evm: Evm, each: Any) -> int:
    if each.via == "operator":
        return _view(evm, each.token, call("isApprovedForAll(address,address)", each.owner, each.spender))
    if each.via == "erc721":
        found = _view(evm, each.token, call("getApproved(uint256)", each.identifier))
        return int(found == int(each.spender, 16) and found != 0)
    return _view(evm, each.token, call("allowance(address,address)", each.owner, each.spender))


def _view(evm: Evm, to: str, data: bytes) -> int:
    try:
        return int(evm.call("eth_call", {"to": to, "data": f"0x{data.hex()}"}, "latest")[:66], 16)
    except Exception:  # noqa: BLE001 - a unit without an owner has none
        return 0
