"""The static scan of one runtime code: explored once, then asked by every detector."""

from __future__ import annotations

from premium.security.control import (
    delegate_slots,
    delegations,
    destruction,
    open_ownership,
    origin_checks,
    owner_powers,
    upgrades,
    withdrawals,
)
from premium.security.explore import explore
from premium.security.fees import transfer_fees
from premium.security.gates import transfer_gates
from premium.security.profile import Profile
from premium.security.signals import Signal
from premium.security.tokens import balance_powers

EIP1967_IMPLEMENTATION = hex(0x360894A13BA1A3210667C828492DB98DCA3E2076CC3735A920A3CA505D382BBC)
EIP1967_BEACON = hex(0xA3F0AD74E5423AEBFD80D3EF4346578335A9A72AEAEE59FF6CB3582B35133D50)
EIP1967_ADMIN = hex(0xB53127684A568B3173AE13B9F8A6016E243E63B6E8EE1178D6A717850B5D6103)
ZEPPELINOS = hex(0x7050C9E0F4CA769C69BD3A8EF740BC37934F8E2C036E5A723FD8EE048ED3F8C3)
EIP1822 = hex(0xC5F16F0FCC639FA48A6947836D9850F504798523BF8C9A3A87D5876CF622BCF7)
KNOWN_SLOTS = frozenset({EIP1967_IMPLEMENTATION, EIP1967_BEACON, ZEPPELINOS, EIP1822})


def profile(code: bytes) -> Profile:
    return Profile(explore(code))


def signals(of: Profile, *, runs: frozenset[str] = frozenset()) -> tuple[Signal, ...]:
    """Everything found in the code; `runs` are variables (shapes) whose address a proxy before it runs as code."""
    running = KNOWN_SLOTS | runs | frozenset(delegate_slots(of))
    found = [
        *balance_powers(of), *transfer_gates(of), *transfer_fees(of), *destruction(of), *origin_checks(of),
        *delegations(of), *upgrades(of, running), *withdrawals(of), *open_ownership(of), *owner_powers(of),
    ]  # fmt: skip
    found += [Signal("incomplete", selector) for selector in sorted(of.found.truncated, key=str)]
    return tuple(dict.fromkeys(found))
