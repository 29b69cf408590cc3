"""Routes of imported transactions, tax reports, summaries and comparisons of methods."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID, uuid4

from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from handlers.models.tax import (
    EarlierReport,
    NewReport,
    ReportJobView,
    ReportPosition,
    ReportView,
    SummaryView,
    TransactionPosition,
    TransactionView,
    report_job_view,
    report_view,
    summary_view,
    transaction_view,
)
from handlers.models.tax_comparisons import ComparisonView, NewComparison, comparison_view
from handlers.models.tax_gains import AfterGain, GainView
from handlers.models.tax_imports import (
    Import,
    ImportUpload,
    ImportView,
    ImportWallet,
    TaxImportView,
    UndoneView,
    UploadView,
    import_view,
    tax_import_view,
)
from handlers.runtime import (
    Caller,
    Cursor,
    IdempotencyKey,
    JobView,
    Limit,
    Listing,
    RequestId,
    entry,
    job_view,
    listing,
    needs,
    position,
    renewed_by,
    router,
)
from premium.bootstrap import platform
from premium.tax.comparisons import TaxComparisons
from premium.tax.lacks import lacks
from premium.tax.service import Taxes, TaxImports, TaxReports, TaxWallets, require_format
from premium.tax.uploads import MAX_UPLOAD, TaxUploads

app = router("Tax")

_COUNTRY = "Whose report; the newest of any without"
_STARTS = "The tax year, by the calendar year in which it starts: 2024 of GB is 2024-25"
Year = Annotated[int, Path(ge=0, le=9998, description=_STARTS)]
Country = Annotated[str | None, Query(min_length=2, max_length=7, description=_COUNTRY, examples=["US"])]


@app.post("/v1/tax/transactions/import")
@needs(service="tax", scope="tax:write")
def import_transactions(caller: Caller, document: Import) -> ImportView:
    """Import a history, all of it or nothing.

    The same history twice adds nothing. With `preview` nothing is stored, and the answer has the first rows.
    """
    document.check()
    taxes = Taxes.of(platform())
    if document.csv is not None:
        return import_view(taxes.import_csv(caller.user_id, document.csv, **document.csv_options()))
    return import_view(taxes.import_rows(caller.user_id, document.transactions or (), **document.options()))


def _form(caller: Caller, upload: UUID, options: ImportUpload) -> UploadView:
    options.check(starts=False)
    form = TaxUploads.of(platform()).form(caller, upload, options.model_dump(exclude={"map"}))
    links = {"import": f"/v1/tax/transactions/uploads/{upload}/import"}
    return UploadView(id=upload, url=form["url"], fields=form["fields"], max_bytes=MAX_UPLOAD, links=links)


def _form_again(stored: Any, *, caller: Caller, options: ImportUpload) -> UploadView:
    """The same upload by a form that has not run out."""
    return _form(caller, UUID(stored["id"]), options)


@app.post("/v1/tax/transactions/uploads", status_code=201)
@needs(service="tax", scope="tax:write")
@renewed_by(_form_again)
def add_upload(caller: Caller, options: ImportUpload) -> UploadView:
    """Return the form that uploads a file over the request limit.

    Neutral JSON, own CSV or an exchange's export. Its arrival starts the import with these options; the link `import`
    names that job, and starts it where need be. A repeated Idempotency-Key gives a new form of the same upload.
    """
    return _form(caller, uuid4(), options)


@app.post("/v1/tax/transactions/uploads/<upload_id>/import", status_code=202)
@needs(service="tax", scope="tax:write")
def import_upload(
    caller: Caller,
    upload_id: UUID,
    request_id: RequestId,
    idempotency_key: IdempotencyKey,
    options: ImportUpload | None = None,
) -> JobView:
    """Import an uploaded file, all of it or nothing.

    The job's result says what was added. Without options it is the job that the upload started; other options than
    the upload's start one more.
    """
    if options is not None:
        options.check(starts=True)
    chosen = options.model_dump(exclude_unset=True) if options else {}
    uploads = TaxUploads.of(platform())
    return job_view(
        uploads.start_import(caller.user_id, upload_id, chosen, request_id=request_id, idempotency_key=idempotency_key)
    )


@app.post("/v1/tax/transactions/wallets", status_code=202)
@needs(service="tax", scope="tax:write")
def import_wallet(
    caller: Caller, wallet: ImportWallet, request_id: RequestId, idempotency_key: IdempotencyKey
) -> JobView:
    """Read a wallet's history from its chain: coin, tokens, NFTs and gas.

    What is read twice is stored once.
    """
    payload, wallets = wallet.payload(), TaxWallets.of(platform())
    return job_view(wallets.start(caller.user_id, payload, request_id=request_id, idempotency_key=idempotency_key))


@app.get("/v1/tax/imports")
@needs(service="tax", scope="tax:read")
def list_imports(caller: Caller, limit: Limit = 50, cursor: Cursor = None) -> Listing[TaxImportView]:
    """List what was imported, newest first: files, rows and wallets.

    With what became of each line.
    """
    place = position(cursor, ReportPosition)
    after = (place.created_at, place.id) if place else None
    rows = [tax_import_view(row) for row in TaxImports.of(platform()).page(caller.user_id, after, limit + 1)]
    return listing(rows, limit, ReportPosition, created_at="created_at", id="id")


@app.delete("/v1/tax/imports/<import_id>")
@needs(service="tax", scope="tax:write")
def remove_import(caller: Caller, import_id: UUID) -> UndoneView:
    """Undo an import: the transactions that no other import states go.

    A wallet's is read from its first block again when it is asked for.
    """
    removed, kept = TaxImports.of(platform()).undo(caller.user_id, import_id)
    return UndoneView(removed=removed, kept=kept)


@app.get("/v1/tax/transactions")
@needs(service="tax", scope="tax:read")
def list_transactions(caller: Caller, limit: Limit = 50, cursor: Cursor = None) -> Listing[TransactionView]:
    """List the imported transactions, newest first."""
    place = position(cursor, TransactionPosition)
    after = (place.timestamp, place.id) if place else None
    rows = [transaction_view(row) for row in Taxes.of(platform()).page(caller.user_id, after, limit + 1)]
    return listing(rows, limit, TransactionPosition, timestamp="timestamp", id="id")


@app.post("/v1/tax/reports", status_code=202)
@needs(service="tax", scope="tax:write")
def start_report(
    caller: Caller, report: NewReport, request_id: RequestId, idempotency_key: IdempotencyKey
) -> ReportJobView:
    """Compute a tax year and make its forms.

    The job's id is the report's. `period` says which days the year has: 2024 of GB is 2024-25. `warnings` say why it
    would fail, where that is known already.
    """
    payload, reports = report.payload(), TaxReports.of(platform())
    job = reports.start(caller.user_id, caller.tier, payload, request_id=request_id, idempotency_key=idempotency_key)
    return report_job_view(job, lacks(platform(), caller.user_id, payload.jurisdiction, payload.currency))


@app.get("/v1/tax/reports")
@needs(service="tax", scope="tax:read")
def list_reports(caller: Caller, limit: Limit = 50, cursor: Cursor = None) -> Listing[ReportView]:
    """List the finished reports, newest first."""
    place = position(cursor, ReportPosition)
    after = (place.created_at, place.id) if place else None
    reports = TaxReports.of(platform())
    found = listing(
        reports.page(caller.user_id, after, limit + 1), limit, ReportPosition, created_at="created_at", id="id"
    )
    views = [report_view(row, reports.links(caller, row)) for row in found.items]
    return Listing(items=views, limit=limit, next_cursor=found.next_cursor, cursor_after=found.cursor_after)


@app.get("/v1/tax/reports/<report_id>")
@needs(service="tax", scope="tax:read")
def get_report(caller: Caller, report_id: UUID) -> ReportView:
    """Show a report with links to its documents, or its job's progress."""
    reports = TaxReports.of(platform())
    found = reports.get(caller.user_id, report_id)
    return report_view(found, reports.links(caller, found))


@app.get("/v1/tax/reports/<report_id>/gains")
@needs(service="tax", scope="tax:read")
def list_gains(caller: Caller, report_id: UUID, limit: Limit = 50, cursor: Cursor = None) -> Listing[GainView]:
    """List what each lot gained or lost, disposal by disposal.

    Lots of one disposal stand beside each other. CONFLICT while the report is being made.
    """
    start = position(cursor, AfterGain)
    lines = TaxReports.of(platform()).gains(caller.user_id, report_id, start.behind if start else None, limit + 1)
    return listing([GainView.of(line) for line in lines], limit, AfterGain, behind="behind")


@app.get("/v1/tax/summary/<year>")
@needs(service="tax", scope="tax:read")
def get_summary(caller: Caller, year: Year, jurisdiction: Country = None) -> SummaryView:
    """Show a year's totals from its newest stored report."""
    return summary_view(TaxReports.of(platform()).newest(caller.user_id, year, jurisdiction))


@app.post("/v1/tax/compare", status_code=202)
@needs(service="tax", scope="tax:write")
def start_comparison(
    caller: Caller, wanted: NewComparison, request_id: RequestId, idempotency_key: IdempotencyKey
) -> ReportJobView:
    """Compute a year under every method that the country allows.

    It counts as a report of the day. `GET /v1/tax/compare/{year}` shows it once the job is done.
    """
    payload, known = wanted.payload(), TaxComparisons.of(platform())
    job = known.start(caller.user_id, caller.tier, payload, request_id=request_id, idempotency_key=idempotency_key)
    return report_job_view(job, lacks(platform(), caller.user_id, payload.jurisdiction, payload.currency))


@app.get("/v1/tax/compare/<year>")
@needs(service="tax", scope="tax:read")
def get_comparison(caller: Caller, year: Year, jurisdiction: Country = None) -> ComparisonView:
    """Show a year's figures under each method side by side, from the newest comparison.

    With the losses that a sale would realise now. Information, no advice.
    """
    return comparison_view(TaxComparisons.of(platform()).newest(caller.user_id, year, jurisdiction))


@app.post("/v2/premium/tax/reports", status_code=202)
@needs(service="tax", scope="tax:write")
def start_earlier_report(
    caller: Caller, report: EarlierReport, request_id: RequestId, idempotency_key: IdempotencyKey
) -> ReportJobView:
    """Make a report as `POST /v1/tax/reports` does, in the earlier form.

    A format that the jurisdiction's reports lack is refused.
    """
    require_format(report.jurisdiction, report.format)
    wanted = NewReport(year=report.year, jurisdiction=report.jurisdiction)
    return start_report(caller, wanted, request_id, idempotency_key)


@app.get("/v2/premium/tax/reports")
@needs(service="tax", scope="tax:read")
def list_earlier_reports(caller: Caller, limit: Limit = 50, cursor: Cursor = None) -> Listing[ReportView]:
    """List the finished reports as `GET /v1/tax/reports` does."""
    return list_reports(caller, limit, cursor)


handler = entry(app)
