"""Prices in a file, stated by whoever wrote it.

CSV with the header `asset,timestamp,price` (and `source`), or an object of these a line.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from premium.errors import InvalidInput
from premium.money import decimal_of

FIELDS = ("asset", "timestamp", "price")
_LONGEST = {"asset": 200, "source": 40}
_SHOWN = 40


class StatedPrice(NamedTuple):
    """One line of a file: the price of an asset at a moment."""

    asset: str
    at: datetime
    price: Decimal
    source: str


def read_prices(path: Path) -> Iterator[StatedPrice]:
    """Read prices from a file; InvalidInput names line and field.

    A time without a zone is UTC, a bare date its first moment.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        try:
            for line, row in _rows(file, path.name):
                try:
                    price = _price(row, line, path.stem[: _LONGEST["source"]])
                except InvalidInput as error:
                    raise InvalidInput(f"{path.name}, {error.message}", details=error.details) from None
                yield price
        except UnicodeDecodeError:
            raise InvalidInput(f"{path.name} is not UTF-8 text") from None


def _rows(file: Any, name: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    first = next((line for line in file if line.strip()), "")
    file.seek(0)
    if first.lstrip().startswith("{"):
        yield from _objects(file, name)
        return
    reader = csv.DictReader(file)
    missing = [field for field in FIELDS if field not in (reader.fieldnames or ())]
    if missing:
        raise InvalidInput(f"{name}: the column {missing[0]} is missing", details={"line": 1, "field": missing[0]})
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        raise InvalidInput(f"{name}, line {reader.line_num}: not CSV: {error}") from None


def _objects(file: Any, name: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for line, text in enumerate(file, 1):
        if not text.strip():
            continue
        try:
            row = json.loads(text, parse_float=str, parse_int=str)
        except (ValueError, RecursionError):
            row = None
        if not isinstance(row, dict):
            raise InvalidInput(f"{name}, line {line}: not a JSON object", details={"line": line})
        yield line, row


def _price(row: Mapping[str, Any], line: int, source: str) -> StatedPrice:
    try:
        price = decimal_of(row.get("price") or "")
    except ValueError:
        raise _wrong(line, "price", f"not a number: {str(row.get('price'))[:_SHOWN]!r}") from None
    if price <= 0:
        raise _wrong(line, "price", "not above zero")
    return StatedPrice(_text(row, "asset", line), _moment(row, line), price, _text(row, "source", line, source))


def _moment(row: Mapping[str, Any], line: int) -> datetime:
    try:
        at = datetime.fromisoformat(str(row.get("timestamp") or "").strip())
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        shown = str(row.get("timestamp"))[:_SHOWN]
        raise _wrong(line, "timestamp", f"not an RFC 3339 time: {shown!r}") from None


def _text(row: Mapping[str, Any], field: str, line: int, default: str = "") -> str:
    text = str(row.get(field) or default).strip()
    if not text or len(text) > _LONGEST[field] or not text.isprintable():
        raise _wrong(line, field, f"missing, not printable, or longer than {_LONGEST[field]} characters")
    return text


def _wrong(line: int, field: str, reason: str) -> InvalidInput:
    return InvalidInput(f"line {line}: {field}: {reason}", details={"line": line, "field": field})
