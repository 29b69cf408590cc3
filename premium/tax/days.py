"""Local tax days, tax years and holding periods.

Each is computed once a day and remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

EPOCH = date(1970, 1, 1).toordinal()
_START = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECONDS = 1_000_000
_QUARTER, _DAY = 900 * _MICROSECONDS, 86_400 * _MICROSECONDS


def instant_of(moment: datetime) -> int:
    """Return the microseconds since 1970 of an aware datetime."""
    since = moment - _START
    return (since.days * 86_400 + since.seconds) * _MICROSECONDS + since.microseconds


def moment_of(instant: int) -> datetime:
    """Return the UTC datetime of an instant."""
    return _START + timedelta(microseconds=instant)


def text_of(instant: int) -> str:
    """Return an instant as RFC 3339 in UTC, with a fraction where there is one."""
    return moment_of(instant).isoformat().replace("+00:00", "Z")


def date_of(day: int) -> date:
    """Return the date of a day."""
    return date.fromordinal(day + EPOCH)


def day_of(local: date) -> int:
    """Return a local date as days since 1970-01-01."""
    return local.toordinal() - EPOCH


def year_later(day: int) -> int:
    """Return the first day after more than one year of holding by calendar.

    Counting starts on the day after (IRS Pub. 544, Rev. Rul. 66-7), so what was acquired on the last day of a
    February is held for more than a year from 1 March on, in a leap year too.
    """
    start = date_of(day + 1)
    try:
        return day_of(start.replace(year=start.year + 1))
    except ValueError:
        return day_of(date(start.year + 1, 3, 1))


def year_later_bgb(day: int) -> int:
    """Return the first day after a year of holding by §§ 187-188 BGB.

    The period ends with the day of the same number, or the month's last.
    """
    acquired = date_of(day)
    try:
        return day_of(acquired.replace(year=acquired.year + 1)) + 1
    except ValueError:
        return day_of(date(acquired.year + 1, 2, 28)) + 1


class Calendar:
    """Days of one time zone, and tax years that start on one date."""

    def __init__(self, zone: str, *, starts: tuple[int, int] = (1, 1)) -> None:
        self.zone = ZoneInfo(zone)
        self.starts = starts
        self.step = _DAY if zone in ("UTC", "Etc/UTC") else _QUARTER
        """Microseconds of one local day: offsets change on quarter hours everywhere."""
        self.by_step: Mapping[int, int] = _Days(self.zone, self.step)
        """Local days by steps since 1970: a loop looks them up without a call."""
        self._years: dict[int, int] = {}
        self._tax_years: dict[int, int] = {}

    def day(self, instant: int) -> int:
        """Return the local day of an instant."""
        return self.by_step[instant // self.step]

    def start_of(self, day: int) -> int:
        """Return the instant at which a local day starts."""
        midnight = datetime.combine(date_of(day), datetime.min.time(), self.zone)
        return instant_of(midnight)

    def year(self, day: int) -> int:
        """Return the calendar year of a day."""
        year = self._years.get(day)
        if year is None:
            year = self._years[day] = date_of(day).year
        return year

    def tax_year(self, day: int) -> int:
        """Return the calendar year in which the tax year of a day starts."""
        year = self._tax_years.get(day)
        if year is None:
            local = date_of(day)
            year = self._tax_years[day] = local.year - ((local.month, local.day) < self.starts)
        return year

    def label(self, tax_year: int) -> str:
        """Return a tax year's name: `2024`, or `2024-25` where it is not the calendar's."""
        return str(tax_year) if self.fiscal_is_calendar else f"{tax_year}-{(tax_year + 1) % 100:02d}"

    def last_day(self, tax_year: int) -> int:
        """Return the last day of a tax year."""
        return day_of(date(tax_year + 1, *self.starts)) - 1

    @property
    def fiscal_is_calendar(self) -> bool:
        """Tell whether tax years are calendar years."""
        return self.starts == (1, 1)


class _Days(dict[int, int]):
    """Local days by their steps, each computed once: one object a day, not one a transaction."""

    def __init__(self, zone: ZoneInfo, step: int) -> None:
        super().__init__()
        self._zone, self._step = zone, step
        self._known: dict[int, int] = {}

    def __missing__(self, step: int) -> int:
        seconds = step * self._step // _MICROSECONDS
        offset = datetime.fromtimestamp(seconds, self._zone).utcoffset() or timedelta()
        day = (seconds + int(offset.total_seconds())) // 86_400
        found = self[step] = self._known.setdefault(day, day)
        return found


def memo(rule: Callable[[int], int]) -> Callable[[int], int]:
    """Return a day rule that computes each day once."""
    known: dict[int, int] = {}

    def remembered(day: int) -> int:
        found = known.get(day)
        if found is None:
            found = known[day] = rule(day)
        return found

    return remembered
