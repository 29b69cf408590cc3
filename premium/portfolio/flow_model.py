"""Values of flows, and of the readings between which they are booked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, NamedTuple, Self, get_args
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from premium.money import from_base_units

FlowKind = Literal[
    "deposit",
    "withdrawal",
    "own",
    "exchange",
    "income",
    "airdrop",
    "gas",
    "fee",
    "liquidation",
    "phantom",
    "unexplained",
]
KINDS: tuple[str, ...] = get_args(FlowKind)
MEASURED = frozenset({"deposit", "withdrawal", "airdrop", "unexplained"})
"""Kinds that are flows to a return: what is not explained is neither a gain nor a deposit."""
COUNTED = "counted:"
"""How the transaction of what begins or ends to be counted is named: of a wallet, or an asset with a price at last."""


MOST_READINGS = 20
"""Of a wallet and chain that are not final: what lies between two further ones is told of together."""


class FlowRow(BaseModel):
    """A flow of one wallet as it is stored."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: UUID | None = None
    wallet: str
    chain: str
    tx: str
    place: int
    asset: str
    units: Decimal
    """Signed base units."""
    decimals: int | None
    kind: str
    corrected: str | None = None
    """The user's word for its kind."""
    usd: Decimal | None
    """Signed, by the price when it was first seen; None without one."""
    block: int
    at: datetime
    counted_at: datetime
    """The time at which it counts for returns: before the snapshot that first holds it."""
    worth_before: Decimal | None = None
    """The whole portfolio just before it, by prices of that instant; None where these are not known."""

    @property
    def amount(self) -> Decimal | None:
        """Whole units, signed; None where the contract tells no scale."""
        return None if self.decimals is None else from_base_units(int(self.units), self.decimals)


class Opening(NamedTuple):
    """What a wallet held at the end of a block, by asset key."""

    block: int
    units: Mapping[str, int]
    hash: str = ""
    """The block's."""


@dataclass(frozen=True)
class Openings:
    """A wallet's readings: one that is final, and those after it."""

    readings: tuple[Opening, ...]

    @classmethod
    def of(cls, told: Sequence[Mapping[str, Any]]) -> Self:
        """Return what a row holds."""
        units = [{key: int(text) for key, text in row["units"].items()} for row in told]
        return cls(tuple(Opening(row["block"], mine, row["hash"]) for row, mine in zip(told, units, strict=True)))

    @property
    def first(self) -> Opening:
        """The reading from which flows are booked."""
        return self.readings[0]

    @property
    def last(self) -> Opening:
        """The reading of the refresh before."""
        return self.readings[-1]

    def told(self) -> list[dict[str, Any]]:
        """Return it as a row holds it."""
        return [
            {"block": each.block, "hash": each.hash, "units": {key: str(n) for key, n in held(each.units).items()}}
            for each in self.readings
        ]

    def after(self, closing: Opening, finality: int | None) -> Openings:
        """Return the readings after one more.

        Without `finality` nothing was booked, and the first one stays.
        """
        kept = [each for each in self.readings if each.block < closing.block]
        if len(kept) > 1 and held(kept[-1].units) == held(kept[-2].units) == held(closing.units):
            kept.pop()
        found = [*kept, closing]
        while finality is not None and len(found) > 1 and found[1].block <= closing.block - finality:
            found.pop(0)
        while len(found) > MOST_READINGS:
            found.pop(1)
        return Openings(tuple(found))


def held(units: Mapping[str, int]) -> dict[str, int]:
    """Return what is there."""
    return {asset: number for asset, number in units.items() if number}


@dataclass(frozen=True, kw_only=True)
class NewFlows:
    """What a refresh found: flows, and from where the next ones are booked."""

    rows: Sequence[FlowRow] = ()
    reread: Sequence[tuple[str, str, int]] = ()
    """Wallet, chain and block after which all flows were read again."""
    openings: Mapping[tuple[str, str], Openings] = field(default_factory=dict)
