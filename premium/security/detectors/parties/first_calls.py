"""Calls that only the first caller can make: they demand a state that they end."""

from __future__ import annotations

from premium.security.evm import opcodes as op
from premium.security.evm.arena import FOLD
from premium.security.evm.paths import Path, Write
from premium.security.evm.slots import Slots, StorageField, overlap
from premium.security.evm.words import UNKNOWN, Word

_ORDER = frozenset({op.LT, op.GT, op.EQ})
State = tuple[Word, bool, StorageField]
"""A condition, its truth, and the variable at a fixed place whose state it demands."""


class FirstCalls:
    """Which paths are initialisers.

    What a path demands is read once, however many variables it writes.
    """

    def __init__(self, slots: Slots) -> None:
        self._slots = slots
        self._arena = slots.arena
        self._of_atoms: dict[tuple[Word, bool], tuple[StorageField, ...]] = {}
        self._of_paths: dict[int, list[State] | None] = {}

    def sets(self, path: Path, write: Write) -> bool:
        """Whether the path is an initialiser: it demands a state that it changes itself."""
        if id(path) not in self._of_paths:
            self._of_paths[id(path)] = self._demanded(path)
        states = self._of_paths[id(path)]
        if not states:
            return states is None  # its code is not there yet: a constructor runs
        left = {one.slot: one for one in (write, *path.effects) if isinstance(one, Write)}
        return any(
            field.slot in left
            and not self._holds_again(atom, field, left[field.slot], truth=truth)
            and not self._is_counted(atom, left[field.slot], truth=truth)
            for atom, truth, field in states
        )

    def _demanded(self, path: Path) -> list[State] | None:
        """Return the states that a path demands; None where it demands that the contract has no code."""
        if any(not truth and self._is_own_size(atom) for atom, truth in path.facts.items()):
            return None
        return [(atom, truth, field) for atom, truth in path.facts.items() for field in self._fields(atom, truth)]

    def _fields(self, atom: Word, truth: bool) -> tuple[StorageField, ...]:
        """Return variables at fixed places that the condition wants unset, or compares with a constant."""
        known = self._of_atoms.get((atom, truth))
        if known is None:
            args: tuple[Word, ...] = () if truth else (atom,)
            if self._arena.kind[atom] in _ORDER:
                args = self._arena.args[atom]
                args = args if any(self._arena.constant(arg) is not None for arg in args) else ()
            fields = [field for arg in args if (field := self._slots.field(arg)) is not None]
            known = tuple(field for field in fields if self._arena.constant(field.slot) is not None)
            self._of_atoms[atom, truth] = known
        return known

    def _is_own_size(self, atom: Word) -> bool:
        """Whether a condition asks that the contract's own code is more than none."""
        arena = self._arena
        if arena.kind[atom] == op.GT and arena.constant(arena.args[atom][1]) == 0:
            atom = arena.args[atom][0]
        args = arena.args[atom]
        return arena.kind[atom] == UNKNOWN and bool(args) and arena.kind[args[0]] == op.ADDRESS

    def _is_counted(self, atom: Word, last: Write, *, truth: bool) -> bool:
        """Whether a number only grows or shrinks, and the condition keeps it from its end: arithmetic, no state."""
        exact = truth and self._arena.kind[atom] == op.EQ
        return (
            self._arena.kind[atom] in _ORDER
            and not exact
            and self._arena.kind[last.value] in (op.ADD, op.SUB)
            and last.slot in self._slots.loads(last.value)
        )

    def _holds_again(self, atom: Word, field: StorageField, last: Write, *, truth: bool) -> bool:
        """Whether the state that a condition demands is there again at the end: a lock, no initialiser."""
        change = self._slots.written(last.slot, last.value)
        value = 0 if change.value is None else self._arena.constant(change.value)
        if value is None or not overlap(change.field, field):
            return False
        value = value >> field.offset & ((1 << field.width) - 1)
        kind, args = self._arena.kind[atom], self._arena.args[atom]
        if kind not in _ORDER:
            return (value != 0) == truth
        first, second = (value if (held := self._arena.constant(arg)) is None else held for arg in args)
        return FOLD[kind](first, second) == truth
