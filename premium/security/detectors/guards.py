"""Guards of paths: conditions on the caller that only the contract can judge."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Literal, NamedTuple

from premium.security.evm import opcodes as op
from premium.security.evm.arena import Arena
from premium.security.evm.paths import Path, Write
from premium.security.evm.slots import FieldWrite, Slots, unmasked
from premium.security.evm.words import (
    ADDRESS_MASK,
    ARRAY,
    CONST,
    FROM_CALLDATA,
    FROM_CALLER,
    FROM_ORIGIN,
    HASH,
    RECOVERED,
    RESULT,
    Word,
)

_WHO = frozenset({op.CALLER, op.ORIGIN, RECOVERED})
_BELOW_MAGIC = (1 << 224) - 1
PERMIT2 = 0x22D473030F116DDEE9F6B43AC78BA3
"""A contract of the same code on every chain, without an owner: it moves what a holder has signed, and nothing else."""
_DISGUISED = FROM_CALLER | FROM_ORIGIN
ADDRESS_BITS = 96
"""How far an address that fills the top of a word is shifted down."""


class Authority(NamedTuple):
    """A party that a guard lets through.

    `slot`: the address stored at `key` (bit `offset`) · `constant`: the address `key` in the code · `role`: who is
    marked in the mapping `key` · `external`: whom another contract names · `self`: the contract itself ·
    `unset`: an immutable that no constructor has set · `derived`: an address computed from arguments ·
    `computed`: whoever's address gives a fixed value when hashed or otherwise disguised.
    """

    kind: Literal["slot", "constant", "role", "external", "self", "unset", "derived", "computed"]
    key: str
    offset: int = 0
    by: Literal["caller", "origin", "signature"] = "caller"

    @property
    def privileged(self) -> bool:
        """Whether it is a party of its own, not a counterpart named by the arguments."""
        return self.kind != "derived"


@dataclass(frozen=True)
class GuardedWrite:
    """One write of a variable on one path, with the authorities that the path demands."""

    path: Path
    write: Write
    change: FieldWrite
    by: frozenset[Authority]
    privileged: frozenset[Authority]
    """Authorities that are parties of their own."""


class Guards:
    """The authorities that conditions of one code demand, each condition judged once."""

    def __init__(self, slots: Slots) -> None:
        self._slots = slots
        self._known: dict[Word, Authority | None] = {}
        self._asked: dict[Word, frozenset[Word]] = {}
        self._of: dict[tuple[int, frozenset[str]], frozenset[Authority]] = {}
        self._sets: dict[frozenset[Authority], frozenset[Authority]] = {}
        self._privileged: dict[frozenset[Authority], frozenset[Authority]] = {}

    def of(self, path: Path, *, self_marked: frozenset[str] = frozenset()) -> frozenset[Authority]:
        """Return all authorities that a path demands.

        Mappings in `self_marked` are open to everyone and count for nothing.
        """
        # Thousands of paths ask the same few conditions: each is judged once, and each answer kept once.
        kept = self._of.get((id(path), self_marked))
        if kept is not None:
            return kept
        for atom in path.facts.keys() - self._known.keys():
            self._known[atom] = _authority(self._slots, atom)
            if asked_of := frozenset(_asked(self._slots, atom)):
                self._asked[atom] = asked_of
        known = self._known
        asked = {known[atom] for atom, truth in path.facts.items() if truth}
        targets = {
            each for atom in self._asked.keys() & path.facts.keys() if path.facts[atom] for each in self._asked[atom]
        }
        asked |= set(_answered(self._slots, path, targets))
        found = frozenset(one for one in asked if one is not None and one.key not in self_marked)
        self._of[id(path), self_marked] = found = self._sets.setdefault(found, found)
        return found

    def privileged(self, by: frozenset[Authority]) -> frozenset[Authority]:
        """Return those that are parties of their own."""
        found = self._privileged.get(by)
        if found is None:
            found = self._privileged[by] = frozenset(one for one in by if one.privileged)
        return found


def _asked(slots: Slots, atom: Word) -> Iterator[Word]:
    """Contracts whose fixed answer a condition demands."""
    arena = slots.arena
    if arena.kind[atom] != op.EQ:
        return
    for one, other in (arena.args[atom], arena.args[atom][::-1]):
        answer, fixed = unmasked(arena, one), arena.constant(other)
        if fixed and not fixed & _BELOW_MAGIC and arena.kind[answer] == RESULT and arena.args[answer]:
            yield unmasked(arena, arena.args[answer][0])


def _answered(slots: Slots, path: Path, targets: set[Word]) -> Iterator[Authority]:
    """Contracts that storage names or marks and that must confirm a signature by a fixed answer (ERC-1271)."""
    for target in targets:
        field = slots.field(target)
        if field is not None and not slots.keys(field.slot):
            yield Authority("slot", slots.shape(field.slot), field.offset, "signature")
    for atom, truth in path.facts.items() if targets else ():
        field = slots.field(atom) if truth else None
        if field is not None and targets & set(slots.keys(field.slot)):
            yield Authority("role", slots.shape(field.slot), field.offset, "signature")


def _authority(slots: Slots, atom: Word) -> Authority | None:
    arena = slots.arena
    if arena.kind[atom] == op.EQ:
        for who, whom in (arena.args[atom], arena.args[atom][::-1]):
            if arena.kind[who] in _WHO:
                return _named(slots, who, whom)
            if arena.constant(who) == 1:
                return _marked(slots, whom)
        return _disguised(slots, *arena.args[atom])
    return _marked(slots, atom)


def _named(slots: Slots, who: Word, whom: Word) -> Authority | None:
    arena = slots.arena
    by: Literal["caller", "origin", "signature"] = "caller"
    if arena.kind[who] != op.CALLER:
        by = "origin" if arena.kind[who] == op.ORIGIN else "signature"
    whom = _bare(arena, whom)
    constant = arena.constant(whom)
    if constant is not None:
        return _fixed(constant, by, is_unset=whom == arena.unset)
    if arena.kind[whom] == op.ADDRESS:
        return Authority("self", "this", by=by)
    if arena.kind[whom] == RESULT:
        return None if arena.taint[whom] & FROM_CALLDATA else Authority("external", "call", by=by)
    if arena.kind[whom] == HASH:
        return Authority("derived", "hash", by=by)
    field = slots.field(whom)
    if field is None or arena.taint[field.slot] & (FROM_CALLDATA | FROM_CALLER):
        return None  # the owner of the item that the arguments name, not of the contract
    return Authority("slot", slots.shape(field.slot), field.offset, by)


def _fixed(address: int, by: Literal["caller", "origin", "signature"], *, is_unset: bool) -> Authority | None:
    """An address that stands in the code."""
    if is_unset:
        return Authority("unset", "immutable", by=by)
    kind: Literal["constant", "derived"] = "derived" if address == PERMIT2 else "constant"
    return Authority(kind, f"0x{address:040x}", by=by) if address else None


def _disguised(slots: Slots, one: Word, other: Word) -> Authority | None:
    """A hash of the caller, or his address after some arithmetic, that must equal something fixed."""
    for who, whom in ((one, other), (other, one)):
        if slots.arena.taint[who] & ~_DISGUISED or not slots.arena.taint[who] or not _is_made(slots.arena, who):
            continue
        field, fixed = slots.field(whom), slots.arena.constant(whom)
        if fixed or (field is not None and not slots.keys(field.slot)):
            return Authority("computed", hex(fixed) if fixed else slots.shape(field.slot) if field else "?")
    return None


def _is_made(arena: Arena, word: Word) -> bool:
    """Whether a word is worked out from the caller and constants alone."""
    kind = arena.kind[word]
    return kind in (CONST, *_WHO) or (
        (kind in (HASH, ARRAY) or kind < 1 << 8)
        and bool(arena.args[word])
        and all(map(partial(_is_made, arena), arena.args[word]))
    )


def _marked(slots: Slots, word: Word) -> Authority | None:
    """A truth value that a mapping or another contract's view holds about the caller."""
    arena = slots.arena
    if arena.kind[word] == RESULT and arena.taint[word] & FROM_CALLER:
        return Authority("external", "call")
    field = slots.field(word)
    if field is None:
        return None
    keys = slots.keys(field.slot)
    for key in keys:
        if arena.kind[key] in _WHO:
            return Authority("role", slots.shape(field.slot), field.offset, _BY[arena.kind[key]])
    return None


def _bare(arena: Arena, word: Word) -> Word:
    """Without the address mask around a call's result."""
    if arena.kind[word] == op.AND:
        for one, other in (arena.args[word], arena.args[word][::-1]):
            if arena.constant(one) == (1 << 160) - 1 and arena.kind[other] in (RESULT, HASH):
                return other
    return word


_BY: dict[int, Literal["caller", "origin", "signature"]] = {
    op.CALLER: "caller", op.ORIGIN: "origin", RECOVERED: "signature",
}  # fmt: skip


def is_party(arena: Arena, word: Word) -> bool:
    """Whether a word is the caller, or an address among the arguments."""
    if arena.kind[word] == op.AND and ADDRESS_MASK in map(arena.constant, arena.args[word]):
        word = next(arg for arg in arena.args[word] if arena.constant(arg) is None)
    if arena.kind[word] == op.SHR and arena.constant(arena.args[word][0]) == ADDRESS_BITS:
        word = arena.args[word][1]
    return arena.kind[word] in (op.CALLER, op.CALLDATALOAD)
