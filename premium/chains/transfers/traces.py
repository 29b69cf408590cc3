"""Reads what contracts paid inside transactions, where the node traces them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from premium.chains.rpc import Call, Rpc
from premium.chains.transfers.movement import INTERNAL, Movement, Transfer

_TRACER = {"tracer": "callTracer"}
_MOST = 100
"""Transactions of one reading that are traced: each costs a node seconds of work."""
_PAYING = frozenset({"CALL", "CREATE", "CREATE2", "SELFDESTRUCT"})


async def add_internal(rpc: Rpc, me: str, movements: Sequence[Movement], changes: Mapping[int, int]) -> None:
    """Add the payments by contracts to transactions whose coin does not explain the balance.

    What a node does not trace, or tells otherwise than the balance, is left as it is.
    """
    wanted = [each for each in _unexplained(movements, changes) if each.hash is not None][:_MOST]
    if not wanted:
        return
    answers = await rpc.batch([Call("debug_traceTransaction", (each.hash, _TRACER)) for each in wanted])
    for movement, answer in zip(wanted, answers, strict=True):
        if isinstance(answer, Mapping):
            for number, (source, target, units) in enumerate(_payments(answer.get("calls", ()))):
                if me in (source, target):
                    movement.take(Transfer(INTERNAL - number, None, source, target, units, "internal"), me)


def _unexplained(movements: Iterable[Movement], changes: Mapping[int, int]) -> Iterator[Movement]:
    rests = dict(changes)
    for movement in movements:
        if movement.block in rests:
            rests[movement.block] -= movement.units.get(None, 0) - movement.gas
    return (movement for movement in movements if rests.get(movement.block))


def _payments(calls: Any) -> Iterator[tuple[str, str, int]]:
    """Yield (source, target, wei) of calls that were not reverted, in their order."""
    for call in calls if isinstance(calls, Sequence) else ():
        if not isinstance(call, Mapping) or call.get("error"):
            continue
        value = int(call.get("value") or "0x0", 16)
        if value and call.get("type") in _PAYING:
            yield str(call.get("from", "")).lower(), str(call.get("to", "")).lower(), value
        yield from _payments(call.get("calls", ()))
