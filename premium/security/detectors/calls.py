"""Detectors of what a contract does to others.

Calls of anything, pulls of allowances, ether that is sent on.
"""

from __future__ import annotations

from collections.abc import Iterator

from premium.security.detectors.guards import Authority
from premium.security.detectors.profile import CodeProfile
from premium.security.detectors.signals import Signal
from premium.security.evm import opcodes as op
from premium.security.evm.arena import Arena
from premium.security.evm.paths import MessageCall, Path
from premium.security.evm.slots import unmasked
from premium.security.evm.words import (
    CONST,
    FROM_BALANCE,
    FROM_CALLDATA,
    FROM_CALLVALUE,
    FROM_SIGNATURE,
    HASH,
    MAP,
    RESULT,
    Word,
)

_TRANSFER_FROM = frozenset({0x23B872DD, 0x42842E0E, 0xB88D4FDE, 0xF242432A, 0x36C78516})
"""transferFrom, both forms of safeTransferFrom, ERC-1155's, Permit2's."""


def free_calls(profile: CodeProfile) -> Iterator[Signal]:
    """Find calls whose target and data the caller of a function chooses."""
    arena = profile.arena
    for path, one in _calls(profile):
        target = unmasked(arena, one.target)
        if not arena.taint[target] & FROM_CALLDATA or arena.kind[target] in (CONST, op.ADDRESS, RESULT):
            continue
        if one.head is None or not _is_given(arena, one.head):
            continue
        if profile.slots.field(target) is not None:
            continue
        by, noted = profile.by(path), _noted_by(profile, path)
        if _is_agreed(profile, path):
            if noted:
                yield Signal(
                    "privileged_call", path.selector, one.offset, by=noted, bounded=not _holds_anything(profile)
                )
            continue
        if not by and profile.is_first_call(path):
            continue
        stateless = not _holds_anything(profile)
        yield Signal("privileged_call" if by else "open_call", path.selector, one.offset, by=by, bounded=stateless)


def _noted_by(profile: CodeProfile, path: Path) -> frozenset[Authority]:
    """Who alone notes a call beforehand under a hash of its arguments, as a timelock's proposers do."""
    arena, slots = profile.arena, profile.slots
    marks = {
        slots.shape(slot)
        for atom in path.facts
        for slot in slots.loads(atom)
        if any(arena.kind[key] in (HASH, MAP) for key in slots.keys(slot))
    }
    writers = [
        one
        for shape in marks
        for one in profile.writers.get(shape, [])
        if one.change.value is not None and not _asks_for(profile, one.path, shape)
    ]
    return (
        frozenset(who for one in writers for who in one.privileged)
        if all(one.privileged for one in writers)
        else frozenset()
    )


def _asks_for(profile: CodeProfile, path: Path, shape: str) -> bool:
    """Whether a path wants a mark to stand already: it carries out what was noted."""
    slots = profile.slots
    return any(
        truth and any(slots.shape(slot) == shape for slot in slots.loads(atom)) for atom, truth in path.facts.items()
    )


def _is_given(arena: Arena, head: Word) -> bool:
    """Whether the first bytes of a call's data are an argument as it came, not put together by the code."""
    while arena.kind[head] in (op.AND, op.SHR):
        head = next((arg for arg in reversed(arena.args[head]) if arena.constant(arg) is None), arena.args[head][-1])
    return arena.kind[head] == op.CALLDATALOAD


def _holds_anything(profile: CodeProfile) -> bool:
    """Whether the contract has something of its own that a call of anything could use: storage, or allowances."""
    return any(
        not isinstance(one, MessageCall) or one.selector in _TRANSFER_FROM
        for path in profile.found.paths
        for one in path.effects
    )


def pulls(profile: CodeProfile) -> Iterator[Signal]:
    """Find tokens moved from an account that neither calls nor signs, by its allowance."""
    arena = profile.arena
    for path, one in _calls(profile):
        holder = one.argument
        if one.selector not in _TRANSFER_FROM or holder is None:
            continue
        holder = unmasked(arena, holder)
        if not arena.taint[holder] & FROM_CALLDATA or arena.kind[holder] in (CONST, op.CALLER, op.ADDRESS):
            continue
        if _is_agreed(profile, path) or _answers_for(profile, path, holder):
            continue
        if _put_himself(profile, path, holder):
            continue
        by = profile.by(path)
        if all(who.privileged for who in by):
            yield Signal("pulls_allowances", path.selector, one.offset, by=by)


def _answers_for(profile: CodeProfile, path: Path, holder: Word) -> bool:
    """Whether the path asks that the holder calls, or reads what the holder has granted to the caller."""
    arena, slots = profile.arena, profile.slots
    for atom, truth in path.facts.items():
        if truth and arena.kind[atom] == op.EQ:
            named = {unmasked(arena, arg) for arg in arena.args[atom]}
            if holder in named and len(named) > 1:  # `x == x & mask` only cleans an argument
                return True
        for slot in slots.loads(atom):
            keys = [unmasked(arena, key) for key in slots.keys(slot)]
            if holder in keys and any(arena.kind[key] == op.CALLER for key in keys):
                return True
    return False


def _put_himself(profile: CodeProfile, path: Path, holder: Word) -> bool:
    """Whether the holder put himself into a record, and the caller is the one that this record names."""
    arena, slots = profile.arena, profile.slots
    field = slots.field(holder)
    writers = profile.writers_of(field) if field is not None else []
    if field is None or not writers or any(one.change.value is None for one in writers):
        return False
    if not all(arena.kind[unmasked(arena, one.change.value or 0)] == op.CALLER for one in writers):
        return False
    named = (
        slots.field(arg)
        for atom, truth in path.facts.items()
        if truth and arena.kind[atom] == op.EQ and any(arena.kind[arg] == op.CALLER for arg in arena.args[atom])
        for arg in arena.args[atom]
    )
    record = _record(arena, field.slot)
    return any(one is not None and _record(arena, one.slot) == record for one in named)


def _record(arena: Arena, slot: Word) -> Word:
    """A record's first place: without the fixed distance to one of its members."""
    while arena.kind[slot] == op.ADD:
        inner = [arg for arg in arena.args[slot] if arena.constant(arg) is None]
        if len(inner) != 1:
            break
        slot = inner[0]
    return slot


def _is_agreed(profile: CodeProfile, path: Path) -> bool:
    """Whether a signature, or something put down before under a hash of the arguments, stands behind the path."""
    arena, slots = profile.arena, profile.slots
    for atom in path.facts:
        if arena.taint[atom] & FROM_SIGNATURE:
            return True
        if any(arena.kind[key] in (HASH, MAP) for slot in slots.loads(atom) for key in slots.keys(slot)):
            return True
    return False


def ether_sent_on(profile: CodeProfile) -> Iterator[Signal]:
    """Find ether that leaves in the very call that brings it, for nothing.

    In a function it leaves bare, and nothing is written down, made or moved for who brought it.
    """
    arena = profile.arena
    for path, one in _calls(profile):
        if one.value is None or profile.privileged(path):
            continue
        if path.selector is not None and not _is_bare(profile, path, one):
            continue
        if not arena.taint[one.value] & (FROM_CALLVALUE | FROM_BALANCE):
            continue
        target = unmasked(arena, one.target)
        if arena.kind[target] == CONST or profile.slots.field(target) is not None:
            yield Signal("forwards_ether", None, one.offset)


def _is_bare(profile: CodeProfile, path: Path, one: MessageCall) -> bool:
    """Whether a function only hands what came to a party, and records nothing."""
    arena = profile.arena
    ways = [path.facts, *(facts for number in path.trace for facts, _ in profile.found.merged.get(number, ()))]
    takes = any(
        not any(arena.kind[atom] == op.CALLVALUE and not truth for atom, truth in facts.items()) for facts in ways
    )
    return takes and path.effects == (one,) and one.head is None


def _calls(profile: CodeProfile) -> Iterator[tuple[Path, MessageCall]]:
    for path in profile.found.paths:
        for one in path.effects:
            if isinstance(one, MessageCall) and one.opcode == op.CALL:
                yield path, one
