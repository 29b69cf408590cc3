"""Compile a given source and judge it beside the code that runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from premium.security.compilers.deployed import differs
from premium.security.compilers.languages import compiled
from premium.security.compilers.made import Compiled
from premium.security.compilers.process import NotCompiled
from premium.security.judgement.scene import Found
from premium.security.judgement.subjects.sources import other_code, unread
from premium.security.judgement.subjects.united import united
from premium.security.source.judged import Read, read
from premium.security.source.model import Fault, Unit
from premium.security.sources import GivenSource

_MOST_SHOWN = 100
"""Faults that an answer lists one by one."""


class Sourced(NamedTuple):
    """What a source says."""

    document: Mapping[str, Any]
    """As it stands in the scan: compiler, whether it gives the code, every fault."""
    faults: tuple[Fault, ...] = ()
    """Those that count: none of a source that is not the code's."""
    selectors: Mapping[str, frozenset[str]] = {}
    differs: bool = False
    unknowns: tuple[str, ...] = ()

    def beside(self, of_code: Sequence[Found]) -> list[Found]:
        """Return the findings of code and source together, each fault once."""
        return [*united(of_code, self.faults, self.selectors), *([other_code()] if self.differs else [])]


def sourced(given: GivenSource, codes: Sequence[bytes]) -> Sourced:
    """Judge a source beside the codes that run.

    What cannot be compiled or told is an unknown.
    """
    try:
        made = compiled(given.sources, given.settings, compiler=given.compiler, code=True)
    except NotCompiled as error:
        failed: dict[str, Any] = {"compiled": None, "differs": None, "faults": [], "error": error.message}
        return Sourced(failed, unknowns=(f"The source was not compiled: {error.message}",))
    unit = Unit(made.output, made.sources, made.rules)
    names = sorted({str(each["name"]) for each in unit.contracts})
    if given.contract is not None and given.contract not in names:
        reason = f"The source has no contract {given.contract[:80]}: it has {', '.join(names)[:300] or 'none'}."
        return Sourced({"compiled": made.described(), "differs": None, "faults": []}, unknowns=(reason,))
    other = _differs(made, given, codes)
    found = read(unit, made.rules, given.contract)
    shown = [_shown(each) for each in found.faults[:_MOST_SHOWN]]
    more = len(found.faults) - len(shown)
    document: dict[str, Any] = {"compiled": made.described(), "differs": other, "faults": shown, "more": more}
    if other:
        return Sourced(document, differs=True)
    return Sourced(document, found.faults, _selectors(made), unknowns=_unknowns(found, other))


def _differs(made: Compiled, given: GivenSource, codes: Sequence[bytes]) -> bool | None:
    """Whether the source gives none of the codes: a proxy's own is not what its source is about."""
    told = [differs(made, given.contract, each, given.compiler) for each in codes]
    if False in told:
        return False
    return None if None in told or not told else True


def _unknowns(found: Read, other: bool | None) -> tuple[str, ...]:
    untold = "Whether the source is that of the code could not be told: its compiler was not named, or is not here."
    return (*unread(found), *([untold] if other is None else []))


def _shown(fault: Fault) -> dict[str, Any]:
    return {**fault._asdict(), "lines": list(fault.lines), "scope": list(fault.scope)}


def _selectors(made: Compiled) -> dict[str, frozenset[str]]:
    """Selectors of all functions, by name alone: a fault says no types."""
    found: dict[str, set[str]] = defaultdict(set)
    for file in (made.output.get("contracts") or {}).values():
        for one in file.values():
            for signature, selector in ((one.get("evm") or {}).get("methodIdentifiers") or {}).items():
                found[signature.partition("(")[0]].add(f"0x{selector}")
    return {name: frozenset(each) for name, each in found.items()}
