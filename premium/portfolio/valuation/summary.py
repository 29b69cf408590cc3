"""Says of a snapshot what a job's result and the stream tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from premium.money import plain
from premium.portfolio.model import Snapshot, Statement, Status


def summary(snapshot: Snapshot, statement: Statement | None = None) -> Mapping[str, Any]:
    """Return totals and counts of a snapshot, by the API's names."""
    fresh = sum(state.status is Status.FRESH for state in snapshot.chains.values())
    return {
        "totalValueUsd": plain(snapshot.total_value),
        "uncertainValueUsd": plain(snapshot.uncertain_value),
        "asOf": snapshot.timestamp.isoformat(),
        "isStale": snapshot.is_stale,
        "assets": len(snapshot.holdings),
        "chainsRead": fresh,
        "chainsFailed": len(snapshot.chains) - fresh,
        "complete": bool(statement and statement.job_id == snapshot.job_id and statement.answer["complete"]),
    }
