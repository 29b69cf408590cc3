"""A transaction in one form for all that describe one."""

from __future__ import annotations

from dataclasses import dataclass

from premium.security.calls.effects import Inner, Party, Power
from premium.security.envelope.raw import Authorization


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is judged.

    Calls bear their paths; the transaction's own is empty.
    """

    chain: int | None
    user: str | None
    calls: tuple[tuple[str, Inner], ...] = ()
    authorizations: tuple[Authorization, ...] = ()
    creates: tuple[bytes, ...] = ()
    parties: tuple[Party | Power, ...] = ()
    gas_cost: int = 0
    wallet_chain: int | None = None
    origin: str | None = None
    single: bool = True
    gas: int | None = None
    max_fee: int | None = None
    priority_fee: int | None = None
    nonce: int | None = None
