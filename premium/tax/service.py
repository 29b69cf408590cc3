"""Use cases of the tax service for requests: import, list, start, look at. What a worker does is in `reporting`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from premium.bootstrap import Platform
from premium.errors import InvalidInput, NotFound, Unprocessable
from premium.jobs.model import JobRecord
from premium.tax import store
from premium.tax.checking import check_rows
from premium.tax.importers.recognition import rows_of_csv, stated_in
from premium.tax.jobs import IMPORT, REPORT, ImportPayload, ReportPayload
from premium.tax.model import Notice
from premium.tax.rows import ReportRow, TransactionRow
from premium.tax.setup import setup
from premium.tax.validate import UNIVERSAL_TOO_LATE, universal_too_late

LINK_SECONDS = 900
"""How long a presigned link to a document works."""
UPLOAD_SECONDS = 900
MAX_UPLOAD = 256 * 2**20
UPLOADS = "tax-imports/"
"""Keys of uploads begin so; stacks/api.py listens to it."""
_OPTIONS = "import"
MAX_ERRORS = 50
"""An answer names at most so many; the count tells of the others."""


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What an import did: `added` and `known` together are the rows it took."""

    added: int
    known: int
    skipped: int
    notices: tuple[Notice, ...]


def import_rows(
    at: Platform, user_id: UUID, rows: Sequence[Any], *, lenient: bool = False, currency: str | None = None
) -> Imported:
    """Store neutral rows, all or nothing; InvalidInput names line and field of each that is wrong.

    `lenient` leaves the wrong ones out and says which. A row whose id is known is not stored again. `currency` is what
    the values are in; None: whatever a report is in.
    """
    checked = check_rows(rows, zone=ZoneInfo("UTC"))
    if checked.errors and not lenient:
        raise refused(checked.errors)
    with at.database.as_user(user_id) as connection:
        added = store.add_transactions(connection, user_id, checked.rows, checked.moments, currency=currency)
    known = len(checked.rows) - added
    told = (*checked.errors, *checked.notices)
    return Imported(added=added, known=known, skipped=len(checked.errors), notices=told)


def import_csv(
    at: Platform,
    user_id: UUID,
    text: str,
    *,
    lenient: bool = False,
    source: str | None = None,
    currency: str = "USD",
    file_name: str = "csv",
) -> Imported:
    """The same from the platform's own CSV or an export that an importer knows; lines are the file's."""
    # Read leniently, so that what an importer cannot read and what the table cannot hold are told of together.
    rows = list(rows_of_csv(text, file_name, importer=source, currency=currency, lenient=True))
    return import_rows(at, user_id, rows, lenient=lenient, currency=stated_in(rows, currency))


def new_upload(at: Platform, user_id: UUID, options: Mapping[str, Any]) -> tuple[UUID, Mapping[str, Any]]:
    """An id and the form (`url`, `fields`) by which a file over the request limit reaches the bucket.

    `options` of its import (fields of ImportPayload) travel with the file: its arrival alone starts the job.
    """
    upload = uuid4()
    form = at.bucket("exports").presigned_post(
        upload_key(user_id, upload),
        UPLOAD_SECONDS,
        max_bytes=MAX_UPLOAD,
        content_type="application/octet-stream",
        notes={_OPTIONS: json.dumps(dict(options))},
    )
    return upload, form


def start_import(
    at: Platform,
    user_id: UUID,
    upload: UUID,
    options: Mapping[str, Any],
    *,
    request_id: str,
    idempotency_key: str | None = None,
) -> JobRecord:
    """Import what was uploaded; NotFound while there is no such upload of this user's.

    With the upload's own options this is the job that its arrival started; with others a further one.
    """
    own = ImportPayload(upload=str(upload), **_options_of(at, user_id, upload))
    payload = own.model_copy(update=dict(options))
    key = f"upload {upload}" if payload == own else idempotency_key
    return at.jobs.start(IMPORT, payload, user_id=user_id, request_id=request_id, idempotency_key=key)


def _options_of(at: Platform, user_id: UUID, upload: UUID) -> Mapping[str, Any]:
    try:
        notes = at.bucket("exports").notes(upload_key(user_id, upload))
    except NotFound:  # the bucket's own words name a key, which is no business of a caller's
        raise NotFound(f"there is no upload {upload}") from None
    options: Mapping[str, Any] = json.loads(notes.get(_OPTIONS, "{}"))
    return options


def start_arrived(at: Platform, key: str, *, request_id: str) -> JobRecord:
    """The import of an upload that S3 tells of by its key; told again, it is the same job."""
    user_id, upload = key.removeprefix(UPLOADS).split("/")
    return start_import(at, UUID(user_id), UUID(upload), {}, request_id=request_id)


def upload_key(user_id: UUID, upload: UUID) -> str:
    return f"{UPLOADS}{user_id}/{upload}"


def refused(errors: Sequence[Notice]) -> InvalidInput:
    """The error of an import that has wrong rows."""
    first = errors[0]
    named = [{"line": e.line, "field": e.field, "id": e.transaction, "reason": e.message} for e in errors[:MAX_ERRORS]]
    text = f"line {first.line}: {first.message.removesuffix('; the line is left out')}; nothing was imported"
    return InvalidInput(text, details={"errors": named, "count": len(errors)})


def transactions(at: Platform, user_id: UUID, after: tuple[datetime, UUID] | None, limit: int) -> list[TransactionRow]:
    with at.database.as_user(user_id) as connection:
        return store.page_of_transactions(connection, user_id, after, limit)


def start_report(
    at: Platform, user_id: UUID, payload: ReportPayload, *, request_id: str, idempotency_key: str | None
) -> JobRecord:
    """Accept a report; a method or scope that the jurisdiction does not allow is Unprocessable, with the reason."""
    under = setup(
        payload.jurisdiction,
        method=payload.method,
        scope=payload.lot_scope,
        currency=payload.currency,
        time_zone=payload.time_zone,
        strict=True,
    )
    if universal_too_late(under, under.calendar.last_day(payload.year)):
        raise Unprocessable(UNIVERSAL_TOO_LATE, details={"lot_scope": "per_wallet"})
    payload = payload.model_copy(update={"jurisdiction": under.rules.code, "method": under.method})
    return at.jobs.start(REPORT, payload, user_id=user_id, request_id=request_id, idempotency_key=idempotency_key)


def offers(jurisdiction: str, format: str) -> None:  # noqa: A002 - the field's own name in the earlier form
    """Unprocessable where no document of this jurisdiction's reports has the format (pdf, csv, json, txf)."""
    rules = setup(jurisdiction).rules
    if not any(name.endswith(f"_{format}") for name in rules.documents):
        known = ", ".join(sorted({name.rsplit("_", 1)[1] for name in rules.documents}))
        raise Unprocessable(f"reports of {rules.name} have no {format}: they have {known}", details={"format": known})


def report(at: Platform, user_id: UUID, report_id: UUID) -> ReportRow | JobRecord:
    """A finished report, or the job that makes it; NotFound for what is neither, or another user's."""
    with at.database.as_user(user_id) as connection:
        found = store.report_of(connection, user_id, report_id)
    if found is not None:
        return found
    job = at.jobs.get(user_id, report_id)
    if job.kind != REPORT.name:
        raise NotFound(f"there is no report {report_id}")
    return job


def reports(at: Platform, user_id: UUID, after: tuple[datetime, UUID] | None, limit: int) -> list[ReportRow]:
    with at.database.as_user(user_id) as connection:
        return store.page_of_reports(connection, user_id, after, limit)


def summary(at: Platform, user_id: UUID, year: int, jurisdiction: str | None) -> ReportRow:
    """The newest stored result of a year; NotFound says how to get one."""
    code = None if jurisdiction is None else setup(jurisdiction).rules.code
    with at.database.as_user(user_id) as connection:
        found = store.newest_report(connection, user_id, year, code)
    if found is None:
        raise NotFound(f"there is no report of {year} yet; POST /v1/tax/reports makes one")
    return found


def links(at: Platform, row: ReportRow) -> Mapping[str, str]:
    """A short-lived link to each document of a report, by format."""
    return {
        name: at.objects.presigned_get(file.key, LINK_SECONDS, filename=file.name) for name, file in row.files.items()
    }
