"""Detectors of hidden owners, and of ownership that comes back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from premium.security.detectors.guards import Authority, GuardedWrite
from premium.security.detectors.profile import CodeProfile
from premium.security.detectors.signals import Signal
from premium.security.evm import opcodes as op
from premium.security.evm.paths import Write
from premium.security.evm.slots import StorageField, overlap, unmasked
from premium.security.evm.words import FROM_CALLDATA, Word

_OWNER_VIEWS = frozenset({0x8DA5CB5B, 0x893D20E8})
"""owner() of ERC-173 and getOwner() of BEP-20: an interface that shows who decides, not a name that is looked for."""
_ADDRESS = 160
POWERS = frozenset(
    {"mint", "confiscate", "pause", "blacklist", "whitelist", "transfer_limit", "external_gate", "fee_setting",
     "sell_gate", "selfdestruct", "arbitrary_delegatecall", "upgradeable", "privileged_call", "pulls_allowances"}
)  # fmt: skip


def hidden_owners(profile: CodeProfile, powers: Iterable[Signal]) -> Iterator[Signal]:
    """Find powers of a party that no view shows, beside an owner that one does.

    A party whom the shown owner names is the owner's; without a view of the owner nobody is hidden.
    """
    owners = _shown_owners(profile)
    if owners is None:
        return
    shown = _shown(profile)
    for one in powers:
        by = [who for who in one.by if who.privileged]
        if one.id in POWERS and by and all(_is_hidden(profile, who, shown, owners) for who in by):
            key = next(iter(sorted(who.key for who in by)))
            yield Signal("hidden_owner", one.selector, one.offset, key, None, one.by)


def _is_hidden(profile: CodeProfile, who: Authority, shown: frozenset[str], owners: frozenset[str]) -> bool:
    if who.kind == "computed":
        return True
    if who.kind not in ("slot", "constant", "role") or who.key in shown:
        return False
    return who.kind == "constant" or not any(
        asked.kind == "slot" and asked.key in owners for one in profile.writers.get(who.key, []) for asked in one.by
    )


def _shown_owners(profile: CodeProfile) -> frozenset[str] | None:
    """Variables and constants that the views of an owner show; None without such a view."""
    views = [path for path in profile.found.paths if path.selector in _OWNER_VIEWS and path.returned is not None]
    return frozenset(_name(profile, path.returned or 0) for path in views) - {""} if views else None


def _shown(profile: CodeProfile) -> frozenset[str]:
    """Variables and constants that views answer with."""
    return frozenset(
        _name(profile, word)
        for path in profile.found.paths
        if not path.effects and path.returned is not None
        for word in (path.returned, *path.more)
    ) - {""}


def _name(profile: CodeProfile, word: Word) -> str:
    """A variable's shape, or a constant as an authority has it; empty for anything computed."""
    while profile.arena.kind[word] == op.ISZERO:  # a truth value, as the compiler cleans it
        (word,) = profile.arena.args[word]
    field = profile.slots.field(word)
    if field is not None:
        return profile.slots.shape(field.slot)
    fixed = profile.arena.constant(unmasked(profile.arena, word))
    return "" if fixed is None else f"0x{fixed:040x}"


def regained(profile: CodeProfile) -> Iterator[Signal]:
    """Find ways back to an ownership that was given up.

    Through a party that giving up leaves in place, or an initialiser that an empty owner opens again.
    """
    views = _shown_owners(profile) or frozenset()
    named = {who for by in profile.guards.values() for who in by if who.kind == "slot"}
    for owner in sorted(named, key=lambda who: (who.key, who.offset)):
        writers = [one for one in profile.writers.get(owner.key, []) if _covers(one, owner)]
        given_up = [
            one
            for one in writers
            if one.change.value is None
            and owner.key in _asked(one)
            and (owner.key in views or not _moves_on(profile, one, named))
        ]
        if owner.key not in views and (views or not given_up):
            continue
        for one in writers:
            if one.change.value is None or owner.key in _asked(one):
                continue
            if _comes_back(profile, one, owner, given_up):
                by = frozenset({owner}) if _is_kept_by(profile, one, given_up) else one.privileged
                yield Signal("ownership_regain", one.path.selector, one.write.offset, owner.key, None, by)


def _moves_on(profile: CodeProfile, one: GuardedWrite, named: set[Authority]) -> bool:
    """Whether who gives this up takes another power in the same call: an offer that is accepted."""
    arena, slots = profile.arena, profile.slots
    keys = {who.key for who in named} - {slots.shape(one.write.slot)}
    for write in one.path.effects:
        if not isinstance(write, Write) or slots.shape(write.slot) not in keys:
            continue
        value = slots.written(write.slot, write.value).value
        if value is not None and (
            arena.kind[unmasked(arena, value)] == op.CALLER or one.write.slot in slots.loads(value)
        ):
            return True
    return False


def _covers(one: GuardedWrite, owner: Authority) -> bool:
    """Whether a write changes the address, not a flag beside it."""
    field = one.change.field
    return field.offset <= owner.offset < field.offset + field.width


def _asked(one: GuardedWrite) -> frozenset[str]:
    """Variables whose address a write asks for."""
    return frozenset(who.key for who in one.by if who.kind == "slot")


def _comes_back(profile: CodeProfile, one: GuardedWrite, owner: Authority, given_up: list[GuardedWrite]) -> bool:
    by = one.privileged
    if not by:
        return bool(given_up) and _asks_for_nobody(profile, one, owner)
    if any(who.kind in ("external", "self") for who in by):
        return False
    return all(_outlasts(profile, who, owner, given_up) for who in by)


def _is_kept_by(profile: CodeProfile, one: GuardedWrite, given_up: list[GuardedWrite]) -> bool:
    """Whether giving up itself writes down who may come back: today's owner, not who stands there yet."""
    keys = {who.key for who in one.privileged}
    return any(
        profile.slots.shape(write.slot) in keys and profile.slots.written(write.slot, write.value).value is not None
        for up in given_up
        for write in up.path.effects
        if isinstance(write, Write)
    )


def _asks_for_nobody(profile: CodeProfile, one: GuardedWrite, owner: Authority) -> bool:
    """Whether the path wants the variable to be empty, and sets it for whoever calls."""
    arena, value = profile.arena, one.change.value
    if value is None or not (arena.taint[value] & FROM_CALLDATA or arena.kind[value] == op.CALLER):
        return False
    named = StorageField(one.write.slot, owner.offset, _ADDRESS)
    fields = [profile.slots.field(atom) for atom, truth in one.path.facts.items() if not truth]
    return any(field is not None and field.slot == named.slot and overlap(field, named) for field in fields)


def _outlasts(profile: CodeProfile, who: Authority, owner: Authority, given_up: list[GuardedWrite]) -> bool:
    """Whether a party keeps its hold where the owner has given up.

    One that the owner names must be left standing by the giving up itself.
    """
    if who.kind in ("constant", "computed"):
        return True
    if not any(owner.key in _asked(one) for one in profile.writers.get(who.key, [])):
        return True
    return any(who.key not in _emptied(profile, up) for up in given_up)


def _emptied(profile: CodeProfile, one: GuardedWrite) -> frozenset[str]:
    """Variables that a path leaves empty."""
    return frozenset(
        profile.slots.shape(write.slot)
        for write in one.path.effects
        if isinstance(write, Write) and profile.slots.written(write.slot, write.value).value is None
    )
