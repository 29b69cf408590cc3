"""Import an uploaded file: read it, check all of it, store all of it."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from hashlib import file_digest
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
from premium.tax.document.kept import KeptRows
from premium.tax.document.rows import rows_in
from premium.tax.importers.checks import check_rows
from premium.tax.importers.declared.own_words import digest_of, mapping_of
from premium.tax.importers.manners import clock_of
from premium.tax.importers.notation import mark_of
from premium.tax.importers.recognition import stated_in
from premium.tax.jobs import IMPORT, ImportPayload
from premium.tax.model import NewTransactions, Origin, Remark
from premium.tax.service import accounted
from premium.tax.store.imports import options_of
from premium.tax.store.transactions import PATIENT_MS, TransactionStore
from premium.tax.uploads import upload_key

MAX_NOTICES = 20
"""A job's record keeps so many; the count tells of the others."""
_NAME_BYTES = 200


@job(IMPORT)
def import_upload(context: JobContext, payload: ImportPayload) -> Mapping[str, Any]:
    """Import an upload: `{added, known, skipped, warnings, import_id, …}`. Run twice, the second adds nothing."""
    rows, currency, digest = _rows(context, payload)
    context.progress(0.3)
    good = KeptRows()
    with paused():
        checked = check_rows(rows, zone=ZoneInfo("UTC"), keep=good)
    if checked.errors and not payload.lenient:
        raise Unprocessable(_refusal(checked.errors, checked.wrong))
    context.progress(0.6)
    store = TransactionStore(context.platform.worker_database, statement_timeout_ms=PATIENT_MS)
    origin = accounted(_origin(payload, currency, digest), checked.tally)
    new = NewTransactions(good, currency=currency, job_id=context.job_id, origin=origin)
    added = store.add(context.user_id, new, context.point)
    # Of a first attempt that has committed and then was lost, the second adds nothing: the job has added them.
    own = added.rows or store.count_of_job(context.user_id, context.job_id)
    told = [f"line {notice.line}: {notice.message}" for notice in (*checked.errors, *checked.remarks)[:MAX_NOTICES]]
    return {
        "added": own,
        "known": len(good) - own,
        "skipped": checked.wrong,
        "warnings": told,
        "import_id": str(added.import_id),
        "replaced": added.replaced,
        "lines": origin.lines,
        "left_out": list(origin.left_out),
    }


def _origin(payload: ImportPayload, currency: str | None, digest: str) -> Origin:
    clock = clock_of(payload.file_name or "")
    options = options_of(
        currency=currency,
        source=payload.source,
        clock=clock,
        decimal_mark=payload.decimal_mark,
        date_order=payload.date_order,
        map=digest_of(payload.map),
    )
    return Origin("file", payload.file_name or "upload", digest, currency, options)


def _rows(context: JobContext, payload: ImportPayload) -> tuple[Any, str | None, str]:
    """Return the upload's rows, the currency of their values where it is known, and the content's digest."""
    key = upload_key(context.user_id, UUID(payload.upload))
    with tempfile.TemporaryDirectory(prefix="tax-import-") as folder:
        path = Path(folder) / local_name(payload.file_name or "")
        with context.platform.bucket("exports").open(key) as source, path.open("wb") as target:
            copyfileobj(source, target)
        with path.open("rb") as content:
            digest = file_digest(content, "sha256").hexdigest()
        document = read_document(
            str(path),
            importer=payload.source,
            currency=payload.currency,
            lenient=True,
            decimal_mark=mark_of(payload.decimal_mark),
            date_order=payload.date_order,
            streamed=True,
            mapping=None if payload.map is None else mapping_of(payload.map),
        )
    rows = rows_in(document)
    if rows is None:
        raise Unprocessable("the upload has no list of transactions")
    return rows, stated_in(rows, payload.currency) or _currency_of(document.get("currency")), digest


def _refusal(errors: Sequence[Remark], count: int) -> str:
    """Name the first wrong lines in the one sentence that a job's record keeps."""
    named = "; ".join(f"line {error.line}: {error.message}" for error in errors[:MAX_NOTICES])
    more = f" (and {count - MAX_NOTICES} more)" if count > MAX_NOTICES else ""
    return f"{named}{more}; nothing was imported"


def local_name(given: str) -> str:
    """Return as much of a file's name as a folder of ours can hold.

    Systems take 255 bytes, and `..` is no name.
    """
    name = Path(given).name.encode()[-_NAME_BYTES:].decode(errors="ignore")
    return name if name.strip(".") else "upload"


def _currency_of(code: Any) -> str | None:
    return code.upper() if isinstance(code, str) and len(code) == 3 and code.isascii() and code.isalpha() else None
