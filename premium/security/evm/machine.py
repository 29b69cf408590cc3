"""The symbolic machine, which runs one basic block on an open path."""

from __future__ import annotations

from premium.security.evm import opcodes as op
from premium.security.evm.arena import Arena
from premium.security.evm.blocks import BasicBlock
from premium.security.evm.copies import ECRECOVER, call_of, hashed, store
from premium.security.evm.open_paths import OpenPath
from premium.security.evm.paths import Creation, Effect, Exploration, Write
from premium.security.evm.words import RESULT, UNKNOWN, Word

_PURE = frozenset(
    {*range(0x01, 0x0C), *range(0x10, 0x1E), op.ADDRESS, op.BALANCE, op.ORIGIN, op.CALLER, op.CALLVALUE,
     op.CALLDATALOAD, op.CALLDATASIZE, op.SELFBALANCE, op.SLOAD, 0x38, *range(0x41, 0x47), op.BASEFEE, op.GASPRICE}
)  # fmt: skip


class Machine:
    """Runs blocks of one code; `code` is the raw bytecode that CODECOPY reads."""

    def __init__(self, arena: Arena, code: bytes, found: Exploration | None = None) -> None:
        self._arena = arena
        self._code = code
        self._handed = found.handed if found is not None else {}
        self._of_signatures = found.of_signatures if found is not None else {}
        self._histories: dict[tuple[int, Effect], int] = {}

    def run(self, path: OpenPath, block: BasicBlock) -> list[Word]:
        """Run a block whose taken words are on the stack.

        Returns the arguments of its closing instruction.
        """
        stack, taken = path.stack, block.taken
        registers = stack[: -taken - 1 : -1] if taken else []
        registers += block.constants
        if taken:
            del stack[-taken:]
        self._operate(path, block, registers)
        stack.extend([registers[index] for index in block.out])
        return [registers[index] for index in block.end_args]

    def record(self, path: OpenPath, effect: Effect) -> None:
        """Add an effect to the path and to its history."""
        path.effects = (*path.effects, effect)
        path.done |= {effect.offset}
        path.history = self._histories.setdefault((path.history, effect), len(self._histories) + 1)

    def _operate(self, path: OpenPath, block: BasicBlock, registers: list[Word]) -> None:
        arena, memory = self._arena, path.memory
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
                registers.append(memory.load(arena, words[0], offset))
            elif code == op.KECCAK:
                registers.append(hashed(arena, memory, words[0], words[1], offset))
            else:
                given = self._touch(path, code, offset, words)
                if given is not None:
                    registers.append(given)

    def _touch(self, path: OpenPath, code: int, offset: int, words: list[Word]) -> Word | None:
        """Carry out an instruction with effects, or one not followed; return its result."""
        arena, memory = self._arena, path.memory
        if code == op.SSTORE:
            self.record(path, Write(offset, words[0], words[1]))
            return None
        if code == op.MSTORE or op.LOG0 <= code <= op.LOG4:
            self._handed.setdefault(path.selector, set()).update(words[1:2] if code == op.MSTORE else words[2:])
        if code in op.CALLS:
            if arena.constant(words[1]) == ECRECOVER:
                places = (arena.make(op.ADD, words[-4], arena.const(at)) for at in (0, 64, 96))
                given = {word for place in places if (word := memory.whole(arena, place)) is not None}
                self._of_signatures.setdefault(path.selector, set()).update(given)
            call = call_of(arena, memory, code, offset, words)
            if code != op.STATICCALL:
                self.record(path, call)
            return arena.opaque(UNKNOWN, offset)
        if code in (op.CREATE, op.CREATE2):
            self.record(path, Creation(offset))
            return arena.opaque(RESULT, offset)
        if code == op.GAS:
            return arena.opaque(code, offset)
        if op.ARITY[code] == (len(words), 1):
            return arena.opaque(UNKNOWN, offset if words else code + (1 << 32), *words)
        store(arena, memory, code, words, self._code)
        return None
