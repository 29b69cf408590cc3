"""Storage as the compiler laid it out: variables, mapping entries and packed fields."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from premium.chains.addresses import keccak256
from premium.security.evm import opcodes as op
from premium.security.evm.arena import Arena
from premium.security.evm.paths import Write
from premium.security.evm.words import ARRAY, CONST, MAP, MASK, PACKED, Word

EIP1967_IMPLEMENTATION = hex(0x360894A13BA1A3210667C828492DB98DCA3E2076CC3735A920A3CA505D382BBC)
EIP1967_BEACON = hex(0xA3F0AD74E5423AEBFD80D3EF4346578335A9A72AEAEE59FF6CB3582B35133D50)
EIP1967_ADMIN = hex(0xB53127684A568B3173AE13B9F8A6016E243E63B6E8EE1178D6A717850B5D6103)
ZEPPELINOS = hex(0x7050C9E0F4CA769C69BD3A8EF740BC37934F8E2C036E5A723FD8EE048ED3F8C3)
EIP1822 = hex(0xC5F16F0FCC639FA48A6947836D9850F504798523BF8C9A3A87D5876CF622BCF7)
PROXY_SLOTS = frozenset({EIP1967_IMPLEMENTATION, EIP1967_BEACON, ZEPPELINOS, EIP1822})
"""Slots by which proxy standards name the running code; words as `hex` gives them."""

_PLAIN = 200
"""Bits above which a fixed slot is a hash, not a variable's number."""
_FIRST_SLOTS, _LARGEST_ELEMENT = 128, 16


class StorageField(NamedTuple):
    """A field of `width` bits at bit `offset` of the word in `slot`."""

    slot: Word
    offset: int
    width: int


class FieldWrite(NamedTuple):
    """What an SSTORE leaves in one field: `value` is None where it stores zero bits."""

    field: StorageField
    value: Word | None


@dataclass
class Slots:
    """Questions about slot words, answered once each."""

    arena: Arena

    def __post_init__(self) -> None:
        self._shapes: dict[Word, str] = {}
        self._loads: dict[Word, frozenset[Word]] = {}
        self._written: dict[tuple[Word, Word], FieldWrite] = {}

    def shape(self, slot: Word) -> str:
        """Return the variable a slot belongs to, whatever the keys.

        `0x5`, `0x0[]`, `0x1[][]`, `0x2[]+1`; `0x87a211a2/32[]` where keys are packed into 32 bytes; '?' if unknown.
        """
        known = self._shapes.get(slot)
        if known is None:
            known = self._shapes[slot] = self._shape(slot)
        return known

    def _shape(self, slot: Word) -> str:
        kind, args = self.arena.kind[slot], self.arena.args[slot]
        if kind == CONST:
            return hex(self.arena.value[slot])
        if kind == PACKED:
            return f"{self.shape(args[0])}/{self.arena.value[slot]}"
        if kind == MAP:
            return f"{self.shape(args[0])}[]"
        if kind == ARRAY:
            return f"{self.shape(args[0])}*"
        if kind == op.ADD:
            for base, step in (args, args[::-1]):
                held = self.arena.constant(step)
                if self.arena.kind[base] in (MAP, ARRAY, op.ADD):
                    return f"{self.shape(base)}+{held}" if held is not None else self.shape(base)
        return next((found for arg in args if kind == op.ADD and (found := self._element(arg)) is not None), "?")

    def _element(self, place: Word) -> str | None:
        """The shape of an array's element where an optimiser has worked out where the array's data begin."""
        held = self.arena.constant(place)
        return _array_at(held) if held is not None and held >> _PLAIN else None

    def keys(self, slot: Word) -> list[Word]:
        """Return the mapping keys of an entry, outermost mapping first."""
        kind, args = self.arena.kind[slot], self.arena.args[slot]
        if kind == MAP:
            return [*self.keys(args[0]), args[1]]
        if kind in (op.ADD, ARRAY):
            return [key for arg in args for key in self.keys(arg)]
        return []

    def field(self, word: Word) -> StorageField | None:
        """Return the stored field that a word is, shifted, masked or whole.

        None for anything computed.
        """
        arena, visible = self.arena, MASK
        while True:
            kind, args = arena.kind[word], arena.args[word]
            if kind == op.AND:
                low, word = (args[0], args[1]) if arena.kind[args[0]] == CONST else (args[1], args[0])
                held = arena.constant(low)
                if held is None:
                    return None
                visible &= held
            elif kind == op.SHR and (bits := arena.constant(args[0])) is not None:
                visible, word = visible << bits & MASK, args[1]
            elif kind == op.SLOAD:
                offset = (visible & -visible).bit_length() - 1 if visible else 0
                return StorageField(args[0], offset, visible.bit_length() - offset)
            else:
                return None

    def loads(self, word: Word) -> frozenset[Word]:
        """Return the slots of all SLOADs inside a word."""
        known = self._loads.get(word)
        if known is None:
            kind, args = self.arena.kind[word], self.arena.args[word]
            found = frozenset(args[:1]) if kind == op.SLOAD else frozenset()
            for arg in args:
                found |= self.loads(arg)
            known = self._loads[word] = found
        return known

    def written(self, slot: Word, value: Word) -> FieldWrite:
        """Return the field that an SSTORE changes.

        Packed writes keep the other bits by `old & ~mask | new`.
        """
        known = self._written.get((slot, value))
        if known is None:
            known = self._written[slot, value] = self._field(slot, value)
        return known

    def _field(self, slot: Word, value: Word) -> FieldWrite:
        parts, kept = self._parts(value), 0
        new: list[Word] = []
        for part in parts:
            mask = self._kept(slot, part)
            if mask is None:
                new.append(part)
            else:
                kept |= mask
        changed = MASK ^ kept
        offset = (changed & -changed).bit_length() - 1 if changed else 0
        left = [word for word in new if self.arena.constant(word) != 0]
        left.sort(key=lambda word: self.arena.constant(word) is None)  # a flag set beside tells less than what is given
        return FieldWrite(StorageField(slot, offset, changed.bit_length() - offset), left[-1] if left else None)

    def clears(self, write: Write) -> bool:
        """Whether an SSTORE can only take bits away.

        Such as `old & x`, `old ^ (old & x)`.
        """
        return self._below(write.value, write.slot)

    def _below(self, word: Word, slot: Word) -> bool:
        kind, args = self.arena.kind[word], self.arena.args[word]
        if kind == op.SLOAD:
            return args[0] == slot
        if kind == op.AND:
            return any(self._below(arg, slot) for arg in args)
        if kind in (op.XOR, op.SUB):
            return all(self._below(arg, slot) for arg in args)
        return False

    def _parts(self, word: Word) -> list[Word]:
        arena = self.arena
        if arena.kind[word] == op.AND:  # several fields put in one after the other, each cut out again
            for one, other in (arena.args[word], arena.args[word][::-1]):
                if arena.kind[one] == CONST and arena.kind[other] == op.OR:
                    return [arena.make(op.AND, one, part) for part in self._parts(other)]
        if arena.kind[word] != op.OR:
            return [word]
        return [part for arg in arena.args[word] for part in self._parts(arg)]

    def _kept(self, slot: Word, part: Word) -> int | None:
        if self.arena.kind[part] != op.AND:
            return None
        for one, other in (self.arena.args[part], self.arena.args[part][::-1]):
            mask = self.arena.constant(one)
            if mask is not None and self.arena.kind[other] == op.SLOAD and self.arena.args[other][0] == slot:
                return mask
        return None


@cache
def _arrays() -> dict[int, int]:
    """Places of arrays' data, which optimisers work out, by the array's own slot."""
    return {int.from_bytes(keccak256(slot.to_bytes(32))): slot for slot in range(_FIRST_SLOTS)}


def _array_at(place: int) -> str | None:
    """Return the shape of an array's element that a fixed place and an index add up to."""
    near = ((_arrays().get(place - step), step) for step in range(_LARGEST_ELEMENT))
    return next((f"{hex(slot)}*" + (f"+{step}" if step else "") for slot, step in near if slot is not None), None)


def overlap(a: StorageField, b: StorageField) -> bool:
    """Whether two fields of one slot share a bit."""
    return a.offset < b.offset + b.width and b.offset < a.offset + a.width


def unmasked(arena: Arena, word: Word) -> Word:
    """Return a word without the constant mask around it."""
    if arena.kind[word] == op.AND:
        return next((arg for arg in arena.args[word] if arena.constant(arg) is None), word)
    return word
