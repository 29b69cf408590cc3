"""The product's values on their way into stores and back: nothing rounded, nothing guessed."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from premium.storage.plain import from_item, to_item, to_json

pytestmark = pytest.mark.unit
ID = UUID("5b0c1b9e-8f0c-4f5c-9a80-0d6f3a4c1b11")
AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


class Colour(StrEnum):
    RED = "red"


class Model(BaseModel):
    amount: Decimal


def test_json_is_the_same_for_equal_values_and_keeps_every_digit() -> None:
    text = to_json({"b": Decimal("0.10"), "a": ID, "at": AT, "m": Model(amount=Decimal("1E+3")), "c": Colour.RED})
    assert text == f'{{"a":"{ID}","at":"2026-01-02T03:04:05Z","b":"0.1","c":"red","m":{{"amount":"1000"}}}}'


@pytest.mark.parametrize("value", [float("nan"), object()])
def test_json_refuses_what_has_no_form(value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        to_json(value)


def test_an_item_takes_the_products_types() -> None:
    item = to_item(
        {"id": ID, "at": AT, "colour": Colour.RED, "n": 3, "list": (Decimal("1.5"), None), "s": {"a"}, "b": b"x"}
    )
    assert item == {
        "id": str(ID),
        "at": "2026-01-02T03:04:05Z",
        "colour": "red",
        "n": Decimal(3),
        "list": [Decimal("1.5"), None],
        "s": {"a"},
        "b": b"x",
    }


@pytest.mark.parametrize("value", [1.5, Decimal("NaN"), Decimal("Infinity"), Decimal("1." + "1" * 38), 10**38 + 1])
def test_an_item_refuses_a_number_that_dynamodb_would_change(value: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        to_item({"n": value})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.text() | st.decimals(-1000, 1000, places=7),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@settings(suppress_health_check=[HealthCheck.too_slow])  # the first text builds a table of all characters
@given(JSON)
def test_what_goes_in_comes_back(value: Any) -> None:
    assert from_item(to_item(value)) == value


@given(st.integers(-(10**30), 10**30))
def test_a_whole_number_comes_back_as_one(value: int) -> None:
    assert type(from_item(to_item(value))) is int


def test_zeros_at_the_end_are_no_digits() -> None:
    assert from_item(to_item(10**60)) == 10**60
