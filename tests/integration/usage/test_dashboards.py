"""The usage dashboards over counts that the drain wrote: a user's own keys alone, each day there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from handlers.usage import handler
from premium.accounts.credentials.keys import generate, key_hash
from premium.accounts.model import Rights
from premium.accounts.store import KeyStore
from premium.bootstrap import Platform
from premium.entitlements import quota_of
from premium.limits import Limiter
from premium.metering.drain import UsageDrain
from premium.metering.summaries import MonthSummary, Summaries
from premium.metering.usage import Use
from premium.tiers import Tier
from tests.factories.http import Answer, answer, event, verdict
from tests.fixtures.platform import AddUser

pytestmark = pytest.mark.integration


def use(platform: Platform, user: UUID, key: UUID | None, at: datetime, *routes: str) -> None:
    limiter = Limiter(platform.redis(2), patience=5)
    for route in routes:
        used = Use(subject=key or user, customer=user, endpoint=route, at=at)
        assert limiter.check(f"user:{user}:{at}", 1000, used).allowed
    UsageDrain.of(platform).run(datetime.now(UTC))


def add_key(platform: Platform, user: UUID) -> Any:
    made = generate()
    return KeyStore(platform.database).add(
        user, name="bot", prefix=made.prefix, key_hash=key_hash(made.text), rights=Rights(scopes=frozenset()),
        room=quota_of(Tier.ENTERPRISE, "api_keys"),
        parent=None,
    )  # fmt: skip


def ask(user: UUID, path: str, **query: str) -> Answer:
    return answer(handler(event("GET", f"/dashboard/usage/{path}", by=verdict(user, tier="pro"), query=query), None))


def test_days_months_and_hours_of_ones_own_keys(platform: Platform, add_user: AddUser) -> None:
    user, now = add_user(), datetime.now(UTC)
    key, before = add_key(platform, user), datetime.now(UTC) - timedelta(days=3)
    use(platform, user, key.id, now, "GET /v1/a", "GET /v1/a", "GET /v1/b")
    use(platform, user, key.id, before, "GET /v1/b")
    use(platform, user, None, now, "GET /v1/c")

    days = ask(user, "daily", startDate=f"{before:%Y-%m-%d}", endDate=f"{now:%Y-%m-%d}").data
    assert [(day["date"], day["requests"]) for day in days] == [
        (f"{now - timedelta(days=3 - each):%Y-%m-%d}", n) for each, n in enumerate((1, 0, 0, 4))
    ]
    assert days[3]["endpoints"] == [
        {"endpoint": "GET /v1/a", "requests": 2}, {"endpoint": "GET /v1/b", "requests": 1},
        {"endpoint": "GET /v1/c", "requests": 1},
    ]  # fmt: skip
    assert ask(user, "daily", apiKey=key.prefix).data[-1]["requests"] == 3
    assert len(ask(user, "daily", apiKey=str(key.id)).data) == 30

    hours = ask(user, "realtime", apiKey=str(key.id)).data
    assert len(hours) == 24
    assert {each["hour"]: each["requests"] for each in hours}[f"{now:%Y-%m-%dT%H}"] == 3

    month = ask(user, "monthly", month=f"{now:%Y-%m}").data
    own, mine = month["keys"]
    assert (own["key"], own["requests"]) == (None, 1)
    assert mine["key"] == {"id": str(key.id), "prefix": key.prefix, "name": "bot"}
    assert mine["requests"] == (4 if before.month == now.month else 3)
    assert (mine["quota"], mine["percent"], mine["peakDay"]["requests"]) == (10_000_000, "0.00", 3)
    assert month["total"] == mine["requests"] + 1


@pytest.mark.parametrize(
    ("path", "query", "field"),
    [
        ("daily", {"startDate": "2026-01-01", "endDate": "2026-04-01"}, "endDate"),
        ("daily", {"startDate": "2026-02-01", "endDate": "2026-01-01"}, "endDate"),
        ("daily", {"startDate": "yesterday"}, "startDate"), ("monthly", {"month": "2026-13"}, "month"),
        ("realtime", {"apiKey": generate().text}, "apiKey"), ("realtime", {"key": "x"}, "key"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_by_name(
    platform: Platform, add_user: AddUser, path: str, query: dict[str, str], field: str
) -> None:
    found = ask(add_user(), path, **query)
    assert (found.status, found.error["code"]) == (400, "INVALID_INPUT")
    assert field in found.error["details"]
    assert "apiKey" not in query or query["apiKey"] not in str(found.error)


def test_anothers_key_is_not_there(platform: Platform, add_user: AddUser) -> None:
    theirs = add_key(platform, add_user())
    for name in (str(theirs.id), theirs.prefix, str(uuid4()), "pdk_"):
        assert ask(add_user(), "daily", apiKey=name).status == 404


def test_ninety_days_are_each_there(platform: Platform, add_user: AddUser) -> None:
    days = ask(add_user(), "daily", startDate="2026-01-01", endDate="2026-03-31").data
    assert len(days) == 90
    assert {day["requests"] for day in days} == {0}


def test_a_month_whose_days_are_gone_is_what_was_summed_up(platform: Platform, add_user: AddUser) -> None:
    user, today = add_user(), datetime.now(UTC).date()
    month = (today - timedelta(days=200)).replace(day=1)
    Summaries(platform.tables("usage")).set_month(
        MonthSummary(
            subject=user, customer=user, tier="pro", month=month, through=month, requests=60, limited=2,
            endpoints={"GET /v1/a": 20, "GET /v1/b": 40}, peak=(month, 7),
        )
    )  # fmt: skip
    (found,) = ask(user, "monthly", month=f"{month:%Y-%m}").data["keys"]
    assert (found["requests"], found["limited"], found["peakDay"]) == (60, 2, {"date": str(month), "requests": 7})
    assert [each["endpoint"] for each in found["endpoints"]] == ["GET /v1/b", "GET /v1/a"]
    assert found["projection"] is None
