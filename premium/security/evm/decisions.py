"""Decisions at branches: what a path knows, and what it assumes going on."""

from __future__ import annotations

from premium.security.evm import opcodes as op
from premium.security.evm.conditions import atom_of
from premium.security.evm.open_paths import OpenPath
from premium.security.evm.paths import Exploration
from premium.security.evm.words import (
    FROM_CALLER,
    FROM_ORIGIN,
    FROM_SIGNATURE,
    FROM_STORAGE,
    HASH,
    MAP,
    RECOVERED,
    RESULT,
    SELECTOR,
    UNKNOWN,
    Word,
)

_ORDER = frozenset({op.LT, op.GT, op.SLT, op.SGT})
_WHO = FROM_CALLER | FROM_ORIGIN | FROM_SIGNATURE
_ARITHMETIC = frozenset({op.ADD, op.SUB, op.MUL, op.DIV, *range(0x05, 0x0B)})
_READS = frozenset({op.SLOAD, HASH, MAP, RESULT, RECOVERED, UNKNOWN})


class Decisions:
    """Truths of conditions on the open paths of one code."""

    def __init__(self, found: Exploration) -> None:
        self._found = found
        self._arena = found.arena
        self._flags: dict[tuple[int, Word, bool], int] = {}
        self._computed: dict[Word, bool] = {}

    def known(self, path: OpenPath, atom: Word) -> bool | None:
        """Return the truth that the path has decided; None where both ways are open."""
        constant = self._arena.constant(atom)
        if constant is not None:
            return constant != 0
        if path.selector is not None and self._arena.kind[atom] == op.EQ:
            compared = self._compared_selector(atom)
            if compared is not None:
                return compared == path.selector
        return path.facts.get(atom)

    def assume(self, path: OpenPath, atom: Word, truth: bool, offset: int) -> bool:
        """Add a fact to a path that goes on at `offset`; False at a contradiction."""
        arena = self._arena
        if not truth and arena.kind[atom] == op.CALLER:
            return False  # nobody calls as zero
        path.facts[atom] = truth
        if arena.taint[atom] & FROM_STORAGE and arena.kind[atom] not in _ORDER:
            path.flags = self._flags.setdefault((path.flags, atom, truth), len(self._flags) + 1)
        if self._is_check(atom):
            path.checks |= {(atom, truth)}
        if not self._assume_parts(path, atom, truth):
            return False
        if truth and arena.kind[atom] == op.EQ and path.selector is None:
            self._enter(path, atom, offset)
        return True

    def _assume_parts(self, path: OpenPath, atom: Word, truth: bool) -> bool:
        """Add both parts of a true conjunction or false disjunction; False at a contradiction."""
        arena, kind = self._arena, self._arena.kind[atom]
        if not ((kind == op.AND and truth) or (kind == op.OR and not truth)) or self._is_masked(atom):
            return True
        for part in arena.args[atom]:
            inner, holds = atom_of(arena, part)
            if arena.constant(inner) is None:
                holds = holds if truth else not holds
                if path.facts.setdefault(inner, holds) != holds:
                    return False
                if self._is_check(inner):
                    path.checks |= {(inner, holds)}
        return True

    def entered(self, path: OpenPath, landing: Word) -> bool:
        """Note the function that a path has come to through a table.

        False where it would be two at once.
        """
        arena = self._arena
        compared = [
            (atom, truth, self._compared_selector(atom))
            for atom, truth in path.facts.items()
            if arena.kind[atom] == op.EQ
        ]
        for atom, truth, selector in compared:
            if truth and selector is not None and path.selector is None:
                self._enter(path, atom, arena.constant(landing) or 0)
        return all(
            selector is None or path.selector is None or (selector == path.selector) == truth
            for _, truth, selector in compared
        )

    def _enter(self, path: OpenPath, atom: Word, offset: int) -> None:
        """Note the function that the path has come to, if the condition compares the selector."""
        selector = self._compared_selector(atom)
        if selector is not None:
            path.selector = selector
            self._found.entries.setdefault(selector, offset)

    def _compared_selector(self, atom: Word) -> int | None:
        a, b = self._arena.args[atom]
        if self._arena.kind[b] == SELECTOR:
            a, b = b, a
        return self._arena.constant(b) if self._arena.kind[a] == SELECTOR else None

    def _is_check(self, atom: Word) -> bool:
        """Whether it asks who the caller is, not how much he has.

        An order against a constant is a state, as of an initialiser.
        """
        order = self._arena.kind[atom] in _ORDER and not self._is_masked(atom)
        return bool(self._arena.taint[atom] & _WHO) and not order and not self._is_computed(atom)

    def _is_computed(self, word: Word) -> bool:
        """Whether it is worked out from amounts: no question about who somebody is."""
        known = self._computed.get(word)
        if known is None:
            kind = self._arena.kind[word]
            parts = () if kind in _READS else self._arena.args[word]
            known = self._computed[word] = kind in _ARITHMETIC or any(map(self._is_computed, parts))
        return known

    def _is_masked(self, atom: Word) -> bool:
        """A field cut out by a constant is one condition, not two."""
        return any(self._arena.constant(arg) is not None for arg in self._arena.args[atom])
