"""`kill -9` of the worker in the middle of each job: it is done again, and leaves one result."""

from __future__ import annotations

import json
from typing import Any

import boto3
import psycopg
import pytest

from local.postgres import SUPERUSER
from premium.execution.chaos import POINTS, VARIABLE
from premium.jobs.model import JobRecord, JobStatus
from premium.tax.jobs import COMPARISON, REPORT, WALLET, ComparisonPayload, WalletPayload
from tests.integration.chaos.conftest import Fleets, Stage, until

pytestmark = pytest.mark.chaos

ALL = "aggregation,scanning,tax"


@pytest.mark.parametrize("point", POINTS)
def test_three_jobs_killed_at_one_point_end_once_each(stage: Stage, fleet: Fleets, point: str) -> None:
    jobs = stage.start_all(stage.user())
    running = fleet("--processes=3", queues=ALL, extra={VARIABLE: point})
    until(lambda: stage.ended(*jobs), seconds=30)

    entries = json_lines(running.log())
    for job in jobs:
        assert passed(entries, job) == [*POINTS[: POINTS.index(point) + 1], *POINTS]
        record = stage.record(job)
        assert (job.kind, record.status, record.attempt) == (job.kind, JobStatus.DONE, 2)
        assert (job.kind, stage.results(job)) == (job.kind, 1)
    assert sum(entry["message"] == "worker died and is replaced" for entry in entries) == 3
    documents_are_whole(stage, next(job for job in jobs if job.kind == REPORT.name))


def test_a_wallets_reading_that_is_killed_leaves_each_transaction_once(stage: Stage, fleet: Fleets) -> None:
    user = stage.user()
    known = stage.transactions_of(user)
    payload = WalletPayload(chain="local", address=stage.market.wallet, from_block=0)
    job = stage.platform.jobs.start(WALLET, payload, user_id=user, request_id="req_chaos")
    running = fleet("--processes=1", queues="tax", extra={VARIABLE: "before_commit"})
    until(lambda: stage.ended(job), seconds=30)
    assert passed(json_lines(running.log()), job) == [*POINTS, *POINTS]
    first = stage.record(job)
    assert (first.status, first.attempt) == (JobStatus.DONE, 2)
    assert first.result is not None
    assert stage.transactions_of(user) - known == first.result["added"] > 0
    again = stage.platform.jobs.start(WALLET, payload, user_id=user, request_id="req_again")
    until(lambda: stage.ended(again), seconds=30)
    assert (stage.record(again).result or {})["added"] == 0


@pytest.mark.parametrize("point", POINTS)
def test_a_comparison_that_is_killed_leaves_one_row(stage: Stage, fleet: Fleets, point: str) -> None:
    user = stage.user()
    payload = ComparisonPayload(year=2025, jurisdiction="US")
    job = stage.platform.jobs.start(COMPARISON, payload, user_id=user, request_id="req_chaos")
    running = fleet("--processes=1", queues="tax", extra={VARIABLE: point})
    until(lambda: stage.ended(job), seconds=30)
    assert passed(json_lines(running.log()), job) == [*POINTS[: POINTS.index(point) + 1], *POINTS]
    record = stage.record(job)
    assert (record.status, record.attempt) == (JobStatus.DONE, 2)
    with psycopg.connect(stage.postgres.url("premium", SUPERUSER)) as connection:
        rows = connection.execute("SELECT id FROM tax_comparisons WHERE user_id = %s", (user,)).fetchall()
    assert rows == [(job.id,)]


def json_lines(log: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.splitlines() if line.startswith('{"level"')]


def passed(entries: list[dict[str, Any]], job: JobRecord) -> list[str]:
    """The points that the log shows for this job, in order, over its attempts: those that all kinds of jobs have."""
    shown = [e["point"] for e in entries if e["message"] == "point" and e.get("job_id") == str(job.id)]
    return [point for point in shown if point in POINTS]


def documents_are_whole(stage: Stage, job: JobRecord) -> None:
    """Every document that the report names is there, and no other."""
    result = stage.record(job).result
    assert result is not None
    with psycopg.connect(stage.postgres.url("premium", SUPERUSER)) as connection:
        row = connection.execute("SELECT files FROM tax_reports WHERE job_id = %s", (job.id,)).fetchone()
    assert row is not None
    assert sorted(row[0]) == result["formats"]
    bucket = boto3.client("s3").list_objects_v2(Bucket=stage.environment["REPORTS_BUCKET"], Prefix="tax/")
    assert sorted(entry["Key"] for entry in bucket["Contents"]) == sorted(file["key"] for file in row[0].values())
