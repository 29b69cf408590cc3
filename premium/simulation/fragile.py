"""Slots that the end hangs on.

Each switch-like value that was read is tried with another in its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from premium.simulation import wire
from premium.simulation.model import NotSimulated, Override, Overrides

MOST_TRIES, MOST_SLOTS = 48, 4_000
_RATE = 1_000_000
"""Numbers up to this may be shares, fees or counters that somebody sets."""
_ADDRESS = 1 << 160
YES = "0x00000000000000000000000000000000000f8a91"
"""A contract that answers 1 to everything and does nothing."""
_YES_CODE = bytes.fromhex("600160005260206000f3")


class Try(NamedTuple):
    """One slot with another value."""

    address: str
    slot: int
    value: int
    tried: int

    @property
    def overrides(self) -> Overrides:
        """The state with it."""
        return {self.address: Override(storage={self.slot: self.tried}), YES: Override(code=_YES_CODE)}


class Touched(NamedTuple):
    """What a transaction looks at: contracts, and slots with their values."""

    contracts: tuple[str, ...]
    slots: tuple[tuple[str, int, int], ...]


def touched(answer: Any) -> Touched:
    """Return what a trace of the state before says; NotSimulated for what is none."""
    if not isinstance(answer, Mapping):
        raise NotSimulated("the node answers no state before the transaction")
    contracts: list[str] = []
    slots: list[tuple[str, int, int]] = []
    for text, each in answer.items():
        place = wire.address(text, "an account")
        if not isinstance(each, Mapping):
            raise NotSimulated("the node answers no state before the transaction")
        if each.get("code") not in (None, "", "0x"):
            contracts.append(place)
        for slot, value in (each.get("storage") or {}).items():
            slots.append((place, wire.number(slot, "a slot"), wire.number(value, "a slot's value")))
    if len(slots) > MOST_SLOTS:
        raise NotSimulated(f"the transaction looks at more than {MOST_SLOTS} slots")
    return Touched(tuple(contracts), tuple(slots))


def tries(found: Touched) -> tuple[Try, ...]:
    """Return what to try, the likeliest switches first, and not more than the bound."""
    every = [one for place in found.slots for one in _of_slot(*place)]
    every.sort(key=lambda one: (_rank(one.value), one.address, one.slot, one.tried))
    return tuple(every[:MOST_TRIES])


def _rank(value: int) -> int:
    """Flags and addresses before numbers."""
    return 0 if value <= 1 or value > _RATE else 1


def _of_slot(address: str, slot: int, value: int) -> Iterator[Try]:
    if value <= 1:
        yield Try(address, slot, value, 1 - value)
    elif value <= _RATE:
        yield Try(address, slot, value, 0)
        yield Try(address, slot, value, 10_000 if value < 10_000 else _RATE)
    elif 1 << 64 <= value < _ADDRESS:
        yield Try(address, slot, value, int(YES, 16))
    elif value >= _ADDRESS and value >> 168 == 0:
        yield Try(address, slot, value, value ^ _ADDRESS)  # a flag packed behind an address
