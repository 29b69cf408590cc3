"""Jumps through tables: a computed target followed for every value its index can have.

Vyper and hand-written dispatchers take a small number from the selector (`selector % 11`), read where to go from the
code itself and jump there. Such a path is split: one for each value of the small number, with that value in its place.
"""

from __future__ import annotations

from collections.abc import Iterator

from premium.security.evm import opcodes as op
from premium.security.evm.arena import Arena
from premium.security.evm.conditions import atom_of
from premium.security.evm.copies import code_word
from premium.security.evm.open_paths import OpenPath
from premium.security.evm.words import CODE, FROM_CALLDATA, SELECTOR, Word, parts

_MOST_CASES = 1024
_MOD = 0x06


class Tables:
    """Splits paths of one code whose next jump hangs on a small number."""

    def __init__(self, arena: Arena, source: bytes) -> None:
        self._arena = arena
        self._source = source

    def split(self, path: OpenPath, target: Word) -> Iterator[tuple[OpenPath, Word]]:
        """Return a path and its target for each value that the target hangs on.

        Nothing where no small number decides, or the path has come to a function already.
        """
        index = self._index(target) if path.selector is None and not path.effects else None
        if index is None:
            return
        term, cases = index
        for value in cases:
            new = _Replaced(self._arena, self._source, {term: self._arena.const(value)})
            other = self._with(path, new)
            if other is not None:
                yield other, new.of(target)

    def _index(self, target: Word) -> tuple[Word, range] | None:
        """The innermost part of a word that takes few values, and those."""
        found = [(one, cases) for one in parts(self._arena, target) if (cases := self._cases(one)) is not None]
        inner = [one for one in found if not any(self._holds(one[0], other) for other, _ in found)]
        return min(inner, key=lambda one: (len(one[1]), one[0]), default=None)

    def _cases(self, word: Word) -> range | None:
        arena, kind, args = self._arena, self._arena.kind[word], self._arena.args[word]
        if not arena.taint[word] & FROM_CALLDATA and not _has(arena, word, SELECTOR):
            return None
        if kind == _MOD:
            size = arena.constant(args[1])
            return range(size) if size is not None and 0 < size <= _MOST_CASES else None
        if kind == op.AND:
            for one, other in (args, args[::-1]):
                mask = arena.constant(one)
                if mask is not None and 0 < mask < _MOST_CASES and arena.kind[other] != CODE:
                    low = mask & -mask
                    return range(0, mask + 1, low) if not mask & (mask + low) else None
        return None

    def _holds(self, word: Word, inner: Word) -> bool:
        """Whether `inner` is a part of `word`."""
        return inner != word and any(one == inner for one in parts(self._arena, word))

    def _with(self, path: OpenPath, new: _Replaced) -> OpenPath | None:
        """The path in the case that a number has its value; None where what it decided contradicts that."""
        arena = self._arena
        facts: dict[Word, bool] = {}
        for atom, truth in path.facts.items():
            inner, holds = atom_of(arena, new.of(atom))
            known = arena.constant(inner)
            holds = truth if holds else not truth
            if (known is not None and (known != 0) != holds) or facts.setdefault(inner, holds) != holds:
                return None
        other = path.fork(path.offset)
        other.facts = facts
        other.stack = [new.of(word) for word in path.stack]
        other.memory = path.memory.mapped(arena, {word: new.of(word) for word in path.memory.words()})
        other.checks = frozenset((new.of(atom), truth) for atom, truth in path.checks)
        return other


def _has(arena: Arena, word: Word, kind: int) -> bool:
    return any(arena.kind[one] == kind for one in parts(arena, word))


class _Replaced:
    """Words with one part replaced, simplified anew; code at offsets that become constant is read."""

    def __init__(self, arena: Arena, source: bytes, new: dict[Word, Word]) -> None:
        self._arena = arena
        self._source = source
        self._known = new

    def of(self, word: Word) -> Word:
        """Return the word with the replacement inside."""
        arena, known = self._arena, self._known
        pending = [word]
        while pending:
            one = pending[-1]
            args = arena.args[one]
            missing = [arg for arg in args if arg not in known]
            if one not in known and missing:
                pending.extend(missing)
                continue
            pending.pop()
            if one not in known:
                known[one] = self._made(one, tuple([known[arg] for arg in args]))
        return known[word]

    def _made(self, word: Word, args: tuple[Word, ...]) -> Word:
        arena, kind = self._arena, self._arena.kind[word]
        if args == arena.args[word]:
            return word
        start = arena.constant(args[0]) if kind == CODE else None
        if start is not None:
            return code_word(arena, self._source, start)
        if arena.value[word]:
            return arena.opaque(kind, arena.value[word], *args)
        return arena.make(kind, *args)
