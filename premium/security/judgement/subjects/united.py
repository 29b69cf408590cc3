"""Join what code and source say of one fault."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from premium.security.judgement.scene import Found
from premium.security.judgement.subjects.sources import evidence_of, fault_found
from premium.security.source.model import Fault

SAME: Mapping[str, frozenset[str]] = {
    "open-selfdestruct": frozenset({"open_selfdestruct"}),
    "open-delegatecall": frozenset({"open_delegatecall"}),
    "open-owner": frozenset({"open_ownership"}),
    "tx-origin": frozenset({"tx_origin"}),
}
"""Rules of sources and the findings of code that are the same fault, where they name the same function."""


def united(of_code: Iterable[Found], faults: Iterable[Fault], selectors: Mapping[str, frozenset[str]]) -> list[Found]:
    """Return the findings of both, each fault once.

    What both have is the code's finding, with the source's place beside.
    `selectors`: of the functions of each name, as `0x` hex.
    """
    listed = list(of_code)
    for fault in faults:
        twin = next((each for each in listed if _is_same(each, fault, selectors)), None)
        listed.append(twin._replace(evidence=evidence_of(fault)) if twin is not None else fault_found(fault))
    return listed


def _is_same(found: Found, fault: Fault, selectors: Mapping[str, frozenset[str]]) -> bool:
    if found.id not in SAME.get(fault.check, ()):
        return False
    selector = dict(found.evidence).get("selector")
    # The fallback has neither a name nor a selector.
    return selector in selectors.get(fault.function, ()) if fault.function else selector is None
