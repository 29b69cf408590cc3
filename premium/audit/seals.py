"""Seal days of audit entries where nobody can change them, and verify them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from premium.audit.chain import NOTHING, Seal, Verdict, seal, verify
from premium.audit.store import AuditStore
from premium.errors import NotFound

if TYPE_CHECKING:
    from premium.bootstrap import Platform
    from premium.storage.objects import Objects

LATEST_HOURS = 2
"""A day is sealed this long after its end.

What a slow process wrote in its last second is there by then.
"""
CAUGHT_UP_DAYS = 35
"""Days that a schedule that stood still makes up for."""


@dataclass(frozen=True, kw_only=True)
class Seals:
    """Days of the audit trail, sealed in a bucket that keeps what is written."""

    store: AuditStore
    bucket: Objects

    @classmethod
    def of(cls, platform: Platform) -> Seals:
        """Return the seals of a platform."""
        return cls(store=AuditStore(platform.tables("audit")), bucket=platform.bucket("anchors"))

    def make(self, now: datetime) -> list[date]:
        """Seal every day that is over and has no seal, the oldest first; return which.

        Twice is once: a seal that is there stays as it is.
        """
        over = (now - timedelta(hours=LATEST_HOURS)).date() - timedelta(days=1)
        wanted = []
        for back in range(CAUGHT_UP_DAYS):
            day = over - timedelta(days=back)
            if self.of_day(day) is not None:
                break
            wanted.append(day)
        before = self.of_day(wanted[-1] - timedelta(days=1)) if wanted else None
        made: list[date] = []
        for day in reversed(wanted):
            entries = list(self.store.written_on(day))
            if before is None and not made and not entries:
                continue  # before there was a trail
            new = seal(day, entries, before.hash() if before else NOTHING)
            self.bucket.put_once(_key(day), json.dumps(new.document(), indent=1).encode(), "application/json")
            before = self.of_day(day) or new
            made.append(day)
        return made

    def of_day(self, day: date) -> Seal | None:
        """Return the seal of a day, None where it has none yet."""
        try:
            with self.bucket.open(_key(day)) as stream:
                return Seal.of(json.loads(stream.read()))
        except NotFound:
            return None

    def verify(self, since: date, until: date) -> Iterator[Verdict]:
        """Return what each day shows, both ends included, the oldest first."""
        before = self.of_day(since - timedelta(days=1))
        for number in range((until - since).days + 1):
            day = since + timedelta(days=number)
            sealed = self.of_day(day)
            unchained = self.store.unchained_on(day)
            verdict = verify(day, self.store.written_on(day), sealed, unchained=unchained)
            if before is not None and sealed is not None and sealed.previous != before.hash():
                verdict.say(f"changed: the seal of {day} does not follow that of the day before")
            before = sealed
            yield verdict


def make(platform: Platform, now: datetime) -> Mapping[str, Any]:
    """Seal the days that are over: the task of the schedule `audit.seal`."""
    return {"sealed": [day.isoformat() for day in Seals.of(platform).make(now)]}


def _key(day: date) -> str:
    return f"audit/{day:%Y/%m/%d}.json"
