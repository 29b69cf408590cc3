"""Tax days: whose clock counts, and what a zone is called."""

from __future__ import annotations

import pytest

from premium.errors import InvalidInput
from premium.zones import zone_of
from tests.unit.tax.histories import result, tx

pytestmark = pytest.mark.unit

NEW_YEAR = [tx("r", "2025-01-01T03:30:00Z", "income", "1", "3300", kind="staking")]


def years(country: str, **options: object) -> list[str]:
    return list(result(country, NEW_YEAR, **options)["totals_by_year"])


def codes(country: str, **options: object) -> set[str]:
    return {each["code"] for each in result(country, NEW_YEAR, **options)["warnings"]}


@pytest.mark.parametrize("country", ["US", "CA"])
def test_a_year_that_hangs_on_the_taxpayer_s_clock_is_told_of(country: str) -> None:
    warnings = result(country, NEW_YEAR, time_zone=None)["warnings"]
    assert [(each["code"], each["transaction"]) for each in warnings] == [
        ("tax_zone_assumed", None),
        ("tax_zone_assumed", "r"),
    ]
    assert years(country, time_zone=None) == ["2025"]


@pytest.mark.parametrize("country", ["US", "CA"])
@pytest.mark.parametrize("strict", [False, True])
def test_days_of_utc_are_told_of_in_every_report_also_in_the_middle_of_a_year(country: str, strict: bool) -> None:
    (only,) = result(country, [tx("r", "2025-06-01", "income", "1", "3300")], time_zone=None, strict=strict)["warnings"]
    assert (only["code"], only["transaction"]) == ("tax_zone_assumed", None)
    assert "days, years and holding periods are UTC's" in only["message"]


@pytest.mark.parametrize("country", ["US", "CA"])
def test_the_taxpayer_s_zone_decides_and_silences(country: str) -> None:
    assert years(country, time_zone="America/New_York") == ["2024"]
    assert codes(country, time_zone="America/New_York") == set()


@pytest.mark.parametrize("country", ["GB", "DE", "AU", "FR", "IE", "JP", "generic"])
def test_other_countries_have_a_clock_of_their_own(country: str) -> None:
    assert "tax_zone_assumed" not in codes(country)


def test_noon_of_new_year_is_of_one_year_everywhere() -> None:
    told = result("US", [tx("r", "2025-01-01", "income", "1", "3300")], time_zone=None)["warnings"]
    assert [each["transaction"] for each in told] == [None]


def test_zones_are_found_in_any_case() -> None:
    assert [zone_of(name) for name in ("america/new_york", " Europe/Berlin ", "UTC")] == [
        "America/New_York",
        "Europe/Berlin",
        "UTC",
    ]


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("Eastern Standard Time", "America/New_York"),
        ("EST", "America/New_York"),
        ("PDT", "America/Los_Angeles"),
        ("Mars/Olympus", "America/New_York"),
        ("../../etc/passwd", "America/New_York"),
        ("", "America/New_York"),
        ("CET\x00", "America/New_York"),
    ],
)
def test_windows_names_and_abbreviations_are_refused_with_advice(name: str, advice: str) -> None:
    with pytest.raises(InvalidInput, match=f"an IANA name is needed, such as {advice}"):
        zone_of(name)
