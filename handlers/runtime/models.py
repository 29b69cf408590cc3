"""Bases of request and answer models: frozen, camelCase outside, snake_case inside."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, WithJsonSchema
from pydantic.alias_generators import to_camel

from premium.money import decimal_of, plain

Amount = Annotated[
    Decimal,
    BeforeValidator(decimal_of),
    PlainSerializer(plain, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$", "examples": ["1234.5"]}),
]
"""Money or tokens: a decimal string on the wire, never a float, never an exponent in an answer."""


class Body(BaseModel):
    """A request: unknown keys are refused; a field is read by its camelCase or its snake_case name."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)


class View(BaseModel):
    """An answer, or a part of one."""

    def remembered(self) -> Self:
        """What an Idempotency-Key gives again: all of it, unless a part is shown only once."""
        return self

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True, serialize_by_alias=True
    )
