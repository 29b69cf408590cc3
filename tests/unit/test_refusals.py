"""What pydantic refuses is told in sentences of ours: each of its kinds, with the value, and nothing invisible."""

from __future__ import annotations

import ast
import re
import typing
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import core_schema

from premium.errors import InvalidInput, Unprocessable
from premium.refusals import MAX_SHOWN, SENTENCES, nearest, reason_of, shown, visible
from tests.architecture.tree import modules

pytestmark = pytest.mark.unit
OWN = {"value_error", "assertion_error"}


class Order(BaseModel):
    model_config = ConfigDict(extra="forbid")

    side: Literal["buy", "sell"] = "buy"
    count: int = Field(default=1, ge=1, le=10)
    name: str = Field(default="a", min_length=1, max_length=5, pattern=r"^\S(.*\S)?$")
    tags: tuple[str, ...] = Field(default=(), max_length=1)
    on: bool = True
    id: UUID | None = None
    price: Decimal | None = None


def test_every_kind_of_error_of_pydantic_has_a_sentence() -> None:
    kinds = set(typing.get_args(core_schema.ErrorType))
    assert kinds
    assert kinds - SENTENCES.keys() - OWN == set(), "add them to premium/refusals.py"
    assert [text for text in SENTENCES.values() if "Input" in text or "should" in text] == []


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"side": "hold"}, "must be 'buy' or 'sell'; given 'hold'"),
        ({"count": "x"}, "must be a whole number; given 'x'"),
        ({"count": 0}, "must be 1 at least; given 0"),
        ({"count": 11}, "must be 10 at most; given 11"),
        ({"count": None}, "must be a whole number; given null"),
        ({"name": ""}, "must have 1 character at least; given ''"),
        ({"name": " a"}, "must be one line that neither begins nor ends with a space; given ' a'"),
        ({"name": 5}, "must be a text; given 5"),
        ({"tags": "x"}, "must be a list; given 'x'"),
        ({"tags": ["a", "b"]}, "must have 1 item at most; given 2"),
        ({"on": "perhaps"}, "must be true or false; given 'perhaps'"),
        ({"id": "7"}, "must be a UUID; given '7'"),
        ({"price": {}}, "must be a decimal number; given an object"),
        ({"other": 1}, "is no field here; given 1"),
        ({"other": "a\u202eb\x00"}, r"is no field here; given 'a\u202eb\x00'"),
    ],
)
def test_the_reason_is_a_sentence_with_the_value(given: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Order.model_validate(given)
    assert reason_of(refused.value.errors()[0]) == reason


def test_what_is_said_of_the_whole_does_not_repeat_it() -> None:
    """Its own words name the part: `given an object` would tell nothing."""

    class Pair(BaseModel):
        low: int = 0
        high: int = 0

        @model_validator(mode="after")
        def _ordered(self) -> Pair:
            if self.low > self.high:
                raise ValueError("low: must not be above high")
            return self

    with pytest.raises(ValidationError) as refused:
        Pair.model_validate({"low": 2, "high": 1})
    assert reason_of(refused.value.errors()[0]) == "low: must not be above high"


@pytest.mark.parametrize(
    "value",
    ["x" * 10_000, 10**5_000, "\u202e" * 100, [1] * 1_000, {"a": 1}, Decimal("1E+300"), None, object()],
    ids=lambda value: type(value).__name__,
)
def test_a_value_is_shown_short_and_without_what_nobody_sees(value: object) -> None:
    text = shown(value)
    assert len(text) <= 6 * MAX_SHOWN + 30
    assert text.isprintable()


def test_a_name_is_shown_as_it_was_written_unless_nobody_would_see_it() -> None:
    assert visible("Währung") == "Währung"
    assert visible("a\u2066b") == r"a\u2066b"
    assert len(visible("n" * 1_000)) == 100


def test_the_nearest_name_is_what_was_likely_meant() -> None:
    assert nearest("USCD", ["USDT", "USDC"]) == "USDC"
    assert nearest("etherum", ["ethereum", "base"]) == "ethereum"
    assert nearest("nosuchchain", ["ethereum", "dos-chain"]) is None


def test_an_error_of_one_field_names_it_in_its_message() -> None:
    """Who reads the message alone must see what to mend: raise it by `about(field, reason)`."""
    hidden = [
        f"{module.name}:{call.lineno}"
        for module in modules("premium", "handlers")
        for call in ast.walk(module.tree)
        if isinstance(call, ast.Call) and _is_refusal(call) and not _names_its_field(call)
    ]
    assert hidden == []
    assert str(InvalidInput.about("chain", "is none")) == "chain: is none"
    assert Unprocessable.about("chain", "is none").details == {"chain": "is none"}


def _is_refusal(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id in ("InvalidInput", "Unprocessable")


def _names_its_field(call: ast.Call) -> bool:
    """Where its details are one field with a text of what is wrong, the message names the field too."""
    details = next((one.value for one in call.keywords if one.arg == "details"), None)
    if not isinstance(details, ast.Dict) or len(details.keys) != 1 or not isinstance(details.keys[0], ast.Constant):
        return True
    if not isinstance(details.values[0], ast.Constant | ast.JoinedStr | ast.Name):  # a figure, not a reason
        return True
    field, message = str(details.keys[0].value), ast.unparse(call.args[0])
    return re.search(rf"\b{field}\b", message, re.IGNORECASE) is not None
