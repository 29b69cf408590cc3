"""Detectors of conditions on transfers to one place: what is refused to sellers alone."""

from __future__ import annotations

from collections.abc import Iterator

from premium.security.detectors.profile import CodeProfile
from premium.security.detectors.signals import Signal
from premium.security.evm import opcodes as op
from premium.security.evm.slots import StorageField
from premium.security.evm.words import Word


def sell_gates(profile: CodeProfile) -> Iterator[Signal]:
    """Find conditions that hold for transfers to a named place, and for no others."""
    for place, there, elsewhere in profile.places:
        for atom, truths in there.items():
            if atom != place and len(truths) == 1 and elsewhere.get(atom, set()) != truths:
                (needed,) = truths
                yield from _named_seller(profile, atom) if needed else ()
                yield from _gate(profile, atom, needed=needed)


def is_of_sale(profile: CodeProfile, atom: Word) -> bool:
    """Whether a condition is asked of transfers to a named place alone."""
    return any(atom in there and atom not in elsewhere for _, there, elsewhere in profile.places)


def _named_seller(profile: CodeProfile, atom: Word) -> Iterator[Signal]:
    """The sender must be one whom storage or the code names: whoever that is, no holder."""
    arena = profile.arena
    if arena.kind[atom] != op.EQ or not profile.is_apart(atom, truth=True):
        return
    if any(arena.constant(one) == 0 for one in arena.args[atom]):
        return
    field = next((found for one in arena.args[atom] if (found := profile.slots.field(one)) is not None), None)
    shape = profile.slots.shape(field.slot) if field is not None else None
    for flow in profile.transfers[:1]:
        yield Signal("sell_gate", flow.path.selector, (flow.credits or flow.debits)[0].write.offset, shape)


def _gate(profile: CodeProfile, atom: Word, *, needed: bool) -> Iterator[Signal]:
    """A flag that somebody sets, or the token itself at an earlier transfer."""
    field = profile.slots.field(atom)
    if field is None or profile.is_balance(field):
        return
    for one in profile.writers_of(field):
        if one.privileged or _marks_others(profile, one.path.selector, field) or needed:
            shape = profile.slots.shape(field.slot)
            yield Signal("sell_gate", one.path.selector, one.write.offset, shape, None, one.privileged)
            return


def _marks_others(profile: CodeProfile, selector: int | None, field: StorageField) -> bool:
    moving = {flow.path.selector for flow in profile.transfers}
    return selector in moving and "[" in profile.slots.shape(field.slot)
