"""Tell what changed at a contract between two looks.

In sentences for those who hold or approved it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from premium.security.model import ContractScan

_GRAVE = ("high", "critical")
TAX_STEP = 500
"""Basis points by which a tax must have grown to be told."""
_SIDES = {"buy": "Buying", "transfer": "Moving it", "sell": "Selling"}


def facts_of(scan: ContractScan, told: Mapping[str, Any], *, paused: bool | None) -> dict[str, Any]:
    """Return what a watch compares.

    Code, who holds which power, pause, grave findings, verdict, taxes where it was traded.
    """
    graves = [each for each in told["findings"] if each["severity"] in _GRAVE]
    traded = told.get("trade")
    return {
        "code": scan.code_hash,
        "implementations": sorted(hop.implementation for hop in scan.proxies if hop.implementation is not None),
        "holders": {each["id"]: each["holder"] for each in told["findings"] if each["holder"] is not None},
        "paused": paused,
        "grave": sorted({each["id"] for each in graves if each["basis"] != "measured"}),
        "traps": sorted({each["id"] for each in graves if each["basis"] == "measured"}) if traded else None,
        "taxes": _taxes(traded) if traded else None,
        "verdict": told["verdict"],
    }


def _taxes(traded: Mapping[str, Any]) -> dict[str, int]:
    """Taxes in basis points of what went through."""
    found = {side: (traded[side] or {}).get("tax_bps") for side in _SIDES}
    return {side: int(tax) for side, tax in found.items() if tax is not None}


def kept(before: Mapping[str, Any], after: Mapping[str, Any], moves: Mapping[str, bool]) -> dict[str, Any]:
    """Return the facts that the next look compares with.

    What could not be measured this time stands as it was last known; `moves` says of wallets whether theirs can move.
    A tax stands as low as it was since it was last told: one that creeps up is told, too.
    """
    last = {name: before.get(name) for name in ("traps",) if after.get(name) is None}
    taxes = _least(before.get("taxes"), after.get("taxes"))
    return {**after, **last, "taxes": taxes, "moves": {**before.get("moves", {}), **moves}}


def _least(before: Mapping[str, int] | None, after: Mapping[str, int] | None) -> dict[str, int] | None:
    if before is None or after is None:
        found = before if after is None else after
        return None if found is None else dict(found)
    risen = {side: tax - before[side] >= TAX_STEP for side, tax in after.items() if side in before}
    now = {side: min(tax, before.get(side, tax)) if not risen.get(side) else tax for side, tax in after.items()}
    return {**before, **now}


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
    was_paused = after["paused"] and before["paused"] is False
    if was_paused:
        yield "It was paused: its transfers stop."
    for wallet, moves in sorted(after.get("moves", {}).items()):
        if not moves and before.get("moves", {}).get(wallet) and not was_paused:
            yield f"Your wallet {wallet} can no longer move it."
    yield from _measured(before, after)
    new = sorted(set(after["grave"]) - set(before["grave"]))
    if new:
        yield f"New grave findings: {', '.join(new)}."
    if after["verdict"] == "malicious" and before["verdict"] != "malicious":
        yield "Its verdict is malicious now."


def _measured(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """Taxes and traps, where both looks traded."""
    former, taxes = before.get("taxes") or {}, after.get("taxes") or {}
    for side in [each for each in _SIDES if each in former and each in taxes]:
        if taxes[side] - former[side] >= TAX_STEP:
            yield f"{_SIDES[side]} takes {taxes[side] / 100:g} % now; it took {former[side] / 100:g} %."
    if before.get("traps") is not None and (new := sorted(set(after.get("traps") or ()) - set(before["traps"]))):
        yield f"Trading showed: {', '.join(new)}."
