"""Tell what changed at a contract between two looks.

In sentences for those who hold or approved it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from premium.security.model import ContractScan

_GRAVE = ("high", "critical")


def facts_of(scan: ContractScan, told: Mapping[str, Any], *, paused: bool | None) -> dict[str, Any]:
    """Return what a watch compares: code, who holds which power, pause, grave findings, verdict."""
    return {
        "code": scan.code_hash,
        "implementations": sorted(hop.implementation for hop in scan.proxies if hop.implementation is not None),
        "holders": {each["id"]: each["holder"] for each in told["findings"] if each["holder"] is not None},
        "paused": paused,
        "grave": sorted({each["id"] for each in told["findings"] if each["severity"] in _GRAVE}),
        "verdict": told["verdict"],
    }


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each change that matters; none where nothing was known before."""
    return list(_changes(before, after)) if before else []


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    if before["implementations"] != after["implementations"]:
        yield f"Its code was replaced: it now runs {', '.join(after['implementations']) or 'no other code'}."
    elif before["code"] != after["code"]:
        yield "The code at its address is another one."
    for id_ in sorted(before["holders"].keys() & after["holders"].keys()):
        if before["holders"][id_] != after["holders"][id_]:
            yield f"The power {id_} passed from {before['holders'][id_]} to {after['holders'][id_]}."
    if after["paused"] and before["paused"] is False:
        yield "It was paused: its transfers stop."
    new = sorted(set(after["grave"]) - set(before["grave"]))
    if new:
        yield f"New grave findings: {', '.join(new)}."
    if after["verdict"] == "malicious" and before["verdict"] != "malicious":
        yield "Its verdict is malicious now."
