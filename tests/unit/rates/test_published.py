"""Published rates: the bank's documents, what is refused, and which rate a moment has."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Context, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from premium.errors import UpstreamUnavailable
from premium.prices.model import KnownPrice
from premium.rates.model import Rate
from premium.rates.published.book import RateBook
from premium.rates.published.checks import sensible
from premium.rates.published.codes import PUBLISHED
from premium.rates.published.ecb import DAILY, QUARTER, WHOLE, document_for, read_rates
from premium.rates.published.history import newest_day, shipped
from tests.unit.rates.documents import document

pytestmark = pytest.mark.unit
TODAY = date(2026, 11, 3)
TWICE = document({"2026-11-03": {"USD": "1"}}).replace(b"'1'/>", b"'1'/><Cube currency='USD' rate='2'/>")
EVERY = frozenset({"USD", "GBP", "JPY", "CAD", "AUD"})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def rate(currency: str, day: str, value: str) -> Rate:
    return Rate("ecb", "EUR", currency, date.fromisoformat(day), Decimal(value))


def test_the_currencies_that_the_bank_has_published_are_those_of_its_file() -> None:
    named = {one.currency for one in shipped(None, date(1999, 1, 1), date(2100, 1, 1))}
    assert named | {"EUR"} == PUBLISHED


def test_a_document_is_read_by_the_digits_that_were_published() -> None:
    days = {"2026-11-03": {"USD": "1.1170", "JPY": "175.68"}, "2026-11-02": {"USD": "1.11"}}
    read = read_rates(document(days), TODAY)
    assert [(one.currency, str(one.day), str(one.value)) for one in read] == [
        ("USD", "2026-11-02", "1.11"),
        ("JPY", "2026-11-03", "175.68"),
        ("USD", "2026-11-03", "1.1170"),
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<html><body>Service unavailable</body></html>", "no rates"),
        (b"not xml", "no XML"),
        (b"", "no XML"),
        (b'<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>', "document type"),
        (document({"2026-11-03": {"USD": "-1"}}), "'USD' at '-1'"),
        (document({"2026-11-03": {"USD": "NaN"}}), "'NaN'"),
        (document({"2026-11-03": {"USD": "0.000"}}), "'0.000'"),
        (document({"2026-11-03": {"USD": "1e9"}}), "'1e9'"),
        (document({"2026-11-03": {"USDX": "1"}}), "'USDX'"),
        (document({"2026-11-04": {"USD": "1"}}), "after today"),
        (document({"1998-11-04": {"USD": "1"}}), "before 1999"),
        (document({"yesterday": {"USD": "1"}}), "no day"),
        (TWICE, "two rates"),
        (document({"2026-11-03": {"USD": "1"}})[:-40], "no XML"),
    ],
)  # fmt: skip
def test_what_is_no_such_document_is_refused_whole(content: bytes, reason: str) -> None:
    with pytest.raises(UpstreamUnavailable, match=reason):
        read_rates(content, TODAY)


@given(st.binary(max_size=300))
def test_any_bytes_are_rates_or_a_refusal(content: bytes) -> None:
    with pytest.raises(UpstreamUnavailable):
        read_rates(content, TODAY)


def test_the_smallest_document_that_fills_the_gap_is_asked_for() -> None:
    assert [document_for(days) for days in (0, 1, 2, 84, 85, 5000)] == [DAILY, DAILY, QUARTER, QUARTER, WHOLE, WHOLE]


def test_a_jump_is_refused_and_leaves_the_day_s_other_rates() -> None:
    last = {"USD": rate("USD", "2026-10-30", "1.1172"), "TRY": rate("TRY", "2026-10-30", "55.8")}
    come = [rate("TRY", "2026-11-02", "60"), rate("USD", "2026-11-02", "111.72"), rate("USD", "2026-11-03", "1.12")]
    taken, refused = sensible(come, last)
    assert [(one.currency, str(one.value)) for one in taken] == [("TRY", "60"), ("USD", "1.12")]
    assert [one.text for one in refused] == ["USD at 111.72 on 2026-11-02 after 1.1172 on 2026-10-30"]


def test_no_step_of_the_real_history_is_refused() -> None:
    """Every currency since 1999, the lira's crash and the Icelandic crisis included."""
    every = sorted(shipped(None, date(1999, 1, 1), newest_day()), key=lambda one: one.day)
    taken, refused = sensible(every, {})
    assert len(taken) > 200_000
    assert refused == []


def test_the_shipped_history_has_every_day_since_the_euro_began_by_its_text() -> None:
    first = shipped(frozenset({"USD", "XXX"}), date(1999, 1, 4), date(1999, 1, 4))
    assert [str(one.value) for one in first] == ["1.1789"], "the first rate that the bank has published"
    assert {one.currency for one in shipped(EVERY, date(2024, 1, 5), date(2024, 1, 5))} == EVERY
    assert shipped(EVERY, date(2024, 1, 6), date(2024, 1, 7)) == [], "a weekend"
    assert newest_day() >= date(2026, 10, 30)


def book(*rates: Rate, stated: tuple[KnownPrice, ...] = (), order: tuple[str, ...] = ("stated", "ecb")) -> RateBook:
    return RateBook(rates, stated, order)


FRIDAY = (rate("USD", "2024-01-05", "1.0921"), rate("GBP", "2024-01-05", "0.86118"))


def test_a_cross_rate_is_the_exact_fraction_of_two_published_texts_and_says_so() -> None:
    quote = book(*FRIDAY).quote("USD", "GBP", at("2024-01-05T10:00"))
    assert quote is not None
    assert (str(quote.numerator), str(quote.denominator), quote.origin) == ("0.86118", "1.0921", "ecb via EUR")
    assert quote.of(Decimal("1.0921")) == Decimal("0.86118")
    assert str(quote.rate(Context(prec=12))) == "0.788554161707"


def test_to_and_from_the_base_there_is_no_other_rate() -> None:
    to, back = book(*FRIDAY).quote("EUR", "USD", at("2024-01-05")), book(*FRIDAY).quote("USD", "EUR", at("2024-01-05"))
    assert to is not None
    assert back is not None
    assert (to.of(Decimal(2)), back.of(Decimal("2.1842")), to.origin) == (Decimal("2.1842"), Decimal(2), "ecb")


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2024-01-05T00:00", "2024-01-05"),
        ("2024-01-05T23:59", "2024-01-05"),
        ("2024-01-06T12:00", "2024-01-05"),
        ("2024-01-07T23:59", "2024-01-05"),
        ("2024-01-12T12:00", "2024-01-05"),
        ("2024-01-13T00:00", None),
        ("2024-01-04T23:59", None),
    ],
)
def test_a_day_without_a_rate_has_the_last_before_and_its_day_for_a_week(moment: str, day: str | None) -> None:
    quote = book(*FRIDAY).quote("USD", "GBP", at(moment))
    assert (str(quote.day) if quote else None) == day


def test_of_two_currencies_the_older_rate_s_day_is_told() -> None:
    quote = book(FRIDAY[0], rate("GBP", "2024-01-04", "0.86")).quote("USD", "GBP", at("2024-01-05T10:00"))
    assert quote is not None
    assert str(quote.day) == "2024-01-04"


def test_the_first_source_that_has_both_currencies_is_asked_alone() -> None:
    monthly = Rate("hmrc", "GBP", "USD", date(2024, 1, 1), Decimal("1.2714"), date(2024, 1, 31))
    both = book(*FRIDAY, monthly, order=("hmrc", "stated", "ecb"))
    found = both.quote("USD", "GBP", at("2024-01-31T12:00"))
    assert found is not None
    assert (found.origin, found.denominator, str(found.day)) == ("hmrc", Decimal("1.2714"), "2024-01-01")
    other = both.quote("EUR", "GBP", at("2024-01-05T12:00"))
    assert other is not None
    assert other.origin == "ecb", "never a leg of one and a leg of the other"
    assert both.quote("USD", "GBP", at("2024-02-01T00:00")) is None, "the month is over"
    assert book(*FRIDAY, monthly).quote("USD", "GBP", at("2024-01-05")) == book(*FRIDAY).quote(
        "USD", "GBP", at("2024-01-05")
    )


def test_prices_of_currencies_that_an_operator_stated_count_by_their_hour() -> None:
    stated = (
        KnownPrice("EUR", at("2024-01-05T09:00"), Decimal("1.25"), "desk"),
        KnownPrice("GBP", at("2024-01-05T09:00"), Decimal("1.5"), "desk"),
    )
    known = book(*FRIDAY, stated=stated)
    early, later = known.quote("USD", "EUR", at("2024-01-05T08:59")), known.quote("USD", "EUR", at("2024-01-05T09:00"))
    assert early is not None
    assert later is not None
    assert (early.origin, later.origin, later.of(Decimal(5))) == ("ecb", "desk", Decimal(4))
    cross = known.quote("GBP", "EUR", at("2024-01-08"))
    assert cross is not None
    assert (cross.origin, cross.of(Decimal(1))) == ("desk via USD", Decimal("1.2"))
    without = book(*FRIDAY, stated=stated, order=("ecb",)).quote("USD", "EUR", at("2024-01-05T09:00"))
    assert without is not None
    assert without.origin == "ecb"


def test_a_currency_that_nobody_publishes_has_no_rate() -> None:
    assert book(*FRIDAY).quote("USD", "KWD", at("2024-01-05T10:00")) is None
    assert book().quote("USD", "GBP", at("2024-01-05T10:00")) is None
