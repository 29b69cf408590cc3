"""Make a report: calculate it, write its documents, store them and one row."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from premium.errors import Unprocessable
from premium.execution.context import JobContext
from premium.execution.runtime import job
from premium.observability import count
from premium.tax.calculation import report_of
from premium.tax.days import instant_of
from premium.tax.history.price_series import PriceSeries
from premium.tax.jobs import REPORT, ReportPayload
from premium.tax.neutral.reader import Read
from premium.tax.reports.documents import documents_of
from premium.tax.reports.result import summary_of
from premium.tax.results.report import Report
from premium.tax.setup import Setup, setup_of
from premium.tax.store.reports import ReportStore
from premium.tax.work.history import stored_history
from premium.tax.work.prices import Lack, lacking, price_series


@job(REPORT)
def report(context: JobContext, payload: ReportPayload) -> Mapping[str, Any]:
    """Make a report: `{report_id, totals, formats, links}`.

    Run twice, it leaves one row and its objects.
    """
    store = ReportStore(context.platform.worker_database)
    done = store.get(context.user_id, context.job_id)
    if done is not None:
        # What an earlier attempt has committed stays as it is, documents and all.
        return _outcome(context, done.totals, done.files)
    calculated = _calculated(context, payload)
    context.progress(0.4)
    with tempfile.TemporaryDirectory(prefix="tax-report-") as folder:
        files = _store_documents(context, calculated, Path(folder))
    summary = summary_of(calculated)
    store.add(context.user_id, _row(context, calculated, summary, files), context.point)
    count("ReportsMade", jurisdiction=calculated.setup.rules.code)
    return _outcome(context, summary, files)


def _row(
    context: JobContext,
    calculated: Report,
    summary: Mapping[str, Any],
    files: Mapping[str, Mapping[str, Any]],
) -> Mapping[str, Any]:
    return {
        "job_id": context.job_id,
        "year": calculated.tax_year,
        "jurisdiction": calculated.setup.rules.code,
        "method": calculated.setup.method,
        "lot_scope": calculated.setup.stored_scope,
        "totals": summary,
        "report_url": f"s3://{context.platform.objects.bucket}/{next(iter(files.values()))['key']}",
        "files": files,
        "generated_at": context.created_at,
    }


def _outcome(context: JobContext, summary: Mapping[str, Any], files: Iterable[str]) -> Mapping[str, Any]:
    """Return the job's result: where the documents lie is the store's business, their links are the report's."""
    links = {"report": f"/v1/tax/reports/{context.job_id}"}
    return {
        "report_id": str(context.job_id),
        "totals": summary["totals"],
        "formats": sorted(files),
        "links": links,
    }


def setup_for(payload: ReportPayload) -> Setup:
    """Return the setup that a job asks for."""
    return setup_of(
        payload.jurisdiction,
        method=payload.method,
        scope=payload.lot_scope,
        currency=payload.currency,
        time_zone=payload.time_zone,
        foreign_money=payload.foreign_money,
        until_tax_year=payload.year,
    )


def priced_history(context: JobContext, chosen: Setup) -> tuple[Read, PriceSeries]:
    """Return the stored history and the prices that it lacks; Unprocessable where there is none."""
    read = stored_history(context, chosen.currency)
    if not read.transactions:
        raise Unprocessable("there are no transactions to report; import some first")
    lacks = lacking(read.transactions, chosen.currency)
    return read, price_series(context.platform, lacks, chosen.currency, read.remarks)


def _calculated(context: JobContext, payload: ReportPayload) -> Report:
    chosen = setup_for(payload)
    read, prices = priced_history(context, chosen)
    # As of when the work was accepted, so that a repeat says the same.
    now = instant_of(context.created_at)
    made = report_of(read, chosen, prices=prices, tax_year=payload.year, now=now, several=True)
    held = {Lack(item.asset, made.ends(now)) for item in made.outcome.holdings if item.asset != chosen.currency}
    made.close(price_series(context.platform, held, chosen.currency, made.remarks), now)
    # Of what is stored there are no lines: the place in this reading would be taken for one of the user's file.
    made.remarks[:] = [remark._replace(line=None) for remark in made.remarks]
    return made


def _store_documents(context: JobContext, calculated: Report, folder: Path) -> dict[str, dict[str, Any]]:
    """Store each document as one object whose key is made from the job's id."""
    documents = documents_of(calculated.setup)
    files: dict[str, dict[str, Any]] = {}
    for number, document in enumerate(documents, 1):
        path = folder / document.filename(calculated)
        document.write(calculated, path)
        key = f"tax/{context.user_id}/{context.job_id}/{path.name}"
        stored = context.platform.objects.put_file(path, key, content_type=document.content_type)
        if number == 1:
            context.point("first_write")
        files[document.format] = {"key": stored.key, "size": stored.size, "sha256": stored.sha256, "name": path.name}
        context.progress(0.4 + 0.5 * number / len(documents))
    return files
