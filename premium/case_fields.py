"""Type the fields that cases of several services share: units, names, times.

Base units are integers as contracts hold them; times are UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated, NamedTuple

from pydantic import BeforeValidator, Field, PlainValidator

from premium.cases import Quantity, Whole

_BEYOND = "lies beyond the calendar"
UINT256 = 2**256 - 1
Units = Annotated[Whole, Field(ge=0, le=UINT256)]
"""Base units as a contract counts them."""
SignedUnits = Annotated[Whole, Field(ge=-UINT256, le=UINT256)]
Count = Annotated[Whole, Field(ge=0, le=2**64 - 1)]
"""Numbers of blocks, places in a block."""
Name = Annotated[str, Field(min_length=1, max_length=500)]
"""Tokens, wallets, chains: opaque, compared letter by letter."""


def _moment(value: object) -> object:
    """A date (its beginning, UTC) or a time; without an offset it is UTC."""
    if not isinstance(value, str):
        raise ValueError("a date or time is a string such as 2026-11-01 or 2026-11-01T12:00:00Z")  # noqa: TRY004 - by field
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        raise ValueError(f"not a date or time: {value[:40]!r}") from None
    try:
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except OverflowError:
        raise ValueError(_BEYOND) from None


Moment = Annotated[datetime, BeforeValidator(_moment)]


class Instant(NamedTuple):
    """A time, and how an answer tells it: as text or in seconds."""

    at: datetime
    told: str | int


def told(at: datetime) -> str:
    """Return a time as answers write it: UTC, with a Z."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _instant(value: object) -> object:
    """A date or time as text, or whole seconds since 1970, as blocks have them."""
    if isinstance(value, Instant):
        return value
    if isinstance(value, bool | float | Decimal) or not isinstance(value, str | int):
        raise ValueError("must be a date and time, as 2026-11-01T12:00:00Z, or whole seconds since 1970")  # noqa: TRY004 - by field
    if isinstance(value, str):
        found = _moment(value)
        assert isinstance(found, datetime)  # noqa: S101 - what it returns
        return Instant(found, told(found))
    try:
        return Instant(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=value), value)
    except OverflowError:
        raise ValueError(_BEYOND) from None


At = Annotated[Instant, PlainValidator(_instant)]
Decimals = Annotated[Whole, Field(ge=0, le=255)]
"""Of a token: a contract's uint8."""
Price = Annotated[Quantity, Field(ge=0)]
"""US dollars of a whole unit."""
