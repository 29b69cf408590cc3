"""A price and how far it may be trusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal
from enum import StrEnum
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field

_SIGNIFICANT = Context(prec=30, rounding=ROUND_HALF_EVEN)


class Price(BaseModel):
    """US dollars for one whole unit of the asset `key` (`chain:address`)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    usd: Decimal = Field(ge=0)
    confidence: Decimal = Field(ge=0, le=1)
    at: datetime
    """When the source knew it, not when it was asked."""
    source: str


class Quality(StrEnum):
    """Only a good price enters a total; the others are shown with their mark."""

    GOOD = "good"
    LOW_CONFIDENCE = "low_confidence"
    TOO_OLD = "too_old"
    UNKNOWN = "unknown"
    """The sources know no price of this asset."""
    UNAVAILABLE = "unavailable"
    """The source that may know it did not answer."""


class Quote(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    price: Price | None
    quality: Quality


class PriceSource(Protocol):
    name: str

    def covers(self, key: str) -> bool:
        """Whether it may know this asset."""
        ...

    async def prices(self, keys: Sequence[str]) -> Mapping[str, Price]:
        """Those that it knows; UpstreamUnavailable when it does not answer."""
        ...


def rounded(usd: Decimal) -> Decimal:
    """To 30 significant digits: a ratio of reserves never ends, and a price needs no more."""
    return _SIGNIFICANT.plus(usd)
