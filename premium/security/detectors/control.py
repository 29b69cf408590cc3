"""Detectors of powers over the contract itself and of checks of tx.origin.

Destroying, delegating, upgrading, withdrawing, owning.
"""

from __future__ import annotations

from collections.abc import Iterator

from premium.security.detectors.profile import CodeProfile
from premium.security.detectors.signals import Signal
from premium.security.evm import opcodes as op
from premium.security.evm.arena import Arena
from premium.security.evm.paths import MessageCall, Path, SelfDestruct, Write
from premium.security.evm.slots import unmasked
from premium.security.evm.words import (
    CONST,
    FROM_BALANCE,
    FROM_CALLDATA,
    FROM_CALLVALUE,
    FROM_ORIGIN,
    FROM_STORAGE,
    RESULT,
    UNKNOWN,
    Word,
)

_TRANSFER = 0xA9059CBB


def destruction(profile: CodeProfile) -> Iterator[Signal]:
    """Find code that destroys the contract."""
    for path in profile.found.paths:
        for one in path.effects:
            if isinstance(one, SelfDestruct):
                by = profile.by(path)
                yield Signal("selfdestruct" if by else "open_selfdestruct", path.selector, one.offset, by=by)


def origin_checks(profile: CodeProfile) -> Iterator[Signal]:
    """Find checks of tx.origin, which a phishing contract passes.

    A comparison with the caller only asks for a plain account; one with nobody or the producer looks for a simulator.
    """
    arena = profile.arena
    for selector, offset, atom in sorted(profile.found.surroundings, key=lambda one: one[1]):
        if not arena.taint[atom] & FROM_ORIGIN or arena.kind[atom] == op.ORIGIN:
            continue
        if arena.kind[atom] == op.EQ and any(arena.kind[arg] in (op.CALLER, op.COINBASE) for arg in arena.args[atom]):
            continue
        yield Signal("tx_origin", selector, offset)


def delegate_slots(profile: CodeProfile) -> dict[str, MessageCall]:
    """Return storage variables (by shape) whose stored address the code runs as its own."""
    found: dict[str, MessageCall] = {}
    for path, call in _delegations(profile):
        field = profile.slots.field(call.target)
        if field is not None and not _chosen_now(profile, path, call.target):
            found.setdefault(profile.slots.shape(field.slot), call)
    return found


def delegations(profile: CodeProfile) -> Iterator[Signal]:
    """Find delegate calls to an address that the caller of the function gives."""
    arena = profile.arena
    for path, call in _delegations(profile):
        if not arena.taint[call.target] & FROM_CALLDATA or profile.slots.field(call.target) is not None:
            continue
        if arena.kind[call.target] in (CONST, op.ADDRESS, RESULT) or _chosen_now(profile, path, call.target):
            continue
        by = profile.by(path)
        if not by and profile.is_first_call(path):
            continue
        yield Signal("arbitrary_delegatecall" if by else "open_delegatecall", path.selector, call.offset, by=by)


def _delegations(profile: CodeProfile) -> Iterator[tuple[Path, MessageCall]]:
    for path in profile.found.paths:
        for one in path.effects:
            if isinstance(one, MessageCall) and one.opcode in (op.DELEGATECALL, op.CALLCODE):
                yield path, one


def _chosen_now(profile: CodeProfile, path: Path, target: Word) -> bool:
    """The path stores the address too: an upgrade with its initialisation, found as such."""
    arena = profile.arena
    bare = unmasked(arena, target)
    return any(isinstance(one, Write) and bare in _parts(arena, one.value) for one in path.effects)


def _parts(arena: Arena, value: Word) -> set[Word]:
    """The words that a packed write puts together, without masks."""
    if arena.kind[value] == op.OR:
        return {part for arg in arena.args[value] for part in _parts(arena, arg)}
    return {unmasked(arena, value)}


def upgrades(profile: CodeProfile, slots_run: frozenset[str]) -> Iterator[Signal]:
    """Find functions that write a variable whose address is run as code."""
    for shape in sorted(slots_run):
        for one in profile.writers.get(shape, []):
            by = frozenset(who for who in one.by if who.privileged)
            first = profile.sets_on_first_call_only(one.path, one.write) and not _asks_for_proxy(profile, one.path)
            if by or not first:
                id_ = "upgradeable" if by else "open_upgrade"
                yield Signal(id_, one.path.selector, one.write.offset, shape, by=by)


def _asks_for_proxy(profile: CodeProfile, path: Path) -> bool:
    """Whether a path holds its own address against a fixed one: what it asks of the slot then is who runs it."""
    arena = profile.arena
    return any(
        arena.kind[atom] == op.ADDRESS
        or (arena.kind[atom] == op.EQ and op.ADDRESS in map(arena.kind.__getitem__, arena.args[atom]))
        for atom in path.facts
    )


def withdrawals(profile: CodeProfile) -> Iterator[Signal]:
    """Find privileged functions that send the contract's ether or tokens away."""
    arena = profile.arena
    for path in profile.found.paths:
        by = profile.privileged(path)
        for one in path.effects:
            if not isinstance(one, MessageCall) or one.opcode != op.CALL:
                continue
            if not by:
                if _is_emptied(profile, path, one):
                    yield Signal("withdraw", path.selector, one.offset)
                continue
            sends = one.value is not None and arena.constant(one.value) is None
            if sends and arena.taint[one.value or 0] & (FROM_BALANCE | FROM_CALLDATA | FROM_STORAGE):
                yield Signal("withdraw", path.selector, one.offset, by=by)
            elif one.selector == _TRANSFER:
                yield Signal("withdraw_tokens", path.selector, one.offset, by=by)


def _is_emptied(profile: CodeProfile, path: Path, call: MessageCall) -> bool:
    """Whether anyone sends all of the contract's ether to himself or whom he likes, and nothing is asked for it."""
    arena = profile.arena
    if path.selector is None or call.value is None or not _is_all(arena, call.value) or profile.by(path):
        return False
    target = unmasked(arena, call.target)
    if arena.kind[target] not in (op.CALLER, op.CALLDATALOAD) or len(path.effects) > 1:
        return False
    if arena.kind[target] == op.CALLER and (not _keeps_books(profile) or _takes_coin(profile, path)):
        return False  # what a router has over goes back to whoever brought it
    return not any(
        arena.taint[atom] & ~(FROM_CALLDATA | FROM_BALANCE | FROM_CALLVALUE)
        for atom in path.facts
        if not _is_success(arena, atom)
    )


def _keeps_books(profile: CodeProfile) -> bool:
    return any(isinstance(one, Write) for path in profile.found.paths for one in path.effects)


def _takes_coin(profile: CodeProfile, path: Path) -> bool:
    asked = (atom for atom, truth in path.facts.items() if not truth)
    return not any(profile.arena.kind[atom] == op.CALLVALUE for atom in asked)


def _is_all(arena: Arena, value: Word) -> bool:
    return arena.kind[value] == op.SELFBALANCE or (
        arena.kind[value] == op.BALANCE and arena.kind[arena.args[value][0]] == op.ADDRESS
    )


def _is_success(arena: Arena, atom: Word) -> bool:
    return arena.kind[atom] in (RESULT, UNKNOWN)


def open_ownership(profile: CodeProfile) -> Iterator[Signal]:
    """Find variables that decide who is privileged and that anyone may set."""
    for shape in sorted(profile.deciding):
        for one in profile.writers.get(shape, []):
            if one.by or one.change.value is None or not _settable(profile, one.change.value):
                continue
            if not profile.sets_on_first_call_only(one.path, one.write):
                yield Signal("open_ownership", one.path.selector, one.write.offset, shape)


def _settable(profile: CodeProfile, value: Word) -> bool:
    return bool(profile.arena.taint[value] & FROM_CALLDATA) or profile.arena.kind[value] == op.CALLER


def owner_powers(profile: CodeProfile) -> Iterator[Signal]:
    """Find functions that change something for a privileged party alone."""
    seen = {path.selector for path in profile.found.paths if path.effects and not profile.privileged(path)}
    for path in profile.found.paths:
        by = profile.privileged(path)
        if by and path.effects and path.selector is not None and path.selector not in seen:
            seen.add(path.selector)
            yield Signal("owner_function", path.selector, profile.found.entries.get(path.selector), by=by)
