"""Decode why a call failed: Error, Panic, and custom errors by their selector."""

from __future__ import annotations

from collections.abc import Callable

from premium.abi.decoder import decode
from premium.abi.signatures import Signature, signature_of
from premium.abi.values import shown_all
from premium.simulation import wire
from premium.simulation.model import Ran, Revert

_PANICS = {
    0x01: "an assertion failed", 0x11: "arithmetic overflow", 0x12: "division by zero", 0x21: "no such enum value",
    0x22: "storage bytes are malformed", 0x31: "pop of an empty array", 0x32: "index out of range",
    0x41: "too much memory", 0x51: "call of an unset function",
}  # fmt: skip
_KNOWN = {each.selector: each for each in map(signature_of, ("Error(string)", "Panic(uint256)"))}
Errors = Callable[[bytes], Signature | None]
"""Finds a custom error by its selector."""


def revert_of(ran: Ran, errors: Errors | None = None) -> Revert | None:
    """Return why a transaction failed; None where it did not."""
    if ran.success:
        return None
    selector = ran.returned[:4]
    if len(selector) < 4:
        return Revert(None, None, (), ran.fault or "it fails without a reason")
    named = _KNOWN.get(selector) or (errors(selector) if errors else None)
    decoded = decode(named.inputs, ran.returned[4:]) if named else None
    if named is None or decoded is None or decoded.values is None:
        return Revert(f"0x{selector.hex()}", None, (), "it fails with an error of its own")
    args = tuple(wire.words_of(each) for each in shown_all(named.inputs, decoded.values))
    return Revert(f"0x{selector.hex()}", named.text, args, _words(named, args))


def _words(named: Signature, args: tuple[str, ...]) -> str:
    if named.text == "Error(string)":
        return args[0] or "it fails with an empty reason"
    if named.text == "Panic(uint256)":
        return _PANICS.get(int(args[0]), f"panic {args[0]}")
    return f"{named.name}({', '.join(args)})"
