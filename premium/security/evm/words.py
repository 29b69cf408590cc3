"""Symbolic 256-bit words, hash-consed: equal expressions are the same integer.

A `Word` is an index into a table, so comparing two expressions is free.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from premium.security.evm import opcodes as op

Word = int
MASK: Final = (1 << 256) - 1
ADDRESS_MASK: Final = (1 << 160) - 1
_MOST_SIZE, _MOST_DEPTH = 1500, 100
"""A larger expression becomes an unknown with the same sources: hostile code doubles one with every instruction."""

# Kinds of word that no opcode has.
CONST, SELECTOR, MAP, ARRAY, HASH, RESULT, UNKNOWN, RECOVERED = 0x100, 0x101, 0x102, 0x103, 0x104, 0x105, 0x106, 0x107
CODE, PACKED = 0x108, 0x109
"""32 bytes of the code, from a computed offset on; the constant beside packed keys, of so many hashed bytes."""

# What a word depends on.
FROM_CALLER, FROM_ORIGIN, FROM_CALLDATA, FROM_CALLVALUE, FROM_STORAGE, FROM_CALL, FROM_BALANCE, FROM_SIGNATURE = (
    1 << n for n in range(8)
)
FROM_SURROUNDINGS = 1 << 8
"""The block's producer, gas and its price: what a simulator may show otherwise."""
_SOURCES: Final = {
    op.CALLER: FROM_CALLER, op.ORIGIN: FROM_ORIGIN, op.CALLDATALOAD: FROM_CALLDATA, op.CALLVALUE: FROM_CALLVALUE,
    op.SLOAD: FROM_STORAGE, RESULT: FROM_CALL, op.SELFBALANCE: FROM_BALANCE, op.BALANCE: FROM_BALANCE,
    RECOVERED: FROM_SIGNATURE, op.CALLDATACOPY: FROM_CALLDATA, op.CALLDATASIZE: 0,
    op.COINBASE: FROM_SURROUNDINGS, op.BASEFEE: FROM_SURROUNDINGS, op.GASPRICE: FROM_SURROUNDINGS,
    op.GAS: FROM_SURROUNDINGS,
}  # fmt: skip


class Words:
    """The table of all words of one analysis.

    `kind[w]`, `args[w]`, `value[w]` (constants) and `taint[w]` are read directly.
    """

    def __init__(self) -> None:
        self.kind: list[int] = []
        self.args: list[tuple[int, ...]] = []
        self.value: list[int] = []
        self.taint: list[int] = []
        self._size: list[int] = []
        self._depth: list[int] = []
        self.memo: dict[tuple[int, ...], Word] = {}
        self._constants: dict[int, Word] = {}
        self.unset = self._append(CONST, (), 0, 0)
        """Zero where an immutable stands before its constructor has run: no other zero is pushed as 32 bytes."""
        self.address_keys: set[Word] = set()
        """Entries of mappings whose key was cut to an address before it was hashed."""

    def const(self, value: int) -> Word:
        """Return the word of a constant, modulo 2^256."""
        value &= MASK
        word = self._constants.get(value)
        if word is None:
            word = self._constants[value] = self._append(CONST, (), value, 0)
        return word

    def opaque(self, kind: int, identity: int, *args: Word) -> Word:
        """Return a word known only by where it comes from.

        `identity` tells it apart and is no word.
        """
        key = (kind, -1 - identity, *args)
        word = self.memo.get(key)
        if word is None:
            word = self.memo[key] = self._append(kind, args, identity, self._taint_of(kind, args))
        return word

    def constant(self, word: Word) -> int | None:
        """Return a constant's value; None for any other word."""
        return self.value[word] if self.kind[word] == CONST else None

    def _append(self, kind: int, args: tuple[int, ...], value: int, taint: int) -> Word:
        size = 1 + sum([self._size[arg] for arg in args])
        depth = 1 + max([self._depth[arg] for arg in args], default=0)
        if size > _MOST_SIZE or depth > _MOST_DEPTH:
            kind, args, value, size, depth = UNKNOWN, (), len(self.kind), 1, 1
        self.kind.append(kind)
        self.args.append(args)
        self.value.append(value)
        self.taint.append(taint)
        self._size.append(size)
        self._depth.append(depth)
        return len(self.kind) - 1

    def _taint_of(self, kind: int, args: tuple[int, ...]) -> int:
        taint = _SOURCES.get(kind, 0)
        for arg in args:
            taint |= self.taint[arg]
        return taint


def parts(words: Words, word: Word) -> Iterator[Word]:
    """Return a word and all that it is made of, each once."""
    pending, seen = [word], set[Word]()
    while pending:
        one = pending.pop()
        if one not in seen:
            seen.add(one)
            yield one
            pending.extend(words.args[one])
