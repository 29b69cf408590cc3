"""Check the rows of an import before any is stored.

The engine must be able to read them, and the table to hold them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from premium.tax.days import moment_of
from premium.tax.model import Remark
from premium.tax.neutral.fields import FIELDS, Fields
from premium.tax.neutral.kinds import neutral_rows
from premium.tax.neutral.parser import transaction_of
from premium.tax.neutral.rows import BLANK, LinedRow, Refused, Unreadable, shown, shown_id
from premium.tax.neutral.sources import Tally, source_of

_CHAIN = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_LONGEST = {"wallet": 128, "tx_hash": 128, "id": 200, "asset": 200}


class Checked(NamedTuple):
    """Rows that may be stored, rows that may not, and what was assumed."""

    rows: list[Mapping[str, Any]]
    moments: list[datetime]
    errors: list[Remark]
    remarks: list[Remark]
    tally: Tally
    """What became of each line."""


def check_rows(rows: Sequence[Any], *, zone: ZoneInfo, first_line: int = 1) -> Checked:
    """Check every row by itself, and ids against each other.

    `line` is a row's own, else it counts from `first_line`.
    """
    source = source_of(rows)
    good, moments, errors, remarks = list[Mapping[str, Any]](), list[datetime](), list[Remark](), list[Remark]()
    seen: dict[str, int] = {}
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
        good.append(row)
        moments.append(moment)
    return Checked(good, moments, errors, [*remarks, *source.remarks()], source.tally())


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


def _unique(name: str, line: int, seen: dict[str, int]) -> None:
    if name in seen:
        raise Refused("id", f"stands on line {seen[name]} already", "duplicate")
    seen[name] = line
