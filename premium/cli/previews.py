"""Write what a file would be read as, for `premium tax preview`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from premium.tax.importers.checks import check_rows

_FIRST = ("timestamp", "type", "amount", "asset")
_LAST = ("id",)


def previewed(rows: Sequence[Any], most: int, name: str) -> Iterator[str]:
    """Yield the first rows and refusals, and what became of all lines of a file."""
    checked = check_rows(rows, zone=ZoneInfo("UTC"))
    for row in checked.rows[:most]:
        fields = [str(row.get(name, "")) for name in _FIRST]
        more = {name: value for name, value in row.items() if name not in (*_FIRST, *_LAST)}
        yield "\t".join([*fields, json.dumps(more, ensure_ascii=False)])
    for error in checked.errors[:most]:
        yield f"refused: {error.sentence}"
    told = dict.fromkeys(remark.code for remark in checked.remarks)
    for code in told:
        first = next(remark for remark in checked.remarks if remark.code == code)
        yield f"told {code}: {first.sentence}"
    yield checked.tally._replace(name=name).sentence
