"""What exploration finds: paths, what had to hold on them, what they did."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from premium.security.evm.arena import Arena
from premium.security.evm.words import Word

Facts = dict[Word, bool]
"""Conditions a path has decided: word -> whether it is non-zero."""


@dataclass(frozen=True, slots=True)
class Write:
    """An SSTORE at byte `offset`."""

    offset: int
    slot: Word
    value: Word


@dataclass(frozen=True, slots=True)
class MessageCall:
    """A CALL, CALLCODE, DELEGATECALL or STATICCALL at byte `offset`.

    `value` is None where none can be sent.
    """

    offset: int
    opcode: int
    target: Word
    value: Word | None
    selector: int | None
    """First four bytes of the arguments where the code fixes them."""
    argument: Word | None
    """The word after the selector, where known."""
    head: Word | None = None
    """The first four bytes of the arguments, where they are one word; None without arguments."""


@dataclass(frozen=True, slots=True)
class SelfDestruct:
    """A SELFDESTRUCT at byte `offset`."""

    offset: int
    beneficiary: Word


@dataclass(frozen=True, slots=True)
class Creation:
    """A CREATE or CREATE2 at byte `offset`."""

    offset: int


Effect = Write | MessageCall | SelfDestruct | Creation


@dataclass(frozen=True, slots=True)
class Path:
    """One way to a normal end (STOP, RETURN, SELFDESTRUCT).

    `returned` is the first returned word, where known.
    """

    selector: int | None
    facts: Facts
    effects: tuple[Effect, ...]
    returned: Word | None
    trace: tuple[int, ...]
    """Numbers of the joins it passed."""
    end: int
    """Byte offset of its last instruction."""
    more: tuple[Word, ...] = ()
    """Returned words after the first, where known."""


@dataclass(slots=True)
class Exploration:
    """Everything found in one code."""

    arena: Arena
    entries: dict[int, int] = field(default_factory=dict)
    """Selector -> byte offset of its function: the dispatch table."""
    paths: list[Path] = field(default_factory=list)
    merged: dict[int, list[tuple[Facts, tuple[int, ...]]]] = field(default_factory=dict)
    """Join -> paths that ended there because the rest is as an earlier path's: their facts and joins so far."""
    surroundings: set[tuple[int | None, int, Word]] = field(default_factory=set)
    """`(selector, offset, condition)` of conditional jumps that hang on the origin, the producer, gas or its price."""
    handed: dict[int | None, set[Word]] = field(default_factory=dict)
    """Selector -> words that it writes to memory or tells in events, whatever becomes of them."""
    asked: dict[int | None, set[Word]] = field(default_factory=dict)
    """Selector -> conditions of its branches, of ways that fail or join others too."""
    of_signatures: dict[int | None, set[Word]] = field(default_factory=dict)
    """Selector -> words from which a signer is recovered."""
    truncated: set[int | None] = field(default_factory=set)
    """Functions (None: outside any) whose budget ran out."""
    unresolved: set[tuple[int | None, int]] = field(default_factory=set)
    """`(selector, offset)` of jumps whose target is not known: what runs there was not read."""
    broken: set[int | None] = field(default_factory=set)
    """Functions (None: outside any) with ways that no compiler writes.

    No instruction, a stack too short, a jump to where nobody may land.
    """
    refuses: bool = False
    """Whether some way ends in a REVERT."""
    signed: bool = False
    """Whether a compiler's metadata stand behind the code."""
    reached: set[int] = field(default_factory=set)
    """Offsets of the blocks that were run."""
    left_out: bool = True
    """Whether a place to jump to was not reached: without one, what was not reached is data."""
    share: Fraction = Fraction(0)
    """Part of the code's bytes, without the compiler's metadata, that lies in those blocks."""
