"""Initialisers that nobody has used yet, by the present state."""

from __future__ import annotations

from collections.abc import Iterator

from premium.security.contract.state import StateReader
from premium.security.detectors.profile import CodeProfile
from premium.security.detectors.signals import Signal
from premium.security.evm import opcodes as op
from premium.security.evm.arena import FOLD, Arena
from premium.security.evm.paths import Path, Write
from premium.security.evm.words import CONST, FROM_CALLDATA, MASK, UNKNOWN, Word

_BITS = 1 << 9
"""A number of bytes for a code whose size is only asked to be more than none."""


def open_initialisers(profile: CodeProfile, target: str, reader: StateReader) -> Iterator[Signal]:
    """Find functions that name who is privileged and are still open to anyone.

    Whether they may is read from the storage of `target`; without a state nothing is said.
    """
    keys = {one.key for by in profile.guards.values() for one in by if one.kind in ("slot", "role")}
    told: set[int | None] = set()
    for shape in sorted(keys):
        for one in profile.writers.get(shape, []):
            path, value = one.path, one.change.value
            if path.selector in told or path.selector is None or value is None or one.by:
                continue
            mine = "[" in shape or profile.arena.taint[value] & FROM_CALLDATA or _is_caller(profile, value)
            if mine and profile.sets_on_first_call_only(path, one.write) and _Now(profile, target, reader).allows(path):
                told.add(path.selector)
                yield Signal("open_initializer", path.selector, one.write.offset, shape)


def _is_caller(profile: CodeProfile, value: Word) -> bool:
    return profile.arena.kind[value] == op.CALLER


class _Now:
    """What the state at the reader's block says of words."""

    def __init__(self, profile: CodeProfile, target: str, reader: StateReader) -> None:
        self._arena: Arena = profile.arena
        self._slots = profile.slots
        self._target, self._reader = target, reader
        self._known: dict[Word, int | None] = {}

    def allows(self, path: Path) -> bool:
        """Whether what the path asks of fixed storage holds.

        It must ask of some that it changes.
        """
        written = {one.slot for one in path.effects if isinstance(one, Write)}
        asked = False
        for atom, truth in path.facts.items():
            slots = self._slots.loads(atom)
            value = self._value(atom)
            if value is None:
                if any(self._arena.kind[slot] == CONST for slot in slots):
                    return False  # hangs on a state that nobody has told, or on more than the state
                continue
            if (value != 0) != truth:
                return False
            asked = asked or bool(slots & written)
        return asked

    def _value(self, word: Word) -> int | None:
        if word not in self._known:
            self._known[word] = None
            self._known[word] = self._of(word)
        return self._known[word]

    def _of(self, word: Word) -> int | None:
        arena, kind, args = self._arena, self._arena.kind[word], self._arena.args[word]
        if kind == CONST:
            return arena.value[word]
        if kind == op.SLOAD:
            slot = arena.constant(args[0])
            return None if slot is None else self._reader.storage(self._target, slot)
        if kind == UNKNOWN and args and arena.kind[args[0]] == op.ADDRESS:
            return _BITS
        return _computed(kind, [self._value(arg) for arg in args])


def _computed(kind: int, values: list[int | None]) -> int | None:
    """What an instruction makes of known values; of unknown ones only what no value changes."""
    if kind == op.AND and 0 in values:
        return 0
    known = [value for value in values if value is not None]
    if len(known) < len(values) or not known:
        return None
    if kind in (op.ISZERO, op.NOT):
        return int(known[0] == 0) if kind == op.ISZERO else MASK ^ known[0]
    fold = FOLD.get(kind)
    return fold(*known) & MASK if fold is not None and len(known) == 2 else None
