"""The profile's time zone: stated, refused, removed, and whose days a tax report then counts."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from handlers import accounts, tax
from premium.bootstrap import Platform
from tests.factories.http import Answer
from tests.integration.handlers.asking import through
from tests.integration.handlers.conftest import Sign

pytestmark = pytest.mark.integration


@pytest.fixture
def token(at: Platform, sign: Sign) -> str:
    return sign(sub=f"user_{uuid4().hex[:8]}", tier="pro")


def put(token: str, **body: Any) -> Answer:
    return through(accounts.handler, "PUT", "/v1/users/profile", token=token, body={"email": None, **body})


def zone_of_report(at: Platform, token: str, **body: Any) -> str | None:
    asked = through(tax.handler, "POST", "/v1/tax/reports", token=token, body={"year": 2024, **body})
    assert asked.status == 202, asked.json
    user = through(accounts.handler, "GET", "/v1/users/profile", token=token).data["id"]
    zone: str | None = at.jobs.get(UUID(user), UUID(asked.data["id"])).payload.get("time_zone")
    return zone


def test_a_zone_is_kept_until_it_is_removed(token: str) -> None:
    assert put(token, timeZone="america/new_york").data["timeZone"] == "America/New_York"
    assert put(token).data["timeZone"] == "America/New_York"
    assert put(token, timeZone=None).data["timeZone"] is None


def test_name_and_country_are_kept_until_they_are_removed(token: str) -> None:
    assert (put(token).data["name"], put(token).data["country"]) == (None, None)
    assert put(token, name="Ada Lovelace", country="GB").data["name"] == "Ada Lovelace"
    kept = put(token, country="FR").data
    assert (kept["name"], kept["country"]) == ("Ada Lovelace", "FR"), "what is not given stays"
    posted = through(accounts.handler, "POST", "/v1/users/profile", token=token, body={"email": None, "name": None})
    assert (posted.data["name"], posted.data["country"]) == (None, "FR"), "POST is PUT"
    for wrong in ({"country": "gb"}, {"country": "GBR"}, {"name": ""}, {"name": "x" * 101}, {"name": "a\u202eb"}):
        refused = put(token, **wrong)
        assert (refused.status, list(refused.error["details"])) == (400, list(wrong))


@pytest.mark.parametrize("zone", ["EST", "W. Europe Standard Time", "Mars/Olympus", "../../etc/passwd", "x" * 65, ""])
def test_what_is_no_zone_is_refused_and_changes_nothing(token: str, zone: str) -> None:
    refused = put(token, timeZone=zone)
    assert (refused.status, refused.json["error"]["code"]) == (400, "INVALID_INPUT")
    assert through(accounts.handler, "GET", "/v1/users/profile", token=token).data["timeZone"] is None


def test_a_report_counts_the_days_of_the_profile_where_they_are_the_taxpayer_s(at: Platform, token: str) -> None:
    assert zone_of_report(at, token) is None
    put(token, timeZone="America/Los_Angeles")
    assert zone_of_report(at, token) == "America/Los_Angeles"
    assert zone_of_report(at, token, timeZone="America/Chicago") == "America/Chicago"
    assert zone_of_report(at, token, jurisdiction="DE") is None
