"""What an entry tells of a change stays small and holds no secret."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from premium.audit.changes import MAX_BYTES, MAX_CHARACTERS, small
from premium.storage.plain import to_item, to_json

pytestmark = pytest.mark.unit
KEY = "pdk_AbCdEfGh_" + "x" * 43


def test_secrets_are_left_out() -> None:
    told = small({"password": "hunter2", "api_key": KEY, "text": f"it was {KEY}", "nested": {"token": "t", "a": 1}})
    assert "hunter2" not in str(told)
    assert KEY not in str(told)
    assert told["nested"] == {"token": "[hidden]", "a": 1}


def test_values_become_what_dynamodb_holds() -> None:
    moment = datetime(2026, 11, 20, tzinfo=UTC)
    told = small({"at": moment, "id": UUID(int=7), "price": Decimal("1.50"), "share": 0.5, "big": 10**40, "no": None})
    assert to_item(told) == told | {}
    assert told["price"] == "1.50"
    assert told["big"] == str(10**40)


def test_long_texts_and_lists_are_cut_and_too_much_is_omitted() -> None:
    told = small({"text": "x" * 999, "list": list(range(99)), "deep": {"a": {"b": {"c": {"d": 1}}}}})
    assert (len(told["text"]), len(told["list"])) == (MAX_CHARACTERS, 20)
    much = small({f"field{number}": "y" * 999 for number in range(60)})
    assert len(to_json(much)) <= MAX_BYTES
    huge = small({f"f{number}": ["y" * 999] * 20 for number in range(20)})
    assert huge["omitted"] == "too large"
