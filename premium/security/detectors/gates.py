"""Detectors of conditions on every transfer that somebody else sets.

Pauses, blacklists, limits, other contracts.
"""

from __future__ import annotations

from collections.abc import Iterator

from premium.security.detectors.guards import Authority, GuardedWrite, is_party
from premium.security.detectors.profile import CodeProfile
from premium.security.detectors.sales import is_of_sale
from premium.security.detectors.signals import Signal
from premium.security.evm import opcodes as op
from premium.security.evm.arena import FOLD, Arena
from premium.security.evm.slots import StorageField
from premium.security.evm.words import FROM_CALLDATA, RESULT, Word, parts

_ALWAYS = frozenset({"transfer_limit", "whitelist"})
"""What refuses before anybody has set anything: marks that all lack at first, a limit of any size."""


def transfer_gates(profile: CodeProfile) -> Iterator[Signal]:
    """Find variables that every transfer must find right and that somebody else sets."""
    for atom, truths in profile.transfer_facts.items():
        if len(truths) != 1:
            continue
        (needed,) = truths
        if is_of_sale(profile, atom):
            continue
        for field in _fields(profile, atom):
            yield from _gate(profile, atom, field, needed=needed)
        yield from _external_gate(profile, atom)


def _fields(profile: CodeProfile, atom: Word) -> list[StorageField]:
    """The stored fields of a flag, or of a comparison of stored and given amounts."""
    slots, arena = profile.slots, profile.arena
    own = slots.field(atom)
    if own is not None:
        return [] if atom in profile.divisors else [own]
    if arena.kind[atom] not in (op.EQ, op.LT, op.GT):
        return []
    args = arena.args[atom]
    if arena.kind[atom] == op.EQ:
        flags = [slots.field(arg) for arg in args] if any(arena.constant(arg) is not None for arg in args) else []
        return [field for field in flags if field is not None]
    if _asks_time(profile, atom):
        return [field for arg in args for field in _direct(profile, arg)]
    if any(arena.constant(arg) is not None for arg in args):
        return [field for arg in args if (field := slots.field(arg)) is not None and _is_of_party(profile, field)]
    given = [bool(arena.taint[arg] & FROM_CALLDATA) for arg in args]
    return _direct(profile, args[given.index(False)]) if sorted(given) == [False, True] else []


def _is_of_party(profile: CodeProfile, field: StorageField) -> bool:
    """Whether a number stands beside an account that takes part: its level or state."""
    return any(is_party(profile.arena, key) for key in profile.slots.keys(field.slot))


def _direct(profile: CodeProfile, word: Word) -> list[StorageField]:
    field = profile.slots.field(word)
    if field is not None:
        return [field]
    inside = [found for part in parts(profile.arena, word) if (found := profile.slots.field(part)) is not None]
    least = {(one.slot, one.offset): one for one in sorted(inside, key=lambda one: -one.width)}  # the cut, not the word
    return list(least.values())


def _gate(profile: CodeProfile, atom: Word, field: StorageField, *, needed: bool) -> Iterator[Signal]:
    shape = profile.slots.shape(field.slot)
    if profile.is_balance(field) or shape == "?":
        return
    writers = profile.writers_of(field)
    if any(not one.privileged and not profile.sets_on_first_call_only(one.path, one.write) for one in writers):
        yield from _self_marked(profile, atom, field, writers, needed=needed)
        return
    id_ = _gate_id(profile, atom, keyed="[" in shape, needed=needed)
    if id_ is None or (id_ == "whitelist" and profile.is_conditional(atom)):
        return
    for one in writers:
        if one.privileged and (id_ in _ALWAYS or _can_block(profile, one, needed=needed)):
            yield Signal(id_, one.path.selector, one.write.offset, shape, None, one.privileged)
            if profile.binds_only_plain(atom) or profile.spares_some(atom):
                yield Signal("exempt_accounts", one.path.selector, one.write.offset, shape)


def _self_marked(
    profile: CodeProfile, atom: Word, field: StorageField, writers: list[GuardedWrite], *, needed: bool
) -> Iterator[Signal]:
    """Marks that the token's own transfers leave: an account is refused, or must wait, for what it has done."""
    moving = {flow.path.selector for flow in profile.transfers}
    own = [one for one in writers if one.path.selector in moving]
    if "[" not in profile.slots.shape(field.slot) or len(own) != len(writers):
        return
    arena = profile.arena
    for one in own[:1]:
        if arena.kind[atom] in (op.LT, op.GT):
            if _asks_time(profile, atom):
                yield Signal("cooldown", one.path.selector, one.write.offset, profile.slots.shape(field.slot))
                if profile.binds_only_plain(atom) or profile.spares_some(atom):
                    yield Signal(
                        "exempt_accounts", one.path.selector, one.write.offset, profile.slots.shape(field.slot)
                    )
        elif _can_block(profile, one, needed=needed):
            yield Signal("blacklist", one.path.selector, one.write.offset, profile.slots.shape(field.slot))


def _asks_time(profile: CodeProfile, atom: Word) -> bool:
    arena = profile.arena
    return any(arena.kind[arg] in (op.TIMESTAMP, op.NUMBER) for arg in arena.args[atom])


def _gate_id(profile: CodeProfile, atom: Word, *, keyed: bool, needed: bool) -> str | None:
    arena = profile.arena
    if arena.kind[atom] in (op.LT, op.GT):
        if _asks_time(profile, atom):
            return "blacklist" if keyed else "pause"
        if keyed and (held := _at_first(arena, atom)) is not None:
            return "blacklist" if held == needed else "whitelist"
        return "transfer_limit" if not keyed and arena.taint[atom] & FROM_CALLDATA else None
    if not keyed:
        return "pause"
    return "whitelist" if needed else "blacklist"


def _at_first(arena: Arena, atom: Word) -> bool | None:
    """Whether an order against a constant holds for a number that nobody has set; None without a constant."""
    known = [arena.constant(arg) for arg in arena.args[atom]]
    if known.count(None) != 1:
        return None
    first, second = (0 if each is None else each for each in known)
    return bool(FOLD[arena.kind[atom]](first, second))


def _can_block(profile: CodeProfile, writer: GuardedWrite, *, needed: bool) -> bool:
    """Whether the write can leave the flag in the state that refuses transfers."""
    value = writer.change.value
    if value is None:
        return needed
    constant = profile.arena.constant(value)
    if constant is not None:
        return (constant != 0) != needed
    return True


def _external_gate(profile: CodeProfile, atom: Word) -> Iterator[Signal]:
    arena, slots = profile.arena, profile.slots
    if arena.kind[atom] != RESULT or not arena.args[atom]:
        return
    target = slots.field(arena.args[atom][0])
    if target is None:
        return
    shape, writers = slots.shape(target.slot), profile.writers_of(target)
    for one in writers:
        if one.privileged:
            yield Signal("external_gate", one.path.selector, one.write.offset, shape, None, one.privileged)
    if not writers and "[" not in shape and shape != "?":
        moving = profile.transfers[0]
        by = frozenset({Authority("slot", shape, target.offset)})
        yield Signal(
            "external_gate", moving.path.selector, (moving.credits or moving.debits)[0].write.offset, shape, None, by
        )
