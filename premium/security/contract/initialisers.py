"""Initialisers that nobody has used yet, by the present state."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeAlias

from premium.security.contract.state import StateReader
from premium.security.detectors.profile import CodeProfile
from premium.security.detectors.signals import Signal
from premium.security.evm import opcodes as op
from premium.security.evm.arena import FOLD
from premium.security.evm.paths import Path, Write
from premium.security.evm.words import CONST, FROM_CALLDATA, MASK, UNKNOWN, Word

Expression: TypeAlias = Any
"""`["const", hex]`, `["slot", hex]`, `["size"]`, `[opcode, …]`; None for what no state tells."""
Stored: TypeAlias = Callable[[int], int | None]
"""What stands in a slot, where somebody has said."""
_BITS = 1 << 9
"""A number of bytes for a code whose size is only asked to be more than none."""
_MOST = 400
"""Parts of one condition; a larger one is not worked out."""


class Ask(NamedTuple):
    """One condition of a path."""

    what: Expression
    truth: bool
    hangs: bool
    """On storage at a fixed place."""
    changes: bool
    """Storage that the path itself writes."""


class Initialiser(NamedTuple):
    """A function that names who is privileged, once.

    Whether it still may is the state's to say.
    """

    selector: int
    offset: int
    shape: str
    asks: tuple[int, ...]
    """Numbers of its conditions."""


class Initialisers(NamedTuple):
    """Initialisers of a code, and their conditions: many ways ask the same."""

    ways: tuple[Initialiser, ...] = ()
    asks: tuple[Ask, ...] = ()


def initialisers(profile: CodeProfile) -> Initialisers:
    """Find functions that name who is privileged and demand a state that they change."""
    asks = _Asks(profile)
    keys = {one.key for by in profile.guards.values() for one in by if one.kind in ("slot", "role")}
    ways: dict[tuple[int, tuple[int, ...]], Initialiser] = {}
    for shape in sorted(keys):
        for one in profile.writers.get(shape, []):
            path, value = one.path, one.change.value
            if path.selector is None or value is None or one.by:
                continue
            mine = "[" in shape or profile.arena.taint[value] & FROM_CALLDATA or profile.arena.kind[value] == op.CALLER
            if mine and profile.sets_on_first_call_only(path, one.write):
                made = Initialiser(path.selector, one.write.offset, shape, asks.of(path))
                ways.setdefault((made.selector, made.asks), made)
    return Initialisers(tuple(ways.values()), asks.listed)


def open_initialisers(found: Initialisers, target: str, reader: StateReader) -> Iterator[Signal]:
    """Find those that are still open to anyone.

    Whether they may is read from the storage of `target`; without a state nothing is said.
    """
    told: set[int] = set()
    slots: dict[int, int | None] = {}
    values: dict[int, int | None] = {}

    def stored(slot: int) -> int | None:
        if slot not in slots:
            slots[slot] = reader.storage(target, slot)
        return slots[slot]

    def value(number: int) -> int | None:
        if number not in values:
            values[number] = _value(found.asks[number].what, stored)
        return values[number]

    for one in found.ways:
        if one.selector not in told and _is_open(one, found.asks, value):
            told.add(one.selector)
            yield Signal("open_initializer", one.selector, one.offset, one.shape)


def _is_open(one: Initialiser, asks: tuple[Ask, ...], value: Stored) -> bool:
    """Whether what the path asks of fixed storage holds; it must ask of some that it changes."""
    asked = False
    for number in one.asks:
        ask, found = asks[number], value(number)
        if found is None:
            if ask.hangs:
                return False  # hangs on a state that nobody has told, or on more than the state
            continue
        if (found != 0) != ask.truth:
            return False
        asked = asked or ask.changes
    return asked


class _Asks:
    """Conditions of paths, each told once."""

    def __init__(self, profile: CodeProfile) -> None:
        self._profile = profile
        self._numbers: dict[tuple[Word, bool, bool], int | None] = {}
        self._listed: list[Ask] = []

    @property
    def listed(self) -> tuple[Ask, ...]:
        """Every condition, by its number."""
        return tuple(self._listed)

    def of(self, path: Path) -> tuple[int, ...]:
        """Return the numbers of what a path asks, as far as a state can tell."""
        written = {one.slot for one in path.effects if isinstance(one, Write)}
        made = []
        for atom, truth in path.facts.items():
            changes = bool(self._profile.slots.loads(atom) & written)
            number = self._number(atom, truth=truth, changes=changes)
            if number is not None:
                made.append(number)
        return tuple(made)

    def _number(self, atom: Word, *, truth: bool, changes: bool) -> int | None:
        key = (atom, truth, changes)
        if key not in self._numbers:
            kinds = (self._profile.arena.kind[slot] for slot in self._profile.slots.loads(atom))
            hangs = any(kind == CONST for kind in kinds)
            what = _expression(self._profile, atom, [_MOST])
            self._numbers[key] = len(self._listed) if what is not None or hangs else None
            if self._numbers[key] is not None:
                self._listed.append(Ask(what, truth, hangs, changes))
        return self._numbers[key]


def _expression(profile: CodeProfile, word: Word, left: list[int]) -> Expression:
    arena, kind, args = profile.arena, profile.arena.kind[word], profile.arena.args[word]
    left[0] -= 1
    if left[0] < 0:
        return None
    if kind == CONST:
        return ["const", hex(arena.value[word])]
    if kind == op.SLOAD:
        slot = arena.constant(args[0])
        return None if slot is None else ["slot", hex(slot)]
    if kind == UNKNOWN and args and arena.kind[args[0]] == op.ADDRESS:
        return ["size"]
    if kind not in (op.AND, op.ISZERO, op.NOT) and (kind not in FOLD or len(args) != 2):
        return None
    parts = [_expression(profile, arg, left) for arg in args]
    return None if all(each is None for each in parts) else [kind, *parts]


def _value(what: Expression, stored: Stored) -> int | None:
    if what is None:
        return None
    kind, *rest = what
    if kind == "const":
        return int(rest[0], 16)
    if kind == "slot":
        return stored(int(rest[0], 16))
    if kind == "size":
        return _BITS
    return _computed(int(kind), [_value(each, stored) for each in rest])


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
