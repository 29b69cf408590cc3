"""Powers over holders' balances: mint, confiscation, pause, blacklist, limits, fees."""

from __future__ import annotations

from collections.abc import Iterator

from premium.security import opcodes as op
from premium.security.expressions import (
    FROM_CALL,
    FROM_CALLDATA,
    FROM_CALLER,
    FROM_SIGNATURE,
    FROM_STORAGE,
    HASH,
    MAP,
    RESULT,
    Word,
)
from premium.security.guards import Authority
from premium.security.ledger import Change, Movement, amounts, is_backed
from premium.security.paths import Call
from premium.security.profile import Profile, Writer
from premium.security.signals import Signal
from premium.security.slots import Field


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


def transfer_gates(profile: Profile) -> Iterator[Signal]:
    """Variables that every transfer must find right and that somebody else sets."""
    for atom, truths in profile.transfer_facts.items():
        if len(truths) != 1:
            continue
        (needed,) = truths
        for field in _fields(profile, atom):
            yield from _gate(profile, atom, field, needed=needed)
        yield from _external_gate(profile, atom)


def _fields(profile: Profile, atom: Word) -> list[Field]:
    """The stored fields a condition reads, if the condition is a flag or a comparison of stored and given amounts."""
    slots, arena = profile.slots, profile.arena
    own = slots.field(atom)
    if own is not None:
        return [own]
    if arena.kind[atom] not in (op.EQ, op.LT, op.GT):
        return []
    args = arena.args[atom]
    if arena.kind[atom] == op.EQ:
        flags = [slots.field(arg) for arg in args] if any(arena.constant(arg) is not None for arg in args) else []
        return [field for field in flags if field is not None]
    if any(arena.kind[arg] == op.TIMESTAMP for arg in args):
        return [field for arg in args for field in _direct(profile, arg)]
    given = [bool(arena.taint[arg] & FROM_CALLDATA) for arg in args]
    return _direct(profile, args[given.index(False)]) if sorted(given) == [False, True] else []


def _direct(profile: Profile, word: Word) -> list[Field]:
    field = profile.slots.field(word)
    if field is not None:
        return [field]
    return [Field(slot, 0, 256) for slot in profile.slots.loads(word)]


def _gate(profile: Profile, atom: Word, field: Field, *, needed: bool) -> Iterator[Signal]:
    shape = profile.slots.shape(field.slot)
    if shape in profile.balances or shape == "?":
        return
    writers = profile.writers_of(field)
    if any(not _privileged(one) and not profile.sets_on_first_call_only(one.path, one.write) for one in writers):
        return
    keyed = "[" in shape
    id_ = _gate_id(profile, atom, keyed=keyed)
    if id_ is None:
        return
    for one in writers:
        if _privileged(one) and (id_ == "transfer_limit" or _can_block(profile, one, needed=needed)):
            yield Signal(id_, one.path.selector, one.write.offset, shape, None, _privileged(one))


def _gate_id(profile: Profile, atom: Word, *, keyed: bool) -> str | None:
    arena = profile.arena
    if arena.kind[atom] in (op.LT, op.GT):
        if any(arena.kind[arg] == op.TIMESTAMP for arg in arena.args[atom]):
            return "pause"
        return "transfer_limit" if not keyed and arena.taint[atom] & FROM_CALLDATA else None
    return "blacklist" if keyed else "pause"


def _can_block(profile: Profile, writer: Writer, *, needed: bool) -> bool:
    """Whether the write can leave the flag in the state that refuses transfers."""
    value = writer.change.value
    if value is None:
        return needed
    constant = profile.arena.constant(value)
    if constant is not None:
        return (constant != 0) != needed
    return True


def _privileged(writer: Writer) -> frozenset[Authority]:
    return frozenset(one for one in writer.by if one.privileged)


def _external_gate(profile: Profile, atom: Word) -> Iterator[Signal]:
    arena, slots = profile.arena, profile.slots
    if arena.kind[atom] != RESULT or not arena.args[atom]:
        return
    target = slots.field(arena.args[atom][0])
    if target is None:
        return
    for one in profile.writers_of(target):
        if _privileged(one):
            yield Signal(
                "external_gate", one.path.selector, one.write.offset, slots.shape(target.slot), None, _privileged(one)
            )


def transfer_fees(profile: Profile) -> Iterator[Signal]:
    """Transfers that credit less than they debit, and who sets the difference."""
    for moved in profile.transfers:
        for parameter in _fee_parameters(profile, moved):
            shape = profile.slots.shape(parameter)
            setters = [
                one
                for one in profile.writers.get(shape, [])
                if _privileged(one)
                and one.change.value is not None
                and profile.arena.taint[one.change.value] & FROM_CALLDATA
            ]
            for one in setters:
                yield Signal(
                    "fee_setting",
                    one.path.selector,
                    one.write.offset,
                    shape,
                    None,
                    _privileged(one),
                    _bounded(profile, one),
                )
        if _takes_fee(profile, moved):
            first = moved.debits[0]
            yield Signal("transfer_fee", moved.path.selector, first.write.offset, first.shape)


def _takes_fee(profile: Profile, moved: Movement) -> bool:
    """The receiver gets another amount than was taken, or a part goes to somebody the sender did not name."""
    taken = {word for one in moved.debits for word in one.debits}
    given = {word for one in moved.credits for word in one.credits}
    side = _side_credits(profile, moved)
    return bool(taken and given) and (not given & taken or 0 < len(side) < len(moved.credits))


def _side_credits(profile: Profile, moved: Movement) -> list[Change]:
    """Credits of the contract itself or of a stored or constant address."""
    arena, slots = profile.arena, profile.slots
    return [
        one
        for one in moved.credits
        if not any(arena.taint[key] & (FROM_CALLDATA | FROM_CALLER) for key in slots.keys(one.write.slot))
    ]


def _fee_parameters(profile: Profile, moved: Movement) -> set[Word]:
    """Stored variables that the difference is computed from."""
    taken = {word for one in moved.debits for word in one.debits}
    given = {word for one in moved.credits for word in one.credits if word not in taken}
    if len(moved.credits) > 1:
        given |= {word for one in _side_credits(profile, moved) for word in one.credits}
    slots = profile.slots
    return {
        slot
        for word in given
        for slot in slots.loads(word)
        if slots.shape(slot) not in profile.balances and slots.shape(slot) != "?"
    }


def _bounded(profile: Profile, writer: Writer) -> bool:
    """Whether the setter compares what it was given with a constant."""
    arena = profile.arena
    value = writer.change.value
    for atom in writer.path.facts:
        if arena.kind[atom] in (op.LT, op.GT) and any(arena.constant(arg) is not None for arg in arena.args[atom]):
            others = [arg for arg in arena.args[atom] if arena.constant(arg) is None]
            sizes = [arg for arg in others if _is_size(profile, arg)]
            if others and not sizes and value is not None and any(_shares(profile, arg, value) for arg in others):
                return True
    return False


def _is_size(profile: Profile, word: Word) -> bool:
    """Checks of calldata's length are the decoder's, not a bound."""
    kind, args = profile.arena.kind[word], profile.arena.args[word]
    return kind == op.CALLDATASIZE or any(_is_size(profile, arg) for arg in args)


def _shares(profile: Profile, a: Word, b: Word) -> bool:
    """Whether both depend on one argument."""
    return bool(_arguments(profile, a) & _arguments(profile, b))


def _arguments(profile: Profile, word: Word) -> frozenset[Word]:
    kind, args = profile.arena.kind[word], profile.arena.args[word]
    found = frozenset([word]) if kind == op.CALLDATALOAD else frozenset()
    for arg in args:
        found |= _arguments(profile, arg)
    return found


def _signal(id_: str, moved: Movement, at: Change, *, by: frozenset[Authority] = frozenset()) -> Signal:
    return Signal(id_, moved.path.selector, at.write.offset, at.shape, None, by)
