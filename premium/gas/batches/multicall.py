"""The calldata of Multicall3's `aggregate3Value`: all calls, or none."""

from __future__ import annotations

from collections.abc import Sequence

from premium.gas.batches.model import BatchCall

_SELECTOR = "174dea71"
"""Of `aggregate3Value((address,bool,uint256,bytes)[])`."""
_WORD = 32


def together(calls: Sequence[BatchCall]) -> str:
    """Return the data that makes these calls, each of which must succeed."""
    parts = [_call(each) for each in calls]
    offsets, place = [], _WORD * len(parts)
    for part in parts:
        offsets.append(place)
        place += len(part)
    body = b"".join(map(_word, (_WORD, len(parts), *offsets))) + b"".join(parts)
    return f"0x{_SELECTOR}{body.hex()}"


def _call(call: BatchCall) -> bytes:
    head = b"".join(map(_word, (int(call.to, 16), 0, call.value, 4 * _WORD, len(call.data))))
    return head + call.data + bytes(-len(call.data) % _WORD)


def _word(value: int) -> bytes:
    return value.to_bytes(_WORD, "big")
