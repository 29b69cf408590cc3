"""Values of a portfolio: wallets, holdings, the state of each chain, and snapshots of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from premium.chains.model import ChainKind
from premium.money import EXACT, ZERO, from_base_units
from premium.portfolio.positions.found import Finding, Leg, Position
from premium.prices.model import Price, Quality, Quote

__all__ = ["Finding", "Leg", "Position"]  # of an engine room, for those who enter by this door

Interval = Literal["hour", "day", "week"]
"""The spacing of a value's history."""

_PLACES = Decimal("1E-8")
_ROUNDING = Context(prec=200, rounding=ROUND_HALF_EVEN)


class _Value(BaseModel):
    """A value that is stored in the time series for 90 days.

    A newer release's fields are ignored by an older one.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Wallet(_Value):
    """An address that a user watches."""

    id: UUID
    address: str
    """As its chain writes it (EIP-55); of a key a name that does not tell it."""
    label: str | None
    chains: tuple[str, ...]
    """Short names; empty means every active chain on which it can be."""
    created_at: datetime
    kind: ChainKind = "evm"
    form: str = "address"
    """What it is: an address, or a key by its first letters."""
    gap_limit: int | None = None
    """Of a key: after so many unused addresses in a row none is looked at."""
    sealed_key: bytes | None = Field(default=None, repr=False)
    """The key, encrypted for its user."""
    name: str | None = None
    """The name of ENS by which it was given."""
    name_address: str | None = None
    """What the name gave when it was last looked up; None where nothing."""
    name_checked_at: datetime | None = None


class AssetRow(_Row):
    """One asset as the user's list shows it."""

    id: UUID
    chain: str
    asset: str
    symbol: str
    category: str
    decimals: int | None
    balance: Decimal
    price_usd: Decimal | None
    price_quality: str
    value_usd: Decimal | None
    is_stale: bool
    as_of: datetime
    why: str | None = None
    """Why it does not count, or only in part."""


class Worth(_Row):
    """What a portfolio was worth, for measuring returns."""

    at: datetime
    usd: Decimal
    is_good: bool


class Point(_Row):
    """A portfolio's value at the end of an interval, and its extremes within it."""

    at: datetime
    value: Decimal
    lowest: Decimal
    highest: Decimal
    parts: Mapping[str, Decimal] | None = None
    """By part, where that was asked for and is known."""
    basis: Literal["read", "rebuilt"] = "read"
    """Whether it was read then, or rebuilt afterwards of the chain's word."""


class Status(StrEnum):
    """How well a chain was read for a snapshot."""

    FRESH = "fresh"
    STALE = "stale"
    """Not read this time: its part is the previous snapshot's, of `as_of`."""
    UNAVAILABLE = "unavailable"
    """Not read, and nothing earlier is known."""


class ChainState(_Value):
    """When and how a chain was read for a snapshot, or why it was not."""

    status: Status
    as_of: datetime | None
    block: int | None = None
    reason: str | None = None
    unreadable: tuple[str, ...] = ()
    """Asset keys whose contract did not answer; what was known of them before is kept, marked stale."""


class Judged(_Value):
    """What of a holding counts, by the totals' own rules, over all wallets."""

    counts: Decimal | None
    """US dollars in the total; None where it does not count."""
    rest: Decimal
    """US dollars in doubt."""
    why: str | None = None


class Holding(_Value):
    """One asset over all wallets of a user, in exact base units by wallet."""

    key: str
    symbol: str
    decimals: int | None
    category: str
    units: Mapping[str, int]
    quote: Quote
    as_of: datetime
    stale: bool = False
    judged: Judged | None = None
    """None of a snapshot that an earlier release wrote: then the price's quality decides."""

    @property
    def chain(self) -> str:
        """The short name of the asset's chain."""
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
        if self.judged is not None:
            return self.judged.counts
        return self.worth if self.quote.quality is Quality.GOOD else None

    @property
    def uncertain_value(self) -> Decimal | None:
        """What a price that is not good would make of it."""
        if self.judged is not None:
            return self.judged.rest or None
        return None if self.quote.quality is Quality.GOOD else self.worth

    def of_wallets(self, addresses: Collection[str]) -> Holding:
        """Return the part that these wallets hold."""
        units = {address: units for address, units in self.units.items() if address in addresses}
        same = len(units) == len(self.units)
        return self.model_copy(update={"units": units, "judged": self.judged if same else None})


class Statement(_Value):
    """What a user holds and owes, as `premium portfolio aggregate` states it."""

    job_id: UUID
    as_of: datetime
    answer: Mapping[str, Any]
    booked_since: datetime | None = None
    """Since when flows are booked."""


class SearchRow(_Value):
    """How far a wallet's logs are searched on a chain."""

    address: str
    chain: str
    low: int
    high: int
    tokens: tuple[str, ...] = ()
    nfts: tuple[str, ...] = ()
    """Of contracts that keep positions in them, as `address#number`."""
    collectibles: tuple[str, ...] = ()
    """Of any other contract, as `standard:address#number`."""
    unused: bool = False
    looked_at: datetime
    moved_block: int = -1
    """The newest block of which a log names it."""
    positions_block: int = -1
    """The newest block at which its positions were looked for."""


class Snapshot(_Value):
    """A portfolio at one instant.

    Every sum is made from the holdings, so that they always agree.
    """

    job_id: UUID
    timestamp: datetime
    """When the refresh was asked for."""
    holdings: tuple[Holding, ...]
    """The most valuable first."""
    chains: Mapping[str, ChainState] = Field(default_factory=dict)
    net: Decimal | None = None
    """What is owned less what is owed; None of a snapshot that knows holdings alone."""
    debts: Decimal | None = None
    """What is owed, above zero; None of a snapshot that knows holdings alone."""
    is_good: bool | None = None
    """False while a price is missing; None of a snapshot from before flows were booked."""

    @property
    def total_value(self) -> Decimal:
        """US dollars of all that counts; below zero where more is owed than owned."""
        return total(holding.value for holding in self.holdings) if self.net is None else self.net

    @property
    def uncertain_value(self) -> Decimal:
        """Worth of what has only a doubtful or old price; not in the total."""
        return total(holding.uncertain_value for holding in self.holdings)

    @property
    def value_by_chain(self) -> Mapping[str, Decimal]:
        """US dollars of every chain that was asked, also where it holds nothing."""
        return dict.fromkeys(self.chains, Decimal(0)) | _sums(self.holdings, lambda holding: holding.chain)

    @property
    def value_by_category(self) -> Mapping[str, Decimal]:
        """US dollars of every category that is held."""
        return _sums(self.holdings, lambda holding: holding.category)

    @property
    def is_stale(self) -> bool:
        """Whether something in it is older than it, or missing."""
        late = any(state.status is not Status.FRESH or state.unreadable for state in self.chains.values())
        return late or any(h.stale or h.quote.quality in (Quality.TOO_OLD, Quality.UNAVAILABLE) for h in self.holdings)

    @property
    def prices(self) -> Mapping[str, Price]:
        """The prices that it knows, of whatever quality, by asset key."""
        return {h.key: h.quote.price for h in self.holdings if h.quote.price is not None}

    @property
    def good_prices(self) -> list[Price]:
        """The prices that its total rests on."""
        return [h.quote.price for h in self.holdings if h.quote.price and h.quote.quality is Quality.GOOD]

    def of_wallets(self, addresses: Collection[str]) -> Snapshot:
        """Return the snapshot without the wallets that are no longer watched."""
        kept = [holding.of_wallets(addresses) for holding in self.holdings]
        found = tuple(holding for holding in kept if holding.units)
        return self.model_copy(update={"holdings": found, "net": self.net if found == self.holdings else None})


def ranked(holdings: Iterable[Holding]) -> tuple[Holding, ...]:
    """Sort holdings: the most valuable first, a stable order among equals."""
    return tuple(sorted(holdings, key=lambda holding: (-(holding.value or Decimal(0)), holding.key)))


def to_places(dollars: Decimal) -> Decimal:
    """Round US dollars to 8 places, half-even."""
    return dollars.quantize(_PLACES, context=_ROUNDING)


def total(values: Iterable[Decimal | None]) -> Decimal:
    """Return an exact sum; what has no value adds nothing."""
    result = ZERO
    for value in values:
        result = EXACT.add(result, value or ZERO)
    return result


def _sums(holdings: Iterable[Holding], group: Callable[[Holding], str]) -> dict[str, Decimal]:
    groups: dict[str, list[Decimal | None]] = defaultdict(list)
    for holding in holdings:
        groups[group(holding)].append(holding.value)
    return {name: total(values) for name, values in sorted(groups.items())}
