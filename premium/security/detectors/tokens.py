"""Detectors of powers over holders' balances: minting and confiscation."""

from __future__ import annotations

from collections.abc import Iterator

from premium.security.detectors.balances import BalanceFlow, BalanceWrite, amounts, change, is_backed
from premium.security.detectors.guards import Authority
from premium.security.detectors.profile import CodeProfile
from premium.security.detectors.signals import Signal
from premium.security.evm import opcodes as op
from premium.security.evm.paths import MessageCall, Write
from premium.security.evm.words import (
    FROM_CALL,
    FROM_CALLDATA,
    FROM_CALLER,
    FROM_SIGNATURE,
    FROM_STORAGE,
    FROM_SURROUNDINGS,
    HASH,
    MAP,
    Word,
)


def balance_powers(profile: CodeProfile) -> Iterator[Signal]:
    """Find units created beyond any transfer, and balances taken without an approval."""
    for flow in profile.flows:
        by = profile.privileged(flow.path)
        created = _created(flow)
        if created is not None and by:
            yield _signal("mint", flow, created, by=by)
        elif created is not None and not _counts_elements(profile, created) and not _counts_against(profile, flow):
            yield _signal("open_mint", flow, created)
        if by or _asks_nothing(profile, flow):
            yield from _confiscations(profile, flow)


def _created(flow: BalanceFlow) -> BalanceWrite | None:
    if flow.sets:
        return flow.sets[0]
    return flow.credits[0] if flow.credits and not flow.debits else None


def _counts_elements(profile: CodeProfile, created: BalanceWrite) -> bool:
    """The length of a list grows where another's may have shrunk: no units."""
    return any(shape.startswith(f"{created.shape}*") for shape in profile.writers)


def _counts_against(profile: CodeProfile, flow: BalanceFlow) -> bool:
    """Whether a credit is paid for, proven by signature, or part of the setup."""
    external = any(isinstance(one, MessageCall) for one in flow.path.effects) or any(
        profile.arena.taint[word] & FROM_CALL for word in amounts(flow)
    )
    proven = any(_is_proof(profile, atom, truth=truth) for atom, truth in flow.path.facts.items())
    derived = bool(profile.by(flow.path))
    return (
        proven
        or derived
        or _is_of_nobody(profile, flow)
        or is_backed(flow, profile.arena, external=external)
        or profile.sets_on_first_call_only(flow.path, (flow.credits or flow.sets)[0].write)
    )


def _is_of_nobody(profile: CodeProfile, flow: BalanceFlow) -> bool:
    """Whether a transfer's function would move an item that nobody has, for who is named beside it: none is."""
    arena, slots, facts = profile.arena, profile.slots, flow.path.facts
    if flow.path.selector not in {one.path.selector for one in profile.transfers}:
        return False
    fields = ((slots.field(atom), truth) for atom, truth in facts.items())
    empty = {field.slot for field, truth in fields if field is not None and not truth and slots.keys(field.slot)}
    items = {key for slot in empty for key in slots.keys(slot)}
    granted = (field for atom, truth in facts.items() if truth and (field := slots.field(atom)) is not None)
    if any(slots.loads(key) & empty for field in granted for key in slots.keys(field.slot)):
        return True  # by leave of who has it
    named = (
        slots.field(arg)
        for atom, truth in facts.items()
        if truth and arena.kind[atom] == op.EQ and any(arena.kind[arg] == op.CALLER for arg in arena.args[atom])
        for arg in arena.args[atom]
    )
    return any(field is not None and (field.slot in empty or items & set(slots.keys(field.slot))) for field in named)


def _is_proof(profile: CodeProfile, atom: Word, *, truth: bool) -> bool:
    """A recovered signer, or a hash that equals a stored one (Merkle root, commitment)."""
    arena = profile.arena
    if not truth:
        return arena.kind[atom] in (HASH, MAP)  # equal to zero: an immutable that is not set yet
    if arena.taint[atom] & FROM_SIGNATURE:
        return True
    args = arena.args[atom] if arena.kind[atom] == op.EQ else ()
    computed = any(arena.kind[arg] in (HASH, MAP) for arg in args)
    return computed and any(arena.taint[arg] & FROM_STORAGE or arena.constant(arg) for arg in args)


def _asks_nothing(profile: CodeProfile, flow: BalanceFlow) -> bool:
    """Whether a movement hangs on the balances alone: no allowance, proof, time, other contract or state."""
    arena, slots = profile.arena, profile.slots
    asked = {slots.shape(slot) for atom in flow.path.facts for slot in slots.loads(atom)} - _counted(profile, flow)
    outside = FROM_CALL | FROM_SIGNATURE | FROM_SURROUNDINGS | FROM_CALLER
    return (
        asked <= profile.balances
        and not profile.by(flow.path)
        and not any(arena.taint[atom] & outside for atom in flow.path.facts)
        and not any(isinstance(one, MessageCall) for one in flow.path.effects)
    )


def _counted(profile: CodeProfile, flow: BalanceFlow) -> frozenset[str]:
    """Counters that the path itself moves, as the supply: that they do not wrap around is arithmetic, no question."""
    moved = (change(profile.slots, one) for one in flow.path.effects if isinstance(one, Write))
    return frozenset(one.shape for one in moved if "[" not in one.shape and (one.credits or one.debits))


def _confiscations(profile: CodeProfile, flow: BalanceFlow) -> Iterator[Signal]:
    arena, slots = profile.arena, profile.slots
    for debit in (*flow.debits, *_chosen(profile, flow)):
        holders = slots.keys(debit.write.slot)
        if not holders or not all(arena.taint[key] & FROM_CALLDATA for key in holders[-1:]):
            continue
        if not _allowed(profile, flow, holders[-1]):
            yield _signal("confiscate", flow, debit, by=profile.privileged(flow.path))


def _chosen(profile: CodeProfile, flow: BalanceFlow) -> Iterator[BalanceWrite]:
    """Balances set to a number of the caller's choice, which may be less than before.

    An initialiser finds none to take, and so does what asks first that there is none.
    """
    arena, slots = profile.arena, profile.slots
    for one in flow.sets:
        empty = any(
            not truth and (field := slots.field(atom)) is not None and field.slot == one.write.slot
            for atom, truth in flow.path.facts.items()
        )
        given = one.set is not None and arena.taint[one.set] & FROM_CALLDATA
        if given and not empty and not profile.sets_on_first_call_only(flow.path, one.write):
            yield one


def _allowed(profile: CodeProfile, flow: BalanceFlow, holder: Word) -> bool:
    """Whether the path reads the holder's approval of the caller, or is the holder's own."""
    arena, slots = profile.arena, profile.slots
    for atom, truth in flow.path.facts.items():
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
    return any(arena.taint[atom] & FROM_SIGNATURE for atom in flow.path.facts)


def _names_caller(profile: CodeProfile, words: list[Word] | tuple[Word, ...]) -> bool:
    return any(profile.arena.kind[word] == op.CALLER for word in words)


def _signal(id_: str, flow: BalanceFlow, change: BalanceWrite, *, by: frozenset[Authority] = frozenset()) -> Signal:
    return Signal(id_, flow.path.selector, change.write.offset, change.shape, None, by)
