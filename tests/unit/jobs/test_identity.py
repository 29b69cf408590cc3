"""Who a job is."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from premium.jobs.identity import fingerprint, job_id
from premium.jobs.model import JobKind, JobPayload

pytestmark = pytest.mark.unit


class Report(JobPayload):
    year: int
    method: str | None = None


def kind(name: str) -> JobKind[Report]:
    return JobKind(name=name, function="premium.tax.work.report", queue="tax", payload=Report, timeout_seconds=60)


TAX, OTHER = kind("tax.report"), kind("tax.other")
USER = UUID("11111111-1111-1111-1111-111111111111")


def test_an_id_follows_from_user_kind_and_key() -> None:
    known = UUID("b4ab97da-79f0-5b52-a7de-ee3ece360805")  # for ever: a repeated request must find its first job
    assert job_id(TAX, USER, "k") == known
    assert len({known, job_id(TAX, uuid4(), "k"), job_id(OTHER, USER, "k"), job_id(TAX, USER, "l")}) == 4


def test_without_a_key_every_call_is_another_job() -> None:
    assert job_id(TAX, USER, None) != job_id(TAX, USER, None)


def test_a_fingerprint_tells_payloads_and_kinds_apart() -> None:
    first = fingerprint(TAX, Report(year=2025))
    assert fingerprint(TAX, Report(year=2025, method=None)) == first
    assert fingerprint(TAX, Report(year=2024)) != first
    assert fingerprint(OTHER, Report(year=2025)) != first
    assert len(first) == 64
