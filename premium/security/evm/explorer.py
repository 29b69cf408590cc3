"""Symbolic execution of a whole code, function by function, from byte 0.

Branches whose condition is already decided are followed one way only, and paths that meet are joined. Each function is
bounded by `budget` block runs of its own, so that a large one starves no other; what small ones leave goes to those it
cut, and `truncated` names the ones that were cut nevertheless.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from threading import Lock

from premium.security.evm import opcodes as op
from premium.security.evm.arena import Arena
from premium.security.evm.blocks import BasicBlock, lower
from premium.security.evm.conditions import atom_of
from premium.security.evm.decisions import Decisions
from premium.security.evm.disassembly import Disassembly
from premium.security.evm.machine import Machine
from premium.security.evm.open_paths import Joins, OpenPath
from premium.security.evm.paths import Exploration, Path, SelfDestruct
from premium.security.evm.tables import Tables
from premium.security.evm.words import FROM_ORIGIN, FROM_SURROUNDINGS, Word

MOST_OF_ONE = 6_000
"""Block runs that one function may take of what others leave: one that is not through by then never was."""
MOST_RUNS = 30_000
"""However many functions a code claims to have."""
TOTAL_RUNS = 14_000
"""Block runs a code may take beyond its functions' own budgets: small contracts get what large functions need."""
HELD_A_RUN = 128
"""What a path remembers counts, too: so many facts and effects as one more run, or memory had no bound."""
STACK_LIMIT = 1024
_LOCK = Lock()
_HOLDING: list[bool] = []
"""One entry for each who holds the collector off: whether it ran before."""
_JUMPDEST = bytes([op.JUMPDEST])
LAST_OF_THROWS = 2
"""Old compilers throw by a jump to one of the first bytes, where nobody may land; none writes another."""
MOST_ANSWERED = 512
"""Bytes of an answer that are kept."""


class Explorer:
    """One exploration of one code."""

    def __init__(self, disassembly: Disassembly, *, budget: int) -> None:
        self._source = disassembly
        self._arena = Arena()
        self.found = Exploration(self._arena)
        self._landings = {self._arena.const(offset) for offset in disassembly.jumpdests}
        self._joins = Joins(self.found, self._landings)
        self._decisions = Decisions(self.found)
        self._machine = Machine(self._arena, disassembly.raw, self.found)
        self._tables = Tables(self._arena, disassembly.raw)
        self._blocks: dict[int, BasicBlock] = {}
        self._budget = budget
        self._runs: dict[int | None, int] = {}
        self._total = 0
        self._pending: list[OpenPath] = []

    def run(self) -> Exploration:
        """Explore within the budgets, then give functions that were cut what others left."""
        parked = self._drain([OpenPath.start()], self._budget)
        spare = TOTAL_RUNS - sum(self._runs.values())
        for left, selector in zip(range(len(parked), 0, -1), sorted(parked, key=str), strict=True):
            used, share = self._runs.get(selector, 0), max(0, spare // left)
            self.found.truncated.update(self._drain(parked[selector], min(used + share, MOST_OF_ONE)))
            spare -= self._runs.get(selector, 0) - used
        read = sum(self._blocks[offset].following - offset for offset in self.found.reached)
        self.found.signed = len(self._source.code) < len(self._source.raw)
        self.found.left_out = bool(self._source.jumpdests - self.found.reached)
        self.found.share = Fraction(min(read, len(self._source.code)), len(self._source.code) or 1)
        return self.found

    def _drain(self, pending: list[OpenPath], budget: int) -> dict[int | None, list[OpenPath]]:
        """Run until nothing is left; return what no budget was left for, by selector."""
        parked: dict[int | None, list[OpenPath]] = {}
        self._pending = pending
        while pending:
            path = pending.pop()
            runs = self._runs.get(path.selector, 0)
            if runs >= budget or self._total >= MOST_RUNS:
                parked.setdefault(path.selector, []).append(path)
            elif not self._joins.absorb(path):
                cost = 1 + (len(path.facts) + len(path.effects)) // HELD_A_RUN
                self._runs[path.selector] = runs + cost
                self._total += cost
                self._step(path)
        return parked

    def _step(self, path: OpenPath) -> None:
        block = self._block(path.offset)
        if block is None:
            self._run_out(path)
            return
        if len(path.stack) < block.taken or len(path.stack) > STACK_LIMIT:
            self.found.broken.add(path.selector)
        elif block.end not in (op.REVERT, op.INVALID):
            self._leave(path, block, self._machine.run(path, block))
        elif block.end == op.INVALID and self._source.raw[block.end_offset] != op.INVALID:
            self.found.broken.add(path.selector)
        else:
            self.found.refuses |= block.end == op.REVERT

    def _run_out(self, path: OpenPath) -> None:
        """The end of the code stops like STOP; what was taken for the compiler's metadata was not read."""
        if path.offset >= len(self._source.raw):
            self.found.paths.append(Path(path.selector, path.facts, path.effects, None, path.trace, path.offset))
        elif path.offset >= len(self._source.code):
            self.found.unresolved.add((path.selector, path.offset))

    def _block(self, offset: int) -> BasicBlock | None:
        block = self._blocks.get(offset)
        if block is None and offset in self._source.blocks:
            block = self._blocks[offset] = lower(self._source.blocks[offset], self._arena)
            self.found.reached.add(offset)
        return block

    def _leave(self, path: OpenPath, block: BasicBlock, args: list[Word]) -> None:
        end = block.end
        if end == op.JUMPDEST:
            path.offset = block.following
            self._pending.append(path)
        elif end == op.JUMP:
            self._jump(path, args[0], block.end_offset)
        elif end == op.JUMPI:
            self._branch(path, block, args[0], args[1])
        else:
            self._end(path, block, args)

    def _end(self, path: OpenPath, block: BasicBlock, args: list[Word]) -> None:
        """Keep a path that has come to a normal end."""
        if block.end == op.SELFDESTRUCT:
            self._machine.record(path, SelfDestruct(block.end_offset, args[0]))
        answers = self._answers(path, args) if block.end == op.RETURN else ()
        returned = answers[0] if answers else None
        more = tuple(word for word in answers[1:] if word is not None)
        self.found.paths.append(
            Path(path.selector, path.facts, path.effects, returned, path.trace, block.end_offset, more)
        )

    def _answers(self, path: OpenPath, args: list[Word]) -> list[Word | None]:
        """The returned words, as far as they are known: the first, and others where their number is fixed."""
        size = self._arena.constant(args[1])
        count = max(1, min(size or 0, MOST_ANSWERED) // 32)
        places = (self._arena.make(op.ADD, args[0], self._arena.const(32 * number)) for number in range(count))
        return [path.memory.whole(self._arena, place) for place in places]

    def _jump(self, path: OpenPath, target: Word, place: int) -> None:
        """Go on at the target of the jump at byte `place`: all its targets where it goes through a table."""
        if target in self._landings:
            path.offset = self._arena.value[target]
            self._pending.append(path)
        elif (known := self._arena.constant(target)) is not None:
            if known >= len(self._source.code) and self._source.raw[known : known + 1] == _JUMPDEST:
                self.found.unresolved.add((path.selector, place))
            elif known > LAST_OF_THROWS:
                self.found.broken.add(path.selector)
        else:
            cases = list(self._tables.split(path, target))
            if not cases:
                self.found.unresolved.add((path.selector, place))
            for other, landing in cases:
                if self._decisions.entered(other, landing):
                    self._jump(other, landing, place)

    def _branch(self, path: OpenPath, block: BasicBlock, target: Word, condition: Word) -> None:
        atom, truth = atom_of(self._arena, condition)
        if self._arena.taint[atom] & (FROM_ORIGIN | FROM_SURROUNDINGS):
            self.found.surroundings.add((path.selector, block.end_offset, atom))
        self.found.asked.setdefault(path.selector, set()).add(atom)
        known = self._decisions.known(path, atom)
        if known is None:
            other = path.fork(block.following)
            if self._decisions.assume(other, atom, not truth, block.following):
                self._pending.append(other)
            if self._decisions.assume(path, atom, truth, self._arena.value[target]):
                self._jump(path, target, block.end_offset)
        elif known == truth:
            self._jump(path, target, block.end_offset)
        else:
            path.offset = block.following
            self._pending.append(path)


@contextmanager
def held_off() -> Iterator[None]:
    """Hold Python's collector of cycles off while something bounded and free of cycles is built.

    An exploration makes tens of thousands of small objects that stay: each few hundred start a walk over all of them,
    and over whatever else the process holds. Threads may hold it off at once; the last one lets it go on.
    """
    with _LOCK:
        _HOLDING.append(gc.isenabled() if not _HOLDING else _HOLDING[0])
        gc.disable()
    try:
        yield
    finally:
        with _LOCK:
            ran = _HOLDING.pop()
            if ran and not _HOLDING:
                gc.enable()


def explore(code: bytes, *, budget: int = 1500) -> Exploration:
    """Find all paths of one runtime code within `budget` block runs a function."""
    with held_off():
        return Explorer(Disassembly(code), budget=budget).run()
