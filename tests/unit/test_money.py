"""Decimals from texts: exact, bounded, and only what every reader of them takes for the same number."""

from __future__ import annotations

from decimal import Decimal

import pytest

from premium.money import MAX_DIGITS, decimal_of, money_shown, plain

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "value"),
    [("1.50", "1.5"), (" 2 ", "2"), ("-0.1", "-0.1"), ("1e3", "1000"), (7, "7"), ("9" * MAX_DIGITS, "9" * MAX_DIGITS)],
)
def test_a_number_keeps_its_digits(text: str | int, value: str) -> None:
    assert plain(decimal_of(text)) == value
    assert decimal_of(text) == Decimal(value)


@pytest.mark.parametrize(
    "text", ["", "x", "NaN", "-Infinity", "0x10", "1,000", "1_000", "١٢", "1٢", "\uff11", "1e999", "9" * 121, 1.5, True]
)
def test_what_is_none_or_none_everywhere_is_refused(text: str | float) -> None:
    with pytest.raises(ValueError, match=r"decimal|finite|digits"):
        decimal_of(text)  # type: ignore[arg-type] # a float is what must be refused


@pytest.mark.parametrize(
    ("exact", "shown"),
    [
        ("3511.28573906821791869312175759", "3511.28573907"),
        ("178468.50584258", "178468.50584258"),
        ("0.00000000123456789", "0.00000000123457"),
        ("-0.1234567891", "-0.12345679"),
        ("1E-30", "0.000000000000000000000000000001"),
        ("1E+30", "1000000000000000000000000000000"),
        ("1198.0000000000000000000000000000000001", "1198"),
        ("0E-30", "0"),
    ],
)
def test_money_is_shown_in_eight_places_and_what_is_small_in_six_digits(exact: str, shown: str) -> None:
    assert money_shown(Decimal(exact)) == shown
