"""A report as a job: calculate, write the documents, store them and one row. Worker side only."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from premium.errors import Unprocessable
from premium.prices.store import StoredPrices
from premium.tax import store
from premium.tax.calculation import report_of
from premium.tax.days import instant_of
from premium.tax.document import summary_of
from premium.tax.exchange import Exchange
from premium.tax.history.rows import read_rows
from premium.tax.jobs import ReportPayload
from premium.tax.pricing import lacking, series_of
from premium.tax.reports import documents_of
from premium.tax.results.report import Report
from premium.tax.setup import setup

if TYPE_CHECKING:
    from premium.execution.context import JobContext


def make_report(context: JobContext, payload: ReportPayload) -> Mapping[str, Any]:
    """The body of `tax.report`: `{report_id, totals, formats, links}`. Run twice, it leaves one row and its objects."""
    done = _made_before(context)
    if done is not None:
        return done
    report = _calculated(context, payload)
    context.progress(0.4)
    with tempfile.TemporaryDirectory(prefix="tax-report-") as folder:
        files = _store_documents(context, report, Path(folder))
    summary = summary_of(report)
    row = {
        "job_id": context.job_id,
        "year": payload.year,
        "jurisdiction": report.setup.rules.code,
        "method": report.setup.method,
        "lot_scope": report.setup.stored_scope,
        "totals": summary,
        "report_url": f"s3://{context.platform.objects.bucket}/{next(iter(files.values()))['key']}",
        "files": files,
        "generated_at": context.created_at,
    }
    with context.platform.worker_database.as_user(context.user_id) as connection:
        store.add_report(connection, context.user_id, row)
        context.point("before_commit")
    return _told(context, summary, files)


def _made_before(context: JobContext) -> Mapping[str, Any] | None:
    """What an earlier attempt has committed: it stays as it is, documents and all."""
    with context.platform.worker_database.as_user(context.user_id) as connection:
        row = store.report_of(connection, context.user_id, context.job_id)
    return None if row is None else _told(context, row.totals, row.files)


def _told(context: JobContext, summary: Mapping[str, Any], files: Iterable[str]) -> Mapping[str, Any]:
    """The job's result: where the documents lie is the store's business, their links are the report's."""
    links = {"report": f"/v1/tax/reports/{context.job_id}"}
    return {
        "report_id": str(context.job_id),
        "totals": summary["totals"],
        "formats": sorted(files),
        "links": links,
    }


def _calculated(context: JobContext, payload: ReportPayload) -> Report:
    under = setup(
        payload.jurisdiction,
        method=payload.method,
        scope=payload.lot_scope,
        currency=payload.currency,
        time_zone=payload.time_zone,
        until_tax_year=payload.year,
    )
    with context.platform.worker_database.as_user(context.user_id, statement_timeout_ms=120_000) as connection:
        hours = store.other_currencies(connection, context.user_id, under.currency)
        exchange = Exchange(StoredPrices(context.platform.timeseries), hours, under.currency)
        read = read_rows(exchange.rows(store.history(connection, context.user_id)), zone=ZoneInfo("UTC"))
    read.notices.extend(exchange.notices())
    if not read.transactions:
        raise Unprocessable("there are no transactions to report; import some first")
    lacks = lacking(read.transactions, under.currency)
    prices = series_of(context.platform, lacks, under.currency, read.notices)
    # As of when the work was accepted, so that a repeat says the same.
    now = instant_of(context.created_at)
    report = report_of(read, under, prices=prices, tax_year=payload.year, now=now)
    # Of what is stored there are no lines: the place in this reading would be taken for one of the user's file.
    report.notices[:] = [notice._replace(line=None) for notice in report.notices]
    return report


def _store_documents(context: JobContext, report: Report, folder: Path) -> dict[str, dict[str, Any]]:
    """Each document as one object whose key is made from the job's id."""
    documents = documents_of(report.setup.rules)
    files: dict[str, dict[str, Any]] = {}
    for number, document in enumerate(documents, 1):
        path = folder / document.filename(report)
        document.write(report, path)
        key = f"tax/{context.user_id}/{context.job_id}/{path.name}"
        stored = context.platform.objects.put_file(path, key, content_type=document.content_type)
        if number == 1:
            context.point("first_write")
        files[document.format] = {"key": stored.key, "size": stored.size, "sha256": stored.sha256, "name": path.name}
        context.progress(0.4 + 0.5 * number / len(documents))
    return files
