"""Conditions of branches in one shape: no negation, no arithmetic used as comparison."""

from __future__ import annotations

from premium.security.evm import opcodes as op
from premium.security.evm.arena import Arena
from premium.security.evm.words import FROM_STORAGE, Word

_CALLERS = frozenset({op.CALLER, op.ORIGIN})


def atom_of(arena: Arena, condition: Word) -> tuple[Word, bool]:
    """Return the condition without negation and disguise, and the truth that jumps."""
    truth = True
    while True:
        kind, args = arena.kind[condition], arena.args[condition]
        if kind == op.ISZERO:
            condition, truth = args[0], not truth
        elif kind in (op.SUB, op.XOR):
            condition, truth = arena.make(op.EQ, *args), not truth
        elif kind == op.ADD and (held := _added_constant(arena, args)) is not None:
            condition, truth = arena.make(op.EQ, held[0], arena.const(-held[1])), not truth
        elif kind == op.EQ and (other := _beside_constant(arena, args, 0)) is not None:
            condition, truth = other, not truth
        elif kind == op.AND and (other := _beside_constant(arena, args, (1 << 160) - 1)) is not None:
            if arena.kind[other] not in (op.SUB, op.XOR):
                return condition, truth
            condition = other
        elif kind in (op.LT, op.GT) and (asked := _more_than_none(arena, kind, args)) is not None:
            condition, truth = asked[0], truth == asked[1]
        elif kind == op.SHL and arena.constant(args[0]) is not None and arena.kind[args[1]] in (op.SUB, op.XOR):
            condition = args[1]
        else:
            return condition, truth


def _more_than_none(arena: Arena, kind: int, args: tuple[Word, ...]) -> tuple[Word, bool] | None:
    """`0 < x` asks whether a state is not zero, and `x < 1` whether it is: one condition with what asks so outright.

    Of the state alone: paths that join are told apart by what they know of it, not by what they know of arguments.
    """
    small, large = args if kind == op.LT else args[::-1]
    asked, truth = (large, True) if arena.constant(small) == 0 else (small, False)
    if truth or arena.constant(large) == 1:
        return (asked, truth) if arena.taint[asked] == FROM_STORAGE else None
    return None


def _added_constant(arena: Arena, args: tuple[Word, ...]) -> tuple[Word, int] | None:
    """`x + c` as a condition is x != -c, as a subtraction is held."""
    for one, other in (args, args[::-1]):
        value = arena.constant(one)
        if value is not None:
            return other, value
    return None


def _beside_constant(arena: Arena, args: tuple[Word, ...], value: int) -> Word | None:
    for one, other in (args, args[::-1]):
        if arena.constant(one) == value and not (one == arena.unset and arena.kind[other] in _CALLERS):
            return other
    return None
