"""Memory, hashing and calls of the symbolic machine.

Memory is a map from the word that names an offset to the word stored there: solc's scratch space and allocations have
constant offsets, and a symbolic offset that is written and read by the same expression is found again.
"""

from __future__ import annotations

from premium.security.evm import opcodes as op
from premium.security.evm.arena import Arena
from premium.security.evm.paths import MessageCall
from premium.security.evm.words import ADDRESS_MASK, ARRAY, CONST, HASH, MAP, RECOVERED, RESULT, UNKNOWN, Word

Memory = dict[Word, Word]
_ECRECOVER = 1


def load(arena: Arena, memory: Memory, offset: Word, identity: int) -> Word:
    """Return the word at a memory offset.

    What was never stored there is unknown, told apart by `identity`, the byte offset of the instruction.
    """
    word = memory.get(offset)
    return arena.opaque(UNKNOWN, identity, offset) if word is None else word


def store(arena: Arena, memory: Memory, code: int, words: list[Word], source: bytes) -> None:
    """Carry out MSTORE and the copying instructions.

    Logs and transient stores change nothing that the analysis reads.
    """
    if code == op.MSTORE:
        memory[words[0]] = words[1]
    elif code == op.CALLDATACOPY:
        memory[words[0]] = arena.make(op.CALLDATALOAD, words[1])
    elif code == op.CODECOPY:
        start, size = arena.constant(words[1]), arena.constant(words[2])
        if start is not None and size is not None and size <= 1024:
            _copy_code(arena, memory, words[0], source[start : start + size])
    elif code == op.RETURNDATACOPY:
        memory[words[0]] = arena.opaque(RESULT, -1, words[1])
    elif code == op.MCOPY and words[1] in memory:
        memory[words[0]] = memory[words[1]]


def _copy_code(arena: Arena, memory: Memory, target: Word, data: bytes) -> None:
    start = arena.constant(target)
    if start is None:
        return
    for position in range(0, len(data), 32):
        chunk = data[position : position + 32].ljust(32, b"\0")
        memory[arena.const(start + position)] = arena.const(int.from_bytes(chunk))


def hashed(arena: Arena, memory: Memory, offset: Word, size: Word, identity: int) -> Word:
    """Return the word of a KECCAK256.

    64 bytes of key and base are a mapping's entry (`MAP base key`), 32 bytes an array's data.
    """
    length = arena.constant(size)
    first = memory.get(offset)
    if first is not None and length == 32:
        return arena.make(ARRAY, first)
    second = memory.get(arena.make(op.ADD, offset, arena.const(32)))
    if length == 64 and first is not None and second is not None:
        base, key = (second, first) if _is_base(arena, second) or not _is_base(arena, first) else (first, second)
        return arena.make(MAP, base, _unmasked(arena, key))
    return arena.opaque(HASH, identity, *[word for word in (first, second) if word is not None])


def _unmasked(arena: Arena, key: Word) -> Word:
    """An address key with or without its mask names one entry."""
    if arena.kind[key] == op.AND:
        for one, other in (arena.args[key], arena.args[key][::-1]):
            if arena.constant(one) == ADDRESS_MASK:
                return other
    return key


def _is_base(arena: Arena, word: Word) -> bool:
    kind = arena.kind[word]
    if kind == op.ADD:
        return any(_is_base(arena, arg) for arg in arena.args[word] if arena.kind[arg] != CONST)
    return kind in (CONST, MAP, ARRAY)


def call_of(arena: Arena, memory: Memory, code: int, offset: int, words: list[Word]) -> MessageCall:
    """Return the call, with its results put where the caller reads them."""
    target = words[1]
    value = words[2] if code in (op.CALL, op.CALLCODE) else None
    data, size, out, out_size = words[-4:]
    head = memory.get(data)
    selector = None
    if head is not None and arena.constant(size) != 0:
        known = arena.constant(head)
        selector = known >> 224 if known is not None else None
    argument = memory.get(arena.make(op.ADD, data, arena.const(4)))
    if arena.constant(out_size) != 0:
        kind = RECOVERED if arena.constant(target) == _ECRECOVER else RESULT
        asked = [word for word in (argument, memory.get(arena.make(op.ADD, data, arena.const(36)))) if word is not None]
        memory[out] = arena.opaque(kind, offset, target, *(asked if code == op.STATICCALL else ()))
    return MessageCall(offset, code, target, value, selector, argument)
