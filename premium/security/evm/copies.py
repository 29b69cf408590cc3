"""What instructions do with memory.

Copies into it, hashes of it, calls that read and fill it.
"""

from __future__ import annotations

from premium.chains.addresses import keccak256
from premium.security.evm import opcodes as op
from premium.security.evm.arena import Arena
from premium.security.evm.memory import Memory, Piece, joined
from premium.security.evm.paths import MessageCall
from premium.security.evm.words import ADDRESS_MASK, ARRAY, CODE, CONST, HASH, MAP, PACKED, RECOVERED, RESULT, Word

ECRECOVER = 1
_BESIDE = 96
"""Bits of a word beside an address."""
_LONGEST_COPY, _LONGEST_KEY, _LONGEST_HASH, _UNKNOWN_COPY = 1024, 128, 1024, 64


def store(arena: Arena, memory: Memory, code: int, words: list[Word], source: bytes) -> None:
    """Carry out MSTORE, MSTORE8 and the copying instructions.

    Logs and transient stores change nothing that the analysis reads.
    """
    if code == op.MSTORE:
        memory.put(arena, words[0], words[1])
    elif code == op.MSTORE8:
        memory.put(arena, words[0], words[1], size=1, skip=31)
    elif code == op.CALLDATACOPY:
        _copy_calldata(arena, memory, words)
    elif code == op.CODECOPY:
        _copy_code(arena, memory, words, source)
    elif code == op.RETURNDATACOPY:
        memory.put(arena, words[0], arena.opaque(RESULT, -1, words[1]))
    elif code == op.MCOPY:
        _copy_memory(arena, memory, words)


def _copy_calldata(arena: Arena, memory: Memory, words: list[Word]) -> None:
    """Copy up to four words of the arguments.

    Of an unknown length two, as bytes may stand behind theirs.
    """
    size = arena.constant(words[2])
    for position in range(0, min(_UNKNOWN_COPY if size is None else size, _LONGEST_KEY), 32):
        word = arena.make(op.CALLDATALOAD, arena.make(op.ADD, words[1], arena.const(position)))
        at = arena.make(op.ADD, words[0], arena.const(position))
        memory.put(arena, at, word, size=32 if size is None else min(32, size - position))


def _copy_code(arena: Arena, memory: Memory, words: list[Word], source: bytes) -> None:
    """Copy bytes of the code; one word of it from a place that is computed stays a word of its own kind."""
    target, start, size = words[0], arena.constant(words[1]), arena.constant(words[2])
    if size is None or size > _LONGEST_COPY:
        return
    if start is None:
        if size <= 32:
            memory.put(arena, target, arena.make(CODE, words[1]), size=size)
        return
    for position in range(0, size, 32):
        word = code_word(arena, source, start + position)
        at = arena.make(op.ADD, target, arena.const(position))
        memory.put(arena, at, word, size=min(32, size - position))


def code_word(arena: Arena, source: bytes, start: int) -> Word:
    """Return 32 bytes of the code from `start` on, zeros after its end."""
    return arena.const(int.from_bytes(source[start : start + 32].ljust(32, b"\0")))


def _copy_memory(arena: Arena, memory: Memory, words: list[Word]) -> None:
    size = arena.constant(words[2])
    at = words[0]
    for length, word, skip in memory.pieces(
        arena, words[1], min(_UNKNOWN_COPY if size is None else size, _LONGEST_KEY)
    ):
        if word is not None:
            memory.put(arena, at, word, size=length, skip=skip)
        at = arena.make(op.ADD, at, arena.const(length))


def hashed(arena: Arena, memory: Memory, offset: Word, size: Word, identity: int) -> Word:
    """Return the word of a KECCAK256.

    64 bytes of key and base are a mapping's entry (`MAP base key`), 32 bytes an array's data, and keys packed beside a
    constant are an entry of a hand-rolled mapping whose base is that constant.
    """
    length = arena.constant(size)
    if length is not None and _LONGEST_KEY < length <= _LONGEST_HASH:
        return _hash_of(arena, memory.pieces(arena, offset, length), identity)
    if length is None or not 0 < length <= _LONGEST_KEY:
        first, second = memory.whole(arena, offset), memory.whole(arena, arena.make(op.ADD, offset, arena.const(32)))
        return arena.opaque(HASH, identity, *[word for word in (first, second) if word is not None])
    pieces = [part for piece in memory.pieces(arena, offset, length) for part in _halves(arena, piece)]
    wholes = [word for held, word, _ in pieces if held == 32 and word is not None]
    if len(wholes) == len(pieces) == 1:
        return arena.make(ARRAY, wholes[0])
    if len(wholes) == len(pieces) == 2:
        first, second = wholes
        base, key = (second, first) if _is_base(arena, second) or not _is_base(arena, first) else (first, second)
        return _entry(arena, base, key)
    packed = None if len(wholes) == len(pieces) else _packed(arena, pieces)
    return _hash_of(arena, pieces, identity) if packed is None else packed


def _halves(arena: Arena, piece: Piece) -> list[Piece]:
    """An address shifted to the left with a constant in the bytes below it: two pieces that were stored as one."""
    size, word, _ = piece
    if size != 32 or word is None or arena.kind[word] != op.OR:
        return [piece]
    for one, other in (arena.args[word], arena.args[word][::-1]):
        seed = arena.constant(one)
        if seed and seed >> _BESIDE == 0 and arena.kind[other] == op.SHL:
            bits, address = arena.args[other]
            if arena.constant(bits) == _BESIDE:
                return [(20, address, 12), (12, one, 20)]
    return [piece]


def _hash_of(arena: Arena, pieces: list[Piece], identity: int) -> Word:
    """A hash that is no entry of storage: known by its place and by what went into it."""
    return arena.opaque(HASH, identity, *[word for _, word, _ in pieces if word is not None])


def _packed(arena: Arena, pieces: list[Piece]) -> Word | None:
    """The entry of keys that stand beside a constant in fewer bytes than words; None for anything else."""
    base, keys = 0, list[Word]()
    for size, word, skip in pieces:
        if word is None:
            return None
        part = joined(arena, [(size, word, skip)])
        known = arena.constant(part) if part is not None else None
        if known is not None:
            base = base << 8 * size | known
        else:
            keys.append(word if skip + size == 32 else part or word)
    if not keys:
        return _hash_of_name(arena, pieces, base)
    if not base:
        return None
    entry = arena.opaque(PACKED, sum(size for size, _, _ in pieces), arena.const(base))
    for key in keys:
        entry = _entry(arena, entry, key)
    return entry


def _hash_of_name(arena: Arena, pieces: list[Piece], held: int) -> Word:
    """The hash of bytes that the code fixes: a place of storage that older compilers work out each time."""
    name = held.to_bytes(sum(size for size, _, _ in pieces))
    return arena.const(int.from_bytes(keccak256(name)))


def _entry(arena: Arena, base: Word, key: Word) -> Word:
    """A mapping's entry; that its key is an address is remembered."""
    bare = _unmasked(arena, key)
    entry = arena.make(MAP, base, bare)
    if bare != key:
        arena.address_keys.add(entry)
    return entry


def _unmasked(arena: Arena, key: Word) -> Word:
    """An address key with or without its mask, or shifted to the left of its word, names one entry."""
    if arena.kind[key] == op.AND:
        for one, other in (arena.args[key], arena.args[key][::-1]):
            if arena.constant(one) == ADDRESS_MASK:
                return other
    return key


def _is_base(arena: Arena, word: Word) -> bool:
    kind = arena.kind[word]
    if kind == op.ADD:
        return any(_is_base(arena, arg) for arg in arena.args[word] if arena.kind[arg] != CONST)
    return kind in (CONST, MAP, ARRAY, PACKED)


def call_of(arena: Arena, memory: Memory, code: int, offset: int, words: list[Word]) -> MessageCall:
    """Return the call, with its results put where the caller reads them."""
    target = words[1]
    value = words[2] if code in (op.CALL, op.CALLCODE) else None
    data, size, out, out_size = words[-4:]
    head = joined(arena, memory.pieces(arena, data, 4)) if arena.constant(size) != 0 else None
    selector = arena.constant(head) if head is not None else None
    argument = memory.whole(arena, arena.make(op.ADD, data, arena.const(4)))
    if arena.constant(out_size) != 0:
        memory.put(arena, out, _result(arena, memory, code, offset, words))
    return MessageCall(offset, code, target, value, selector, argument, head)


def _result(arena: Arena, memory: Memory, code: int, offset: int, words: list[Word]) -> Word:
    """The first word that a call answers; a recovered signer is known by the hash that was signed."""
    target, data = words[1], words[-4]
    if arena.constant(target) == ECRECOVER:
        signed = memory.whole(arena, data)
        return arena.opaque(RECOVERED, offset, *(() if signed is None else (signed,)))
    places = [arena.make(op.ADD, data, arena.const(at)) for at in (4, 36)] if code == op.STATICCALL else []
    asked = [word for place in places if (word := memory.whole(arena, place)) is not None]
    return arena.opaque(RESULT, offset, target, *asked)
