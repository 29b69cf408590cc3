"""What a user owns, as it was read: holdings, the state of each chain, and the snapshot of both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from premium.chains.model import Balance, ChainReading
from premium.money import EXACT, ZERO, from_base_units
from premium.prices.model import Price, Quality, Quote

__all__ = [
    "Balance",
    "ChainReading",
    "ChainState",
    "Holding",
    "Price",
    "Quality",
    "Quote",
    "Snapshot",
    "Status",
    "Wallet",
]

_PLACES = Decimal("1E-8")
_ROUNDING = Context(prec=200, rounding=ROUND_HALF_EVEN)


class _Value(BaseModel):
    """Kept in the time series for 90 days: a newer release's fields are ignored by an older one."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Wallet(_Value):
    id: UUID
    address: str
    """Checksummed (EIP-55)."""
    label: str | None
    chains: tuple[str, ...]
    """Short names; empty means every active chain."""
    created_at: datetime


class Status(StrEnum):
    FRESH = "fresh"
    STALE = "stale"
    """Not read this time: its part is the previous snapshot's, of `as_of`."""
    UNAVAILABLE = "unavailable"
    """Not read, and nothing earlier is known."""


class ChainState(_Value):
    status: Status
    as_of: datetime | None
    block: int | None = None
    reason: str | None = None
    unreadable: tuple[str, ...] = ()
    """Asset keys whose contract did not answer; what was known of them before is kept, marked stale."""


class Holding(_Value):
    """One asset over all wallets of a user: base units by wallet, exact."""

    key: str
    symbol: str
    decimals: int | None
    category: str
    units: Mapping[str, int]
    quote: Quote
    as_of: datetime
    stale: bool = False

    @property
    def chain(self) -> str:
        return self.key.partition(":")[0]

    @property
    def amount(self) -> Decimal:
        """Whole units; base units where the contract tells no scale."""
        return from_base_units(sum(self.units.values()), self.decimals or 0)

    @property
    def worth(self) -> Decimal | None:
        """US dollars to 8 places, by whatever price is known."""
        if self.decimals is None or self.quote.price is None:
            return None
        return to_places(EXACT.multiply(self.amount, self.quote.price.usd))

    @property
    def value(self) -> Decimal | None:
        """What enters totals: only a good price makes it."""
        return self.worth if self.quote.quality is Quality.GOOD else None

    @property
    def uncertain_value(self) -> Decimal | None:
        return None if self.quote.quality is Quality.GOOD else self.worth


class Snapshot(_Value):
    """A portfolio at one instant. Every sum is made from the holdings, so that they always agree."""

    job_id: UUID
    timestamp: datetime
    """When the refresh was asked for."""
    holdings: tuple[Holding, ...]
    chains: Mapping[str, ChainState] = Field(default_factory=dict)

    @property
    def total_value(self) -> Decimal:
        return total(holding.value for holding in self.holdings)

    @property
    def uncertain_value(self) -> Decimal:
        """Worth of what has only a doubtful or old price; not in the total."""
        return total(holding.uncertain_value for holding in self.holdings)

    @property
    def is_stale(self) -> bool:
        """Something in it is older than it, or missing."""
        late = any(state.status is not Status.FRESH or state.unreadable for state in self.chains.values())
        return late or any(h.stale or h.quote.quality in (Quality.TOO_OLD, Quality.UNAVAILABLE) for h in self.holdings)


def to_places(dollars: Decimal) -> Decimal:
    """US dollars to 8 places, half-even."""
    return dollars.quantize(_PLACES, context=_ROUNDING)


def total(values: Iterable[Decimal | None]) -> Decimal:
    """An exact sum; what has no value adds nothing."""
    result = ZERO
    for value in values:
        result = EXACT.add(result, value or ZERO)
    return result
