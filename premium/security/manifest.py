"""Declare the security service."""

from __future__ import annotations

from decimal import Decimal

from premium.manifest import Command, Place, Queue, Quota, Service

SERVICE = Service(
    name="security",
    title="Scans of contracts",
    routes=(
        "POST /v1/security/scan/contract",
        "GET /v1/security/scans",
        "GET /v1/security/scans/{id}",
    ),
    needs=("database", "redis", "idempotency", "audit", "jobs"),
    quotas=(Quota(name="scans_a_day", used="premium.quotas.jobs_today"),),
    scopes=("security:read", "security:write"),
    kinds=("security.scan_contract",),
    queue="scanning",
    worker_needs=("market",),
    queues=(Queue(name="scanning", urgency=40, share=Decimal("0.15")),),
    commands=(Command(name="security", text="Judge calls, messages and ABI data, by files."),),
    tables=("security_scans", "risk_scores"),
    places=(Place(store="premium", name="security_scans"),),
)
