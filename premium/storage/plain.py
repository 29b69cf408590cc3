"""Converts the product's values to JSON text and DynamoDB attributes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from premium.clock import rfc3339
from premium.money import EXACT, plain

DYNAMODB_DIGITS = 38
DYNAMODB_EXPONENT = 125


def to_json(value: Any) -> str:
    """Return compact JSON with sorted keys: equal values give equal bytes."""
    return json.dumps(value, default=_json_default, separators=(",", ":"), sort_keys=True, allow_nan=False)


def _json_default(value: object) -> Any:
    match value:
        case BaseModel():
            return value.model_dump(mode="python")
        case Decimal():
            return plain(value)
        case UUID():
            return str(value)
        case datetime():
            return rfc3339(value)
        case Mapping():
            return dict(value)
        case set() | frozenset():
            return sorted(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def to_item(value: Any) -> Any:
    """Return a value as boto3's DynamoDB resource takes it.

    None stays null inside, UUIDs and times become strings, sequences lists; a float is refused, and so is a number of
    more than 38 digits: DynamoDB would round it.
    """
    match value:
        case BaseModel():
            return to_item(value.model_dump(mode="python"))
        case Mapping():
            return {str(key): to_item(item) for key, item in value.items()}
        case list() | tuple():
            return [to_item(item) for item in value]
        case set() | frozenset():
            return set(map(to_item, value))
    return _scalar(value)


def _scalar(value: object) -> Any:
    match value:
        case Enum():
            return _scalar(value.value)
        case None | bool() | bytes() | str():
            return value
        case int() | Decimal():
            return _number(Decimal(value))
        case UUID() | datetime():
            return _json_default(value)
    raise TypeError(f"{type(value).__name__} has no DynamoDB form")


def _number(value: Decimal) -> Decimal:
    """Without trailing zeros, which boto3 counts as digits."""
    if not value.is_finite():
        raise ValueError("DynamoDB holds finite numbers only")
    short = EXACT.normalize(value)
    if len(short.as_tuple().digits) > DYNAMODB_DIGITS or abs(short.adjusted()) > DYNAMODB_EXPONENT:
        raise ValueError(f"DynamoDB would round a number of over {DYNAMODB_DIGITS} digits; keep this one as a string")
    return short


def from_item(value: Any) -> Any:
    """Return what the resource gave, in plain Python.

    Whole numbers as int, others as Decimal, binaries as bytes.
    """
    match value:
        case Decimal():
            return int(value) if value == value.to_integral_value() else value
        case dict():
            return {key: from_item(item) for key, item in value.items()}
        case list():
            return [from_item(item) for item in value]
        case set():
            return {from_item(item) for item in value}
    return value
