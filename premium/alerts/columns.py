"""A batch of events as columns: each field read once, as floats that keep the order of the exact values."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from premium.alerts import values
from premium.alerts.catalogue import FIELDS, SERIES, FieldType
from premium.alerts.thresholds import Floats
from premium.alerts.values import field_of

Event = Mapping[str, Any]
Reader = Callable[[object], Any]
Bools = NDArray[np.bool_]

SHORT = 15
"""Two decimals of at most 15 significant digits that round to one float64 are equal."""

_NOT_PLAIN = re.compile(r"[^0-9.,\-]")


def is_short(value: Decimal) -> bool:
    """Whether float64 tells `value` apart from every other short one."""
    return len(value.as_tuple().digits) <= SHORT and abs(value.adjusted()) <= 200


@dataclass(frozen=True, slots=True)
class Numbers:
    """A numeric column: NaN where there is no value; `short` where a float comparison between short ones is exact."""

    floats: Floats
    short: Bools


class Batch:
    """Events of one kind, in order of arrival, with columns made on demand and kept."""

    def __init__(self, kind: str, events: Sequence[Event]) -> None:
        self.kind = kind
        self.events = events
        self._numbers: dict[tuple[str, Reader], Numbers] = {}
        self._keys: dict[str, list[str | None]] = {}

    def __len__(self) -> int:
        return len(self.events)

    def numbers(self, field: str, read: Reader) -> Numbers:
        """The column of a numeric field."""
        found = self._numbers.get((field, read))
        if found is None:
            found = self._numbers[field, read] = _numbers(self._raw(field), read)
        return found

    def key(self, field: str) -> list[str | None]:
        """The column of a field that groups rules: text as it stands, addresses folded."""
        found = self._keys.get(field)
        if found is None:
            found = self._keys[field] = _keys(self._raw(field), FIELDS[self.kind][field].type)
        return found

    @cached_property
    def series(self) -> list[tuple[str | None, ...]]:
        """What names the level that each event reports."""
        return list(zip(*(self.key(field) for field in SERIES[self.kind]), strict=True))

    @cached_property
    def times(self) -> Floats:
        """Each event's own time in seconds since 1970; NaN where it cannot be read."""
        raw = self._raw("timestamp")
        if set(map(type, raw)) == {str} and all(len(text) == 20 and text[-1] == "Z" for text in raw):
            try:
                return np.array([text[:19] for text in raw], "datetime64[s]").astype(np.float64)
            except ValueError:
                pass  # one of them is no date: read one by one, so that only that one is lost
        return np.array([seconds(one) for one in raw], np.float64)

    def _raw(self, field: str) -> list[Any]:
        if "." in field:
            return [field_of(event, field) for event in self.events]
        return [event.get(field) for event in self.events]


def seconds(raw: object) -> float:
    """RFC 3339 (a time without zone is UTC) or a number of seconds since 1970; NaN for anything else."""
    if isinstance(raw, str):
        try:
            instant = datetime.fromisoformat(raw)
        except ValueError:
            return float("nan")
        return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).timestamp()
    value = values.number(raw)
    return float("nan") if value is None or abs(value) > 10**12 else float(value)


def _keys(raw: list[Any], kind: FieldType) -> list[str | None]:
    if kind is FieldType.ADDRESS:
        return [values.folded(one) for one in raw]
    return raw if set(map(type, raw)) <= {str, type(None)} else [values.text(one) for one in raw]


def _numbers(raw: list[Any], read: Reader) -> Numbers:
    types = set(map(type, raw))
    if types == {str} and not _NOT_PLAIN.search(",".join(raw)):
        try:
            floats = np.array([float(text) for text in raw])
        except ValueError:
            pass  # such as "" or "1.2.3": the slow way tells which
        else:
            return Numbers(floats, np.array([len(text) <= SHORT for text in raw]))
    if types == {int}:
        return _integers(raw)
    exact = [read(one) for one in raw]
    return Numbers(
        np.array([as_float(one) for one in exact], np.float64),
        np.array([one is not None and is_short(one) for one in exact], np.bool_),
    )


def _integers(raw: list[int]) -> Numbers:
    small = [abs(one) < 10**SHORT for one in raw]
    return Numbers(
        np.array([as_float(Decimal(one)) for one in raw] if not all(small) else raw, np.float64), np.array(small)
    )


def as_float(value: Decimal | None) -> float:
    """The nearest float64, infinite beyond its range, NaN for None."""
    return float("nan") if value is None else float(value)
