"""Values of prices: what an asset costs, and how far that may be trusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from enum import StrEnum
from typing import NamedTuple, Protocol, Self

from pydantic import BaseModel, ConfigDict, Field

MIN_CONFIDENCE = Decimal("0.9")
MAX_AGE = timedelta(hours=1)
"""A price that is less sure or older is not good."""

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
    depth: Decimal | None = Field(default=None, ge=0, exclude=True)
    """US dollars that lie behind it, where that is known: more cannot be had at this price."""
    heartbeat: int | None = Field(default=None, gt=0, exclude=True)
    """Seconds for which its source lets it stand; None: an hour.

    Neither is in a snapshot's JSON, which the release before this one reads as well.
    """


class KnownPrice(NamedTuple):
    """US dollars for one unit of an asset at a moment, and who said so."""

    asset: str
    at: datetime
    usd: Decimal
    source: str


class Quality(StrEnum):
    """How far a price may be trusted: only a good one enters a total."""

    GOOD = "good"
    LOW_CONFIDENCE = "low_confidence"
    TOO_OLD = "too_old"
    DISPUTED = "disputed"
    """Sources that are sure differ by more than 5 %, of a stablecoin by more than 1 %."""
    UNKNOWN = "unknown"
    """The sources know no price of this asset."""
    UNAVAILABLE = "unavailable"
    """The source that may know it did not answer."""


class Quote(BaseModel):
    """A price with its quality, or why there is none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    price: Price | None
    quality: Quality
    said: tuple[Price, ...] = Field(default=(), exclude=True)
    """What every source says, where several were asked; of this moment, and not kept with it."""

    @classmethod
    def of(cls, price: Price | None, now: datetime, *, answered: bool = True) -> Self:
        """Judge a price as of `now`.

        `answered`: whether the sources that may know the asset said anything at all.
        """
        if price is None:
            return cls(price=None, quality=Quality.UNKNOWN if answered else Quality.UNAVAILABLE)
        if now - price.at > MAX_AGE:
            return cls(price=price, quality=Quality.TOO_OLD)
        return cls(price=price, quality=Quality.GOOD if price.confidence >= MIN_CONFIDENCE else Quality.LOW_CONFIDENCE)


class PriceSource(Protocol):
    """Something that knows current prices of some assets."""

    name: str
    unit: str | None
    """The asset that its prices are in; None: US dollars."""

    def covers(self, key: str) -> bool:
        """Say whether it may know this asset."""
        ...

    async def prices(self, keys: Sequence[str]) -> Mapping[str, Price]:
        """Return the prices that it knows, by key; UpstreamUnavailable when it does not answer."""
        ...


def rounded(usd: Decimal) -> Decimal:
    """Round to 30 significant digits.

    A ratio of reserves never ends, and a price needs no more.
    """
    return _SIGNIFICANT.plus(usd)
