"""Detectors of signatures that are accepted twice."""

from __future__ import annotations

from collections.abc import Iterator

from premium.security.detectors.balances import change
from premium.security.detectors.profile import CodeProfile
from premium.security.detectors.signals import Signal
from premium.security.evm import opcodes as op
from premium.security.evm.arena import Arena
from premium.security.evm.paths import Path, Write
from premium.security.evm.words import CONST, FROM_SIGNATURE, RECOVERED, RESULT, UNKNOWN, Word, parts

_HUGE = 1 << 255


def replays(profile: CodeProfile) -> Iterator[Signal]:
    """Find what a signature allows again and again.

    Nothing that its use changes is part of what was signed, or asked for beside it. Where a party is asked for besides
    (an entry point, say), that one keeps count.
    """
    told: set[int | None] = set()
    for path in profile.found.paths:
        if path.selector in told or not path.effects or any(who.by == "caller" for who in profile.by(path)):
            continue
        signed = [atom for atom, truth in path.facts.items() if truth and _names_signer(profile, atom)]
        if not signed or not any(_decides(profile, path, atom) for atom in signed) or _is_used_up(profile, path):
            continue
        told.add(path.selector)
        yield Signal("signature_replay", path.selector, path.effects[0].offset)


def _names_signer(profile: CodeProfile, atom: Word) -> bool:
    """Whether a decision asks who signed: equal to somebody, or marked somewhere."""
    arena, slots = profile.arena, profile.slots
    if not arena.taint[atom] & FROM_SIGNATURE:
        return False
    if arena.kind[atom] == op.EQ:
        return any(arena.kind[arg] == RECOVERED for arg in arena.args[atom])
    field = slots.field(atom)
    return field is not None and any(arena.kind[key] == RECOVERED for key in slots.keys(field.slot))


def _decides(profile: CodeProfile, path: Path, atom: Word) -> bool:
    """Whether nothing happens in the function where the signer is another one."""
    return not any(
        other.selector == path.selector and other.effects and other.facts.get(atom) is False
        for other in profile.found.paths
    )


def _is_used_up(profile: CodeProfile, path: Path) -> bool:
    """Whether the path changes something that it asks for, or that was signed.

    A balance or another stock that only grows less does not count: the signature takes what is left.
    """
    slots = profile.slots
    asked = {slot for atom in path.facts if not _is_overflow(profile, atom) for slot in slots.loads(atom)}
    digests = [digest for atom in path.facts for digest in _signed(profile, atom)]
    known = [digest for digest in digests if not _has_gaps(profile, digest)]
    covered = {slot for digest in digests for slot in slots.loads(digest)}
    for one in path.effects:
        if not isinstance(one, Write) or slots.shape(one.slot) in profile.balances:
            continue
        made = change(slots, one)
        if made.debits and not made.credits and profile.arena.constant(made.debits[0]) is None:
            continue
        if one.slot in asked or one.slot in covered or (made.is_credit and len(known) < len(digests)):
            return True
    return False


def _is_overflow(profile: CodeProfile, atom: Word) -> bool:
    """Whether a condition only asks that a counter does not wrap around."""
    arena, slots = profile.arena, profile.slots
    if arena.kind[atom] not in (op.EQ, op.LT, op.GT):
        return False
    args = arena.args[atom]
    if any((arena.constant(arg) or 0) >= _HUGE for arg in args):
        return True
    read = {slots.loads(arg) for arg in args}
    return arena.kind[atom] != op.EQ and len(read) == 1 and all(_is_step(arena, arg) for arg in args)


def _is_step(arena: Arena, word: Word) -> bool:
    """Whether a word is a stored one, or that and a constant."""
    kind, args = arena.kind[word], arena.args[word]
    return kind in (op.SLOAD, CONST) or (kind in (op.ADD, op.AND, op.SHR) and all(_is_step(arena, arg) for arg in args))


def _signed(profile: CodeProfile, atom: Word) -> Iterator[Word]:
    """What was signed, by the signers in a condition; the signer itself where that is not known."""
    for word in parts(profile.arena, atom):
        if profile.arena.kind[word] == RECOVERED:
            yield next(iter(profile.arena.args[word]), word)


def _has_gaps(profile: CodeProfile, digest: Word) -> bool:
    arena = profile.arena
    return any(arena.kind[word] in (RECOVERED, RESULT, UNKNOWN) for word in parts(profile.arena, digest))
