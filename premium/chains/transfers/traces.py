"""Reads what contracts paid inside transactions, where the node traces them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from premium.chains.rpc import Call, Rpc
from premium.chains.transfers.movement import INTERNAL, Movement, Transfer, rests

_TRACER = {"tracer": "callTracer"}
_MOST = 100
"""Transactions of one reading that are traced: each costs a node seconds of work."""
_PAYING = frozenset({"CALL", "CREATE", "CREATE2", "SELFDESTRUCT"})


async def add_internal(rpc: Rpc, me: str, movements: Sequence[Movement], changes: Mapping[int, int]) -> None:
    """Add the payments by contracts to transactions whose coin does not explain the balance.

    What a node does not trace, or tells otherwise than the balance, is left as it is.
    """
    unexplained = rests(movements, changes)
    wanted = [each for each in movements if each.block in unexplained and each.hash is not None][:_MOST]
    if not wanted:
        return
    answers = await rpc.batch([Call("debug_traceTransaction", (each.hash, _TRACER)) for each in wanted])
    for movement, answer in zip(wanted, answers, strict=True):
        if isinstance(answer, Mapping):
            _add(movement, me, _payments(answer.get("calls", ())))


async def in_others(rpc: Rpc, me: str, blocks: Mapping[int, int]) -> list[Movement]:
    """Return what contracts paid to or for the wallet in others' transactions.

    Gas and signs are not in it yet.
    `blocks` are numbers and times of those whose coin nothing explains. A node that traces no blocks tells nothing.
    """
    numbers = sorted(blocks)[:_MOST]
    answers = await rpc.batch([Call("debug_traceBlockByNumber", (hex(number), _TRACER)) for number in numbers])
    found = list[Movement]()
    for number, answer in zip(numbers, answers, strict=True):
        for traced in answer if isinstance(answer, Sequence) else ():
            payments = list(_paid(traced))
            if any(me in (source, target) for source, target, _ in payments):
                movement = Movement(str(traced["txHash"]), number, blocks[number])
                _add(movement, me, payments)
                found.append(movement)
    return found


def _paid(traced: Any) -> Iterator[tuple[str, str, int]]:
    """Yield the payments of a transaction in a block's trace; of one that failed none."""
    result = traced.get("result") if isinstance(traced, Mapping) and traced.get("txHash") else None
    if isinstance(result, Mapping) and not result.get("error"):
        yield from _payments(result.get("calls", ()))


def _add(movement: Movement, me: str, payments: Iterable[tuple[str, str, int]]) -> None:
    for number, (source, target, units) in enumerate(payments):
        if me in (source, target):
            movement.take(Transfer(INTERNAL - number, None, source, target, units, "internal"), me)


def _payments(calls: Any) -> Iterator[tuple[str, str, int]]:
    """Yield (source, target, wei) of calls that were not reverted, in their order."""
    for call in calls if isinstance(calls, Sequence) else ():
        if not isinstance(call, Mapping) or call.get("error"):
            continue
        value = int(call.get("value") or "0x0", 16)
        if value and call.get("type") in _PAYING:
            yield str(call.get("from", "")).lower(), str(call.get("to", "")).lower(), value
        yield from _payments(call.get("calls", ()))
