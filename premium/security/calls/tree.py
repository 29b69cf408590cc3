"""Open a call and all that it makes, within bounds, to effects with their paths."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from premium.abi.decoder import decode
from premium.abi.signatures import signature_of
from premium.security.calldata.selection import Reading, read
from premium.security.calls.effects import Call, Clue, Effect, Inner, Move
from premium.security.calls.registry import readers, standards
from premium.security.knowledge.known import NATIVE, Knowledge

MAX_BYTES, MAX_CALLS, MAX_DEPTH = 128 * 1024, 512, 8


class Opened(NamedTuple):
    """A call with what its data say."""

    call: Call
    reading: Reading
    itself: bool = False


@dataclass
class Tree:
    """All calls, depth first, and their effects."""

    calls: list[Opened] = field(default_factory=list)
    effects: list[tuple[Opened, Effect]] = field(default_factory=list)
    cut: list[str] = field(default_factory=list)
    """Sentences on what the bounds left closed."""
    mine: set[str] = field(default_factory=set)
    """The user, and the wallets that act for him."""


def open_calls(calls: Iterable[tuple[str, Inner]], user: str | None, known: Knowledge) -> Tree:
    """Open calls of a user, each with its path: empty for the transaction itself."""
    tree = Tree(mine={user} if user else set())
    walker = _Walker(tree, known)
    for path, inner in calls:
        walker.open(inner, path, 0)
    return tree


class _Walker:
    def __init__(self, tree: Tree, known: Knowledge) -> None:
        self.tree, self.known = tree, known

    def open(self, inner: Inner, path: str, depth: int) -> None:
        """Read one call, then what it makes."""
        if len(self.tree.calls) > MAX_CALLS:
            self._cut(f"more than {MAX_CALLS} inner calls: the rest was not opened")
            return
        if depth > MAX_DEPTH:
            self._cut(f"calls deeper than {MAX_DEPTH} were not opened")
            return
        here = inner.here or (inner.sender if inner.delegate and not inner.itself else inner.to)
        call = Call(path, inner.to, inner.value, inner.data, inner.sender, here, inner.delegate, inner.signature)
        opened = Opened(call, self._read(call), inner.itself)
        self.tree.calls.append(opened)
        if call.value and not call.delegate:
            self._note(opened, Move(NATIVE, call.sender, call.to, call.value, "native"))
        number = 0
        for step in self._steps(opened):
            if isinstance(step, Inner):
                self.open(step, f"{path}.{number}" if path else str(number), depth + 1)
                number += 1
            else:
                self._note(opened, step)

    def _read(self, call: Call) -> Reading:
        if call.signature is None:
            return read(call.to, call.data, self.known, standards())
        signature = signature_of(call.signature)
        return Reading(None, signature, "database", decode(signature.inputs, call.data), (signature.text,))

    def _steps(self, opened: Opened) -> Iterator[Effect | Inner]:
        reading = opened.reading
        if not reading.judged or reading.signature is None:
            return
        reader = readers().get(reading.signature.text)
        if reader is not None:
            yield from reader(opened.call, reading.values or ())

    def _note(self, opened: Opened, effect: Effect) -> None:
        if isinstance(effect, Clue):
            self._cut(effect.text)
        else:
            self.tree.effects.append((opened, effect))

    def _cut(self, sentence: str) -> None:
        if sentence not in self.tree.cut:
            self.tree.cut.append(sentence)
