"""Proxies, recognised by where the fallback's delegate call gets its target.

target is a constant                      minimal (EIP-1167 and its variants)
target is stored in a fixed slot          EIP-1967, EIP-1822, zeppelinos, slot 0 (singleton), any other
target is what another contract answers   beacon
target is looked up by selector           diamond (EIP-2535)
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from premium.security.contract.state import StateReader, address_of, view_address, view_addresses
from premium.security.detectors.profile import CodeProfile
from premium.security.evm import opcodes as op
from premium.security.evm.paths import MessageCall
from premium.security.evm.slots import EIP1822, EIP1967_ADMIN, EIP1967_IMPLEMENTATION, ZEPPELINOS, unmasked
from premium.security.evm.words import CONST, MAP, RESULT, SELECTOR, Word

_IMPLEMENTATION, _FACETS, _PROXIABLE = 0x5C60DA1B, 0x52EF6B2C, 0x52D1902D
_SLOT_KINDS = {EIP1822: "eip1822", ZEPPELINOS: "zeppelinos", "0x0": "singleton"}


class Forward(NamedTuple):
    """How a code passes on the calls that it has no function for."""

    kind: str
    implementations: tuple[str, ...]
    """Empty where the target could not be found."""
    slot: str | None = None
    admin: str | None = None
    beacon: str | None = None


class Target(NamedTuple):
    """Where the fallback's delegate call gets its target; the state says what stands there."""

    kind: Literal["minimal", "beacon", "diamond", "custom", "stored"]
    shape: str | None = None
    slot: str | None = None
    """A fixed slot, as hex."""
    offset: int = 0
    address: str | None = None
    """The target, or the beacon, where the code itself names it."""


def target_of(profile: CodeProfile) -> Target | None:
    """Return where the fallback passes calls on to; None where it does not."""
    for path in profile.found.paths:
        for one in path.effects:
            if path.selector is None and isinstance(one, MessageCall) and one.opcode == op.DELEGATECALL:
                found = _of_target(profile, one.target)
                if found is not None:
                    return found
    return None


def forward_of(target: Target | None, address: str, reader: StateReader) -> Forward | None:
    """Return what a target is in the storage of `address`, at the reader's block."""
    if target is None:
        return None
    if target.kind == "minimal":
        return Forward("minimal", (str(target.address),))
    if target.kind == "beacon":
        return _beacon(target, address, reader)
    if target.kind == "diamond":
        return Forward("diamond", view_addresses(reader, address, _FACETS), target.shape)
    if target.kind == "custom" or target.slot is None or target.shape is None:
        return Forward("custom", (), target.shape)
    return _stored(target.shape, int(target.slot, 16), target.offset, address, reader)


def _of_target(profile: CodeProfile, target: Word) -> Target | None:
    arena, slots = profile.arena, profile.slots
    bare = unmasked(arena, target)
    if arena.kind[bare] == CONST:
        return Target("minimal", address=address_of(arena.value[bare]))
    if arena.kind[bare] == RESULT:
        return _asked(profile, arena.args[bare][0])
    field = slots.field(target)
    if field is None:
        return None
    shape = slots.shape(field.slot)
    if _by_selector(profile, field.slot):
        return Target("diamond", shape)
    fixed = arena.constant(field.slot)
    return Target("custom", shape) if fixed is None else Target("stored", shape, hex(fixed), field.offset)


def _asked(profile: CodeProfile, asked: Word) -> Target:
    """A beacon, named by the code or in a slot."""
    arena = profile.arena
    field, constant = profile.slots.field(asked), arena.constant(unmasked(arena, asked))
    shape = profile.slots.shape(field.slot) if field is not None else None
    fixed = arena.constant(field.slot) if field is not None else None
    if field is not None and fixed is not None:
        return Target("beacon", shape, hex(fixed), field.offset)
    return Target("beacon", shape, address=address_of(constant) if constant else None)


def _stored(shape: str, slot: int, offset: int, address: str, reader: StateReader) -> Forward:
    held = ((reader.storage(address, slot) or 0) >> offset) & ((1 << 160) - 1)
    implementations = (address_of(held),) if held else ()
    if shape != EIP1967_IMPLEMENTATION:
        return Forward(_SLOT_KINDS.get(shape, "custom"), implementations, shape)
    admin = reader.storage(address, int(EIP1967_ADMIN, 16))
    if admin:
        return Forward("eip1967-transparent", implementations, shape, address_of(admin))
    uups = implementations and view_address(reader, implementations[0], _PROXIABLE) is not None
    proxiable = implementations and reader.call(implementations[0], _PROXIABLE.to_bytes(4)) is not None
    return Forward("eip1967-uups" if uups or proxiable else "eip1967", implementations, shape)


def _beacon(target: Target, address: str, reader: StateReader) -> Forward:
    held = target.address
    if target.slot is not None:
        word = (reader.storage(address, int(target.slot, 16)) or 0) >> target.offset
        held = address_of(word) if word else None
    if not held:
        return Forward("beacon", ())
    implementation = view_address(reader, held, _IMPLEMENTATION)
    return Forward("beacon", (implementation,) if implementation else (), target.shape, beacon=held)


def _by_selector(profile: CodeProfile, slot: Word) -> bool:
    arena = profile.arena
    if arena.kind[slot] == MAP:
        return _reads_selector(profile, arena.args[slot][1]) or _by_selector(profile, arena.args[slot][0])
    return arena.kind[slot] == op.ADD and any(_by_selector(profile, arg) for arg in arena.args[slot])


def _reads_selector(profile: CodeProfile, key: Word) -> bool:
    arena = profile.arena
    if arena.kind[key] == SELECTOR:
        return True
    first_word = arena.kind[key] == op.CALLDATALOAD and arena.constant(arena.args[key][0]) == 0
    return first_word or any(_reads_selector(profile, arg) for arg in arena.args[key])
