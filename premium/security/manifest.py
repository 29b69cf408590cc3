"""Declare the security service."""

from __future__ import annotations

from decimal import Decimal

from premium.manifest import Alarm, Command, Metric, NoticeKind, Place, Queue, Quota, Resident, Schedule, Service

SERVICE = Service(
    name="security",
    title="Scans before a signature, of contracts and of addresses",
    routes=(
        "POST /v1/security/scan/transaction",
        "POST /v1/security/scan/message",
        "POST /v1/security/scan/contract",
        "POST /v1/security/scan/address",
        "GET /v1/security/scans",
        "GET /v1/security/scans/{id}",
        "GET /v1/security/findings",
        "GET /v1/security/risk-score/{address}",
        "GET /v1/security/approvals",
        "POST /v1/security/disputes",
        "GET /v1/security/disputes",
    ),
    needs=("database", "redis", "idempotency", "audit", "jobs", "exports"),
    quotas=(
        Quota(name="scans_a_day", used="premium.quotas.jobs_today"),
        Quota(name="checks_a_day", used="premium.security.service.checks_today"),
    ),
    scopes=("security:read", "security:write"),
    kinds=(
        "security.scan_contract",
        "security.scan_address",
        "security.scan_source",
        "security.score",
        "security.approvals",
        "security.held",
        "security.upkeep",
        "security.watch",
    ),
    channels=("security",),
    queue="scanning",
    worker_needs=("market", "exports"),
    queues=(Queue(name="scanning", urgency=40, share=Decimal("0.15")),),
    # Beside the matcher, which always runs: an answer is waited for, and a class of its own costs a task.
    residents=(Resident(name="security.desk", queue="alerts", function="premium.security.work.resident.serve"),),
    schedules=(
        Schedule(name="security.upkeep", every=1440, job="security.upkeep"),
        Schedule(name="security.held", every=1440, job="security.held"),
        Schedule(name="security.watch", every=60, job="security.watch"),
    ),
    notices=(NoticeKind(name="security.changed"),),
    commands=(Command(name="security", text="Judge by files; lists of labels; disputes."),),
    tables=(
        "security_scans",
        "security_scans_monthly",
        "risk_scores",
        "label_imports",
        "address_labels",
        "code_analyses",
        "signature_imports",
        "imported_signatures",
        "security_disputes",
        "security_overrides",
        "security_watches",
    ),
    metrics=(
        Metric(name="ScansIncomplete", title="Share of scans that could not know everything", statistic="Average"),
        Metric(name="SimulationsFailed", title="Transactions that could not be simulated"),
        Metric(name="LabelAge", title="Age of the oldest list of harm", statistic="Maximum", minutes=1440),
        Metric(name="DisputesOpen", title="Disputes that wait for an answer", statistic="Maximum", minutes=1440),
    ),
    alarms=(
        Alarm(
            name="SimulationFailures",
            metric="SimulationsFailed",
            text="over 500 transactions in a quarter of an hour could not be simulated: verdicts rest on what they say",
            severity="warning",
            above=500,
            minutes=15,
        ),
        Alarm(
            name="LabelsStale",
            metric="LabelAge",
            text="a list of harm has not been refreshed for 30 days: answers say so, and miss what was listed since",
            severity="warning",
            above=2_592_000,
            statistic="Maximum",
            minutes=60,
        ),
    ),
    places=(
        Place(store="premium", name="security_scans"),
        Place(store="premium", name="security_scans_monthly"),
        Place(store="premium", name="security_disputes"),
        Place(store="premium", name="security_watches"),
        Place(store="s3", name="exports/security-sources/{user}/"),
        Place(store="redis", name="2:checks:{user}", exported=False),
    ),
)
