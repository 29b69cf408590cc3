"""Who stands behind an authority at this block: read from storage, then through contracts that have an owner."""

from __future__ import annotations

from premium.security.findings import UNKNOWN, Holder
from premium.security.guards import Authority
from premium.security.reading import ADDRESS_BITS, CodeReader, address_of, ask_address, ask_word

_OWNER, _THRESHOLD, _OWNERS, _MIN_DELAY, _DELAY = 0x8DA5CB5B, 0xE75235B8, 0xA0E67E2B, 0xF27A0C92, 0x6A42B8F8
_MOST_HOPS = 3
DEAD = frozenset({0, 1, 0xDEAD})
"""Addresses that nobody can send from."""


def holder(authority: Authority, storage_of: str, reader: CodeReader) -> Holder:
    """The present holder of an authority found in code that runs on the storage of `storage_of`."""
    if authority.kind == "constant":
        return at_address(authority.key, reader)
    if authority.kind == "self":
        return at_address(storage_of, reader)
    if authority.kind != "slot" or not _is_fixed(authority.key):
        return UNKNOWN
    word = reader.storage(storage_of, int(authority.key, 16)) >> authority.offset
    return at_address(address_of(word & ADDRESS_BITS), reader)


def _is_fixed(shape: str) -> bool:
    return shape.startswith("0x") and not set(shape) & set("[]*+?")


def at_address(address: str, reader: CodeReader, *, hops: int = 0) -> Holder:
    """An account without code, a multisig, a timelock, or the owner of a contract that has one."""
    if int(address, 16) in DEAD:
        return Holder("renounced")
    if not reader.code(address):
        return Holder("eoa", address)
    threshold = ask_word(reader, address, _THRESHOLD)
    if threshold is not None and threshold > 1:
        return Holder("multisig", address)
    if any(0 < (ask_word(reader, address, selector) or 0) < 1 << 40 for selector in (_MIN_DELAY, _DELAY)):
        return Holder("timelock", address)
    owner = ask_address(reader, address, _OWNER) if hops < _MOST_HOPS else None
    return at_address(owner, reader, hops=hops + 1) if owner is not None else Holder("contract", address)
