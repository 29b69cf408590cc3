"""Levels of quotas and days unlike those before: each told once, to the topic, in the app and by mail."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import boto3
import psycopg
import pytest

from local.postgres import SUPERUSER
from premium.bootstrap import Platform
from premium.entitlements import ENTITLEMENTS
from premium.metering.counts import UsageCounts
from premium.metering.summaries import Summaries
from premium.storage.tables import Change, Table
from premium.tiers import Tier
from premium.usage.manifest import UsageSettings
from premium.usage.monitor import Monitor
from tests.fixtures.platform import AddUser
from tests.fixtures.postgres import Databases
from tests.integration.usage.test_dashboards import add_key

pytestmark = pytest.mark.integration
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TODAY = NOW.date()
QUOTA = ENTITLEMENTS[Tier.ENTERPRISE].requests_a_month


class Watched:
    """A table of counts of its own, and the topic's subscriber."""

    def __init__(self, platform: Platform, table: Table, queue: str) -> None:
        self.platform, self.table, self.queue = platform, table, queue
        self.sqs = boto3.client("sqs")

    def used(self, user: UUID, subject: UUID, requests: int, day: date = TODAY) -> None:
        key = {"pk": f"usage#{subject}", "sk": f"{day:%Y-%m}#daily#{day}"}
        fixed = {"customerId": str(user), "key": str(subject), "date": day.isoformat()}
        self.table.update(key, Change(set=fixed, add={"requests": requests}))

    def run(self, now: datetime = NOW, point: Callable[[str], Any] = len) -> int:
        counts, summaries = UsageCounts(self.table), Summaries(self.table)
        return Monitor(platform=self.platform, counts=counts, summaries=summaries, now=now, point=point).run()

    def heard(self) -> list[dict[str, Any]]:
        found = []
        while messages := self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages", []):
            for each in messages:
                found.append(json.loads(json.loads(each["Body"])["Message"]))
                self.sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=each["ReceiptHandle"])
        return found

    def notices(self, user: UUID) -> list[tuple[str, str]]:
        with self.platform.database.as_user(user) as connection:
            rows = connection.execute("SELECT kind, title FROM notices ORDER BY created_at, kind").fetchall()
        return [(row["kind"], row["title"]) for row in rows]


@pytest.fixture
def variables(variables: dict[str, str], aws: object) -> dict[str, str]:
    topic = boto3.client("sns").create_topic(Name="customer-alerts")["TopicArn"]
    return variables | {"CUSTOMER_ALERTS_TOPIC_ARN": topic}


@pytest.fixture
def watched(platform: Platform, own_table: Callable[[str], str]) -> Iterator[Watched]:
    sqs, sns = boto3.client("sqs"), boto3.client("sns")
    queue = sqs.create_queue(QueueName="alerts-of-test")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    topic = str(platform.settings.of(UsageSettings).customer_alerts_topic_arn)
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    yield Watched(platform, Table(own_table("usage")), queue)
    sqs.delete_queue(QueueUrl=queue)


def test_each_level_is_told_once_a_month_and_one_notice_names_the_highest(
    watched: Watched, platform: Platform, add_user: AddUser, postgres: Databases
) -> None:
    user = add_user(tier="enterprise", email="ada@example.org")
    key = add_key(platform, user)
    watched.used(user, key.id, QUOTA * 8 // 10 - 1)
    assert (watched.run(), watched.heard(), watched.notices(user)) == (0, [], [])
    watched.used(user, key.id, 1)
    assert watched.run() == 1
    assert watched.heard() == [
        {
            "level": 80, "keyPrefix": key.prefix, "customerId": str(user), "requests": QUOTA * 8 // 10,
            "quota": QUOTA, "month": "2026-11",
        }
    ]  # fmt: skip
    assert (watched.run(), watched.heard()) == (0, [])
    watched.used(user, key.id, QUOTA)
    assert watched.run() == 2
    assert [message["level"] for message in watched.heard()] == [95, 100], "in order, all that one step passes"
    titles = [title for _, title in watched.notices(user)]
    assert titles == ["80 % of this month's requests are used", "100 % of this month's requests are used"]
    with psycopg.connect(postgres.url("premium", SUPERUSER)) as connection:
        row = connection.execute("SELECT alert_level, alert_month FROM api_keys WHERE id = %s", [key.id]).fetchone()
        mails = connection.execute("SELECT count(*) FROM notification_deliveries WHERE channel = 'email'").fetchone()
    assert row == (100, "2026-11")
    assert mails == (2,)
    december = datetime(2026, 12, 1, 12, tzinfo=UTC)
    watched.used(user, key.id, QUOTA * 8 // 10, december.date())
    assert watched.run(december) == 1, "each month anew"


def test_a_silent_key_is_told_to_the_topic_alone(watched: Watched, platform: Platform, add_user: AddUser) -> None:
    user = add_user(tier="enterprise")
    key = add_key(platform, user)
    with platform.database.as_user(user) as connection:
        connection.execute("UPDATE api_keys SET alerts_enabled = false")
    watched.used(user, key.id, QUOTA)
    assert (watched.run(), len(watched.heard()), watched.notices(user)) == (3, 3, [])


def test_what_the_user_asks_by_tokens_has_its_quota_and_a_month_ends_with_its_last_hour(
    watched: Watched, add_user: AddUser
) -> None:
    user, day = add_user(tier="free"), date(2026, 10, 31)
    watched.used(user, user, 9_500, day)
    assert watched.run(datetime(2026, 11, 1, 0, 30, tzinfo=UTC)) == 2
    assert [(each["level"], each["keyPrefix"], each["month"]) for each in watched.heard()] == [
        (80, None, "2026-10"),
        (95, None, "2026-10"),
    ]


def test_five_times_the_days_before_is_told_once_a_day(watched: Watched, add_user: AddUser) -> None:
    user = add_user(tier="pro")
    for before in range(7, 0, -1):
        watched.used(user, user, 20, NOW.date() - timedelta(days=before))
    watched.used(user, user, 99)
    assert watched.run() == 0
    watched.used(user, user, 1)
    assert (watched.run(), watched.run()) == (1, 0)
    assert [each["level"] for each in watched.heard()] == ["anomaly"]
    assert watched.notices(user) == [("usage.anomaly", "Far more requests than usual")]


@pytest.mark.parametrize("where", ["first_write", "before_commit"])
def test_killed_anywhere_and_run_again_each_is_told(watched: Watched, add_user: AddUser, where: str) -> None:
    user = add_user(tier="free")
    watched.used(user, user, 8_000)

    def die(point: str) -> None:
        if point == where:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        watched.run(point=die)
    assert watched.heard() == []
    watched.run()
    assert [each["level"] for each in watched.heard()] == [80]
    assert len(watched.notices(user)) == 1


def test_a_topic_that_is_away_is_told_later(
    watched: Watched, add_user: AddUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = add_user(tier="free")
    watched.used(user, user, 8_000)
    with monkeypatch.context() as patch:
        patch.setattr("premium.storage.topics.Topic.publish", _refused)
        with pytest.raises(ConnectionError):
            watched.run()
    assert (watched.run(), [each["level"] for each in watched.heard()]) == (0, [80])


def _refused(*args: object, **named: object) -> None:
    raise ConnectionError
