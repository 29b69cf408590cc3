"""Positions as they were found on a chain.

A position is what a protocol holds for a wallet, and what the wallet owes it.

Amounts are base units, never negative; a debt stands among `debts`. Assets are keys `chain:address`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

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
    def holds(self) -> frozenset[str]:
        """The assets that it holds and owes."""
        return frozenset(leg.asset for leg in (*self.assets, *self.debts))

    @property
    def key(self) -> str:
        """A name that stays the same from reading to reading."""
        return f"{self.wallet}/{self.chain}/{self.protocol}/{self.kind}/{self.name}"


def legs(amounts: Iterable[tuple[str, int]], state: State = "free") -> tuple[Leg, ...]:
    """Return legs of the amounts that are not zero."""
    return tuple(Leg(asset=asset, units=units, state=state) for asset, units in amounts if units)


class Token(_Value):
    """What a token calls itself, its scale, and what kind of thing it is."""

    symbol: str
    decimals: int | None
    category: str


class ChainPositions(_Value):
    """The positions on a chain, and the tokens that they hold, by asset key."""

    found: tuple[Found, ...] = ()
    tokens: Mapping[str, Token] = Field(default_factory=dict)
    asked: tuple[str, ...] | None = None
    """The wallets whose positions were looked for; None: all that were read."""


class Stated(_Value):
    """A position and what it is worth.

    `lines` are those of `premium portfolio aggregate` that belong to it; its figures are their sums.
    """

    found: Found
    lines: tuple[Mapping[str, Any], ...]
    value_usd: Decimal
    debts_usd: Decimal
    locked_usd: Decimal
    claimable_usd: Decimal
    is_stale: bool
    as_of: datetime


class Position(Stated):
    """A position as it is stored."""

    id: UUID
