"""Paths under exploration, and the joins where one path stands for another."""

from __future__ import annotations

from dataclasses import dataclass

from premium.security.evm.memory import Memory
from premium.security.evm.paths import Effect, Exploration, Facts
from premium.security.evm.words import Word

JOIN_LIMIT = 4


@dataclass(slots=True)
class OpenPath:
    """A path that has not ended: where it stands and what it has done."""

    offset: int
    stack: list[Word]
    memory: Memory
    facts: Facts
    selector: int | None
    effects: tuple[Effect, ...]
    done: frozenset[int]
    """Offsets of the effects: what a join must agree on."""
    history: int
    """Number of this very sequence of effects with its words: two that differ are two ways to arrive."""
    flags: int
    """Number of this very sequence of decisions on stored flags: a later branch may ask for one again."""
    checks: frozenset[tuple[Word, bool]]
    trace: tuple[int, ...]

    @classmethod
    def start(cls) -> OpenPath:
        """Return the path that stands at byte 0 and knows nothing."""
        return cls(0, [], Memory(), {}, None, (), frozenset(), 0, 0, frozenset(), ())

    def fork(self, offset: int) -> OpenPath:
        """Return a copy that goes on at another offset."""
        return OpenPath(
            offset, self.stack.copy(), self.memory.copy(), self.facts.copy(), self.selector,
            self.effects, self.done, self.history, self.flags, self.checks, self.trace,
        )  # fmt: skip


class Joins:
    """Places where paths meet with equal return addresses, effects and caller checks.

    After `JOIN_LIMIT` different stacks a place is full, which bounds loops.
    """

    def __init__(self, found: Exploration, landings: set[Word]) -> None:
        self._found = found
        self._is_landing = landings.__contains__
        self._stacks: dict[tuple[object, ...], tuple[int, set[tuple[Word, ...]]]] = {}

    def absorb(self, path: OpenPath) -> bool:
        """Whether an earlier path stands for the rest of this one.

        Where none does, the join is added to the path's trace.
        """
        returns = tuple(filter(self._is_landing, path.stack))
        key = (path.offset, path.selector, returns, path.done, path.checks)
        stack = (path.history, path.flags, *path.stack)
        join = self._stacks.get(key)
        if join is None:
            join = self._stacks[key] = (len(self._stacks), set())
        number, stacks = join
        if stack in stacks or len(stacks) >= JOIN_LIMIT:
            self._found.merged.setdefault(number, []).append((path.facts, path.trace))
            return True
        stacks.add(stack)
        path.trace = (*path.trace, number)
        return False
