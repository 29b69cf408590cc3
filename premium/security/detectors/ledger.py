"""Detectors of tokens whose balances are not what was moved."""

from __future__ import annotations

from collections.abc import Iterator

from premium.security.detectors.balances import BALANCE_VIEWS
from premium.security.detectors.coverage import forwards, is_complete
from premium.security.detectors.profile import CodeProfile
from premium.security.detectors.signals import Signal
from premium.security.evm.words import FROM_CALL, FROM_STORAGE, UNKNOWN

_TRANSFER, _SUPPLY = 0xA9059CBB, 0x18160DDD


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
    return not arena.taint[shown] & (FROM_STORAGE | FROM_CALL) and arena.kind[shown] != UNKNOWN
