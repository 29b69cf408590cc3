"""Import the wallet's history, make a tax report and fetch its documents.

The report is of one year in the US, by FIFO; the documents come by their links.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from local.errors import LocalError
from local.journey.walk import Walk, must_equal
from local.market import history

YEAR = 2025
_MAGIC = {"pdf": b"%PDF-", "json": b"{"}


@dataclass(frozen=True)
class TaxReport:
    """A finished report with its documents.

    `documents`: format → content; `links` work for 15 minutes.
    """

    totals: Mapping[str, str]
    links: Mapping[str, str]
    documents: Mapping[str, bytes]


def import_history(walk: Walk) -> int:
    """Import the wallet's history and return the number of transactions added.

    A second import of the same history adds none.
    """
    document = history(walk.evm.url, walk.market)
    count = len(document["transactions"])
    must_equal("what the import added", walk.api.post("/v1/tax/transactions/import", document)["added"], count)
    must_equal("what a second import added", walk.api.post("/v1/tax/transactions/import", document)["added"], 0)
    return count


def report(walk: Walk) -> TaxReport:
    job = walk.job("/v1/tax/reports", {"year": YEAR, "jurisdiction": "US", "method": "fifo"})
    made = walk.api.get(f"/v1/tax/reports/{job['id']}")
    links: Mapping[str, str] = made["links"]
    documents = {name: walk.api.download(link) for name, link in links.items()}
    _check(documents)
    totals = made["totals"]["totals"]
    must_equal("the totals of the job", job["result"]["totals"], totals)
    check_form(documents["form_8949_csv"], totals)
    return TaxReport(totals, links, documents)


def file_name(document: str) -> str:
    """Return the file name of a document: `form-8949.csv` for `form_8949_csv`."""
    stem, _, suffix = document.rpartition("_")
    return f"{stem.replace('_', '-')}.{suffix}"


def _check(documents: Mapping[str, bytes]) -> None:
    for kind in ("csv", "pdf"):
        if not any(name.endswith(kind) for name in documents):
            raise LocalError(f"The report has no {kind.upper()}.", "See: make logs NAME=workers")
    for name, content in documents.items():
        if not content or not content.startswith(_MAGIC.get(name.rpartition("_")[2], content[:1])):
            raise LocalError(f"The document {name} is not what its name says.", "See: make logs NAME=workers")


def check_form(content: bytes, totals: Mapping[str, Any]) -> None:
    """Check that Form 8949's rows add up to its totals and the report's.

    The report's total may differ by the cents that each row is rounded to.
    """
    rows = list(csv.reader(io.StringIO(content.decode())))
    description, gain = (next(i for i, name in enumerate(rows[0]) if name.startswith(c)) for c in ("(a)", "(h)"))
    disposals = [Decimal(row[gain]) for row in rows[1:] if row[description] != "TOTAL"]
    lines = [Decimal(row[gain]) for row in rows[1:] if row[description] == "TOTAL"]
    must_equal("the sum of Form 8949's rows", sum(disposals), sum(lines))
    if abs(sum(lines, Decimal(0)) - Decimal(totals["total"])) > len(disposals) * Decimal("0.01"):
        raise LocalError(f"Form 8949 adds up to {sum(lines)}, the report to {totals['total']}.", "Please report it.")
