"""Read Safes: transactions, multiSend, settings, setup and factories."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from premium.security.calls.effects import Call, Flawed, Inner, Move, Party, Power, Step
from premium.security.calls.registry import reads
from premium.security.knowledge.known import NATIVE, ZERO, coin

_HEAD = 85
"""Bytes of a packed call before its data: operation, target, value, length."""


@reads("execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)")
def execute(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Call or delegate as the Safe, and pay a refund where one is set."""
    to, value, data, operation, _, base_gas, gas_price, gas_token, receiver, _ = args
    yield Inner(to, 0 if operation == 1 else value, data, call.here, delegate=operation == 1)
    if gas_price and base_gas and receiver != ZERO:
        yield Move(
            coin(gas_token),
            call.here,
            receiver,
            base_gas * gas_price,
            "native" if coin(gas_token) == NATIVE else "erc20",
        )


@reads("multiSend(bytes)")
def multi_send(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Call or delegate to each packed target as the Safe that runs it."""
    yield from packed_calls(args[0], call.here)


def packed_calls(data: bytes, sender: str) -> Iterator[Step]:
    """Read calls packed one behind the other."""
    at = 0
    while at < len(data):
        length = int.from_bytes(data[at + 53 : at + _HEAD])
        if at + _HEAD + length > len(data):
            yield Flawed("malformed", "a packed batch ends within a call")
            return
        to, value = f"0x{data[at + 1 : at + 21].hex()}", int.from_bytes(data[at + 21 : at + 53])
        delegate = data[at] == 1
        inside = data[at + _HEAD : at + _HEAD + length]
        yield Inner(sender if to == ZERO else to, 0 if delegate else value, inside, sender, delegate=delegate)
        at += _HEAD + length


@reads("addOwnerWithThreshold(address,uint256)")
def add_owner(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Add an owner."""
    yield Power("wallet_takeover", args[0], f"owner added, threshold {args[1]}")


@reads("swapOwner(address,address,address)")
def swap_owner(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Put an owner in another's place."""
    yield Power("wallet_takeover", args[2], "owner replaced")


@reads("removeOwner(address,address,uint256)")
def remove_owner(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Remove an owner."""
    yield Power("wallet_takeover", None, f"owner {args[1]} removed, threshold {args[2]}")


@reads("changeThreshold(uint256)")
def threshold(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Change how many owners must sign."""
    yield Power("wallet_takeover", None, f"threshold {args[0]}")


@reads("enableModule(address)")
def module(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Let a module act without signatures."""
    yield Power("wallet_takeover", args[0], "module enabled")


@reads("setGuard(address)", "setModuleGuard(address)")
def guard(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Set or remove the guard."""
    yield Power("wallet_takeover", args[0], "guard set")


@reads("setFallbackHandler(address)")
def handler(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Set who answers unknown calls."""
    yield Power("wallet_takeover", args[0], "fallback handler set")


@reads("changeMasterCopy(address)")
def singleton(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Set the code that a Safe runs."""
    yield Power("wallet_takeover", args[0], "singleton set")


@reads("setup(address[],uint256,address,bytes,address,address,uint256,address)")
def setup(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Make a Safe's first settings; `to` is run by delegation."""
    _, _, to, data, fallback, token, payment, receiver = args
    if to != ZERO:
        yield Inner(to, 0, data, call.here, delegate=True)
    if payment and receiver != ZERO:
        yield Move(coin(token), call.here, receiver, payment, "native" if coin(token) == NATIVE else "erc20")
    yield Party(fallback, "fallback handler")


@reads(
    "createProxyWithNonce(address,bytes,uint256)",
    "createProxy(address,bytes)",
    "createChainSpecificProxyWithNonce(address,bytes,uint256)",
)
def factory(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Make a Safe, and call it."""
    yield Power("creates_contract", None, "a wallet is made")
    yield Party(args[0], "singleton")
    if args[1]:
        yield Inner(args[0], 0, args[1], call.here)


@reads(
    "performCreate(uint256,bytes)",
    "performCreate2(uint256,bytes,bytes32)",
    "deployCreate(bytes)",
    "deployCreate2(bytes32,bytes)",
    "deploy(uint256,bytes32,bytes)",
    "safeCreate2(bytes32,bytes)",
)
def create(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Make a contract."""
    yield Power("creates_contract", None, "a contract is made")
