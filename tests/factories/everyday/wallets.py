"""Wallets on a test node: a Safe, an account of EntryPoint 0.8, a delegated account, and what they sign."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from eth_account import Account

from local.evm import CHAIN_ID, Evm
from premium.abi.encoder import encode
from premium.abi.types import parse_types
from premium.chains.addresses import keccak256
from premium.simulation.model import Authorization, Transaction
from premium.simulation.trade.venues import FOREVER, call

_MODULES = Path(__file__).resolve().parents[3] / "node_modules"
_SAFE, _ABSTRACT = (
    "@safe-global/safe-smart-account/build/artifacts/contracts",
    "@account-abstraction/contracts/artifacts",
)
_WORDS = "test test test test test test test test test test test junk"
"""Of the accounts that every such node has."""
COIN, ZERO = 10**18, "0x" + "0" * 40
_EXEC = "execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)"
_SETUP = "setup(address[],uint256,address,bytes,address,address,uint256,address)"
_OP = "(address,uint256,bytes,bytes,bytes32,uint256,bytes32,bytes,bytes)"
_PERMIT = keccak256(b"Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)")

View = Callable[[str, bytes], bytes]


class Node(NamedTuple):
    """A node, and how something is deployed, sent and asked there."""

    evm: Evm
    put: Callable[[bytes], str]
    send: Callable[[Transaction], None]
    view: View


def creation(path: str) -> bytes:
    """The creation code of a published artifact."""
    return bytes.fromhex(json.loads((_MODULES / path).read_text())["bytecode"][2:])


def key_of(number: int) -> Any:
    """The key of the node's account of this number."""
    Account.enable_unaudited_hdwallet_features()
    return Account.from_mnemonic(_WORDS, account_path=f"m/44'/60'/0'/0/{number}")


@dataclass
class Wallets:
    """What stands on the node, and whose it is; people are numbered as the node's accounts."""

    evm: Evm
    people: list[str]
    view: View
    safe: str
    multi_send: str
    entry: str
    account: str
    delegate: str
    pair: str
    smart: int = 7
    """The account that runs another's code from its first authorisation on."""
    keeper: int = 2
    """Who owns the account of the entry point."""

    @classmethod
    def built(cls, node: Node, people: list[str], pair: str) -> Wallets:
        """Deploy wallets; the first two people own the Safe."""
        evm, put, send, view = node
        safe_code = put(creation(f"{_SAFE}/Safe.sol/Safe.json"))
        factory = put(creation(f"{_SAFE}/proxies/SafeProxyFactory.sol/SafeProxyFactory.json"))
        multi_send = put(creation(f"{_SAFE}/libraries/MultiSend.sol/MultiSend.json"))
        opening = call(_SETUP, people[:2], 1, ZERO, b"", ZERO, ZERO, 0, ZERO)
        data = call("createProxyWithNonce(address,bytes,uint256)", safe_code, opening, 1)
        safe = _address(view(factory, data))
        send(Transaction(sender=people[0], to=factory, data=data))
        entry = put(creation(f"{_ABSTRACT}/EntryPoint.json"))
        accounts = put(creation(f"{_ABSTRACT}/SimpleAccountFactory.json") + _words(entry))
        data = call("getAddress(address,uint256)", people[2], 0)
        account = _address(view(accounts, data))
        # The factory obeys a helper of the entry point alone: the first operation makes the account.
        delegate = put(creation(f"{_ABSTRACT}/Simple7702Account.json"))
        made = cls(evm, people, view, safe, multi_send, entry, account, delegate, pair)
        for to in (safe, account):
            send(Transaction(sender=people[0], to=to, value=20 * COIN))
        init = bytes.fromhex(accounts[2:]) + call("createAccount(address,uint256)", people[2], 0)
        send(made.operation(people[3], b"", init))
        return made

    def one(self, chance: random.Random, tokens: list[str]) -> Transaction:
        """Return the next transaction of a wallet."""
        kinds = (
            self._safe,
            self._batch,
            self._operation,
            self._authorised,
            self._delegated,
            self._permit,
            self._owners,
        )
        return chance.choice(kinds)(chance, chance.choice(tokens))

    def _other(self, chance: random.Random) -> str:
        return chance.choice(self.people)

    def _safe(self, chance: random.Random, token: str) -> Transaction:
        """A call of the Safe by an owner, or by somebody who is none."""
        inner = call("transfer(address,uint256)", self._other(chance), chance.randrange(1, 5 * COIN))
        to, value, data = chance.choice([(token, 0, inner), (self._other(chance), chance.randrange(1, COIN), b"")])
        return self._by_owner(chance.choice(self.people[:3]), to, value, data, 0)

    def _by_owner(self, who: str, to: str, value: int, data: bytes, operation: int) -> Transaction:
        approved = bytes(12) + bytes.fromhex(who[2:]) + bytes(32) + b"\1"
        form = call(_EXEC, to, value, data, operation, 0, 0, 0, ZERO, ZERO, approved)
        return Transaction(sender=who, to=self.safe, data=form)

    def _batch(self, chance: random.Random, token: str) -> Transaction:
        """A batch by delegation: an allowance, a transfer, coins."""
        steps = [
            (token, 0, call("approve(address,uint256)", self._other(chance), chance.randrange(COIN))),
            (token, 0, call("transfer(address,uint256)", self._other(chance), chance.randrange(1, COIN))),
            (self._other(chance), chance.randrange(1, COIN), b""),
        ]
        packed = b"".join(
            b"\0" + bytes.fromhex(to[2:]) + value.to_bytes(32) + len(data).to_bytes(32) + data
            for to, value, data in chance.sample(steps, 2)
        )
        return self._by_owner(self.people[0], self.multi_send, 0, call("multiSend(bytes)", packed), 1)

    def _owners(self, chance: random.Random, _token: str) -> Transaction:
        """A change of the Safe's owners, which fails where one is there or gone."""
        form = "addOwnerWithThreshold(address,uint256)"
        return self._by_owner(self.people[0], self.safe, 0, call(form, self._other(chance), 1), 0)

    def _operation(self, chance: random.Random, token: str) -> Transaction:
        """An operation that somebody else brings."""
        inner = call("transfer(address,uint256)", self._other(chance), chance.randrange(1, 30 * COIN))
        to, value, data = chance.choice([(token, 0, inner), (self._other(chance), chance.randrange(1, COIN), b"")])
        return self.operation(self.people[3], call("execute(address,uint256,bytes)", to, value, data))

    def operation(self, bundler: str, data: bytes, init: bytes = b"") -> Transaction:
        """Sign an operation of the account and put it into a bundle."""
        nonce = int.from_bytes(self.view(self.entry, call("getNonce(address,uint192)", self.account, 0)))
        limits, fees = (400_000 << 128 | 200_000).to_bytes(32), (10**9 << 128 | 2 * 10**9).to_bytes(32)
        body = (
            self.account,
            nonce,
            init,
            data,
            (600_000 << 128 | 200_000).to_bytes(32) if init else limits,
            60_000,
            fees,
            b"",
        )
        digest = self.view(self.entry, call(f"getUserOpHash({_OP})", (*body, b"")))
        signed = key_of(self.keeper).unsafe_sign_hash(digest).signature
        form = call(f"handleOps({_OP}[],address)", [(*body, bytes(signed))], bundler)
        return Transaction(sender=bundler, to=self.entry, data=form)

    def _authorised(self, chance: random.Random, _token: str) -> Transaction:
        """An authorisation that somebody else sends, with a call to the account at once."""
        key = key_of(self.smart)
        nonce = int(self.evm.call("eth_getTransactionCount", key.address, "latest"), 16)
        chain = chance.choice((CHAIN_ID, 0))
        made = key.sign_authorization({"chainId": chain, "address": self.delegate, "nonce": nonce})
        one = Authorization(chain=chain, address=self.delegate, nonce=nonce, y_parity=made.y_parity, r=made.r, s=made.s)
        value = chance.randrange(1, COIN)
        return Transaction(sender=self.people[4], to=key.address.lower(), value=value, authorizations=(one,))

    def _delegated(self, chance: random.Random, token: str) -> Transaction:
        """A batch that the delegated account runs on itself; nothing happens where it has no code yet."""
        calls = [
            (token, 0, call("transfer(address,uint256)", self._other(chance), chance.randrange(1, COIN))),
            (token, 0, call("approve(address,uint256)", self._other(chance), chance.randrange(COIN))),
        ]
        me = key_of(self.smart).address.lower()
        return Transaction(sender=me, to=me, data=call("executeBatch((address,uint256,bytes)[])", calls))

    def _permit(self, chance: random.Random, _token: str) -> Transaction:
        """An allowance of the pair's tokens by signature, now and then a false or a stale one."""
        number = chance.randrange(6)
        owner, spender, amount = key_of(number).address.lower(), self._other(chance), chance.randrange(COIN)
        nonce = int.from_bytes(self.view(self.pair, call("nonces(address)", owner))) + (chance.random() < 0.2)
        signed = encode(
            parse_types(["bytes32", "address", "address", "uint256", "uint256", "uint256"]),
            [_PERMIT, owner, spender, amount, nonce, FOREVER],
        )
        domain = self.view(self.pair, call("DOMAIN_SEPARATOR()"))
        made = key_of(number).unsafe_sign_hash(keccak256(b"\x19\x01" + domain + keccak256(signed)))
        form = "permit(address,address,uint256,uint256,uint8,bytes32,bytes32)"
        data = call(form, owner, spender, amount, FOREVER, made.v, made.r.to_bytes(32), made.s.to_bytes(32))
        return Transaction(sender=self._other(chance), to=self.pair, data=data)


def signed_raw(evm: Evm, step: Transaction, gas: int) -> str:
    """Send a transaction with authorisations, signed by its sender's key; return its hash."""
    number = next(n for n in range(10) if key_of(n).address.lower() == step.sender)
    listed = [
        {
            "chainId": one.chain,
            "address": one.address,
            "nonce": one.nonce,
            "yParity": one.y_parity,
            "r": one.r,
            "s": one.s,
        }
        for one in step.authorizations
    ]
    asked = {
        "type": 4, "chainId": CHAIN_ID, "to": step.to, "value": step.value, "data": step.data, "gas": gas,
        "maxFeePerGas": step.max_fee or 10**10, "maxPriorityFeePerGas": step.priority_fee or 0,
        "nonce": int(evm.call("eth_getTransactionCount", step.sender, "latest"), 16), "authorizationList": listed,
    }  # fmt: skip
    made = key_of(number).sign_transaction(
        {**asked, "to": key_of(7).address if step.to == key_of(7).address.lower() else step.to}
    )
    return str(evm.call("eth_sendRawTransaction", f"0x{bytes(made.raw_transaction).hex()}"))


def _address(word: bytes) -> str:
    return f"0x{word[12:32].hex()}"


def _words(*addresses: str) -> bytes:
    return b"".join(bytes.fromhex(each[2:]).rjust(32, b"\0") for each in addresses)
