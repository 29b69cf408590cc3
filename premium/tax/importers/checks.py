"""Check the rows of an import before any is stored.

The engine must be able to read them, and the table to hold them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from math import inf
from typing import Any, NamedTuple, Protocol
from zoneinfo import ZoneInfo

from premium.tax.days import moment_of
from premium.tax.importers.on_disk import NamesInMemory
from premium.tax.model import Remark
from premium.tax.neutral.fields import FIELDS, Fields
from premium.tax.neutral.kinds import neutral_rows
from premium.tax.neutral.parser import transaction_of
from premium.tax.neutral.rows import BLANK, LinedRow, Refused, Unreadable, shown, shown_id
from premium.tax.neutral.sources import Tally, source_of
from premium.tax.store.scratch import NamesOnDisk

_CHAIN = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_NAMED = 1000
_LONGEST = {"wallet": 128, "tx_hash": 128, "id": 200, "asset": 200}


class Checked(NamedTuple):
    """Rows that may be stored, rows that may not, and what was assumed."""

    rows: list[Mapping[str, Any]]
    moments: list[datetime]
    errors: list[Remark]
    remarks: list[Remark]
    tally: Tally
    """What became of each line."""
    wrong: int
    """How many rows may not be stored; `errors` may name the first of them alone."""


class Keep(Protocol):
    """Where good rows go that are too many for memory: `premium.tax.document.kept.KeptRows`."""

    def append(self, row: Mapping[str, Any], moment: datetime, /) -> None:
        """Keep one row."""
        ...


class _Few(list[Remark]):
    """The first remarks of a stream of rows, and how many there were."""

    def __init__(self, most: float) -> None:
        super().__init__()
        self.most, self.total = most, 0

    def append(self, remark: Remark) -> None:
        self.total += 1
        if len(self) < self.most:
            super().append(remark)


def check_rows(rows: Iterable[Any], *, zone: ZoneInfo, first_line: int = 1, keep: Keep | None = None) -> Checked:
    """Check every row by itself, and ids against each other.

    `line` is a row's own, else it counts from `first_line`. With `keep` the good rows go there one by one, and the
    first thousand errors and remarks alone are named: the ids go to the disk as well.
    """
    source = source_of(rows)
    most = inf if keep is None else _NAMED
    good, moments, errors, remarks = list[Mapping[str, Any]](), list[datetime](), _Few(most), _Few(most)
    seen = NamesInMemory() if keep is None else NamesOnDisk()
    fields = Fields(zone, remarks)
    for count, row in enumerate(rows, first_line):
        if row is BLANK:
            continue
        fields.line = line = row.line if isinstance(row, LinedRow) else count
        source.rows += source.events is None
        try:
            moment = _check(row, fields)
            _unique(str(row["id"]), line, seen)
        except Refused as wrong:
            name = row.get("id") if isinstance(row, Mapping) else None
            errors.append(Remark(wrong.code, shown_id(name), str(wrong), line, wrong.field))
            source.refuse(row)
            continue
        if keep is None:
            good.append(row)
            moments.append(moment)
        else:
            keep.append(row, moment)
    return Checked(good, moments, errors, [*remarks, *source.remarks()], source.tally(), errors.total)


def _check(row: Any, fields: Fields) -> datetime:
    if isinstance(row, Unreadable):
        raise Refused(row.column, row.reason, "unreadable")
    if isinstance(row, Mapping):
        unknown = sorted(set(row) - FIELDS)
        if unknown:
            raise Refused(shown(str(unknown[0]), 60), "not a field of this format", "unknown_field")
    legs = [transaction_of(leg, fields) for leg in neutral_rows(row)]
    for field, longest in _LONGEST.items():
        if len(str(row.get(field) or "")) > longest:
            raise Refused(field, f"longer than {longest} characters")
    if row.get("chain") and not _CHAIN.fullmatch(row["chain"]):
        raise Refused("chain", "not a chain's short name")
    return moment_of(legs[0].instant)


def _unique(name: str, line: int, seen: NamesInMemory | NamesOnDisk) -> None:
    if (first := seen.first(name, line)) != line:
        raise Refused("id", f"stands on line {first} already", "duplicate")
