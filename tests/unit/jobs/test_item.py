"""Records as items: sortable instants, exact values."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from uuid import uuid4

import pytest

from premium.jobs.item import expiry, from_item, instant, to_item
from premium.jobs.model import JobRecord, JobStatus

pytestmark = pytest.mark.unit

WHOLE = datetime(2026, 11, 20, 10, 0, 0, tzinfo=UTC)


def test_instants_sort_as_text_also_where_a_fraction_is_zero() -> None:
    moments = [WHOLE + timedelta(microseconds=n) for n in (0, 1, 500_000, 999_999, 1_000_000)]
    assert sorted(map(instant, reversed(moments))) == [instant(moment) for moment in moments]
    assert instant(WHOLE.astimezone(timezone(timedelta(hours=5)))) == instant(WHOLE)


def test_a_record_survives_the_item_and_newer_attributes_are_ignored() -> None:
    record = JobRecord(
        id=uuid4(),
        user_id=uuid4(),
        kind="tax.report",
        payload={"rate": 0.1, "amount": "1.10", "none": None, "list": []},
        fingerprint="f" * 64,
        request_id="req_1",
        created_at=WHOLE,
        updated_at=WHOLE,
    )
    assert from_item({**to_item(record), "of_a_newer_release": {"x"}}) == record
    assert from_item({**to_item(record), "status": "done", "result": '{"id":"1"}'}).status is JobStatus.DONE


def test_a_record_expires_30_days_after_its_end() -> None:
    assert expiry(WHOLE) - int(WHOLE.timestamp()) == 30 * 24 * 3600
