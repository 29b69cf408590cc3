"""Watch quotas: levels that a month reached, and days unlike those before.

What is told stands in `usage_alerts`, each once; notices are in its transaction, the topic is told after it, and again
where that was cut short.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

from premium.accounts.service import keep_alert_level, tiers_of, watched_key
from premium.billing.service import Subscriptions
from premium.bootstrap import Platform
from premium.limits import MonthQuota, raise_month
from premium.metering.counts import Count, UsageCounts
from premium.metering.levels import reached
from premium.metering.manifest import MeteringSettings
from premium.metering.summaries import Summaries
from premium.notifications.model import Notice
from premium.notifications.service import enqueue_deliveries, notify
from premium.observability import count
from premium.storage.topics import Topic
from premium.tiers import Tier
from premium.usage import store
from premium.usage.figures.peaks import MOST_DAYS, anomalous
from premium.usage.manifest import NAMESPACE, UsageSettings
from premium.usage.model import UsageAlert
from premium.usage.store import UsageAlertStore
from premium.usage.words import notice_of

_CHUNK = 200
_EARLY = 6
"""Until this hour the day before is looked at, too: it went on after its last look."""
ANOMALY = "anomaly"


@dataclass(frozen=True, kw_only=True)
class Monitor:
    """Looks at whoever was counted today; `point` is told how far it is."""

    platform: Platform
    counts: UsageCounts
    summaries: Summaries
    now: datetime
    point: Callable[[str], None]

    @classmethod
    def of(cls, platform: Platform, point: Callable[[str], None]) -> Monitor:
        """Return the monitor of a worker."""
        table = platform.tables("usage")
        return cls(
            platform=platform, counts=UsageCounts(table), summaries=Summaries(table), now=platform.clock.now(),
            point=point,
        )  # fmt: skip

    def run(self) -> int:
        """Tell what is new; return how many alerts there were."""
        told = 0
        for day in self._days():
            for subjects in _chunks(list(self.summaries.subjects(day.isoformat()))):
                told += self._look(subjects, day)
        self.point("before_commit")
        self._publish()
        UsageAlertStore(self.platform.worker_database).remove_old(self.now)
        return told

    def _days(self) -> list[date]:
        today = self.now.date()
        return [today - timedelta(days=1), today] if self.now.hour < _EARLY else [today]

    def _look(self, subjects: Collection[UUID], day: date) -> int:
        counted = {subject: self._counted(subject, day) for subject in subjects}
        owners = {subject: days[max(days)].customer or subject for subject, days in counted.items() if days}
        tiers = tiers_of(self.platform, set(owners.values()))
        told = 0
        for subject, user in owners.items():
            if user in tiers:
                told += self._judge(user, subject, tiers[user], counted[subject], day)
        return told

    def _counted(self, subject: UUID, day: date) -> Mapping[str, Count]:
        first = min(day.replace(day=1), day - timedelta(days=MOST_DAYS))
        return self.counts.days(subject, first, day)

    def _judge(self, user: UUID, subject: UUID, tier: Tier, counted: Mapping[str, Count], day: date) -> int:
        quota = Subscriptions.of(self.platform).entitlements(user, tier).requests_a_month
        month = f"{day:%Y-%m}"
        requests = sum(count.requests for at, count in counted.items() if at.startswith(month))
        found = [(str(level), month, requests) for level in reached(Decimal(requests), Decimal(quota))]
        refused = self.platform.settings.of(MeteringSettings).quota_refused_tiers.split(",")
        if tier.value in refused and day == self.now.date():
            quota_of_user = MonthQuota(user=user, most=quota, now=self.now)
            raise_month(self.platform.redis(2), quota_of_user, self.counts.of_customer(user, day))
        today, before = _figures(counted, day)
        if anomalous(today, before):
            found.append((ANOMALY, day.isoformat(), today))
        return self._tell(user, subject, found, quota) if found else 0

    def _tell(self, user: UUID, subject: UUID, found: list[tuple[str, str, int]], quota: int) -> int:
        """Keep what is new, the key's last level and the notices, in one transaction."""
        with self.platform.worker_database.as_user(user) as connection:
            key = None if subject == user else watched_key(connection, subject)
            if key is None and subject != user:
                return 0
            key_id, prefix = (subject, key.prefix) if key else (None, None)
            alerts = [UsageAlert(uuid4(), user, key_id, prefix, *each, quota) for each in found]
            new = store.add(connection, alerts)
            levels = [alert for alert in new if alert.level != ANOMALY]
            if key is not None and levels:
                keep_alert_level(connection, subject, int(levels[-1].level), levels[-1].period)
            posted = notify(connection, list(_notices(new, silent=key is not None and not key.alerts_enabled)))
            self.point("first_write")
        enqueue_deliveries(self.platform.redis(1), posted)
        return len(new)

    def _publish(self) -> None:
        """Tell the topic, the oldest first; killed in between, it is told one of them again."""
        arn = self.platform.settings.of(UsageSettings).customer_alerts_topic_arn
        alerts = UsageAlertStore(self.platform.worker_database)
        topic = Topic(arn) if arn else None
        while waiting := alerts.unpublished(_CHUNK):
            for alert in waiting:
                if topic is not None:
                    topic.publish(_message(alert), level=alert.level)
                alerts.published(alert.id)
                count("AlertsSent", namespace=NAMESPACE)


def _figures(counted: Mapping[str, Count], day: date) -> tuple[int, list[int]]:
    """Return a day's requests and those of the days before it, from the first with use on."""
    days = [day - timedelta(days=each) for each in range(MOST_DAYS, 0, -1)]
    requests = [counted[each.isoformat()].requests if each.isoformat() in counted else 0 for each in days]
    begun = next((at for at, each in enumerate(days) if each.isoformat() in counted), len(days))
    today = counted.get(day.isoformat())
    return today.requests if today else 0, requests[begun:]


def _notices(new: list[UsageAlert], *, silent: bool) -> Iterator[Notice]:
    """Yield one notice of the highest level, and one of an anomaly; none for a key that is to be silent."""
    if silent:
        return
    levels = [alert for alert in new if alert.level != ANOMALY]
    yield from map(notice_of, levels[-1:])
    yield from (notice_of(alert) for alert in new if alert.level == ANOMALY)


def _message(alert: UsageAlert) -> dict[str, object]:
    return {
        "level": int(alert.level) if alert.level != ANOMALY else ANOMALY,
        "keyPrefix": alert.key_prefix,
        "customerId": str(alert.user_id),
        "requests": alert.requests,
        "quota": alert.quota,
        "month": alert.period[:7],
    }


def _chunks(subjects: list[UUID]) -> Iterator[list[UUID]]:
    for start in range(0, len(subjects), _CHUNK):
        yield subjects[start : start + _CHUNK]
