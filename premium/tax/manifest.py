"""Declare the tax service."""

from __future__ import annotations

from decimal import Decimal

from premium.manifest import Command, Consumer, Metric, Place, Queue, Quota, Service

UPLOADS = "tax-imports/"
"""Keys of uploads in the bucket of exports begin so."""

SERVICE = Service(
    name="tax",
    title="Transactions, gains and tax reports",
    routes=(
        "POST /v1/tax/reports",
        "GET /v1/tax/reports",
        "GET /v1/tax/reports/{id}",
        "GET /v1/tax/transactions",
        "POST /v1/tax/transactions/import",
        "POST /v1/tax/transactions/uploads",
        "POST /v1/tax/transactions/uploads/{id}/import",
        "POST /v1/tax/transactions/wallets",
        "GET /v1/tax/imports",
        "DELETE /v1/tax/imports/{id}",
        "GET /v1/tax/reports/{id}/gains",
        "GET /v1/tax/summary/{year}",
        "POST /v1/tax/compare",
        "GET /v1/tax/compare/{year}",
        "POST /v2/premium/tax/reports",
        "GET /v2/premium/tax/reports",
    ),
    needs=("database", "redis", "idempotency", "audit", "jobs", "reports", "exports"),
    consumers=(Consumer(name="uploads", uploads=UPLOADS, needs=("redis", "jobs", "exports", "audit")),),
    quotas=(Quota(name="reports_a_day", used="premium.quotas.jobs_today"),),
    scopes=("tax:read", "tax:write"),
    kinds=("tax.report", "tax.import", "tax.wallet", "tax.compare"),
    queue="tax",
    worker_needs=("reports", "exports", "market"),
    queues=(Queue(name="tax", urgency=50, share=Decimal("0.15")),),
    tables=("tax_transactions", "tax_reports", "tax_wallet_reads", "tax_imports", "tax_comparisons"),
    metrics=(Metric(name="ReportsMade", title="Tax reports made"),),
    commands=(Command(name="tax", text="Transaction histories and tax reports."),),
    places=(
        Place(store="premium", name="tax_transactions"),
        Place(store="premium", name="tax_reports"),
        Place(store="premium", name="tax_imports"),
        Place(store="premium", name="tax_comparisons"),
        Place(store="premium", name="tax_wallet_reads"),
        Place(store="s3", name="reports/tax/{user}/"),
        Place(store="s3", name="exports/tax-imports/{user}/"),
    ),
)
