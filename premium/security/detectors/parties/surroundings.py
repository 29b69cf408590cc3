"""Detectors of decisions by what a simulator may show otherwise."""

from __future__ import annotations

from collections.abc import Iterator

from premium.security.detectors.profile import CodeProfile
from premium.security.detectors.signals import Signal
from premium.security.evm import opcodes as op
from premium.security.evm.words import CONST, FROM_CALLDATA, FROM_ORIGIN, UNKNOWN, Word, parts

_PRICES = frozenset({op.GASPRICE, op.BASEFEE})
_RECKONED = frozenset({UNKNOWN, op.MUL, op.DIV})
"""In checks of arithmetic, and of what nobody knows."""


def branches(profile: CodeProfile) -> Iterator[Signal]:
    """Find conditions by which code acts otherwise for another producer, price, gas or first sender.

    A caller's own bound of gas or price is none, nor is a demand for enough gas.
    """
    arena = profile.arena
    for selector, offset, atom in sorted(profile.found.surroundings, key=lambda one: one[1]):
        kinds = {arena.kind[word] for word in parts(arena, atom)}
        if op.COINBASE in kinds or (arena.kind[atom] == op.ORIGIN and arena.taint[atom] & FROM_ORIGIN):
            yield Signal("environment_branch", selector, offset)
        elif arena.taint[atom] & FROM_CALLDATA or kinds & _RECKONED:
            continue
        elif (kinds & _PRICES and not _is_reckoned(profile, atom)) or (
            op.GAS in kinds and _is_fixed(profile, atom) and _goes_both_ways(profile, atom)
        ):
            yield Signal("environment_branch", selector, offset)


def _is_reckoned(profile: CodeProfile, atom: Word) -> bool:
    """Whether a price is only checked, or held against a bound, before it is multiplied, as for a refund."""
    arena = profile.arena
    asked = [atom] if arena.kind[atom] in _PRICES else arena.args[atom] if arena.kind[atom] in (op.LT, op.GT) else []
    prices = {word for word in asked if arena.kind[word] in _PRICES}
    return bool(prices) and any(key[0] == op.MUL and prices & set(key[1:]) for key in arena.memo)


def _is_fixed(profile: CodeProfile, atom: Word) -> bool:
    """Whether gas is compared with a number in the code."""
    arena = profile.arena
    return {arena.kind[arg] for arg in arena.args[atom]} == {CONST, op.GAS}


def _goes_both_ways(profile: CodeProfile, atom: Word) -> bool:
    """Whether the code comes to a normal end with the condition and without it."""
    found = profile.found
    joined = (facts for each in found.merged.values() for facts, _ in each)
    truths = {facts[atom] for facts in (*(path.facts for path in found.paths), *joined) if atom in facts}
    return len(truths) > 1
