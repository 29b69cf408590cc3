"""Import an uploaded file: read it, check all of it, store all of it."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from shutil import copyfileobj
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from premium.errors import Unprocessable
from premium.execution.context import JobContext
from premium.execution.runtime import job
from premium.tax.collector import paused
from premium.tax.document.files import read_document
from premium.tax.document.rows import rows_in
from premium.tax.importers.checks import check_rows
from premium.tax.importers.recognition import stated_in
from premium.tax.jobs import IMPORT, ImportPayload
from premium.tax.model import NewTransactions, Remark
from premium.tax.service import upload_key
from premium.tax.store.transactions import PATIENT_MS, TransactionStore

MAX_NOTICES = 20
"""A job's record keeps so many; the count tells of the others."""
_NAME_BYTES = 200


@job(IMPORT)
def import_upload(context: JobContext, payload: ImportPayload) -> Mapping[str, Any]:
    """Import an upload: `{added, known, skipped, warnings}`. Run twice, the second adds nothing."""
    rows, currency = _rows(context, payload)
    context.progress(0.3)
    with paused():
        checked = check_rows(rows, zone=ZoneInfo("UTC"))
    if checked.errors and not payload.lenient:
        raise Unprocessable(_refusal(checked.errors))
    context.progress(0.6)
    store = TransactionStore(context.platform.worker_database, statement_timeout_ms=PATIENT_MS)
    new = NewTransactions(checked.rows, checked.moments, currency, context.job_id)
    added = store.add(context.user_id, new, context.point)
    told = [f"line {notice.line}: {notice.message}" for notice in (*checked.errors, *checked.remarks)[:MAX_NOTICES]]
    return {"added": added, "known": len(checked.rows) - added, "skipped": len(checked.errors), "warnings": told}


def _rows(context: JobContext, payload: ImportPayload) -> tuple[list[Any], str | None]:
    """Return the upload's rows, and the currency of their values where it is known."""
    key = upload_key(context.user_id, UUID(payload.upload))
    with tempfile.TemporaryDirectory(prefix="tax-import-") as folder:
        path = Path(folder) / local_name(payload.file_name or "")
        with context.platform.bucket("exports").open(key) as source, path.open("wb") as target:
            copyfileobj(source, target)
        document = read_document(str(path), importer=payload.source, currency=payload.currency, lenient=True)
    rows = rows_in(document)
    if rows is None:
        raise Unprocessable("the upload has no list of transactions")
    listed = list(rows)
    return listed, stated_in(listed, payload.currency) or _currency_of(document.get("currency"))


def _refusal(errors: Sequence[Remark]) -> str:
    """Name the first wrong lines in the one sentence that a job's record keeps."""
    named = "; ".join(f"line {error.line}: {error.message}" for error in errors[:MAX_NOTICES])
    more = f" (and {len(errors) - MAX_NOTICES} more)" if len(errors) > MAX_NOTICES else ""
    return f"{named}{more}; nothing was imported"


def local_name(given: str) -> str:
    """Return as much of a file's name as a folder of ours can hold.

    Systems take 255 bytes, and `..` is no name.
    """
    name = Path(given).name.encode()[-_NAME_BYTES:].decode(errors="ignore")
    return name if name.strip(".") else "upload"


def _currency_of(code: Any) -> str | None:
    return code.upper() if isinstance(code, str) and len(code) == 3 and code.isascii() and code.isalpha() else None
