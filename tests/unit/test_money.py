"""Decimals from texts: exact, bounded, and only what every reader of them takes for the same number."""

from __future__ import annotations

from decimal import Decimal

import pytest

from premium.money import MAX_DIGITS, decimal_of, plain

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
