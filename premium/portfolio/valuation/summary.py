"""Says of a snapshot what a job's result and the stream tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from premium.money import plain
from premium.portfolio.model import Snapshot, Statement, Status
from premium.portfolio.views.changed import changes

MOST_CHANGES = 100
"""Of one message: all of them are at `/changes`."""


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


def news(before: Snapshot | None, snapshot: Snapshot) -> Mapping[str, Any]:
    """Return what a message tells beside the summary: its cursor, and what changed."""
    found = changes([snapshot] if before is None else [before, snapshot], first=before is None)[0].assets
    rows = [
        {"wallet": each.wallet, "chain": each.chain, "asset": each.asset, "symbol": each.symbol,
         "unitsBefore": str(each.before), "unitsAfter": str(each.after)}
        for each in found[:MOST_CHANGES]
    ]  # fmt: skip
    return {"snapshotId": str(snapshot.job_id), "cursor": str(snapshot.job_id), "changes": rows,
            "changesLeftOut": max(len(found) - MOST_CHANGES, 0)}  # fmt: skip
