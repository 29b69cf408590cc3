"""Read the gains of a finished report, lot by lot, out of its neutral document.

The document has a row a line, and stays as it was made: a place in it is a number of bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from typing import IO, TYPE_CHECKING, Any

from premium.errors import NotFound, Unprocessable
from premium.tax.model import GainLine, ReportRow

if TYPE_CHECKING:
    from premium.storage.objects import Objects

DOCUMENT = "result_json"
_FIRST = b'"disposals": ['
_PIECE = 65536
MAX_LINE = 2**24
"""Bytes that a row may have, which names each transaction of a merged day; a longer one is none of ours."""
NAMED = 100
"""Transactions of a merged day that a line names: a page of the whole would be more than an answer may be."""


def page_of(bucket: Objects, report: ReportRow, start: int | None, limit: int) -> list[GainLine]:
    """Return gains from a place on; None is the first.

    NotFound for a report without its neutral document, Unprocessable for a row of more than `MAX_LINE` bytes.
    """
    file = report.files.get(DOCUMENT)
    if file is None:
        raise NotFound("this report was made without the list of its gains; make it anew")
    with bucket.open(file.key, start=start or 0) as body:
        return list(islice(gains_in(body, at=start), limit))


def gains_in(body: IO[bytes], *, at: int | None = None) -> Iterator[GainLine]:
    """Yield the gains of a neutral document.

    `at`: the body begins there, behind an earlier gain. `transactions` are the first `NAMED`, of `transaction_count`.
    """
    inside, place = at is not None, at or 0
    for line in _lines(body):
        place += len(line)
        text = line.strip()
        if inside and not text.startswith(b"{"):
            return
        if inside:
            yield GainLine(_shortened(json.loads(text.removesuffix(b","))), place)
        elif text.startswith(_FIRST):
            inside = not text.startswith(_FIRST + b"]")
            if not inside:
                return


def _shortened(row: dict[str, Any]) -> dict[str, Any]:
    merged = row.get("transactions") or [row["transaction"]]
    return row | {"transactions": merged[:NAMED], "transaction_count": len(merged)}


def _lines(body: IO[bytes]) -> Iterator[bytes]:
    rest = b""
    while piece := body.read(_PIECE):
        *whole, rest = (rest + piece).split(b"\n")
        yield from (line + b"\n" for line in whole)
        if len(rest) > MAX_LINE:
            raise Unprocessable("a day of this report has too many disposals to be listed; its document names them all")
    if rest:
        yield rest
