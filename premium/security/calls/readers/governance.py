"""Read what is to be carried out later or by vote: timelocks and governors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from premium.abi.signatures import signature_of
from premium.abi.types import BadType
from premium.security.calls.effects import Call, Flawed, Inner, Lets, Step
from premium.security.calls.registry import reads


@reads("schedule(address,uint256,bytes,bytes32,bytes32,uint256)", "execute(address,uint256,bytes,bytes32,bytes32)")
def operation(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Schedule or carry out one call as the timelock."""
    yield Inner(args[0], args[1], args[2], call.here)


@reads(
    "scheduleBatch(address[],uint256[],bytes[],bytes32,bytes32,uint256)",
    "executeBatch(address[],uint256[],bytes[],bytes32,bytes32)",
    "propose(address[],uint256[],bytes[],string)",
    "execute(address[],uint256[],bytes[],bytes32)",
    "queue(address[],uint256[],bytes[],bytes32)",
)
def operations(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Propose, schedule or carry out calls as the timelock or governor."""
    yield from _lists(args[0], args[1], args[2], call)


@reads("propose(address[],uint256[],string[],bytes[],string)")
def propose_named(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Propose calls whose functions stand as texts beside their arguments (Bravo)."""
    data = [_named(name, args[3][number]) if number < len(args[3]) else b"" for number, name in enumerate(args[2])]
    yield from _lists(args[0], args[1], tuple(data), call)


@reads(
    "queueTransaction(address,uint256,string,bytes,uint256)", "executeTransaction(address,uint256,string,bytes,uint256)"
)
def transaction(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Queue or carry out one call as Compound's timelock."""
    yield Inner(args[0], args[1], _named(args[2], args[3]), call.here)


@reads("execute((uint256,address,uint256,bytes)[])")
def crosswise(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Carry out calls that bear a kind each; 1 is a delegate call."""
    for kind, to, value, data in args[0]:
        yield Inner(to, value, data, call.here, delegate=kind == 1)


def _lists(to: tuple[str, ...], values: tuple[int, ...], data: tuple[bytes, ...], call: Call) -> Iterator[Step]:
    if not len(to) == len(values) == len(data):
        yield Flawed("malformed", "the lists of a batch differ in length")
    for target, value, each in zip(to, values, data, strict=False):
        yield Inner(target, value, each, call.here)


def _named(name: object, arguments: bytes) -> bytes:
    """Put the selector of a named function before its arguments; without a name they hold it."""
    if not name:
        return arguments
    try:
        return (signature_of(name).selector if isinstance(name, str) else b"\0\0\0\0") + arguments
    except BadType:
        return b"\0\0\0\0" + arguments


@reads("delegate(address)")
def delegate(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Let somebody vote."""
    yield Lets(args[0], f"vote with the tokens of {call.here}")
