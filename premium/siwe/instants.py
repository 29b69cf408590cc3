"""Read the times of RFC 3339 exactly, with as many digits as they have."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Context, Decimal

from premium.siwe.grammar import DATE_TIME

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_DAY = date(1970, 1, 1).toordinal()
_CYCLE_YEARS, _CYCLE_DAYS = 400, 146_097
_DAY = 86_400
_EXACT = Context(prec=5000)
"""Digits enough for any fraction that a message of 4 KiB can hold."""


def instant(text: str) -> Decimal:
    """Return a time as exact Unix seconds; ValueError says what is wrong with it.

    A second 60 is taken at the end of a month in UTC, where leap seconds are, and is the next day's first.
    """
    found = DATE_TIME.fullmatch(text)
    if found is None:
        raise ValueError("is not a date and time of RFC 3339, like 2025-10-17T10:00:00Z")
    hour, minute, second = int(found["hour"]), int(found["minute"]), int(found["second"])
    if hour > 23 or minute > 59 or second > 60:
        raise ValueError("has an hour over 23, a minute over 59 or a second over 60")
    whole = _days(int(found["year"]), int(found["month"]), int(found["day"])) * _DAY
    whole += hour * 3600 + minute * 60 + second - _offset(found["sign"], found["offset_hour"], found["offset_minute"])
    if second == 60 and not _is_first_of_month(whole):
        raise ValueError("has a second 60 that is no leap second")
    return _EXACT.add(Decimal(whole), Decimal(f"0{found['fraction'] or ''}"))


def instant_of(moment: datetime) -> Decimal:
    """Return an aware moment as exact Unix seconds."""
    return Decimal((moment - _EPOCH) // timedelta(microseconds=1)).scaleb(-6)


def _days(year: int, month: int, day: int) -> int:
    """Return days since 1970.

    The calendar repeats each 400 years, and Python's begins with year 1.
    """
    try:
        ordinal = date(year + _CYCLE_YEARS if year < 1 else year, month, day).toordinal()
    except ValueError:
        raise ValueError("is a day that no calendar has") from None
    return ordinal - _FIRST_DAY - (_CYCLE_DAYS if year < 1 else 0)


def _offset(sign: str | None, hour: str | None, minute: str | None) -> int:
    if sign is None or hour is None or minute is None:
        return 0
    if int(hour) > 23 or int(minute) > 59:
        raise ValueError("has an offset over 23:59")
    seconds = int(hour) * 3600 + int(minute) * 60
    return -seconds if sign == "-" else seconds


def _is_first_of_month(seconds: int) -> bool:
    if seconds % _DAY:
        return False
    days = seconds // _DAY + _FIRST_DAY
    return days >= 1 and date.fromordinal(days).day == 1
