"""The code that a creation code would leave, as it stands in it."""

from __future__ import annotations

from premium.security.evm import opcodes as op
from premium.security.evm.arena import Arena
from premium.security.evm.blocks import lower
from premium.security.evm.disassembly import Disassembly
from premium.security.evm.explorer import explore


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


def borrowed_at(creation: bytes) -> int | None:
    """Return where a creation code fetches what it leaves from another contract.

    None where it brings its own. The same creation code, and so the same address of CREATE2, then gives other code
    when the other contract changes.
    """
    source = Disassembly(creation)
    fetches = {op.EXTCODECOPY} if runtime_of(creation) else {op.EXTCODECOPY, op.RETURNDATACOPY}
    return next(
        (
            one.offset
            for block in sorted(explore(creation).reached)
            for one in source.blocks[block]
            if one.opcode in fetches
        ),
        None,
    )
