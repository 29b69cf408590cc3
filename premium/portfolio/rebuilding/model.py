"""Values of what lies before a portfolio's first snapshot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Literal, NamedTuple

from premium.chains.transfers.movement import Movement
from premium.portfolio.flow_model import FlowRow, Opening

Why = Literal["open", "no_price", "no_scale", "position", "unread", "too_long"]
"""Open: the equation does not close; position: what a protocol held is not known of then."""
Line = tuple[str, str, str]
"""A wallet, a chain and an asset."""


class Gap(NamedTuple):
    """Says why a part is not rebuilt.

    Without an asset it is all of the wallet on the chain.
    """

    wallet: str
    chain: str
    asset: str | None
    why: Why
    since: datetime | None
    """From when on; None: from the beginning."""


@dataclass(frozen=True, kw_only=True)
class Past:
    """A wallet on a chain, with all that it moved up to a reading."""

    wallet: str
    chain: str
    coin: str
    """Its key."""
    opening: Opening
    """The reading from which later flows are booked."""
    movements: Sequence[Movement]
    is_late: bool = False
    """Whether it was first read after the first snapshot."""
    grows: bool = False


@dataclass(frozen=True, kw_only=True)
class Asset:
    """What is known of an asset today."""

    decimals: int | None
    category: str = "token"
    price: Decimal | None = None
    """At the first reading that is known, where it counts."""
    is_left_out: bool = False
    """Spam, or hidden by the user."""
    is_receipt: bool = False
    """A position explains it: its own price says nothing."""


class Close(NamedTuple):
    """A rebuilt day."""

    at: datetime
    total: Decimal
    is_good: bool
    splits: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, kw_only=True)
class Rebuilt:
    """What a back-fill leaves."""

    closes: Sequence[Close]
    flows: Sequence[FlowRow]
    gaps: Sequence[Gap]
    closed: Sequence[Line]
    """Lines that flows explain from their first unit on."""


def end_of(day: date) -> datetime:
    """Return the last second of a UTC day: the instant of its close."""
    return datetime.combine(day, time(23, 59, 59), UTC)
