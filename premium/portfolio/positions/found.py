"""Positions as they were found on a chain.

A position is what a protocol holds for a wallet, and what the wallet owes it.

Amounts are base units, never negative; a debt stands among `debts`. Assets are keys `chain:address`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

State = Literal["free", "locked", "claimable"]
"""What leaving pays at once, what it does not pay yet, and what is earned beside it."""


class _Value(BaseModel):
    """A value that is stored; a newer release's fields are ignored by an older one."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Leg(_Value):
    """An amount of an asset in a position.

    `path` are the shares that were opened on the way to it.
    """

    asset: str
    units: int = Field(ge=0)
    state: State = "free"
    path: tuple[str, ...] = ()


class Finding(_Value):
    """Something that a position's owner should know, by code and in a sentence."""

    code: Literal[
        "health_factor", "liquidatable", "out_of_range", "unknown_protocol", "off_market", "depeg", "too_many", "opaque"
    ]
    text: str


class Found(_Value):
    """A position at one block."""

    wallet: str
    chain: str
    protocol: str
    kind: str
    name: str
    """What tells it from others of its wallet and protocol: a token's address, an NFT's number, a market."""
    receipts: tuple[str, ...] = ()
    """Asset keys that this position explains, so that the wallet's balance of them is not counted."""
    assets: tuple[Leg, ...] = ()
    debts: tuple[Leg, ...] = ()
    locked_until: datetime | None = None
    facts: Mapping[str, str] = Field(default_factory=dict)
    """What its protocol says of it: a health factor, a range, a threshold."""
    findings: tuple[Finding, ...] = ()
    block: int
    is_counted: bool = True
    """Whether its protocol is known; what is not is listed and counts nothing."""

    @property
    def key(self) -> str:
        """A name that stays the same from reading to reading."""
        return f"{self.wallet}/{self.chain}/{self.protocol}/{self.kind}/{self.name}"


def legs(amounts: Iterable[tuple[str, int]], state: State = "free") -> tuple[Leg, ...]:
    """Return legs of the amounts that are not zero."""
    return tuple(Leg(asset=asset, units=units, state=state) for asset, units in amounts if units)
