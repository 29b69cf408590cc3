"""Storage as the compiler laid it out: variables, mapping entries and packed fields, recovered from slot words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from premium.security import opcodes as op
from premium.security.expressions import ARRAY, CONST, MAP, MASK, Arena, Word


class Field(NamedTuple):
    """`width` bits at `offset` of the word in slot `slot`."""

    slot: Word
    offset: int
    width: int


class FieldWrite(NamedTuple):
    """What an SSTORE leaves in one field: `value` is None where it stores zero bits."""

    field: Field
    value: Word | None


@dataclass
class Slots:
    """Questions about slot words, answered once each."""

    arena: Arena

    def __post_init__(self) -> None:
        self._shapes: dict[Word, str] = {}
        self._loads: dict[Word, frozenset[Word]] = {}

    def shape(self, slot: Word) -> str:
        """The variable a slot belongs to, whatever the keys: `0x5`, `0x0[]`, `0x1[][]`, `0x2[]+1`; '?' if unknown."""
        known = self._shapes.get(slot)
        if known is None:
            known = self._shapes[slot] = self._shape(slot)
        return known

    def _shape(self, slot: Word) -> str:
        kind, args = self.arena.kind[slot], self.arena.args[slot]
        if kind == CONST:
            return hex(self.arena.value[slot])
        if kind == MAP:
            return f"{self.shape(args[0])}[]"
        if kind == ARRAY:
            return f"{self.shape(args[0])}*"
        if kind == op.ADD:
            for base, step in (args, args[::-1]):
                held = self.arena.constant(step)
                if self.arena.kind[base] in (MAP, ARRAY, op.ADD):
                    return f"{self.shape(base)}+{held}" if held is not None else self.shape(base)
        return "?"

    def keys(self, slot: Word) -> list[Word]:
        """Mapping keys of an entry, outermost mapping first."""
        kind, args = self.arena.kind[slot], self.arena.args[slot]
        if kind == MAP:
            return [*self.keys(args[0]), args[1]]
        if kind in (op.ADD, ARRAY):
            return [key for arg in args for key in self.keys(arg)]
        return []

    def field(self, word: Word) -> Field | None:
        """The stored field that a word is, shifted and masked or whole; None for anything computed."""
        arena, mask, shift = self.arena, MASK, 0
        while True:
            kind, args = arena.kind[word], arena.args[word]
            if kind == op.AND:
                low, word = (args[0], args[1]) if arena.kind[args[0]] == CONST else (args[1], args[0])
                held = arena.constant(low)
                if held is None:
                    return None
                mask &= held << shift
            elif kind == op.SHR and (bits := arena.constant(args[0])) is not None:
                shift, word = shift + bits, args[1]
                mask = (MASK >> shift) << shift if mask == MASK else mask
            elif kind == op.SLOAD:
                visible = mask & MASK
                offset = (visible & -visible).bit_length() - 1 if visible else 0
                return Field(args[0], offset, visible.bit_length() - offset)
            else:
                return None

    def loads(self, word: Word) -> frozenset[Word]:
        """Slots of all SLOADs inside a word."""
        known = self._loads.get(word)
        if known is None:
            kind, args = self.arena.kind[word], self.arena.args[word]
            found = frozenset(args[:1]) if kind == op.SLOAD else frozenset()
            for arg in args:
                found |= self.loads(arg)
            known = self._loads[word] = found
        return known

    def written(self, slot: Word, value: Word) -> FieldWrite:
        """The field an SSTORE changes: packed writes keep the other bits by `old & ~mask | new`."""
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
        return FieldWrite(Field(slot, offset, changed.bit_length() - offset), left[-1] if left else None)

    def _parts(self, word: Word) -> list[Word]:
        if self.arena.kind[word] != op.OR:
            return [word]
        return [part for arg in self.arena.args[word] for part in self._parts(arg)]

    def _kept(self, slot: Word, part: Word) -> int | None:
        if self.arena.kind[part] != op.AND:
            return None
        for one, other in (self.arena.args[part], self.arena.args[part][::-1]):
            mask = self.arena.constant(one)
            if mask is not None and self.arena.kind[other] == op.SLOAD and self.arena.args[other][0] == slot:
                return mask
        return None


def overlap(a: Field, b: Field) -> bool:
    return a.offset < b.offset + b.width and b.offset < a.offset + a.width
