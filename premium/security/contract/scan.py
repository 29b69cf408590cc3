"""The contract scan: from an address through its proxies to findings and a score."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from premium.security.contract.analysis import Analyst, CodeAnalysis, analysed, signals_in
from premium.security.contract.clashes import clashes
from premium.security.contract.controllers import controller_of
from premium.security.contract.initialisers import open_initialisers
from premium.security.contract.proxies import Forward, forward_of
from premium.security.contract.state import StateReader, address_of, view_text, view_word
from premium.security.detectors.guards import Authority
from premium.security.detectors.signals import Signal
from premium.security.evm.disassembly import without_immutables, without_metadata
from premium.security.model import ContractScan, ProxyHop
from premium.security.report.findings import Controller, Placed, findings
from premium.security.report.score import risk_score

MAX_HOPS = 4
MAX_CODES = 40
"""Facets and implementations of one target together."""
_SUPPORTS = 0x01FFC9A7
_INTERFACES = {"ERC-721": 0x80AC58CD, "ERC-1155": 0xD9B67A26, "ERC-2981": 0x2A55205A, "ERC-4906": 0x49064906}
_SYMBOL = 0x95D89B41
_DELEGATION = bytes.fromhex("ef0100")
"""What an account's code begins with that runs another's (EIP-7702)."""
_ERC20 = frozenset({0x70A08231, 0xA9059CBB, 0x23B872DD, 0x095EA7B3, 0x18160DDD, 0xDD62ED3E})


@dataclass
class _Survey:
    """What a scan has come to: codes, proxies between them, signals and controllers."""

    analyst: Analyst
    codes: dict[str, CodeAnalysis] = field(default_factory=dict)
    hashes: list[str] = field(default_factory=list)
    hops: list[ProxyHop] = field(default_factory=list)
    runs: set[str] = field(default_factory=set)
    placed: list[Placed] = field(default_factory=list)
    controllers: dict[tuple[str, Authority], Controller] = field(default_factory=dict)

    def complete(self) -> bool:
        """Whether all code that runs was found and read."""
        return all(each.complete for each in self.codes.values()) and all(
            one.signal.id != "opaque_proxy" for one in self.placed
        )

    def reached(self) -> Decimal:
        """Return the least share of a code's bytes that was explored, to four places, rounded down."""
        least = min((code.share for code in self.codes.values()), default=Fraction(0))
        return Decimal(int(least * 10_000)) / 10_000


def scan(
    target: str, chain: str, reader: StateReader, *, code_hash: Callable[[bytes], str], analyst: Analyst = analysed
) -> ContractScan:
    """Scan a contract at the reader's block.

    `target` has code; `code_hash` is Keccak-256 as `0x` hex; `analyst` explores codes, or has them from before.
    """
    survey = _Survey(analyst)
    _follow(target, target, reader, survey, code_hash, hops=0)
    for address, code in survey.codes.items():
        found = signals_in(code, reader.code(address), runs=frozenset(survey.runs))
        _place(survey, address, target, found, reader)
        _place(survey, address, target, tuple(open_initialisers(code.initialisers, target, reader)), reader)
    _compare(survey, target)
    made = findings(survey.placed, survey.controllers)
    selectors = sorted({one for code in survey.codes.values() for one in code.entries})
    return ContractScan(
        chain=chain,
        target=target,
        block_number=reader.block_number,
        code_hash="+".join(survey.hashes),
        plain_hashes=_plain(survey, reader, code_hash),
        code_size=len(reader.code(target)),
        proxies=tuple(survey.hops),
        standards=_standards(target, selectors, reader),
        symbol=view_text(reader, target, _SYMBOL) if _SYMBOL in selectors else None,
        selectors=tuple(f"0x{one:08x}" for one in selectors),
        findings=made,
        risk_score=risk_score(made),
        complete=survey.complete(),
        reached=survey.reached(),
    )


def _follow(
    address: str, target: str, reader: StateReader, survey: _Survey, code_hash: Callable[[bytes], str], *, hops: int
) -> None:
    code = reader.code(address)
    if address in survey.codes or not code or len(survey.codes) >= MAX_CODES:
        return
    survey.hashes.append(code_hash(code))
    if code.startswith(_DELEGATION) and len(code) == 23:
        _follow_delegation(address, target, reader, survey, code_hash, hops=hops)
        return
    survey.codes[address] = found = survey.analyst(code)
    # An implementation forwards by the storage of the proxy that runs it.
    forward = forward_of(found.target, target, reader)
    if forward is None:
        if not found.entries and found.forwards:
            survey.placed.append(Placed(address, target, Signal("opaque_proxy", None)))
        return
    _note_hop(survey, address, target, forward)
    if forward.beacon is not None:
        _follow_beacon(forward.beacon, reader, survey)
    reached = [one for one in forward.implementations if reader.code(one)]
    if not reached or hops >= MAX_HOPS:
        survey.placed.append(Placed(address, target, Signal("opaque_proxy", None, slot=forward.slot)))
    for one in reached if hops < MAX_HOPS else ():
        _follow(one, target, reader, survey, code_hash, hops=hops + 1)


def _follow_delegation(
    address: str, target: str, reader: StateReader, survey: _Survey, code_hash: Callable[[bytes], str], *, hops: int
) -> None:
    """An account that runs another's code, and may choose a third one's with its next signature."""
    delegate = address_of(int.from_bytes(reader.code(address)[3:]))
    survey.hops.append(ProxyHop(kind="eip7702", address=address, implementation=delegate))
    survey.placed.append(Placed(address, target, Signal("code_can_change", None, value=delegate)))
    if not reader.code(delegate) or hops >= MAX_HOPS:
        survey.placed.append(Placed(address, target, Signal("opaque_proxy", None)))
    else:
        _follow(delegate, target, reader, survey, code_hash, hops=hops + 1)


def _plain(survey: _Survey, reader: StateReader, code_hash: Callable[[bytes], str]) -> tuple[str, ...]:
    """Hashes of what runs behind proxies: those are alike everywhere, and prove nothing."""
    handing = {hop.address for hop in survey.hops}
    codes = [reader.code(one) for one in survey.codes if one not in handing]
    alike = (form(code) for code in codes for form in (without_metadata, without_immutables))
    return tuple(dict.fromkeys(map(code_hash, alike)))


def _compare(survey: _Survey, target: str) -> None:
    """Hold each proxy's own functions against those of the code it hands calls to."""
    for hop in survey.hops:
        if hop.kind in ("diamond", "eip7702") or hop.implementation is None:
            continue
        proxy, behind = survey.codes.get(hop.address), survey.codes.get(hop.implementation)
        if proxy is not None and behind is not None:
            survey.placed += [Placed(hop.address, target, one) for one in clashes(proxy.kept_apart, behind.entries)]


def _note_hop(survey: _Survey, address: str, target: str, forward: Forward) -> None:
    if forward.slot is not None and forward.beacon is None:
        survey.runs.add(forward.slot)
    first = forward.implementations[0] if forward.implementations else None
    survey.hops.append(
        ProxyHop(
            kind=forward.kind,
            address=address,
            implementation=first,
            admin=forward.admin,
            beacon=forward.beacon,
            slot=forward.slot,
        )
    )
    survey.placed.append(Placed(address, target, Signal("proxy", None, slot=forward.slot, value=forward.kind)))


def _follow_beacon(beacon: str, reader: StateReader, survey: _Survey) -> None:
    """Place upgrades of the beacon: its owner can replace the code behind every proxy."""
    code = reader.code(beacon)
    if not code:
        return
    found = survey.analyst(code)
    signals = signals_in(found, code, runs=found.shown)
    upgrades = [one for one in signals if one.id in ("upgradeable", "open_upgrade")]
    _place(survey, beacon, beacon, tuple(upgrades), reader)


def _place(survey: _Survey, address: str, storage_of: str, found: tuple[Signal, ...], reader: StateReader) -> None:
    """Add signals of the code at `address` and look up the controllers of their authorities."""
    for one in found:
        for who in one.by:
            if (storage_of, who) not in survey.controllers:
                survey.controllers[storage_of, who] = controller_of(who, storage_of, reader)
        survey.placed.append(Placed(address, storage_of, one))


def _standards(target: str, selectors: list[int], reader: StateReader) -> tuple[str, ...]:
    found = ["ERC-20"] if set(selectors) >= _ERC20 else []
    if _SUPPORTS in selectors:
        for name, interface in _INTERFACES.items():
            if view_word(reader, target, _SUPPORTS, interface.to_bytes(4).ljust(32, b"\0")) == 1:
                found.append(name)
    return tuple(found)
