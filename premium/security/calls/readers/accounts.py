"""Read accounts: ERC-4337 operations, ERC-7579 and ERC-7821 executions, modules and owners."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from premium.abi.decoder import decode
from premium.abi.types import parse_types
from premium.security.calls.effects import Call, Clue, Flawed, Inner, Party, Power, Step
from premium.security.calls.registry import reads
from premium.security.knowledge.known import ZERO

_06 = "(address,uint256,bytes,bytes,uint256,uint256,uint256,uint256,uint256,bytes,bytes)"
_07 = "(address,uint256,bytes,bytes,bytes32,uint256,bytes32,bytes,bytes)"
_CALLS = parse_types(["(address,uint256,bytes)[]"])
_CALLS_WITH_DATA = parse_types(["(address,uint256,bytes)[]", "bytes"])
_BATCHES = parse_types(["bytes[]"])
_SINGLE, _BATCH, _DELEGATE, _STATIC = 0x00, 0x01, 0xFF, 0xFE
_OF_BATCHES = bytes.fromhex("78210002")
_7702 = bytes.fromhex("7702")


@reads(f"handleOps({_06}[],address)", f"handleOps({_07}[],address)")
def handle(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Run operations as the entry point; the fees go to the beneficiary."""
    for operation in args[0]:
        yield from operation_steps(call.here, *_parts(operation))
    yield Party(args[1], "beneficiary")


@reads(
    f"handleAggregatedOps(({_06}[],address,bytes)[],address)", f"handleAggregatedOps(({_07}[],address,bytes)[],address)"
)
def handle_aggregated(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Run operations whose signatures are checked together."""
    for operations, aggregator, _ in args[0]:
        yield Party(aggregator, "aggregator")
        for operation in operations:
            yield from operation_steps(call.here, *_parts(operation))
    yield Party(args[1], "beneficiary")


def _parts(operation: tuple[Any, ...]) -> tuple[str, bytes, bytes, bytes]:
    return operation[0], operation[2], operation[3], operation[-2]


def operation_steps(entry: str, sender: str, init: bytes, data: bytes, paymaster: bytes) -> Iterator[Step]:
    """Yield what an operation does: its factory's call, its own, its paymaster."""
    if init.startswith(_7702):
        if len(init) > 20:
            yield Inner(sender, 0, init[20:], entry)
    elif len(init) >= 20:
        yield Power("creates_contract", None, "an account is made")
        yield Inner(f"0x{init[:20].hex()}", 0, init[20:], entry)
    elif init:
        yield Flawed("malformed", "the init code of an operation is shorter than an address")
    if len(paymaster) >= 20:
        yield Party(f"0x{paymaster[:20].hex()}", "paymaster")
    if data:
        yield Inner(sender, 0, data, entry)


@reads("execute(bytes32,bytes)", "executeFromExecutor(bytes32,bytes)")
def execute(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Execute by a mode: one call, a batch, or a delegate call (ERC-7579, ERC-7821)."""
    mode, data = args
    yield from executions(mode, data, call.here, nested=0)


def executions(mode: bytes, data: bytes, here: str, *, nested: int) -> Iterator[Step]:
    """Yield the calls of an execution."""
    if mode[0] == _SINGLE and len(data) >= 52:
        yield Inner(f"0x{data[:20].hex()}", int.from_bytes(data[20:52]), data[52:], here)
    elif mode[0] in (_DELEGATE, _STATIC) and len(data) >= 20:
        yield Inner(f"0x{data[:20].hex()}", 0, data[20:], here, delegate=mode[0] == _DELEGATE)
    elif mode[0] == _BATCH and mode[6:10] == _OF_BATCHES and nested == 0:
        found = decode(_BATCHES, data)
        for each in found.values[0] if found.values else ():
            yield from executions(mode, each, here, nested=1)
        if found.values is None:
            yield Flawed("malformed", "a batch of batches cannot be read")
    elif mode[0] == _BATCH:
        yield from _batch(data, here)
    else:
        yield Clue(f"the execution mode 0x{mode[:1].hex()} could not be read")


def _batch(data: bytes, here: str) -> Iterator[Step]:
    found = decode(_CALLS, data)
    if not found.strict:
        with_data = decode(_CALLS_WITH_DATA, data)
        found = with_data if with_data.strict or found.values is None else found
    if found.values is None:
        yield Flawed("malformed", "a batch of an execution cannot be read")
        return
    if found.flaws:
        yield Flawed(found.form, f"a batch of an execution: {found.flaws[0].reason}")
    for to, value, inside in found.values[0]:
        yield Inner(here if to == ZERO else to, value, inside, here)


@reads(f"executeUserOp({_07},bytes32)")
def execute_operation(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Run an operation's own data, whose first four bytes name this function."""
    yield Inner(call.to, 0, args[0][3][4:], call.sender, delegate=True, here=call.here, itself=True)


@reads("installModule(uint256,address,bytes)")
def install(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Install a module, which may act for the account."""
    yield Power("wallet_takeover", args[1], f"module of type {args[0]} installed")


@reads("addOwnerAddress(address)")
def add_owner(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Add an owner of an account."""
    yield Power("wallet_takeover", args[0], "owner added")


@reads("addOwnerPublicKey(bytes32,bytes32)")
def add_key(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Add a key that owns an account."""
    yield Power("wallet_takeover", None, "owner's key added")
