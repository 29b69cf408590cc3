"""How a file writes its times, its numbers and its dates, by all of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, timedelta, timezone, tzinfo
from typing import NamedTuple

from premium.errors import InvalidInput
from premium.tax.importers.base import Importer
from premium.tax.importers.day_order import ISO, order_of
from premium.tax.importers.notation import COMMA, Notation, notation_of
from premium.tax.importers.on_disk import Manner, Record

_ZONE_IN_NAME = re.compile(
    r"\((?:UTC|GMT)(-{0,2}|\+)(\d{1,2})?(?:[:_](\d{2}))?\)|(?:UTC|GMT)(\+)(\d{1,2})(?:[:_](\d{2}))?(?!\d)"
)
"""Binance names a file after the clock its times are of: `(UTC--6)`, `(UTC+8)`, `(UTC)`.

Without brackets a minus may as well part a date.
"""


class Stated(NamedTuple):
    """What whoever sends a file says of it, where its cells do not tell."""

    decimal_mark: str | None = None
    date_order: str | None = None


def manner_of(
    importer: Importer, header: Sequence[str], records: Iterable[Record], source: str, stated: Stated
) -> Manner:
    """Return how a file's times, numbers and dates are written, by all of them.

    InvalidInput where its name says another clock than its columns.
    """
    mark, zone = stated.decimal_mark, _zone_of(source)
    _refuse_other_clock(importer, header, source, zone)
    notation = Notation(mark) if mark else notation_of(_cells(records, importer.number_columns(header)))
    in_notes = notation_of(_noted(records, importer)) if importer.noted else notation
    notes = in_notes if in_notes.mark or notation.mark == COMMA else notation
    dates = [column for column in importer.dates if column in header]
    order = order_of(_cells(records, dates), stated.date_order) if dates else ISO
    return Manner(zone, notation, notes, source, order)


def _refuse_other_clock(importer: Importer, header: Sequence[str], source: str, zone: tzinfo | None) -> None:
    """InvalidInput where the name says another clock than the format's own, which is UTC."""
    if zone is None or zone is UTC or any(column in header for column in importer.named_clock):
        return
    column = next((name for name in header if "utc" in name.lower()), None)
    says = f"its column {column} says UTC" if column else f"times of {importer.name} are UTC"
    raise InvalidInput(
        f"{source}: {says}, the file's name {zone}: take the clock out of the name if the times are UTC, or export"
        " the file anew in UTC"
    )


def _cells(records: Iterable[Record], columns: Sequence[str]) -> Iterator[tuple[int, str, str]]:
    for number, cells in records:
        for column in columns:
            text = cells.get(column)
            if text:
                yield number, column, text


def _noted(records: Iterable[Record], importer: Importer) -> Iterator[tuple[int, str, str]]:
    """Numbers within notes: what a file's cells were saved again as, its texts were not."""
    for number, cells in records:
        yield from ((number, column, text) for column, text in importer.noted(cells)) if importer.noted else ()


def clock_of(source: str) -> str | None:
    """Return the clock that a file's name says its times are of, or None."""
    zone = _zone_of(source)
    return None if zone is None else str(zone)


def _zone_of(source: str) -> tzinfo | None:
    found = _ZONE_IN_NAME.search(source)
    if found is None:
        return None
    sign, hours, minutes = found[1] or found[4] or "", found[2] or found[5], found[3] or found[6]
    away = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    if away >= timedelta(days=1):
        return None  # it names no clock
    return timezone(-away if sign.startswith("-") else away) if away else UTC
