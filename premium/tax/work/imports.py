"""An uploaded file as a job: read it, check all of it, store all of it. Worker side only."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from shutil import copyfileobj
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from premium.errors import Unprocessable
from premium.tax import store
from premium.tax.checking import check_rows
from premium.tax.collector import paused
from premium.tax.document.files import read_document
from premium.tax.document.rows import rows_in
from premium.tax.importers.recognition import stated_in
from premium.tax.jobs import ImportPayload
from premium.tax.model import Notice
from premium.tax.service import upload_key

if TYPE_CHECKING:
    from premium.execution.context import JobContext

MAX_NOTICES = 20
"""A job's record keeps so many; the count tells of the others."""
_NAME_BYTES = 200


def make_import(context: JobContext, payload: ImportPayload) -> Mapping[str, Any]:
    """The body of `tax.import`: `{added, known, skipped, warnings}`. Run twice, the second adds nothing."""
    rows, currency = _rows(context, payload)
    context.progress(0.3)
    with paused():
        checked = check_rows(rows, zone=ZoneInfo("UTC"))
    if checked.errors and not payload.lenient:
        raise Unprocessable(_wrong(checked.errors))
    context.progress(0.6)
    with context.platform.worker_database.as_user(context.user_id, statement_timeout_ms=120_000) as connection:
        added = store.add_transactions(
            connection, context.user_id, checked.rows, checked.moments, job_id=context.job_id, currency=currency
        )
        context.point("first_write")
        context.point("before_commit")
    told = [f"line {notice.line}: {notice.message}" for notice in (*checked.errors, *checked.notices)[:MAX_NOTICES]]
    return {"added": added, "known": len(checked.rows) - added, "skipped": len(checked.errors), "warnings": told}


def _wrong(errors: Sequence[Notice]) -> str:
    """The first lines that are wrong, in the one sentence that a job's record keeps."""
    named = "; ".join(f"line {error.line}: {error.message}" for error in errors[:MAX_NOTICES])
    more = f" (and {len(errors) - MAX_NOTICES} more)" if len(errors) > MAX_NOTICES else ""
    return f"{named}{more}; nothing was imported"


def _name(given: str) -> str:
    """As far as a folder of ours can hold it: systems take 255 bytes, and `..` is none."""
    name = Path(given).name.encode()[-_NAME_BYTES:].decode(errors="ignore")
    return name if name.strip(".") else "upload"


def _rows(context: JobContext, payload: ImportPayload) -> tuple[list[Any], str | None]:
    """The rows of the upload, and the currency that their values are in where it is known."""
    key = upload_key(context.user_id, UUID(payload.upload))
    with tempfile.TemporaryDirectory(prefix="tax-import-") as folder:
        path = Path(folder) / _name(payload.file_name or "")
        with context.platform.bucket("exports").open(key) as source, path.open("wb") as target:
            copyfileobj(source, target)
        document = read_document(str(path), importer=payload.source, currency=payload.currency, lenient=True)
    rows = rows_in(document)
    if rows is None:
        raise Unprocessable("the upload has no list of transactions")
    listed = list(rows)
    return listed, stated_in(listed, payload.currency) or _stated(document.get("currency"))


def _stated(code: Any) -> str | None:
    return code.upper() if isinstance(code, str) and len(code) == 3 and code.isascii() and code.isalpha() else None
