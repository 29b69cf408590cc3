"""Simplification of words, done once, when a word is first made.

Constants fold, address masks on addresses vanish, divisions by powers of two become shifts, and the selector is
recognised. Comparisons take one shape in `conditions`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from premium.security.evm import opcodes as op
from premium.security.evm.words import ADDRESS_MASK, CONST, MASK, RECOVERED, SELECTOR, Word, Words

_ADDRESSES: Final = frozenset({op.CALLER, op.ORIGIN, op.ADDRESS, RECOVERED, 0x41})
_COMMUTATIVE: Final = frozenset({op.ADD, op.MUL, op.AND, op.OR, op.XOR, op.EQ})


def _signed(value: int) -> int:
    return value - (1 << 256) if value >> 255 else value


FOLD: Final[dict[int, Callable[[int, int], int]]] = {
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


class Arena(Words):
    """All words of one analysis, each simplified as it is made."""

    def make(self, kind: int, *args: Word) -> Word:
        """Return the word `kind(args)`, simplified.

        Arguments in stack order: `SUB a b` is a - b, `SHR n x` is x >> n.
        """
        key = (kind, *args)
        word = self.memo.get(key)
        if word is None:
            word = self.memo[key] = self._simplify(kind, args)
        return word

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
        if self.unset in (a, b) and (held := self._of_unset(kind, a, b)) is not None:
            return held
        if x is not None and y is not None:
            fold = FOLD.get(kind)
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

    def _of_unset(self, kind: int, a: Word, b: Word) -> Word | None:
        """An immutable stays one under a mask, and when it is held against who calls."""
        other = b if a == self.unset else a
        if kind == op.AND and self.kind[other] == CONST:
            return self.unset
        if kind in (op.SUB, op.XOR) and self.kind[other] in (op.CALLER, op.ORIGIN):
            return self.make(op.ISZERO, self.make(op.EQ, a, b))
        return None

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

    def _masked(self, mask: int, word: Word) -> Word | None:  # noqa: PLR0911 - a table of rules
        kind = self.kind[word]
        if mask in (0, MASK):
            return self.const(0) if mask == 0 else word
        if mask == ADDRESS_MASK and kind in _ADDRESSES:
            return word
        if mask == 0xFFFFFFFF and kind == SELECTOR:
            return word
        if mask & 1 and kind in (op.EQ, op.LT, op.GT, op.ISZERO, op.SLT, op.SGT):
            return word
        if kind == op.OR and (low := self._below_shift(mask, word)) is not None:
            return low
        if kind == op.AND:
            for inner, other in (self.args[word], self.args[word][::-1]):
                held = self.constant(inner)
                if held is not None:
                    return word if held & mask == held else self.make(op.AND, self.const(held & mask), other)
        return None

    def _below_shift(self, mask: int, word: Word) -> Word | None:
        """The fixed bits that stand below a part shifted to the left, as a seed does below an address."""
        for one, other in (self.args[word], self.args[word][::-1]):
            fixed, bits = self.constant(one), self.constant(self.args[other][0]) if self.kind[other] == op.SHL else None
            if fixed is not None and bits is not None and mask >> bits == 0:
                return self.const(fixed & mask)
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
        if kind == op.OR:
            for one, other in (args, args[::-1]):
                fixed = self.constant(one)
                if fixed is not None:
                    return self.make(op.OR, self.const(fixed >> bits), self.make(op.SHR, self.const(bits), other))
        return None

    def _selector_equality(self, a: Word, x: int | None, b: Word, y: int | None) -> Word | None:
        """`msg.sig == 0x…` compares the high four bytes in place: rewritten to the selector."""
        known, word = (x, b) if x is not None else (y, a)
        if known is None or known & ((1 << 224) - 1) or self.kind[word] != op.AND:
            return None
        shifted = self.make(op.SHR, self.const(224), word)
        return self.make(op.EQ, shifted, self.const(known >> 224)) if self.kind[shifted] == SELECTOR else None
