"""The door of usage: what staff may start by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from premium.bootstrap import Platform
from premium.errors import InvalidInput
from premium.jobs.model import JobRecord, Moment
from premium.metering.summaries import MonthSummary, Summaries, first_whole_month
from premium.usage.jobs import AGGREGATE, MONITOR

_AT = time(1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Usage:
    """What the clock does with counts of requests, by hand."""

    platform: Platform

    @classmethod
    def of(cls, platform: Platform) -> Usage:
        """Return the use cases of a process."""
        return cls(platform=platform)

    def aggregate(self, user_id: UUID, day: date | None, *, request_id: str, idempotency_key: str | None) -> JobRecord:
        """Start summing up a day, yesterday without one.

        InvalidInput for a day that is not over, or of a month whose days are not all kept.
        """
        today = self.platform.clock.now().date()
        first, last = first_whole_month(today), today - timedelta(days=1)
        asked = last if day is None else day
        if not first <= asked <= last:
            raise InvalidInput.about("date", f"must be a day from {first} to {last}")
        at = datetime.combine(asked + timedelta(days=1), _AT)
        return self.platform.jobs.start(
            AGGREGATE, Moment(at=at), user_id=user_id, request_id=request_id, idempotency_key=idempotency_key
        )

    def monitor(self, user_id: UUID, *, request_id: str, idempotency_key: str | None) -> JobRecord:
        """Start looking at quotas."""
        moment = Moment(at=self.platform.clock.now())
        return self.platform.jobs.start(
            MONITOR, moment, user_id=user_id, request_id=request_id, idempotency_key=idempotency_key
        )


def months_of(platform: Platform, month: date) -> list[MonthSummary]:
    """Return a month of everybody who was counted, the most used first.

    As it is summed up; for operators.
    """
    summaries = Summaries(platform.tables("usage"))
    found = [summaries.month(subject, month) for subject in summaries.subjects(f"{month:%Y-%m}")]
    return sorted((each for each in found if each), key=lambda each: (-each.requests, str(each.subject)))
