"""Balances, found by what the code does with them: credits, debits and amounts."""

from __future__ import annotations

from typing import NamedTuple

from premium.security.evm import opcodes as op
from premium.security.evm.arena import Arena
from premium.security.evm.paths import Exploration, Path, Write
from premium.security.evm.slots import Slots, StorageField, overlap
from premium.security.evm.words import FROM_CALLVALUE, Word

# The two standard views of a balance: an interface that every token must have, not a name that a scanner looks for.
BALANCE_VIEWS = frozenset({0x70A08231, 0x00FDD58E})
_NEGATIVE, _WORD = 1 << 255, 256


class BalanceWrite(NamedTuple):
    """What a write does to a balance: amounts added and taken.

    `set` is a value not derived from the old one.
    """

    write: Write
    shape: str
    credits: tuple[Word, ...]
    debits: tuple[Word, ...]
    set: Word | None

    @property
    def is_credit(self) -> bool:
        """Whether it only adds."""
        return bool(self.credits) and not self.debits


def change(slots: Slots, write: Write) -> BalanceWrite:
    """Read a write as credits and debits on top of the stored value."""
    part = slots.written(write.slot, write.value)
    packed = part.field.width < _WORD and part.value is not None
    value = part.value if packed and part.value is not None else write.value
    deltas = _deltas(slots, write.slot, value)
    shape = slots.shape(write.slot)
    if deltas is None:
        return BalanceWrite(write, shape, (), (), value)
    return BalanceWrite(write, shape, tuple(deltas[0]), tuple(deltas[1]), None)


def _deltas(slots: Slots, slot: Word, word: Word) -> tuple[list[Word], list[Word]] | None:
    """Credits and debits on top of the stored value; None for any other word."""
    arena = slots.arena
    kind, args = arena.kind[word], arena.args[word]
    if kind == op.SLOAD:
        return ([], []) if args[0] == slot else None
    if kind in (op.ADD, op.OR):
        for old, amount in (args, args[::-1]):
            inner = _deltas(slots, slot, old)
            if inner is not None:
                return _joined(slots, slot, inner, amount, arena)
    elif kind == op.SUB:
        inner = _deltas(slots, slot, args[0])
        return (inner[0], [*inner[1], args[1]]) if inner is not None else None
    elif kind in (op.AND, op.SHL, op.SHR, op.MUL):
        for arg in args:
            inner = _deltas(slots, slot, arg)
            if inner is not None:
                return inner
    return None


def _joined(
    slots: Slots, slot: Word, inner: tuple[list[Word], list[Word]], amount: Word, arena: Arena
) -> tuple[list[Word], list[Word]]:
    other = _deltas(slots, slot, amount)
    if other is not None:
        return inner[0] + other[0], inner[1] + other[1]
    value = arena.constant(amount)
    if value == 0:
        return inner
    if value is not None and value >= _NEGATIVE:
        return inner[0], [*inner[1], arena.const(-value)]
    return [*inner[0], amount], inner[1]


def balance_shapes(found: Exploration, slots: Slots) -> frozenset[str]:
    """Return the mappings that hold balances.

    Those that a standard view returns and that change; without any, those that are credited and debited.
    """
    changed = {slots.shape(one.slot): one for path in found.paths for one in path.effects if isinstance(one, Write)}
    shown: set[str] = set()
    for path in found.paths:
        if path.selector in BALANCE_VIEWS and path.returned is not None:
            shown |= {slots.shape(slot) for slot in slots.loads(path.returned)}
    amounts = {shape for shape in shown if "[" in shape and _holds_amounts(slots, changed.get(shape))}
    return frozenset(amounts) or frozenset(_moving(found, slots))


def _holds_amounts(slots: Slots, write: Write | None) -> bool:
    """Flags (excluded, is holder) are narrower than any amount."""
    return write is not None and slots.written(write.slot, write.value).field.width > 8


def _moving(found: Exploration, slots: Slots) -> set[str]:
    moving: set[str] = set()
    for path in found.paths:
        changes = [change(slots, one) for one in path.effects if isinstance(one, Write)]
        credited = {one.shape for one in changes if one.is_credit and "[" in one.shape}
        moving |= credited & {one.shape for one in changes if one.debits and _of_caller(slots, one.write.slot)}
    return moving


def _of_caller(slots: Slots, slot: Word) -> bool:
    return any(slots.arena.kind[key] == op.CALLER for key in slots.keys(slot))


class BalanceFlow(NamedTuple):
    """What one path does to balances."""

    path: Path
    credits: tuple[BalanceWrite, ...]
    debits: tuple[BalanceWrite, ...]
    sets: tuple[BalanceWrite, ...]

    @property
    def is_transfer(self) -> bool:
        """Whether it both takes and gives."""
        return bool(self.credits and self.debits)


def balance_fields(found: Exploration, slots: Slots) -> dict[str, list[StorageField]]:
    """Where in their words balances lie, by shape, as the standard views cut them out.

    A shape that a view works out of is left out.
    """
    fields: dict[str, list[StorageField]] = {}
    computed = set[str]()
    for path in found.paths:
        if path.selector in BALANCE_VIEWS and path.returned is not None:
            field = slots.field(path.returned)
            if field is None:
                computed |= {slots.shape(slot) for slot in slots.loads(path.returned)}
            else:
                fields.setdefault(slots.shape(field.slot), []).append(field)
    return {shape: each for shape, each in fields.items() if shape not in computed}


def beside(fields: dict[str, list[StorageField]], shape: str, field: StorageField) -> bool:
    """Whether a field shares the word of a balance, but no bit of it."""
    return shape in fields and not any(overlap(field, one) for one in fields[shape])


def flow_of(path: Path, slots: Slots, balances: frozenset[str], fields: dict[str, list[StorageField]]) -> BalanceFlow:
    """Return what a path does to the balances of these shapes."""
    changes = [change(slots, one) for one in path.effects if isinstance(one, Write)]
    on = [
        one
        for one in changes
        if one.shape in balances and not beside(fields, one.shape, slots.written(one.write.slot, one.write.value).field)
    ]
    arena = slots.arena
    return BalanceFlow(
        path,
        credits=tuple(one for one in on if one.is_credit),
        debits=tuple(one for one in on if one.debits or (one.set is not None and arena.constant(one.set) == 0)),
        sets=tuple(one for one in on if one.set is not None and _is_news(slots, one.set, balances)),
    )


def _is_news(slots: Slots, value: Word, balances: frozenset[str]) -> bool:
    """A balance written without regard to any balance: its amount comes from outside."""
    if slots.arena.constant(value) == 0:
        return False
    return not any(slots.shape(slot) in balances for slot in slots.loads(value))


def amounts(flow: BalanceFlow) -> tuple[Word, ...]:
    """Return the amounts that a flow credits or sets."""
    return tuple(word for one in (*flow.credits, *flow.sets) for word in (one.credits or (one.set or 0,)))


def is_backed(flow: BalanceFlow, arena: Arena, *, external: bool) -> bool:
    """Whether a credit to anyone stands against ether sent or tokens received.

    `external`: another contract reports the amount.
    """
    if external or any(arena.taint[word] & FROM_CALLVALUE for word in amounts(flow)):
        return True
    return any(
        arena.taint[atom] & FROM_CALLVALUE and arena.kind[atom] in (op.LT, op.GT, op.EQ) for atom in flow.path.facts
    )
