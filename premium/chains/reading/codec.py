"""Writes the calls of Multicall3 and reads its answers, cheaply.

`aggregate3((address target, bool allowFailure, bytes callData)[])` returns `(bool success, bytes data)[]`
(github.com/mds1/multicall). Answers are read strictly: what is no canonical encoding is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from premium.chains.reading.calls import Read

OVERHEAD = 192
"""Bytes that a call of up to 36 bytes takes in a request, beside its data at most."""
_AGGREGATE3 = bytes.fromhex("82ad56cb")
_WORD = 32
_ZEROS = bytes(_WORD)
_ALLOW = (1).to_bytes(_WORD, "big") + (0x60).to_bytes(_WORD, "big")
_PAD = bytes(12)
_ONE_WORD = (1).to_bytes(_WORD, "big") + (0x40).to_bytes(_WORD, "big") + (_WORD).to_bytes(_WORD, "big")
"""The head of a result that is a success of one word."""
_SIZE = 128
"""Bytes of such a result."""


class NotAnAnswer(ValueError):
    """Bytes that Multicall3 did not write."""


def encode(reads: Sequence[Read]) -> bytes:
    """Return the calldata of `aggregate3`, every call allowed to fail."""
    count = len(reads)
    lengths = {len(read.data) for read in reads}
    parts = [_AGGREGATE3, _word(_WORD), _word(count)]
    if len(lengths) == 1:
        (length,) = lengths
        head, tail, step = _ALLOW + _word(length), bytes(-length % _WORD), 128 + length + -length % _WORD
        parts.append(_offsets(count, step))
        for target, data, _ in reads:
            parts += (_PAD, bytes.fromhex(target[2:]), head, data, tail)
        return b"".join(parts)
    place, offsets = count * _WORD, list[bytes]()
    body: list[bytes] = []
    for target, data, _ in reads:
        offsets.append(_word(place))
        tail = bytes(-len(data) % _WORD)
        body += (_PAD, bytes.fromhex(target[2:]), _ALLOW, _word(len(data)), data, tail)
        place += 128 + len(data) + len(tail)
    return b"".join([*parts, *offsets, *body])


def decode(answer: bytes, expected: int) -> list[bytes | None]:
    """Return the data of each call, None where it failed; NotAnAnswer for anything else."""
    size = len(answer)
    if size % _WORD or answer[:_WORD] != _word(_WORD) or answer[_WORD : 2 * _WORD] != _word(expected):
        raise NotAnAnswer("not as many results as calls")
    if size == 64 + expected * (_WORD + _SIZE) and answer[64 : 64 + expected * _WORD] == _offsets(expected, _SIZE):
        start = 64 + expected * _WORD
        results = [answer[place : place + _SIZE] for place in range(start, size, _SIZE)]
        if all(result.startswith(_ONE_WORD) for result in results):
            return [result[96:] for result in results]
    found: list[bytes | None] = []
    place = 64 + expected * _WORD
    for number in range(expected):
        at = 64 + number * _WORD
        if answer[at : at + _WORD] != _word(place - 64):
            raise NotAnAnswer("a result is not where it has to be")
        data, success = _result(answer, place)
        found.append(data if success else None)
        place += 96 + len(data) + -len(data) % _WORD
    if place != size:
        raise NotAnAnswer("there is more than the results")
    return found


def _result(answer: bytes, place: int) -> tuple[bytes, bool]:
    head = answer[place : place + 96]
    if len(head) < 96 or head[32:64] != _word(0x40) or head[:31] != _ZEROS[:31] or head[31] > 1:
        raise NotAnAnswer("a result is cut off")
    length = int.from_bytes(head[64:], "big")
    data = answer[place + 96 : place + 96 + length]
    if len(data) != length:
        raise NotAnAnswer("a result is cut off")
    return data, bool(head[31])


@lru_cache(maxsize=1024)
def _offsets(count: int, step: int) -> bytes:
    """Return where equally long elements of an array begin."""
    return b"".join(_word(count * _WORD + number * step) for number in range(count))


def _word(number: int) -> bytes:
    return number.to_bytes(_WORD, "big")
