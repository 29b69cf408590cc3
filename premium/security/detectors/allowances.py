"""Detectors of allowances that nobody gave: somebody writes them in the name of holders."""

from __future__ import annotations

from collections.abc import Iterator

from premium.security.detectors.balances import change
from premium.security.detectors.profile import CodeProfile
from premium.security.detectors.signals import Signal
from premium.security.evm import opcodes as op
from premium.security.evm.paths import Path, Write
from premium.security.evm.words import FROM_CALL, FROM_CALLDATA, FROM_SIGNATURE, FROM_STORAGE, Word

_HIS_OWN = frozenset({op.CALLER, op.ADDRESS, op.ORIGIN})


def granted(profile: CodeProfile) -> Iterator[Signal]:
    """Find who may let himself take holders' balances, without their call or signature."""
    places = _allowances(profile)
    if not places:
        return
    arena, slots = profile.arena, profile.slots
    for path in profile.found.paths:
        for one in path.effects:
            owner = _owner(profile, one, places) if isinstance(one, Write) else None
            if owner is None or not isinstance(one, Write) or arena.kind[owner] in _HIS_OWN:
                continue
            if not arena.taint[owner] & (FROM_CALLDATA | FROM_STORAGE) or not _grows(profile, one):
                continue
            if not _is_proven(profile, path):
                yield Signal(
                    "confiscate", path.selector, one.offset, slots.shape(one.slot), None, profile.privileged(path)
                )


def _allowances(profile: CodeProfile) -> dict[str, int]:
    """Shapes of the mappings that a transfer for another asks, and which key is the holder's."""
    arena, slots = profile.arena, profile.slots
    found: dict[str, int] = {}
    for flow in profile.flows:
        if not flow.is_transfer:
            continue
        holders = {keys[-1] for one in flow.debits if (keys := slots.keys(one.write.slot))}
        for slot in {slot for atom in flow.path.facts for slot in slots.loads(atom)}:
            keys = slots.keys(slot)
            if len(keys) == 2 and any(arena.kind[key] == op.CALLER for key in keys):
                found |= {slots.shape(slot): at for at, key in enumerate(keys) if key in holders}
    return {shape: at for shape, at in found.items() if shape not in profile.balances}


def _owner(profile: CodeProfile, write: Write, places: dict[str, int]) -> Word | None:
    at = places.get(profile.slots.shape(write.slot))
    return None if at is None else profile.slots.keys(write.slot)[at]


def _grows(profile: CodeProfile, write: Write) -> bool:
    """Whether the allowance can become larger: nothing taken back, nothing used up."""
    made = change(profile.slots, write)
    if profile.slots.written(write.slot, write.value).value is None or profile.slots.clears(write):
        return False
    return bool(made.credits) or made.set is not None


def _is_proven(profile: CodeProfile, path: Path) -> bool:
    """Whether a signature is asked for, by this contract or, where nobody is privileged, by another one."""
    taints = [profile.arena.taint[atom] for atom in path.facts]
    if any(each & FROM_SIGNATURE for each in taints) or any(not who.privileged for who in profile.by(path)):
        return True
    return not profile.privileged(path) and any(each & FROM_CALL for each in taints)
