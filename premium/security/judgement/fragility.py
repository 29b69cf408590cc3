"""Find who may still change what the end hangs on."""

from __future__ import annotations

from collections.abc import Iterator

from premium.chains.addresses import keccak256
from premium.security.detectors.analysis import profile_of
from premium.security.detectors.guards import Authority
from premium.security.judgement.scene import Found, Place, Scene, found
from premium.security.knowledge.known import ZERO
from premium.simulation.model import Fragile, Simulated

_MOST_CODES, _MOST_BASES = 8, 64


def fragile(made: Simulated, scene: Scene) -> Iterator[Found]:
    """Find slots whose other value leaves the user worse off, and that somebody may write."""
    for each in made.fragile:
        if each.end != "worse" or scene.known.is_known(each.address) or scene.known.is_token(each.address):
            continue
        holders = _holders(each, made, scene)
        if holders is None:
            scene.unknown("Who can change a value that the end hangs on is not known: no code that writes it was read.")
            continue
        for holder in sorted(holders - {scene.user or ""}):
            known = holder if holder.startswith("0x") else None
            place = Place("", each.address)
            yield found(
                "state_fragile", place, basis="simulated", holder=known,
                slot=hex(each.slot), value=each.value, tried=each.tried, by=holder,
            )  # fmt: skip


def _holders(each: Fragile, made: Simulated, scene: Scene) -> set[str] | None:
    """Who may write the slot; None where no code could be read, empty where no code writes it."""
    codes = list(dict.fromkeys([each.address, *made.touched]))[:_MOST_CODES]
    read, found_ = False, set[str]()
    for address in codes:
        code = scene.known.code_bytes(address)
        if code is None:
            continue
        read = True
        profile = profile_of(code)
        shapes = [shape for shape in profile.writers if _is_at(shape, each.slot, scene)]
        for shape in shapes:
            for write in profile.writers[shape]:
                if not profile.sets_on_first_call_only(write.path, write.write):
                    found_ |= {_holder(one, each.address, scene) for one in write.privileged} or {"anyone"}
    return found_ if read else None


def _is_at(shape: str, slot: int, scene: Scene) -> bool:
    """Whether a variable may be the one in a slot: fixed, or a mapping's entry of a party that is known."""
    shape = shape.partition("/")[0]
    if "[" not in shape:
        return shape.startswith("0x") and not set(shape) & set("*+?") and int(shape, 16) == slot
    base, _, rest = shape.partition("[")
    if rest != "]" or not base.startswith("0x") or set(base) & set("*+?"):
        return False
    parties = [scene.user or ZERO, *sorted(scene.mine)]
    words = [bytes(12) + bytes.fromhex(one[2:]) for one in parties[:_MOST_BASES]]
    return any(int.from_bytes(keccak256(word + int(base, 16).to_bytes(32))) == slot for word in words)


def _holder(authority: Authority, address: str, scene: Scene) -> str:
    """The party by its address where it stands in the code or in a slot that was read; else by its kind."""
    if authority.kind == "constant":
        return authority.key
    if authority.kind == "slot" and authority.key.startswith("0x") and not set(authority.key) & set("[]*+?"):
        word = scene.slots.get((address, int(authority.key, 16)))
        if word is not None:
            return f"0x{word >> authority.offset & ((1 << 160) - 1):040x}"
    return f"who is named in {authority.key}" if authority.kind in ("slot", "role") else authority.kind
