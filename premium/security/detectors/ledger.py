"""Detectors of tokens whose balances are not what was moved."""

from __future__ import annotations

from collections.abc import Iterator

from premium.security.detectors.balances import BALANCE_VIEWS
from premium.security.detectors.coverage import forwards, is_complete
from premium.security.detectors.profile import CodeProfile
from premium.security.detectors.signals import Signal
from premium.security.evm import opcodes as op
from premium.security.evm.words import (
    CONST,
    FROM_BALANCE,
    FROM_CALL,
    FROM_CALLDATA,
    FROM_STORAGE,
    RESULT,
    UNKNOWN,
    Word,
    parts,
)

_TRANSFER, _SUPPLY = 0xA9059CBB, 0x18160DDD
_NEGATIVE = 1 << 255
_SCALED = frozenset({op.MUL, op.DIV, 0x05, 0x08, 0x09})
"""Products, quotients and their modular kin."""
_MOVING = frozenset({RESULT, op.TIMESTAMP, 0x43})


def empty_ledger(profile: CodeProfile) -> Iterator[Signal]:
    """Find tokens whose transfers succeed and store nothing, and balances that come from nowhere."""
    entries = profile.found.entries
    if forwards(profile) or not is_complete(profile) or not {_TRANSFER, *BALANCE_VIEWS} & entries.keys():
        return
    moves = [
        path for path in profile.found.paths if path.selector == _TRANSFER and not _refuses(profile, path.returned)
    ]
    if moves and _SUPPLY in entries and not any(path.effects for path in moves):
        yield Signal("no_ledger", _TRANSFER, moves[0].end)
    views = [path for path in profile.found.paths if path.selector in BALANCE_VIEWS and _TRANSFER in entries]
    for path in views:
        if path.returned is not None and _from_nowhere(profile, path.returned):
            yield Signal("balance_view", path.selector, path.end)
            return


def _refuses(profile: CodeProfile, returned: int | None) -> bool:
    """A transfer that answers false has refused."""
    return returned is not None and profile.arena.constant(returned) == 0


def _from_nowhere(profile: CodeProfile, shown: int) -> bool:
    arena = profile.arena
    known = arena.constant(shown)
    if known is not None:
        return known != 0
    if arena.kind[shown] == op.ADD and any(_is_made_up(profile, each) for each in arena.args[shown]):
        return True
    return not arena.taint[shown] & (FROM_STORAGE | FROM_CALL) and arena.kind[shown] != UNKNOWN


def _is_made_up(profile: CodeProfile, part: Word) -> bool:
    """Whether what is added to an entry is fixed, or worked out from the question alone."""
    arena = profile.arena
    known = arena.constant(part)
    if known is not None:
        return 0 < known < _NEGATIVE
    field = profile.slots.field(part)
    if field is not None and arena.constant(field.slot) is not None:
        return bool(profile.writers_of(field))  # one number for all accounts, whatever each has received
    return not arena.taint[part] & (FROM_STORAGE | FROM_CALL | FROM_BALANCE) and arena.taint[part] != 0


def rebases(profile: CodeProfile) -> Iterator[Signal]:
    """Find balances that are shares times a rate, which another call or time changes."""
    for path in profile.found.paths:
        if path.selector not in BALANCE_VIEWS or path.returned is None:
            continue
        if any(_is_scaled(profile, word) for word in parts(profile.arena, path.returned)):
            yield Signal("rebasing", path.selector, path.end)
            return


def _is_scaled(profile: CodeProfile, word: Word) -> bool:
    """Whether an account's entry is multiplied or divided by what is not fixed."""
    arena, slots = profile.arena, profile.slots
    if arena.kind[word] not in _SCALED:
        return False
    args = arena.args[word]
    for number, one in enumerate(args):
        others = [each for at, each in enumerate(args) if at != number and arena.kind[each] != CONST]
        entry = any(arena.taint[key] & FROM_CALLDATA for slot in slots.loads(one) for key in slots.keys(slot))
        if entry and any(_varies(profile, each) for each in others):
            return True
    return False


def _varies(profile: CodeProfile, word: Word) -> bool:
    arena = profile.arena
    return any(arena.kind[each] == op.SLOAD or arena.kind[each] in _MOVING for each in parts(arena, word))
