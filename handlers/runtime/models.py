"""Define the bases of request and answer models.

Frozen, camelCase outside, snake_case inside.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Annotated, Self
from unicodedata import category

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    JsonValue,
    PlainSerializer,
    StrictFloat,
    StrictInt,
    StrictStr,
    WithJsonSchema,
)
from pydantic.alias_generators import to_camel

from handlers.runtime.requests.body import JsonNumber
from premium.money import decimal_of, money_shown, plain, readable


def _amount(value: str | int | Decimal) -> Decimal:
    if isinstance(value, JsonNumber):
        raise ValueError("a decimal is written as a string")  # noqa: TRY004 - pydantic reports ValueError by field
    return decimal_of(value)


Amount = Annotated[
    Decimal,
    BeforeValidator(_amount),
    PlainSerializer(plain, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$", "examples": ["1234.5"]}),
]
"""Money or tokens: a decimal string on the wire, never a float, never an exponent in an answer."""

Money = Annotated[
    Decimal,
    PlainSerializer(money_shown, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$", "examples": ["1234.5"]}),
]
"""Money in an answer, a price too: rounded to eight places, where it is small to six digits.

It is read by a person; what is exact is an `Amount`.
"""

_RATIO_DIGITS = Decimal("0.000001")


def _ratio(value: Decimal) -> str:
    return plain(value.quantize(_RATIO_DIGITS, ROUND_HALF_EVEN) if abs(value) < 10**12 else value)


Ratio = Annotated[
    Decimal,
    PlainSerializer(_ratio, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$", "examples": ["0.0525"]}),
]
"""A quotient in an answer, which a person reads.

A fraction (0.05 is 5 %) to six places, half-even.
"""

_FINE = re.compile(r"-?\d+\.\d{9,}", re.ASCII)
_UNITS = frozenset({"amount", "units", "balance"})
"""Members of figures that count units of an asset, which are finer than money."""
_SNAKE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+")


def _figures(value: object, name: str = "") -> object:
    """Return figures under camelCase names, decimals as a person reads them."""
    match value:
        case Mapping():
            return {_camel(str(inner)): _figures(member, str(inner)) for inner, member in value.items()}
        case list() | tuple():
            return [_figures(member, name) for member in value]
        case str() if _FINE.fullmatch(value):
            return (readable if name in _UNITS else money_shown)(Decimal(value))
    return value


def _camel(name: str) -> str:
    return to_camel(name) if _SNAKE.fullmatch(name) else name


Figures = Annotated[Mapping[str, JsonValue], BeforeValidator(_figures)]
"""What a job or report made, as JSON: names in camelCase, money in eight places, units of assets in 18.

Inside the names are in snake_case, and the figures exact.
"""

_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d.*")
_YEARS = (1970, 9998)


def _written(value: object) -> object:
    """Refuse numbers as dates: pydantic would take them for Unix seconds or milliseconds."""
    if isinstance(value, datetime) or (isinstance(value, str) and _DATE_TIME.fullmatch(value)):
        return value
    raise ValueError("must be a date and time as RFC 3339 writes them")


def _within_reach(value: datetime) -> datetime:
    """Return the instant in UTC; ValueError near the ends of the calendar.

    Code reckons with it, and PostgreSQL stores it.
    """
    if not _YEARS[0] < value.year < _YEARS[1]:
        raise ValueError(f"must lie between the years {_YEARS[0]} and {_YEARS[1]}")
    return value.astimezone(UTC)


def _short(value: object) -> object:
    """Return JSON with the numbers that a float would round as texts.

    Every reader keeps the others as they are.
    """
    match value:
        case Decimal():
            short = float(value)
            return short if Decimal(repr(short)) == value else str(value)
        case dict():
            return {name: _short(member) for name, member in value.items()}
        case list():
            return [_short(member) for member in value]
    return value


_JOINERS = "\u200c\u200d"
"""They join letters and emoji, and turn nothing."""
_BLANK = "\u115f\u1160\u2800\u3164\uffa0"
"""Letters and a pattern that are drawn as nothing.

A name of them alone would be an empty one.
"""


def _plain(value: str) -> str:
    """Refuse what a reader does not see: controls, and what turns the direction of the text around it."""
    for character in value:
        unseen = category(character) in ("Cc", "Cf", "Zl", "Zp") and character not in _JOINERS
        if unseen or character in _BLANK or _is_noncharacter(ord(character)):
            raise ValueError(f"holds an invisible character, U+{ord(character):04X}")
    return value


def _is_noncharacter(code: int) -> bool:
    """Return whether Unicode keeps a code for programs' own use.

    It is no text, and some readers refuse it.
    """
    return 0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE


def _plain_lines(value: str) -> str:
    _plain(value.replace("\r\n", "").replace("\n", "").replace("\t", ""))
    return value


Visible = AfterValidator(_plain)
"""Of names and other single lines that people write and read."""
VisibleLines = AfterValidator(_plain_lines)
"""The same of texts of several lines."""

ExactJson = Annotated[JsonValue, BeforeValidator(_short)]
"""Any JSON of a request: a number of more digits than 64-bit floats have is a string from here on."""


MAX_VALUE_CHARACTERS = 500


def _number_or_text(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise ValueError("must be a number or a string")  # noqa: TRY004 - pydantic reports ValueError by field
    if isinstance(value, str) and len(value) > MAX_VALUE_CHARACTERS:
        raise ValueError(f"has more than {MAX_VALUE_CHARACTERS} characters")
    return _short(value)


Number = Annotated[
    StrictInt | StrictFloat | StrictStr,
    BeforeValidator(_number_or_text),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string", "maxLength": MAX_VALUE_CHARACTERS}]}),
]
"""A number or a text, each as it was written; what a float would round is a string from here on."""


def _whole(value: object) -> object:
    return int(value) if isinstance(value, Decimal) and value == value.to_integral_value() else value


Whole = Annotated[StrictInt, BeforeValidator(_whole)]
"""A whole number, also where it is written `300.0`, as JSON Schema has it; no text and no boolean."""

Moment = Annotated[AwareDatetime, BeforeValidator(_written), AfterValidator(_within_reach)]
"""A time in a request, as RFC 3339 with its offset; in UTC from here on."""


class Body(BaseModel):
    """The base of a request's body.

    Unknown keys are refused; a field is read by its camelCase or its snake_case name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)


class View(BaseModel):
    """The base of an answer, or of a part of one."""

    def remembered(self) -> Self:
        """Return the answer to a repeated Idempotency-Key.

        All of it, unless a part is shown only once.
        """
        return self

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True, serialize_by_alias=True
    )
