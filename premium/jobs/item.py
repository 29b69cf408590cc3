"""Write a job record as a DynamoDB item, and read it.

Sortable instants, JSON for what has a free form, exact numbers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from premium.jobs.model import JobRecord
from premium.storage.plain import to_json

KEPT_AFTER_THE_END = timedelta(days=30)

_JSON = ("payload", "result", "error")


def instant(moment: datetime) -> str:
    """Return an instant as text whose order is the order of time.

    Always with microseconds.
    """
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def expiry(ended_at: datetime) -> int:
    """Return the `ttl` attribute: epoch seconds."""
    return int((ended_at + KEPT_AFTER_THE_END).timestamp())


def compact(value: Any) -> str:
    """Return a value as JSON text.

    DynamoDB's numbers and empty sets would not give the same value back.
    """
    return to_json(value)


def to_item(record: JobRecord) -> dict[str, Any]:
    """Return the item of a record that has not ended.

    What an end adds is written by `JobStore.finish` and `fail`.
    """
    return {
        "id": str(record.id),
        "user_id": str(record.user_id),
        "kind": record.kind,
        "status": record.status.value,
        "progress": record.progress,
        "payload": compact(record.payload),
        "fingerprint": record.fingerprint,
        "attempt": record.attempt,
        "request_id": record.request_id,
        "created_at": instant(record.created_at),
        "updated_at": instant(record.updated_at),
        "spent": record.spent,
    }


def from_item(item: Mapping[str, Any]) -> JobRecord:
    """Return the record of an item.

    Ignores attributes that a newer release added.
    """
    values = {name: json.loads(value) if name in _JSON and value else value for name, value in item.items()}
    return JobRecord.model_validate(values)
