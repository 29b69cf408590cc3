"""Powers over holders' balances: creating units, and taking them from holders who allowed nothing."""

from __future__ import annotations

from collections.abc import Iterator

from premium.security import opcodes as op
from premium.security.expressions import (
    FROM_CALL,
    FROM_CALLDATA,
    FROM_SIGNATURE,
    FROM_STORAGE,
    HASH,
    MAP,
    Word,
)
from premium.security.guards import Authority
from premium.security.ledger import Change, Movement, amounts, is_backed
from premium.security.paths import Call
from premium.security.profile import Profile
from premium.security.signals import Signal


def balance_powers(profile: Profile) -> Iterator[Signal]:
    """Minting beyond any transfer, and taking from holders who allowed nothing."""
    for moved in profile.movements:
        by = profile.privileged(moved.path)
        created = _created(moved)
        if created is not None and by:
            yield _signal("mint", moved, created, by=by)
        elif created is not None and not _counts_elements(profile, created) and not _counts_against(profile, moved):
            yield _signal("open_mint", moved, created)
        if by:
            yield from _confiscations(profile, moved)


def _created(moved: Movement) -> Change | None:
    if moved.sets:
        return moved.sets[0]
    return moved.credits[0] if moved.credits and not moved.debits else None


def _counts_elements(profile: Profile, created: Change) -> bool:
    """The length of a list of holdings grows where the same path may or may not have shortened another's."""
    return any(shape.startswith(f"{created.shape}*") for shape in profile.writers)


def _counts_against(profile: Profile, moved: Movement) -> bool:
    """Whether an unprivileged credit is paid for, proven by a signature, or made once while setting up."""
    external = any(isinstance(one, Call) for one in moved.path.effects) or any(
        profile.arena.taint[word] & FROM_CALL for word in amounts(moved)
    )
    proven = any(_is_proof(profile, atom, truth=truth) for atom, truth in moved.path.facts.items())
    derived = bool(profile.by(moved.path))
    return (
        proven
        or derived
        or is_backed(moved, profile.arena, external=external)
        or profile.sets_on_first_call_only(moved.path, (moved.credits or moved.sets)[0].write)
    )


def _is_proof(profile: Profile, atom: Word, *, truth: bool) -> bool:
    """A recovered signer, or a computed hash that equals a stored one (a Merkle root, a commitment)."""
    arena = profile.arena
    if not truth:
        return arena.kind[atom] in (HASH, MAP)  # equal to zero: an immutable that is not set yet
    if arena.taint[atom] & FROM_SIGNATURE:
        return True
    args = arena.args[atom] if arena.kind[atom] == op.EQ else ()
    computed = any(arena.kind[arg] in (HASH, MAP) for arg in args)
    return computed and any(arena.taint[arg] & FROM_STORAGE or arena.constant(arg) for arg in args)


def _confiscations(profile: Profile, moved: Movement) -> Iterator[Signal]:
    arena, slots = profile.arena, profile.slots
    for debit in moved.debits:
        holders = slots.keys(debit.write.slot)
        if not holders or not all(arena.taint[key] & FROM_CALLDATA for key in holders[-1:]):
            continue
        if not _allowed(profile, moved, holders[-1]):
            yield _signal("confiscate", moved, debit, by=profile.privileged(moved.path))


def _allowed(profile: Profile, moved: Movement, holder: Word) -> bool:
    """Whether the path looked at or spent an approval that the holder gave the caller, or is the holder's own."""
    arena, slots = profile.arena, profile.slots
    for atom, truth in moved.path.facts.items():
        if (
            truth
            and arena.kind[atom] == op.EQ
            and holder in arena.args[atom]
            and _names_caller(profile, arena.args[atom])
        ):
            return True
        for slot in slots.loads(atom):
            keys = slots.keys(slot)
            if holder in keys and any(arena.kind[key] == op.CALLER for key in keys):
                return True
            if slot != 0 and any(holder in slots.keys(inner) for inner in [slot]) and _names_caller(profile, [atom]):
                return True
    return any(arena.taint[atom] & FROM_SIGNATURE for atom in moved.path.facts)


def _names_caller(profile: Profile, words: list[Word] | tuple[Word, ...]) -> bool:
    return any(profile.arena.kind[word] == op.CALLER for word in words)


def _signal(id_: str, moved: Movement, at: Change, *, by: frozenset[Authority] = frozenset()) -> Signal:
    return Signal(id_, moved.path.selector, at.write.offset, at.shape, None, by)
