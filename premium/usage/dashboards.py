"""Use cases of the usage dashboards: months, days and hours of a user's own keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import reduce
from uuid import UUID

from premium.accounts.service import api_keys, looks_like_key
from premium.bootstrap import Platform
from premium.errors import InvalidInput, NotFound
from premium.metering.counts import Count, UsageCounts
from premium.metering.summaries import MonthSummary, Summaries, first_whole_month
from premium.usage.figures.month import Summary, days_of, projected, summed
from premium.usage.model import KeyMonth, UsedKey

MOST_DAYS = 90
_HOURS = 24
_MOST_KEYS = 200


@dataclass(frozen=True, kw_only=True)
class Dashboards:
    """What a user's keys were used for."""

    platform: Platform
    counts: UsageCounts
    summaries: Summaries

    @classmethod
    def of(cls, platform: Platform) -> Dashboards:
        """Return the dashboards of a process."""
        table = platform.tables("usage")
        return cls(platform=platform, counts=UsageCounts(table), summaries=Summaries(table))

    def month(self, user_id: UUID, month: date, quota: int) -> list[KeyMonth]:
        """Return a month of each key, and of the user's own requests first.

        One whose days are not all kept is what was summed up of it.
        """
        today, days = self._today(), days_of(month)
        subjects: list[tuple[UUID, UsedKey | None]] = [(user_id, None)]
        subjects += [(key.id, key) for key in self._keys(user_id)]
        found = []
        for subject, key in subjects:
            if month < first_whole_month(today):
                summary = self.summaries.month(subject, month)
                if summary or key is None or not key.revoked:
                    found.append(_past(key, summary, len(days)))
                continue
            counted = self.counts.days(subject, days[0], days[-1])
            if key is None or counted or not key.revoked:
                found.append(_month(key, month, counted, today, quota))
        return found

    def days(self, user_id: UUID, key: str | None, first: date, last: date) -> list[Count]:
        """Return each day from one to another.

        InvalidInput for more than 90, NotFound for another's key.
        """
        if not 0 <= (last - first).days < MOST_DAYS:
            raise InvalidInput.about("endDate", f"must be within {MOST_DAYS} days from startDate, and not before it")
        days = [(first + timedelta(days=each)).isoformat() for each in range((last - first).days + 1)]
        counted = [self.counts.days(subject, first, last) for subject in self._subjects(user_id, key)]
        return [_sum(day, counted) for day in days]

    def hours(self, user_id: UUID, key: str | None) -> list[Count]:
        """Return the last 24 hours, the running one included."""
        now = self.platform.clock.now()
        hours = [now - timedelta(hours=each) for each in reversed(range(_HOURS))]
        counted = [self.counts.hours(subject, hours[0], now) for subject in self._subjects(user_id, key)]
        return [_sum(hour.strftime("%Y-%m-%dT%H"), counted) for hour in hours]

    def _today(self) -> date:
        return self.platform.clock.now().date()

    def _keys(self, user_id: UUID) -> list[UsedKey]:
        found = api_keys(self.platform).of(user_id, after=None, limit=_MOST_KEYS)
        return [UsedKey(each.id, each.prefix, each.name, each.revoked_at is not None) for each in found]

    def _subjects(self, user_id: UUID, key: str | None) -> list[UUID]:
        """Return whose counts are asked for: one key's by id or prefix, or all of the user's."""
        if key is None:
            return [user_id, *(each.id for each in self._keys(user_id))]
        if looks_like_key(key):
            raise InvalidInput.about("apiKey", "is a whole key, which belongs into no address: give its id or prefix")
        found = [each.id for each in self._keys(user_id) if key in (str(each.id), each.prefix)]
        if not found:
            raise NotFound("You have no such API key")
        return found


def _sum(time: str, counted: list[dict[str, Count]]) -> Count:
    empty = Count(time=time)
    return reduce(lambda total, each: total + each.get(time, empty), counted, empty)


def _month(key: UsedKey | None, month: date, counted: dict[str, Count], today: date, quota: int) -> KeyMonth:
    requests = {date.fromisoformat(day): count.requests for day, count in counted.items()}
    whole = _sum_all(counted)
    endpoints = sorted(whole.endpoints.items(), key=lambda each: (-each[1], each[0]))
    return KeyMonth(
        key, summed(month, requests, today), whole.limited, endpoints, projected(month, requests, today, quota)
    )


def _sum_all(counted: dict[str, Count]) -> Count:
    return reduce(lambda total, each: total + each, counted.values(), Count(time=""))


def _past(key: UsedKey | None, summary: MonthSummary | None, days: int) -> KeyMonth:
    """Return a month as it was summed up; nothing was asked where it never was."""
    if summary is None:
        return KeyMonth(key, Summary(0, Fraction(0), None), 0, [], None)
    endpoints = sorted(summary.endpoints.items(), key=lambda each: (-each[1], each[0]))
    whole = Summary(summary.requests, Fraction(summary.requests, days), summary.peak)
    return KeyMonth(key, whole, summary.limited, endpoints, None)
