"""Controllers: the parties that hold authorities at one block."""

from __future__ import annotations

from premium.security.contract.state import ADDRESS_BITS, StateReader, address_of, view_address, view_word
from premium.security.detectors.guards import Authority
from premium.security.report.findings import UNKNOWN, Controller

_OWNER, _THRESHOLD, _MIN_DELAY, _DELAY = 0x8DA5CB5B, 0xE75235B8, 0xF27A0C92, 0x6A42B8F8
_DAY = 86_400
"""Seconds from which a delay counts: less gives nobody the time to leave."""
_MOST_HOPS = 3
DEAD = frozenset({0, 1, 0xDEAD})
"""Addresses that nobody can send from."""


def controller_of(authority: Authority, storage_of: str, reader: StateReader) -> Controller:
    """Return who holds an authority of code that runs on the storage of `storage_of`."""
    if authority.kind == "unset":  # on chain it is zero; of a code alone nobody knows what it will be
        return UNKNOWN if reader.storage(storage_of, 0) is None else Controller("renounced")
    if authority.kind == "constant":
        return controller_at(authority.key, reader)
    if authority.kind == "self":
        return controller_at(storage_of, reader)
    if authority.kind != "slot" or not _is_fixed(authority.key):
        return UNKNOWN
    word = reader.storage(storage_of, int(authority.key, 16))
    if word is None:
        return UNKNOWN
    return controller_at(address_of(word >> authority.offset & ADDRESS_BITS), reader)


def _is_fixed(shape: str) -> bool:
    return shape.startswith("0x") and not set(shape) & set("[]*+?")


def controller_at(address: str, reader: StateReader, *, hops: int = 0) -> Controller:
    """Tell an account, multisig or timelock; follow a contract to its owner."""
    if int(address, 16) in DEAD:
        return Controller("renounced")
    if not reader.code(address):
        return Controller("eoa", address)
    threshold = view_word(reader, address, _THRESHOLD)
    if threshold is not None and threshold > 1:
        return Controller("multisig", address)
    if any(_DAY <= (view_word(reader, address, selector) or 0) < 1 << 40 for selector in (_MIN_DELAY, _DELAY)):
        return Controller("timelock", address)
    owner = view_address(reader, address, _OWNER) if hops < _MOST_HOPS else None
    return controller_at(owner, reader, hops=hops + 1) if owner is not None else Controller("contract", address)
