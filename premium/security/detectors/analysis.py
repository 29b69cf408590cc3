"""The static scan of one runtime code: explored once, then asked by every detector."""

from __future__ import annotations

from collections.abc import Iterator

from premium.security.detectors.allowances import granted
from premium.security.detectors.calls import ether_sent_on, free_calls, pulls
from premium.security.detectors.control import (
    delegate_slots,
    delegations,
    destruction,
    open_ownership,
    origin_checks,
    owner_powers,
    upgrades,
    withdrawals,
)
from premium.security.detectors.coverage import unread
from premium.security.detectors.fees import transfer_fees
from premium.security.detectors.gates import transfer_gates
from premium.security.detectors.ledger import empty_ledger, rebases
from premium.security.detectors.parties.ownership import hidden_owners, regained
from premium.security.detectors.parties.signatures import replays
from premium.security.detectors.parties.surroundings import branches
from premium.security.detectors.profile import CodeProfile
from premium.security.detectors.sales import sell_gates
from premium.security.detectors.signals import Signal
from premium.security.detectors.tokens import balance_powers
from premium.security.evm.explorer import explore
from premium.security.evm.slots import PROXY_SLOTS

_ANYTHING = frozenset({"privileged_call", "open_call", "arbitrary_delegatecall", "open_delegatecall"})


def profile_of(code: bytes) -> CodeProfile:
    """Explore a runtime code and index what was found."""
    return CodeProfile(explore(code))


def signals_of(profile: CodeProfile, *, runs: frozenset[str] = frozenset()) -> tuple[Signal, ...]:
    """Return everything found in the code.

    `runs` names variables (by shape) whose address a proxy before it runs as code.
    """
    running = PROXY_SLOTS | runs | frozenset(delegate_slots(profile))
    found = [
        *balance_powers(profile), *granted(profile), *transfer_gates(profile), *transfer_fees(profile),
        *destruction(profile),
        *origin_checks(profile), *delegations(profile), *upgrades(profile, running), *withdrawals(profile),
        *open_ownership(profile), *owner_powers(profile), *free_calls(profile), *pulls(profile),
        *ether_sent_on(profile), *empty_ledger(profile), *sell_gates(profile),
        *rebases(profile), *regained(profile), *replays(profile), *branches(profile),
    ]  # fmt: skip
    found = list(_reachable(found))
    found += hidden_owners(profile, found)
    found += unread(profile)
    return tuple(dict.fromkeys(found))


def _reachable(found: list[Signal]) -> Iterator[Signal]:
    """Leave out powers of the contract over itself that nobody can make it use.

    Its own functions call such a one with what they have checked; where somebody makes it call anything, they are his.
    """
    freely = any(one.id in _ANYTHING and not _is_itself(one) for one in found)
    return (one for one in found if freely or one.id == "owner_function" or not _is_itself(one))


def _is_itself(one: Signal) -> bool:
    return bool(one.by) and all(who.kind == "self" for who in one.by)
