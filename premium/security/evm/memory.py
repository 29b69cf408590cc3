"""Memory of the symbolic machine, to the byte.

Each address is a base and a distance: constants share one base, and `p + 4` lies beside `p` whatever `p` is. Pieces of
one base never overlap: a later write cuts what it covers off the earlier ones, so that words which were put together
from parts (packed keys, hand-rolled mappings) are read as they will be on chain. Two bases are taken to be apart.
"""

from __future__ import annotations

from collections.abc import Iterator

from premium.security.evm import opcodes as op
from premium.security.evm.arena import Arena
from premium.security.evm.words import MASK, UNKNOWN, Word

Segment = tuple[int, Word, int]
"""Length in bytes, word, and how many of the word's 32 bytes come before the first: 32 bytes are `(32, word, 0)`."""
Piece = tuple[int, Word | None, int]
"""A segment, or bytes that nobody wrote (None)."""
_CONSTANTS = -1
_SCRATCH = 0x60
"""Below it nothing but these writes can have been stored: what nobody wrote is zero."""
_NEGATIVE = 1 << 255


class Memory:
    """What a path has written, by base and distance."""

    __slots__ = ("_bases", "_odd")

    def __init__(self) -> None:
        self._bases: dict[Word, dict[int, Segment]] = {}
        self._odd: set[Word] = set()
        """Bases with pieces that are not whole words on multiples of 32: only there can two overlap."""

    def copy(self) -> Memory:
        """Return a memory that goes its own way."""
        other = Memory()
        if self._bases:
            other._bases = {base: segments.copy() for base, segments in self._bases.items()}
            other._odd = self._odd.copy()
        return other

    def words(self) -> Iterator[Word]:
        """Return every word that stands in it."""
        for segments in self._bases.values():
            for _, word, _ in segments.values():
                yield word

    def mapped(self, arena: Arena, new: dict[Word, Word]) -> Memory:
        """Return a copy with words replaced; bases that change are moved."""
        other = Memory()
        for base, segments in self._bases.items():
            moved = base if base == _CONSTANTS else new.get(base, base)
            for distance, (size, word, skip) in segments.items():
                known = arena.constant(moved) if moved != _CONSTANTS else 0
                at = (moved, distance) if known is None or moved == _CONSTANTS else (_CONSTANTS, known + distance)
                other._put(at, (size, new.get(word, word), skip))
        return other

    def put(self, arena: Arena, offset: Word, word: Word, *, size: int = 32, skip: int = 0) -> None:
        """Write bytes of a word at an address."""
        self._put(_place(arena, offset), (size, word, skip))

    def _put(self, at: tuple[Word, int], segment: Segment) -> None:
        base, start = at
        segments = self._bases.setdefault(base, {})
        if segment[0] != 32 or start % 32:
            self._odd.add(base)
        if base in self._odd:
            _cut(segments, start, start + segment[0])
        segments[start] = segment

    def whole(self, arena: Arena, offset: Word) -> Word | None:
        """Return the word written at an address as a whole.

        None where it was not, or where a part of it was written over.
        """
        base, start = _place(arena, offset)
        found = self._bases.get(base, {}).get(start)
        return found[1] if found is not None and found[0] == 32 else None

    def pieces(self, arena: Arena, offset: Word, size: int) -> list[Piece]:
        """Return what stands in `size` bytes at an address, in order."""
        base, start = _place(arena, offset)
        segments = self._bases.get(base, {})
        found: list[Piece] = []
        at, end = start, start + size
        while at < end:
            piece = _piece(segments, at, end)
            if piece[1] is None and base == _CONSTANTS and at + piece[0] <= _SCRATCH:
                piece = (piece[0], arena.const(0), 32 - min(piece[0], 32))
            found.append(piece)
            at += piece[0]
        return found

    def load(self, arena: Arena, offset: Word, identity: int) -> Word:
        """Return the word at an address, put together from its pieces.

        What was never stored there is unknown, told apart by `identity`, the byte offset of the instruction.
        """
        word = self.whole(arena, offset)
        if word is not None:
            return word
        word = joined(arena, self.pieces(arena, offset, 32))
        return arena.opaque(UNKNOWN, identity, offset) if word is None else word


def joined(arena: Arena, pieces: list[Piece]) -> Word | None:
    """Return the number that pieces of at most 32 bytes spell.

    None where one is unknown.
    """
    total, left = arena.const(0), sum(size for size, _, _ in pieces)
    for size, word, skip in pieces:
        left -= size
        if word is None:
            return None
        part = arena.make(op.SHR, arena.const(8 * (32 - skip - size)), word) if skip + size < 32 else word
        part = arena.make(op.AND, arena.const((1 << 8 * size) - 1), part) if size < 32 else part
        total = arena.make(op.OR, total, arena.make(op.SHL, arena.const(8 * left), part) if left else part)
    return total


def _place(arena: Arena, offset: Word) -> tuple[Word, int]:
    """Base and distance of an address; a sum with a constant lies that far from the rest."""
    known = arena.constant(offset)
    if known is not None:
        return _CONSTANTS, known
    if arena.kind[offset] == op.ADD:
        for one, other in (arena.args[offset], arena.args[offset][::-1]):
            step = arena.constant(one)
            if step is not None:
                return other, step - MASK - 1 if step >= _NEGATIVE else step
    return offset, 0


def _cut(segments: dict[int, Segment], start: int, end: int) -> None:
    """Take the bytes from `start` to `end` out of the segments that have them."""
    for at in [at for at, held in segments.items() if at < end and at + held[0] > start]:
        size, word, skip = segments.pop(at)
        if at < start:
            segments[at] = (start - at, word, skip)
        if at + size > end:
            segments[end] = (at + size - end, word, skip + end - at)


def _piece(segments: dict[int, Segment], at: int, end: int) -> Piece:
    """The longest piece that begins at `at` and ends by `end`."""
    for start in range(at, at - 32, -1):
        held = segments.get(start)
        if held is not None and start + held[0] > at:
            size, word, skip = held
            return min(start + size, end) - at, word, skip + at - start
    following = next((one for one in range(at + 1, min(end, at + 32)) if one in segments), min(end, at + 32))
    return following - at, None, 0
