"""Read batches: multicalls, lists of calls of accounts and routers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from premium.security.calls.effects import Call, Deadline, Inner, Step
from premium.security.calls.registry import reads


@reads(
    "multicall(bytes[])",
    "multicall(uint256,bytes[])",
    "multicall(bytes32,bytes[])",
    "multicall(bytes[],uint256)",
    "batch(bytes[])",
    "batch(bytes[],bool)",
    "callBatch(bytes[])",
    "multicall(bytes[],bytes32)",
)
def multicall(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Call itself by delegation: the sender stays, and the value is seen by each."""
    data = next(each for each in args if isinstance(each, tuple))
    if isinstance(args[0], int) and not isinstance(args[0], bool):
        yield Deadline(args[0])
    for each in data:
        yield Inner(call.to, 0, each, call.sender, delegate=True, here=call.here, itself=True)


@reads(
    "aggregate((address,bytes)[])",
    "blockAndAggregate((address,bytes)[])",
    "tryAggregate(bool,(address,bytes)[])",
    "tryBlockAndAggregate(bool,(address,bytes)[])",
)
def aggregate(call: Call, args: tuple[Any, ...]) -> Iterator[Inner]:
    """Call targets as the multicall contract."""
    for to, data in args[-1]:
        yield Inner(to, 0, data, call.here)


@reads("aggregate3((address,bool,bytes)[])")
def aggregate3(call: Call, args: tuple[Any, ...]) -> Iterator[Inner]:
    """Call targets, each of which may fail."""
    for to, _, data in args[0]:
        yield Inner(to, 0, data, call.here)


@reads("aggregate3Value((address,bool,uint256,bytes)[])")
def aggregate3_value(call: Call, args: tuple[Any, ...]) -> Iterator[Inner]:
    """Call targets with value."""
    for to, _, value, data in args[0]:
        yield Inner(to, value, data, call.here)


@reads(
    "executeBatch((address,uint256,bytes)[])",
    "execute((address,uint256,bytes)[])",
    "batchCall((address,uint256,bytes)[])",
    "executeCalls((address,uint256,bytes)[])",
    "multicall((address,uint256,bytes)[])",
    "executeBatchCall((address,uint256,bytes)[])",
)
def batch(call: Call, args: tuple[Any, ...]) -> Iterator[Inner]:
    """Call targets with value as the account."""
    for to, value, data in args[0]:
        yield Inner(to, value, data, call.here)


@reads("executeBatch(address[],bytes[])")
def batch_06(call: Call, args: tuple[Any, ...]) -> Iterator[Inner]:
    """Call targets as the account, in the first form of SimpleAccount."""
    for to, data in zip(args[0], args[1], strict=False):
        yield Inner(to, 0, data, call.here)


@reads(
    "executeBatch(address[],uint256[],bytes[])",
    "executeBatchCall(address[],uint256[],bytes[])",
    "executeBatch_y6U(address[],uint256[],bytes[])",
    "multicall(address[],uint256[],bytes[])",
)
def batch_07(call: Call, args: tuple[Any, ...]) -> Iterator[Inner]:
    """Call targets with value as the account, as three lists; a missing value is 0."""
    to, values, data = args
    for number, target in enumerate(to):
        value = values[number] if number < len(values) else 0
        yield Inner(target, value, data[number] if number < len(data) else b"", call.here)


@reads(
    "execute(address,uint256,bytes)",
    "executeCall(address,uint256,bytes)",
    "call(address,uint256,bytes)",
    "execTransaction(address,uint256,bytes)",
    "functionCallWithValue(address,uint256,bytes)",
)
def execute(call: Call, args: tuple[Any, ...]) -> Iterator[Inner]:
    """Call one target as the account."""
    yield Inner(args[0], args[1], args[2], call.here)


@reads("execute(address,bytes,uint256)", "forward(address,bytes,uint256)")
def execute_late(call: Call, args: tuple[Any, ...]) -> Iterator[Inner]:
    """Call one target, the value last."""
    yield Inner(args[0], args[2], args[1], call.here)


@reads(
    "execute(address,uint256,bytes,uint8)",
    "executeUserOp(address,uint256,bytes,uint8)",
    "executeUserOpWithErrorString(address,uint256,bytes,uint8)",
    "execTransactionFromModule(address,uint256,bytes,uint8)",
    "execTransactionFromModuleReturnData(address,uint256,bytes,uint8)",
)
def execute_kind(call: Call, args: tuple[Any, ...]) -> Iterator[Inner]:
    """Call, or delegate to, one target as a Safe; 1 is a delegate call."""
    yield Inner(args[0], 0 if args[3] == 1 else args[1], args[2], call.here, delegate=args[3] == 1)


@reads("execute(address,bytes)")
def dsproxy(call: Call, args: tuple[Any, ...]) -> Iterator[Inner]:
    """Run another contract's code as a DSProxy."""
    yield Inner(args[0], 0, args[1], call.here, delegate=True)
