"""The contract scan: from an address through its proxies to findings and a score, over a reader of one block."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from premium.security.analysis import profile, signals
from premium.security.findings import Holder, Placed, findings
from premium.security.guards import Authority
from premium.security.holders import holder
from premium.security.model import ContractScan, ProxyHop
from premium.security.profile import Profile
from premium.security.proxies import Delegation, delegation
from premium.security.reading import CodeReader, ask_word
from premium.security.score import risk_score
from premium.security.signals import Signal

MAX_HOPS = 4
MAX_CODES = 40
"""Facets and implementations of one target together."""
_IMPLEMENTATION, _SUPPORTS = 0x5C60DA1B, 0x01FFC9A7
_INTERFACES = {"ERC-721": 0x80AC58CD, "ERC-1155": 0xD9B67A26, "ERC-2981": 0x2A55205A, "ERC-4906": 0x49064906}
_ERC20 = frozenset({0x70A08231, 0xA9059CBB, 0x23B872DD, 0x095EA7B3, 0x18160DDD, 0xDD62ED3E})


@dataclass
class _Reach:
    """Codes that run on the target's storage, the proxies between, and what was found on the way."""

    codes: dict[str, Profile] = field(default_factory=dict)
    hashes: list[str] = field(default_factory=list)
    hops: list[ProxyHop] = field(default_factory=list)
    runs: set[str] = field(default_factory=set)
    placed: list[Placed] = field(default_factory=list)
    holders: dict[tuple[str, Authority], Holder] = field(default_factory=dict)


def scan(target: str, chain: str, reader: CodeReader, *, code_hash: Callable[[bytes], str]) -> ContractScan:
    """`target` has code; `code_hash` is Keccak-256 as `0x` hex, given by the service."""
    reach = _Reach()
    _follow(target, target, reader, reach, code_hash, hops=0)
    for address, code in reach.codes.items():
        found = signals(code, runs=frozenset(reach.runs))
        _place(reach, address, target, found, reader)
    made = findings(reach.placed, reach.holders)
    selectors = sorted({one for code in reach.codes.values() for one in code.found.entries})
    return ContractScan(
        chain=chain,
        target=target,
        block_number=reader.block_number,
        code_hash="+".join(reach.hashes),
        code_size=len(reader.code(target)),
        proxies=tuple(reach.hops),
        standards=_standards(target, selectors, reader),
        selectors=tuple(f"0x{one:08x}" for one in selectors),
        findings=made,
        risk_score=risk_score(made),
        complete=not any(code.found.truncated for code in reach.codes.values()),
    )


def _follow(
    address: str, target: str, reader: CodeReader, reach: _Reach, code_hash: Callable[[bytes], str], *, hops: int
) -> None:
    code = reader.code(address)
    if address in reach.codes or not code or len(reach.codes) >= MAX_CODES:
        return
    reach.hashes.append(code_hash(code))
    reach.codes[address] = found = profile(code)
    # An implementation forwards by the storage of the proxy that runs it.
    forward = delegation(found, target, reader)
    if forward is None:
        return
    _note_hop(reach, address, target, forward)
    if forward.beacon is not None:
        _follow_beacon(forward.beacon, reader, reach)
    reached = [one for one in forward.implementations if reader.code(one)]
    if not reached or hops >= MAX_HOPS:
        reach.placed.append(Placed(address, target, Signal("opaque_proxy", None, slot=forward.slot)))
    for one in reached if hops < MAX_HOPS else ():
        _follow(one, target, reader, reach, code_hash, hops=hops + 1)


def _note_hop(reach: _Reach, address: str, target: str, forward: Delegation) -> None:
    if forward.slot is not None and forward.beacon is None:
        reach.runs.add(forward.slot)
    first = forward.implementations[0] if forward.implementations else None
    reach.hops.append(
        ProxyHop(
            kind=forward.kind,
            address=address,
            implementation=first,
            admin=forward.admin,
            beacon=forward.beacon,
            slot=forward.slot,
        )
    )
    reach.placed.append(Placed(address, target, Signal("proxy", None, slot=forward.slot, value=forward.kind)))


def _follow_beacon(beacon: str, reader: CodeReader, reach: _Reach) -> None:
    """Who sets the address that the beacon answers with can replace the code of every proxy that asks it."""
    code = reader.code(beacon)
    if not code:
        return
    found = profile(code)
    named = {
        found.slots.shape(slot)
        for path in found.found.paths
        if path.selector == _IMPLEMENTATION and path.returned is not None
        for slot in found.slots.loads(path.returned)
    }
    upgrades = [one for one in signals(found, runs=frozenset(named)) if one.id in ("upgradeable", "open_upgrade")]
    _place(reach, beacon, beacon, tuple(upgrades), reader)


def _place(reach: _Reach, address: str, storage_of: str, found: tuple[Signal, ...], reader: CodeReader) -> None:
    """Adds signals of the code at `address`; an authority is told apart by the contract whose storage names it."""
    for one in found:
        for who in one.by:
            if (storage_of, who) not in reach.holders:
                reach.holders[storage_of, who] = holder(who, storage_of, reader)
        reach.placed.append(Placed(address, storage_of, one))


def _standards(target: str, selectors: list[int], reader: CodeReader) -> tuple[str, ...]:
    found = ["ERC-20"] if set(selectors) >= _ERC20 else []
    if _SUPPORTS in selectors:
        for name, interface in _INTERFACES.items():
            if ask_word(reader, target, _SUPPORTS, interface.to_bytes(4).ljust(32, b"\0")) == 1:
                found.append(name)
    return tuple(found)
