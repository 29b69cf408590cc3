"""A batch of events as columns: each field is read once, as floats or codes.

Floats keep the order of the exact values.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from operator import itemgetter
from typing import Any

import numpy as np

from premium.alerts.language import values
from premium.alerts.language.catalogue import FIELDS, FieldType
from premium.alerts.language.values import Event, field_of
from premium.alerts.matcher.columns import times
from premium.alerts.matcher.columns.arrays import Bools, Floats, Ints, Objects
from premium.alerts.matcher.columns.codes import Codes

Reader = Callable[[object], Any]

SHORT = 15
"""Significant digits up to which two decimals that round to one float64 are equal."""

_NOT_PLAIN = re.compile(r"[^0-9.,\-]")
_NOT_SCIENTIFIC = re.compile(r"[^0-9.,\-+eE]|[eE][+-]?\d{7}")
"""An exponent of 7 digits is left to the slow way, which tells whether anything can hold it."""
_JSON_NUMBERS = {int, float, Decimal}


def is_short(value: Decimal) -> bool:
    """Return whether a number is short: float64 tells it apart from every other short one."""
    text = str(value)
    if len(text) <= SHORT and "E" not in text:
        return True  # without the slow look at its digits
    return len(value.as_tuple().digits) <= SHORT and abs(value.adjusted()) <= 200


@dataclass(frozen=True, slots=True)
class Numbers:
    """A numeric column.

    `floats` are NaN where there is no value, `raw` the values as they came.
    """

    floats: Floats
    raw: Sequence[Any]
    read: Reader

    def short(self, places: Ints) -> Bools:
        """Return which of the values at these places are short."""
        # Asked for those alone that are equal to a threshold as floats: few, or the same again and again.
        unique, back = np.unique(places, return_inverse=True)
        return np.array(shorts([self.raw[at] for at in unique.tolist()], self.read), np.bool_)[back]


class Batch:
    """Events of one kind in order of arrival, with columns made on demand and kept.

    `codes` are the kind's codes of texts by field, which the index and the series share.
    """

    def __init__(self, kind: str, events: Sequence[Event], codes: Mapping[str, Codes]) -> None:
        self.kind = kind
        self.events = events
        self._codes = codes
        self._numbers: dict[tuple[str, Reader], Numbers] = {}
        self._keys: dict[str, list[str | None]] = {}
        self._coded: dict[str, Ints] = {}

    def __len__(self) -> int:
        return len(self.events)

    def numbers(self, field: str, read: Reader) -> Numbers:
        """Return the column of a numeric field."""
        found = self._numbers.get((field, read))
        if found is None:
            found = self._numbers[field, read] = _numbers(column_of(self.events, field), read)
        return found

    def coded(self, field: str, *, learn: bool = False) -> Ints:
        """Return the column of a grouping field as codes.

        With `learn` unknown texts get new ones.
        """
        found = self._coded.get(field)
        if found is None:
            found = self._coded[field] = self._codes[field].of(self._key(field))
        if learn:
            found = self._coded[field] = self._codes[field].learned(self._key(field), found)
        return found

    @cached_property
    def times(self) -> Floats:
        """Return each event's own time in seconds since 1970, NaN where it cannot be read."""
        return times.column(column_of(self.events, "timestamp"))

    @cached_property
    def objects(self) -> Objects:
        """Return the events themselves as an array."""
        made = np.empty(len(self.events), np.object_)
        made[:] = self.events
        return made

    def _key(self, field: str) -> list[str | None]:
        """Return the column as texts, addresses folded."""
        found = self._keys.get(field)
        if found is None:
            found = self._keys[field] = _keys(column_of(self.events, field), FIELDS[self.kind][field].type)
        return found


def column_of(events: Sequence[Event], field: str) -> list[Any]:
    """Return the raw values of a field, None where an event lacks it."""
    if "." in field:
        return [field_of(event, field) for event in events]
    try:
        return list(map(itemgetter(field), events))
    except KeyError:
        return [event.get(field) for event in events]


def texts(raw: list[Any]) -> list[str | None]:
    """Return a column of texts, None for what is no text."""
    return raw if set(map(type, raw)) <= {str, type(None)} else [values.text(one) for one in raw]


def _keys(raw: list[Any], kind: FieldType) -> list[str | None]:
    return [values.folded(one) for one in raw] if kind is FieldType.ADDRESS else texts(raw)


def _numbers(raw: list[Any], read: Reader) -> Numbers:
    floats = _floats(raw)
    if floats is None:
        floats = np.array([as_float(read(one)) for one in raw], np.float64)
    return Numbers(floats, raw, read)


def _floats(raw: list[Any]) -> Floats | None:
    """Read numbers as `values.number` does, all at once; None where some need a closer look."""
    types = set(map(type, raw))
    if types == {str}:
        joined = ",".join(raw)
        if _NOT_PLAIN.search(joined) and _NOT_SCIENTIFIC.search(joined):
            return None
        if len(joined) > values.MAX_LENGTH and max(map(len, raw)) > values.MAX_LENGTH:
            return None
    elif not types <= _JSON_NUMBERS:
        return None
    try:
        floats = np.fromiter(map(float, raw), np.float64, len(raw))
    except (ValueError, OverflowError):
        return None  # such as "" or "1.2.3": the slow way tells which
    return None if np.isinf(floats).any() else floats


def shorts(raw: list[Any], read: Reader) -> list[bool]:
    """Return which of the values are short."""
    if set(map(type, raw)) == {str} and not _NOT_PLAIN.search(",".join(raw)):
        return [len(one) <= SHORT or is_short(read(one)) for one in raw]
    return [(value := read(one)) is not None and is_short(value) for one in raw]


def as_float(value: Decimal | None) -> float:
    """Return the nearest float64, infinite beyond its range, NaN for None."""
    return float("nan") if value is None else float(value)
