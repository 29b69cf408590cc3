"""Basic blocks lowered to operations on registers, without their stack traffic.

Three instructions of four only move words, so that is done once a block. A lowered block reads registers: first the
words it takes from the stack (0 is the top), then its constants, then the results of its operations in order. `out`
says which registers replace the taken words, deepest first.
"""

from __future__ import annotations

from typing import NamedTuple

from premium.security.evm.arena import Arena
from premium.security.evm.disassembly import Instruction, is_known
from premium.security.evm.opcodes import (
    ARITY,
    DUP1,
    ENDS,
    INVALID,
    JUMP,
    JUMPDEST,
    JUMPI,
    POP,
    PUSH0,
    PUSH32,
    SWAP1,
    SWAP16,
)
from premium.security.evm.words import Word

Operation = tuple[int, int, tuple[int, ...]]
"""Opcode, byte offset, registers of its arguments (stack order)."""


class BasicBlock(NamedTuple):
    """One lowered block.

    `end` is the closing opcode, JUMPDEST where the block only falls through to `following`.
    """

    offset: int
    taken: int
    constants: tuple[Word, ...]
    operations: tuple[Operation, ...]
    out: tuple[int, ...]
    end: int
    end_offset: int
    end_args: tuple[int, ...]
    following: int


class _Stack:
    """Symbolic stack of tagged references while lowering.

    `(0, n)` is a taken word, `(1, n)` a constant, `(2, n)` a result.
    """

    def __init__(self) -> None:
        self.taken = 0
        self.items: list[tuple[int, int]] = []

    def reach(self, depth: int) -> None:
        """Take words from below until the stack is this deep."""
        while len(self.items) < depth:
            self.items.insert(0, (0, self.taken))
            self.taken += 1

    def move(self, code: int) -> None:
        """Carry out DUP, SWAP or POP."""
        if code == POP:
            self.pop()
            return
        depth = code - DUP1 + 1 if code < SWAP1 else code - SWAP1 + 2
        self.reach(depth)
        if code < SWAP1:
            self.items.append(self.items[-depth])
        else:
            self.items[-1], self.items[-depth] = self.items[-depth], self.items[-1]

    def pop(self) -> tuple[int, int]:
        """Take the top, from below where the block has pushed nothing."""
        self.reach(1)
        return self.items.pop()


def lower(instructions: list[Instruction], arena: Arena) -> BasicBlock:
    """Lower the instructions of one basic block."""
    stack, constants = _Stack(), list[Word]()
    operations: list[tuple[int, int, tuple[tuple[int, int], ...]]] = []
    end_args: tuple[tuple[int, int], ...] = ()
    results, end, last = 0, JUMPDEST, instructions[-1]
    for one in instructions:
        code = one.opcode
        if PUSH0 <= code <= PUSH32:
            stack.items.append((1, len(constants)))
            is_unset = code == PUSH32 and one.operand == 0
            constants.append(arena.unset if is_unset else arena.const(one.operand))
        elif DUP1 <= code <= SWAP16 or code == POP:
            stack.move(code)
        elif not is_known(code):
            end = INVALID
        elif code != JUMPDEST:
            taken, given = ARITY[code] or (0, 0)
            args = tuple(stack.pop() for _ in range(taken))
            if code in ENDS or code in (JUMP, JUMPI):
                end, end_args = code, args
                continue
            operations.append((code, one.offset, args))
            if given:
                stack.items.append((2, results))
                results += 1
    start = (0, stack.taken, stack.taken + len(constants))

    def register(reference: tuple[int, int]) -> int:
        return start[reference[0]] + reference[1]

    return BasicBlock(
        offset=instructions[0].offset,
        taken=stack.taken,
        constants=tuple(constants),
        operations=tuple((code, offset, tuple(map(register, args))) for code, offset, args in operations),
        out=tuple(map(register, stack.items)),
        end=end,
        end_offset=last.offset,
        end_args=tuple(map(register, end_args)),
        following=last.offset + 1 + (last.opcode - PUSH0 if PUSH0 <= last.opcode <= PUSH32 else 0),
    )
