"""Symbolic execution of a whole code from byte 0: every function, told apart by the selector its path has decided.

Branches whose condition is already decided are followed one way only. Paths that meet with the same return addresses,
effects and caller checks are joined after `JOIN_LIMIT` different stacks, which bounds loops; each function is bounded
by `budget` block runs of its own, so that a large one starves no other; what small ones leave goes to those it cut, and
`truncated` names the ones that were cut nevertheless.
"""

from __future__ import annotations

from dataclasses import dataclass

from premium.security import opcodes as op
from premium.security.conditions import atom_of
from premium.security.disassembly import Disassembly
from premium.security.expressions import (
    FROM_CALLER,
    FROM_ORIGIN,
    FROM_SIGNATURE,
    FROM_STORAGE,
    RESULT,
    SELECTOR,
    UNKNOWN,
    Arena,
    Word,
)
from premium.security.lowering import Block, lower
from premium.security.machine import Memory, call_of, hashed, load, store
from premium.security.paths import Creation, Destruct, Effect, Exploration, Facts, Path, Write

JOIN_LIMIT = 4
MOST_RUNS = 30_000
"""However many functions a code claims to have."""
TOTAL_RUNS = 4000
"""Block runs a code may take beyond its functions' own budgets: small contracts get what large functions need."""
STACK_LIMIT = 1024
_ORDER = frozenset({op.LT, op.GT, op.SLT, op.SGT})
_WHO = FROM_CALLER | FROM_ORIGIN | FROM_SIGNATURE


@dataclass(slots=True)
class _State:
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


class Explorer:
    """One run over one code."""

    def __init__(self, disassembly: Disassembly, *, budget: int) -> None:
        self._source = disassembly
        self._arena = Arena()
        self.found = Exploration(self._arena)
        self._blocks: dict[int, Block] = {}
        self._budget = budget
        self._runs: dict[int | None, int] = {}
        self._total = 0
        self._joins: dict[tuple[object, ...], tuple[int, set[tuple[Word, ...]]]] = {}
        self._landings = {self._arena.const(offset) for offset in disassembly.jumpdests}
        self._histories: dict[tuple[int, Effect], int] = {}
        self._decisions: dict[tuple[int, Word, bool], int] = {}
        self._pending: list[_State] = []

    def run(self) -> Exploration:
        start = _State(0, [], {}, {}, None, (), frozenset(), 0, 0, frozenset(), ())
        parked = self._drain([start], self._budget)
        spare = TOTAL_RUNS - sum(self._runs.values())
        for left, selector in zip(range(len(parked), 0, -1), sorted(parked, key=str), strict=True):
            used, share = self._runs.get(selector, 0), max(0, spare // left)
            self.found.truncated.update(self._drain(parked[selector], used + share))
            spare -= self._runs.get(selector, 0) - used
        return self.found

    def _drain(self, pending: list[_State], budget: int) -> dict[int | None, list[_State]]:
        """Runs until nothing is left; what a function had left when its budget was spent, by selector."""
        parked: dict[int | None, list[_State]] = {}
        self._pending = pending
        while pending:
            state = pending.pop()
            runs = self._runs.get(state.selector, 0)
            if runs >= budget or self._total >= MOST_RUNS:
                parked.setdefault(state.selector, []).append(state)
            elif not self._joined(state):
                self._runs[state.selector] = runs + 1
                self._total += 1
                self._step(state)
        return parked

    def _block(self, offset: int) -> Block | None:
        block = self._blocks.get(offset)
        if block is None and offset in self._source.blocks:
            block = self._blocks[offset] = lower(self._source.blocks[offset], self._arena)
            self.found.reached.add(offset)
        return block

    def _joined(self, state: _State) -> bool:
        """Whether an earlier path stands for the rest of this one; gives the join its number in the trace."""
        landings = self._landings
        returns = tuple([word for word in state.stack if word in landings])
        key = (state.offset, state.selector, returns, state.done, state.checks)
        stack = (state.history, state.flags, *state.stack)
        join = self._joins.get(key)
        if join is None:
            join = self._joins[key] = (len(self._joins), set())
        number, stacks = join
        if stack in stacks or len(stacks) >= JOIN_LIMIT:
            self.found.merged.setdefault(number, []).append((state.facts, state.trace))
            return True
        stacks.add(stack)
        state.trace = (*state.trace, number)
        return False

    def _step(self, state: _State) -> None:
        block = self._block(state.offset)
        if block is None or len(state.stack) < block.taken or len(state.stack) > STACK_LIMIT:
            return
        if block.end in (op.REVERT, op.INVALID):
            return
        stack, taken = state.stack, block.taken
        registers = stack[: -taken - 1 : -1] if taken else []
        registers += block.constants
        if taken:
            del stack[-taken:]
        self._operate(state, block, registers)
        stack.extend([registers[index] for index in block.out])
        self._leave(state, block, [registers[index] for index in block.end_args])

    def _operate(self, state: _State, block: Block, registers: list[Word]) -> None:
        arena, memory = self._arena, state.memory
        memo = arena.memo
        for code, offset, args in block.operations:
            if code in _PURE:
                if len(args) == 2:
                    key: tuple[int, ...] = (code, registers[args[0]], registers[args[1]])
                else:
                    key = (code, *[registers[index] for index in args])
                word = memo.get(key)
                registers.append(arena.make(*key) if word is None else word)
                continue
            words = [registers[index] for index in args]
            if code == op.MLOAD:
                registers.append(load(arena, memory, words[0], offset))
            elif code == op.KECCAK:
                registers.append(hashed(arena, memory, words[0], words[1], offset))
            else:
                given = self._touch(state, code, offset, words)
                if given is not None:
                    registers.append(given)

    def _touch(self, state: _State, code: int, offset: int, words: list[Word]) -> Word | None:
        """An instruction that changes something outside the stack, or reads what is not followed; its result."""
        arena, memory = self._arena, state.memory
        if code == op.SSTORE:
            self._did(state, Write(offset, words[0], words[1]))
            return None
        if code in op.CALLS:
            call = call_of(arena, memory, code, offset, words)
            if code != op.STATICCALL:
                self._did(state, call)
            return arena.opaque(UNKNOWN, offset)
        if code in (op.CREATE, op.CREATE2):
            self._did(state, Creation(offset))
            return arena.opaque(RESULT, offset)
        if op.ARITY[code] == (len(words), 1):
            return arena.opaque(UNKNOWN, offset if words else code + (1 << 32), *words)
        store(arena, memory, code, words, self._source.raw)
        return None

    def _did(self, state: _State, effect: Effect) -> None:
        state.effects = (*state.effects, effect)
        state.done |= {effect.offset}
        state.history = self._histories.setdefault((state.history, effect), len(self._histories) + 1)

    def _leave(self, state: _State, block: Block, args: list[Word]) -> None:
        end = block.end
        if end == op.JUMPDEST:
            state.offset = block.following
            self._pending.append(state)
        elif end == op.JUMP:
            self._jump(state, args[0])
        elif end == op.JUMPI:
            self._branch(state, block, args[0], args[1])
        else:
            if end == op.SELFDESTRUCT:
                self._did(state, Destruct(block.end_offset, args[0]))
            returned = state.memory.get(args[0]) if end == op.RETURN else None
            self.found.paths.append(
                Path(state.selector, state.facts, state.effects, returned, state.trace, block.end_offset)
            )

    def _jump(self, state: _State, target: Word) -> None:
        if target in self._landings:
            state.offset = self._arena.value[target]
            self._pending.append(state)
        elif self._arena.constant(target) is None:
            self.found.unresolved_jumps += 1

    def _branch(self, state: _State, block: Block, target: Word, condition: Word) -> None:
        atom, truth = atom_of(self._arena, condition)
        if self._arena.taint[atom] & FROM_ORIGIN:
            self.found.origin_checks.add((state.selector, block.end_offset, atom))
        known = self._known(state, atom)
        if known is None:
            other = _State(
                block.following, state.stack.copy(), state.memory.copy(), state.facts.copy(), state.selector,
                state.effects, state.done, state.history, state.flags, state.checks, state.trace,
            )  # fmt: skip
            if self._assume(other, atom, not truth, block.following):
                self._pending.append(other)
            if self._assume(state, atom, truth, self._arena.value[target]):
                self._jump(state, target)
        elif known == truth:
            self._jump(state, target)
        else:
            state.offset = block.following
            self._pending.append(state)

    def _is_check(self, atom: Word) -> bool:
        """Who the caller is, not how much he has; an order against a constant is a state, as of an initialiser."""
        order = self._arena.kind[atom] in _ORDER and not self._is_masked(atom)
        return bool(self._arena.taint[atom] & _WHO) and not order

    def _is_masked(self, atom: Word) -> bool:
        """A field cut out by a constant is one condition, not two."""
        return any(self._arena.constant(arg) is not None for arg in self._arena.args[atom])

    def _known(self, state: _State, atom: Word) -> bool | None:
        constant = self._arena.constant(atom)
        if constant is not None:
            return constant != 0
        if state.selector is not None and self._arena.kind[atom] == op.EQ:
            compared = self._compared_selector(atom)
            if compared is not None:
                return compared == state.selector
        return state.facts.get(atom)

    def _compared_selector(self, atom: Word) -> int | None:
        a, b = self._arena.args[atom]
        if self._arena.kind[b] == SELECTOR:
            a, b = b, a
        return self._arena.constant(b) if self._arena.kind[a] == SELECTOR else None

    def _assume(self, state: _State, atom: Word, truth: bool, offset: int) -> bool:
        """Adds the fact to the path; False where it contradicts what is known."""
        arena = self._arena
        state.facts[atom] = truth
        if arena.taint[atom] & FROM_STORAGE and arena.kind[atom] not in _ORDER:
            state.flags = self._decisions.setdefault((state.flags, atom, truth), len(self._decisions) + 1)
        if self._is_check(atom):
            state.checks |= {(atom, truth)}
        kind = arena.kind[atom]
        if ((kind == op.AND and truth) or (kind == op.OR and not truth)) and not self._is_masked(atom):
            for part in arena.args[atom]:
                inner, holds = atom_of(self._arena, part)
                if arena.constant(inner) is None:
                    holds = holds if truth else not holds
                    if state.facts.setdefault(inner, holds) != holds:
                        return False
                    if self._is_check(inner):
                        state.checks |= {(inner, holds)}
        if truth and kind == op.EQ and state.selector is None:
            selector = self._compared_selector(atom)
            if selector is not None:
                state.selector = selector
                self.found.entries.setdefault(selector, offset)
        return True


_PURE = frozenset(
    {*range(0x01, 0x0C), *range(0x10, 0x1E), op.ADDRESS, op.BALANCE, op.ORIGIN, op.CALLER, op.CALLVALUE,
     op.CALLDATALOAD, op.CALLDATASIZE, op.SELFBALANCE, op.SLOAD, 0x38, *range(0x41, 0x47), 0x48}
)  # fmt: skip


def explore(code: bytes, *, budget: int = 400) -> Exploration:
    """All paths of one runtime code within `budget` block runs a function."""
    return Explorer(Disassembly(code), budget=budget).run()
