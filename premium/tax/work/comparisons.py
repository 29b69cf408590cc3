"""Compare a year under every method that the country allows, and store one row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from premium.execution.context import JobContext
from premium.execution.runtime import job
from premium.tax.calculation import report_of
from premium.tax.days import instant_of
from premium.tax.history.price_series import PriceSeries
from premium.tax.jobs import COMPARISON, ComparisonPayload
from premium.tax.reports.comparison import compared
from premium.tax.reports.result import MAX_WARNINGS, warning
from premium.tax.store.comparisons import ComparisonStore
from premium.tax.work.prices import Lack, price_series
from premium.tax.work.reports import priced_history, setup_for


@job(COMPARISON)
def compare(context: JobContext, payload: ComparisonPayload) -> Mapping[str, Any]:
    """Compute the year once a method: `{comparison_id, links}`; run twice, it leaves one row."""
    store = ComparisonStore(context.platform.worker_database)
    if store.get(context.user_id, context.job_id) is None:
        store.add(context.user_id, _made(context, payload), context.point)
    links = {"comparison": f"/v1/tax/compare/{payload.year}?jurisdiction={payload.jurisdiction}"}
    return {"comparison_id": str(context.job_id), "links": links}


def _made(context: JobContext, payload: ComparisonPayload) -> dict[str, Any]:
    chosen, now = setup_for(payload), instant_of(context.created_at)
    rules, year = chosen.rules, payload.year
    read, prices = priced_history(context, chosen)
    transactions = list(read.transactions)
    methods: list[dict[str, Any]] = []
    warnings: list[dict[str, Any]] = []
    today: PriceSeries | None = None
    for number, method in enumerate(rules.methods, 1):
        # A calculation takes the list over, and tells of what it finds in remarks of its own.
        again = read._replace(transactions=list(transactions), remarks=list(read.remarks))
        setup = setup_for(payload.model_copy(update={"method": method}))
        # What could be sold now is what is left now, not at the end of the year.
        setup = replace(setup, until=setup.calendar.day(now))
        report = report_of(again, setup, prices=prices, tax_year=year, now=now, several=True)
        report.remarks[:] = [remark._replace(line=None) for remark in report.remarks]
        if today is None:
            held = {Lack(part.asset, now) for part in report.outcome.holdings}
            today = price_series(context.platform, held, chosen.currency, report.remarks)
            warnings = [warning(notice) for notice in report.remarks[:MAX_WARNINGS]]
        methods.append(compared(report, today, now))
        context.progress(number / len(rules.methods))
    return {
        "id": context.job_id,
        "year": year,
        "jurisdiction": rules.code,
        "currency": chosen.currency,
        "methods": methods,
        "warnings": warnings,
        "generated_at": context.created_at,
    }
