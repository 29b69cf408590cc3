"""The code that a creation code would leave, as it stands in it."""

from __future__ import annotations

from premium.security.evm import opcodes as op
from premium.security.evm.arena import Arena
from premium.security.evm.blocks import lower
from premium.security.evm.disassembly import Disassembly


def runtime_of(creation: bytes) -> bytes:
    """Return the longest part of a creation code that it copies to memory.

    Empty where it copies none. Immutables are zero in it, as the compiler leaves them.
    """
    arena, source = Arena(), Disassembly(creation)
    found = b""
    for instructions in source.blocks.values():
        block = lower(instructions, arena)
        for code, _, args in block.operations:
            if code != op.CODECOPY:
                continue
            words = [index - block.taken for index in args[1:]]
            if not all(0 <= index < len(block.constants) for index in words):
                continue
            start, size = (arena.value[block.constants[index]] for index in words)
            if len(found) < size <= len(creation) - start:
                found = creation[start : start + size]
    return found
