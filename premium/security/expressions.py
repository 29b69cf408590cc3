"""Symbolic 256-bit words, hash-consed: equal expressions are the same integer, so comparing them is free.

A `Word` is an index into the arena. Simplification happens once, when a word is first made: constants fold, address
masks on addresses vanish, divisions by powers of two are shifts, the selector is recognised, and comparisons take one
shape (`EQ`, with subtraction and xor used as comparison rewritten by `as_fact`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from premium.security import opcodes as op

Word = int
MASK: Final = (1 << 256) - 1
ADDRESS_MASK: Final = (1 << 160) - 1
MOST_SIZE, MOST_DEPTH = 1500, 100
"""A larger expression becomes an unknown with the same sources: hostile code doubles one with every instruction."""

# Kinds of word that no opcode has.
CONST, SELECTOR, MAP, ARRAY, HASH, RESULT, UNKNOWN, RECOVERED = 0x100, 0x101, 0x102, 0x103, 0x104, 0x105, 0x106, 0x107

# What a word depends on.
FROM_CALLER, FROM_ORIGIN, FROM_CALLDATA, FROM_CALLVALUE, FROM_STORAGE, FROM_CALL, FROM_BALANCE, FROM_SIGNATURE = (
    1 << n for n in range(8)
)
_SOURCES: Final = {
    op.CALLER: FROM_CALLER, op.ORIGIN: FROM_ORIGIN, op.CALLDATALOAD: FROM_CALLDATA, op.CALLVALUE: FROM_CALLVALUE,
    op.SLOAD: FROM_STORAGE, RESULT: FROM_CALL, op.SELFBALANCE: FROM_BALANCE, op.BALANCE: FROM_BALANCE,
    RECOVERED: FROM_SIGNATURE, op.CALLDATACOPY: FROM_CALLDATA, op.CALLDATASIZE: 0,
}  # fmt: skip
_ADDRESSES: Final = frozenset({op.CALLER, op.ORIGIN, op.ADDRESS, RECOVERED, 0x41})
_COMMUTATIVE: Final = frozenset({op.ADD, op.MUL, op.AND, op.OR, op.XOR, op.EQ})


def _signed(value: int) -> int:
    return value - (1 << 256) if value >> 255 else value


_FOLD: Final[dict[int, Callable[[int, int], int]]] = {
    op.ADD: lambda a, b: a + b, op.MUL: lambda a, b: a * b, op.SUB: lambda a, b: a - b,
    op.DIV: lambda a, b: a // b if b else 0, 0x06: lambda a, b: a % b if b else 0,
    0x0A: lambda a, b: pow(a, b, 1 << 256), op.AND: lambda a, b: a & b, op.OR: lambda a, b: a | b,
    op.XOR: lambda a, b: a ^ b, op.EQ: lambda a, b: int(a == b), op.LT: lambda a, b: int(a < b),
    op.GT: lambda a, b: int(a > b), op.SLT: lambda a, b: int(_signed(a) < _signed(b)),
    op.SGT: lambda a, b: int(_signed(a) > _signed(b)),
    op.SHL: lambda a, b: b << a if a < 256 else 0, op.SHR: lambda a, b: b >> a if a < 256 else 0,
    op.BYTE: lambda a, b: (b >> (8 * (31 - a))) & 0xFF if a < 32 else 0,
    0x0B: lambda a, b: b if a > 30 or not b >> (8 * a + 7) & 1 else b | (MASK ^ ((1 << (8 * a + 8)) - 1)),
}  # fmt: skip


class Arena:
    """All words of one analysis. `kind[w]`, `args[w]`, `value[w]` (constants) and `taint[w]` are read directly."""

    def __init__(self) -> None:
        self.kind: list[int] = []
        self.args: list[tuple[int, ...]] = []
        self.value: list[int] = []
        self.taint: list[int] = []
        self._size: list[int] = []
        self._depth: list[int] = []
        self.memo: dict[tuple[int, ...], Word] = {}
        self._constants: dict[int, Word] = {}

    def const(self, value: int) -> Word:
        value &= MASK
        word = self._constants.get(value)
        if word is None:
            word = self._constants[value] = self._append(CONST, (), value, 0)
        return word

    def make(self, kind: int, *args: Word) -> Word:
        """The word `kind(args)`, simplified; stack order: `SUB a b` is a - b, `SHR n x` is x >> n."""
        key = (kind, *args)
        word = self.memo.get(key)
        if word is None:
            word = self.memo[key] = self._simplify(kind, args)
        return word

    def opaque(self, kind: int, identity: int, *args: Word) -> Word:
        """A word known only by where it comes from: `identity` is no word."""
        key = (kind, -1 - identity, *args)
        word = self.memo.get(key)
        if word is None:
            word = self.memo[key] = self._append(kind, args, identity, self._taint_of(kind, args))
        return word

    def constant(self, word: Word) -> int | None:
        return self.value[word] if self.kind[word] == CONST else None

    def _append(self, kind: int, args: tuple[int, ...], value: int, taint: int) -> Word:
        size = 1 + sum([self._size[arg] for arg in args])
        depth = 1 + max([self._depth[arg] for arg in args], default=0)
        if size > MOST_SIZE or depth > MOST_DEPTH:
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

    def _simplify(self, kind: int, args: tuple[int, ...]) -> Word:
        if len(args) == 2:
            folded = self._binary(kind, args[0], args[1])
            if folded is not None:
                return folded
            if kind in _COMMUTATIVE and args[0] > args[1]:
                return self.make(kind, args[1], args[0])
        elif len(args) == 1:
            known = self.constant(args[0])
            if known is not None and kind == op.ISZERO:
                return self.const(int(known == 0))
            if known is not None and kind == op.NOT:
                return self.const(MASK ^ known)
        return self._append(kind, args, 0, self._taint_of(kind, args))

    def _binary(self, kind: int, a: Word, b: Word) -> Word | None:  # noqa: PLR0911 - a table of rules
        x, y = self.constant(a), self.constant(b)
        if x is not None and y is not None:
            fold = _FOLD.get(kind)
            return self.const(fold(x, y) & MASK) if fold else None
        if kind == op.AND:
            return (
                self._masked(x, b)
                if x is not None
                else self._masked(y, a)
                if y is not None
                else (a if a == b else None)
            )
        if kind == op.EQ:
            return self.const(1) if a == b else self._selector_equality(a, x, b, y)
        if kind == op.SHR and x is not None:
            return self._shifted(x, b)
        if kind == op.DIV and y is not None and y & (y - 1) == 0 and y:
            return a if y == 1 else self.make(op.SHR, self.const(y.bit_length() - 1), a)
        if kind == op.MUL and (x == 1 or y == 1):
            return b if x == 1 else a
        if kind == op.MUL and (x == 0 or y == 0):
            return self.const(0)
        return self._offset(kind, a, x, b, y)

    def _offset(self, kind: int, a: Word, x: int | None, b: Word, y: int | None) -> Word | None:  # noqa: PLR0911 - a table of rules
        if kind in (op.ADD, op.OR, op.XOR, op.SHL) and x == 0:
            return b
        if kind in (op.ADD, op.OR, op.XOR, op.SUB) and y == 0:
            return a
        if kind == op.SUB and a == b:
            return self.const(0)
        if kind == op.SUB and y is not None:
            return self.make(op.ADD, a, self.const((1 << 256) - y))
        if kind != op.ADD or (x is None and y is None):
            return None
        step, word = (x, b) if x is not None else (y, a)
        if self.kind[word] != op.ADD:
            return None
        for inner, other in (self.args[word], self.args[word][::-1]):
            held = self.constant(inner)
            if held is not None and step is not None:
                return self.make(op.ADD, other, self.const((held + step) & MASK))
        return None

    def _masked(self, mask: int, word: Word) -> Word | None:
        kind = self.kind[word]
        if mask in (0, MASK):
            return self.const(0) if mask == 0 else word
        if mask == ADDRESS_MASK and kind in _ADDRESSES:
            return word
        if mask == 0xFFFFFFFF and kind == SELECTOR:
            return word
        if mask & 1 and kind in (op.EQ, op.LT, op.GT, op.ISZERO, op.SLT, op.SGT):
            return word
        if kind == op.AND:
            for inner, other in (self.args[word], self.args[word][::-1]):
                held = self.constant(inner)
                if held is not None:
                    return word if held & mask == held else self.make(op.AND, self.const(held & mask), other)
        return None

    def _shifted(self, bits: int, word: Word) -> Word | None:  # noqa: PLR0911 - a table of rules
        if bits == 0:
            return word
        kind, args = self.kind[word], self.args[word]
        if kind == op.CALLDATALOAD and bits == 224 and self.constant(args[0]) == 0:
            return self.make(SELECTOR)
        if kind == op.SHR and (held := self.constant(args[0])) is not None:
            return self.make(op.SHR, self.const(held + bits), args[1])
        if kind == op.AND and (mask := self.constant(args[0])) is not None:
            return self.make(op.AND, self.const(mask >> bits), self.make(op.SHR, self.const(bits), args[1]))
        if kind == op.AND and (mask := self.constant(args[1])) is not None:
            return self.make(op.AND, self.const(mask >> bits), self.make(op.SHR, self.const(bits), args[0]))
        if kind == op.SHL and self.constant(args[0]) == bits:
            return self.make(op.AND, self.const(MASK >> bits), args[1])
        return None

    def _selector_equality(self, a: Word, x: int | None, b: Word, y: int | None) -> Word | None:
        """`msg.sig == 0x…` compares the high four bytes in place: rewritten to the selector."""
        known, word = (x, b) if x is not None else (y, a)
        if known is None or known & ((1 << 224) - 1) or self.kind[word] != op.AND:
            return None
        shifted = self.make(op.SHR, self.const(224), word)
        return self.make(op.EQ, shifted, self.const(known >> 224)) if self.kind[shifted] == SELECTOR else None
