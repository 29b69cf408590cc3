"""Find the faults of a compilation: each once, the worst first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from premium.security.source import access, arithmetic, calls, chance, denial, older, races, reentrancy
from premium.security.source.model import MAX_LINES, Fault, Unit
from premium.security.source.scene import Scene
from premium.security.source.tree import Spent, bounded, kind, walk

_RULES: tuple[Callable[[Scene], Iterator[Fault | None]], ...] = (
    reentrancy.faults, access.faults, arithmetic.faults, calls.faults, denial.faults, chance.faults, races.faults,
    older.faults,
)  # fmt: skip
MOST_STEPS = 700_000
"""Of all contracts together: what is left over is not read, and that is said."""
_ORDER = ("low", "medium", "high")


class Read(NamedTuple):
    """What was found, and what could not be read."""

    faults: tuple[Fault, ...]
    unread: tuple[str, ...]
    """Contracts too large or too deeply nested to be read to their end."""
    assembly: tuple[str, ...] = ()
    """Contracts with assembly of their own, which no rule reads."""


def read(unit: Unit, version: tuple[int, int, int], contract: str | None = None) -> Read:
    """Find the faults of all contracts, or of one with what it inherits."""
    found: list[Fault] = []
    unread: list[str] = []
    assembly: list[str] = []
    wanted = [each for each in unit.contracts if each.get("contractKind") == "contract"]
    with bounded(MOST_STEPS):
        for node in wanted:
            if contract not in (None, node["name"]):
                continue
            try:
                if any(kind(each) == "InlineAssembly" for each in walk(node)):
                    assembly.append(str(node["name"]))
                scene = Scene(unit, node, version)
                for rule in _RULES:
                    found += [each for each in rule(scene) if each is not None and each.lines]
                if scene.is_cut:
                    unread.append(str(node["name"]))
            except (RecursionError, Spent):
                unread.append(str(node["name"]))
    return Read(tuple(merged(found)), tuple(unread), tuple(assembly))


def merged(found: Iterable[Fault]) -> list[Fault]:
    """Join what several rules, or several heirs of one text, say of one place."""
    places: dict[tuple[str, str, str, tuple[int, int]], Fault] = {}
    for each in found:
        key = (each.file, each.category, each.check, each.scope)
        before = places.get(key)
        if before is None:
            places[key] = each
            continue
        lines = tuple(sorted({*before.lines, *each.lines})[:MAX_LINES])
        worse = max(before, each, key=lambda one: _ORDER.index(one.severity))
        places[key] = worse._replace(lines=lines)
    return sorted(places.values(), key=lambda one: (-_ORDER.index(one.severity), one.file, one.lines, one.category))
