"""Sum up the counters of requests: hours to days, days to months.

Only who was counted is looked at, so that a key without use costs nothing. Sums are set: run twice, or killed and run
again, it leaves the same.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar
from uuid import UUID

from premium.bootstrap import Platform
from premium.metering.counts import Count, UsageCounts
from premium.metering.summaries import MonthSummary, Summaries, first_whole_month
from premium.observability import count, logger
from premium.usage.figures.month import days_of, summed
from premium.usage.manifest import NAMESPACE

T = TypeVar("T")
R = TypeVar("R")
_AT_ONCE = 8
_LOOKED_BACK = 7
"""Days that a first run, which knows of none, sums up."""
_HOURS_KEPT = timedelta(days=6)
"""Hours of an earlier day may be gone, and are compared with nothing."""


@dataclass(frozen=True, kw_only=True)
class Aggregator:
    """Sums up what one table counted.

    `point` is told how far it is; a test may end it there.
    """

    counts: UsageCounts
    summaries: Summaries
    now: datetime
    point: Callable[[str], None]

    @classmethod
    def of(cls, platform: Platform, point: Callable[[str], None]) -> Aggregator:
        """Return the aggregator of a worker."""
        table = platform.tables("usage")
        return cls(counts=UsageCounts(table), summaries=Summaries(table), now=platform.clock.now(), point=point)

    def run(self, day: date) -> dict[date, int]:
        """Sum up a day, those that were missed, and their months.

        Return the requests of each. The day before comes again, for counts that were late.
        """
        last = self.summaries.last()
        through, found, used = max(day, last or day), dict[date, int](), set[tuple[date, UUID]]()
        for each in self._open(day, last):
            subjects = list(self.summaries.subjects(each.isoformat()))
            found[each] = self._sum_days(each, subjects)
            used |= {(each.replace(day=1), subject) for subject in subjects}
            self.point("first_write")
        used |= self._of_ended_months(found)
        _each(lambda one: self._sum_month(*one, through), used)
        self.point("before_commit")
        self.summaries.set_last(day)
        for each in found:
            if last is None or each > last:
                count("AggregationSuccess", namespace=NAMESPACE)
                count("DailyRequests", found[each], namespace=NAMESPACE)
        return found

    def _open(self, day: date, last: date | None) -> list[date]:
        """Return the days to be summed up, within the months whose days are all there."""
        first = min(day - timedelta(days=1), (last or day - timedelta(days=_LOOKED_BACK)) + timedelta(days=1))
        first = max(first, first_whole_month(self.now.date()))
        return [first + timedelta(days=each) for each in range((day - first).days + 1)]

    def _of_ended_months(self, days: Iterable[date]) -> set[tuple[date, UUID]]:
        """Return all of the months that ended with one of these days.

        Who was not counted on its last day has days without use since.
        """
        months = {day.replace(day=1) for day in days if (day + timedelta(days=1)).day == 1}
        return {(month, subject) for month in months for subject in self.summaries.subjects(f"{month:%Y-%m}")}

    def _sum_days(self, day: date, subjects: Collection[UUID]) -> int:
        sums = _each(lambda subject: self._sum_day(day, subject), subjects)
        # The drain may have been between the hour and the day: what is uneven is looked at again, after all others.
        uneven = [subject for subject, (_, even) in zip(subjects, sums, strict=True) if not even]
        still = [subject for subject in uneven if not self._sum_day(day, subject)[1]]
        for subject in still:
            logger.error("hours do not add up to their day", subject=str(subject), day=day.isoformat())
        if still:
            count("UnevenDays", len(still), namespace=NAMESPACE)
        return sum(requests for requests, _ in sums)

    def _sum_day(self, day: date, subject: UUID) -> tuple[int, bool]:
        """Return a day's requests, and whether its hours add up to them."""
        midnight = datetime.combine(day, time(), UTC)
        counted = self.counts.days(subject, day, day).get(day.isoformat(), Count(time=day.isoformat()))
        if self.now - midnight > _HOURS_KEPT:
            return counted.requests, True
        hours = Count(time=counted.time)
        for each in self.counts.hours(subject, midnight, midnight + timedelta(hours=23)).values():
            hours += each
        self.summaries.set_day(subject, day, hours)
        return counted.requests, hours == counted

    def _sum_month(self, month: date, subject: UUID, through: date) -> None:
        last = min(through, days_of(month)[-1])
        counted = self.counts.days(subject, month, last)
        if not counted:
            return
        whole = Count(time="")
        for each in counted.values():
            whole += each
        requests = {date.fromisoformat(day): each.requests for day, each in counted.items()}
        newest = counted[max(counted)]
        summary = summed(month, requests, last)
        self.summaries.set_month(
            MonthSummary(
                subject=subject, customer=newest.customer or subject, tier=newest.tier, month=month, through=last,
                requests=whole.requests, limited=whole.limited, endpoints=whole.endpoints, peak=summary.peak,
            )
        )  # fmt: skip


def _each(function: Callable[[T], R], given: Collection[T]) -> list[R]:
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(function, given))
