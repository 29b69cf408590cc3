"""The length of FastLZ's output, by which OP-stack chains price a transaction's data."""

from __future__ import annotations

_TABLE = 8_192
_MULTIPLIER = 2_654_435_769
_WINDOW = 0x1FFF
"""How far back a match may lie, in bytes."""
_LONGEST = 262
"""Bytes that one match instruction covers."""
_LITERALS = 32
"""Bytes that one literal instruction covers."""
_TAIL = 13
"""The last bytes are never searched for matches."""


def compressed_length(data: bytes) -> int:
    """Return how many bytes FastLZ (level 1) makes of these.

    The same as the GasPriceOracle predeploy and op-geth count; tests compare it with the former's bytecode.
    """
    limit = max(len(data) - _TAIL, 0)
    seen = [0] * _TABLE
    length = anchor = 0
    place = 2
    while place < limit:
        matched = _next_match(data, seen, place, limit)
        if matched is None:
            break
        place, reference = matched
        length += _literals(place - anchor)
        run = _run(data, reference + 3, place + 3, limit + 9)
        length += _match(run)
        place += run
        for _ in range(2):
            seen[_slot(_three(data, place))] = place
            place += 1
        anchor = place
    return length + _literals(len(data) - anchor)


def _next_match(data: bytes, seen: list[int], place: int, limit: int) -> tuple[int, int] | None:
    """Return the next place of three bytes that stood before, and where.

    None where there are none up to the limit.
    """
    while place < limit:
        sequence = _three(data, place)
        slot = _slot(sequence)
        reference, seen[slot] = seen[slot], place
        if place - reference <= _WINDOW and sequence == _three(data, reference):
            return (place, reference) if place + 1 < limit else None
        place += 1
    return None


def _three(data: bytes, place: int) -> int:
    return int.from_bytes(data[place : place + 3], "little")


def _slot(sequence: int) -> int:
    return (_MULTIPLIER * sequence & 0xFFFFFFFF) >> 19


def _run(data: bytes, earlier: int, later: int, end: int) -> int:
    """Return how many bytes agree from here, and the first that does not."""
    most = end - later
    for count in range(max(most, 0)):
        if data[earlier + count] != data[later + count]:
            return count + 1
    return max(most, 0)


def _literals(count: int) -> int:
    whole, rest = divmod(count, _LITERALS)
    return whole * (_LITERALS + 1) + (rest + 1 if rest else 0)


def _match(run: int) -> int:
    whole, rest = divmod(run - 1, _LONGEST)
    return 3 * whole + (3 if rest >= 6 else 2)
