"""SQL of what an export tells of snapshots, and of what an erasure takes away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from uuid import UUID

from premium.subjects import Subject

if TYPE_CHECKING:
    from premium.bootstrap import Platform

_AT_ONCE = 5_000
_SNAPSHOTS = "SELECT to_jsonb(t)::text AS row FROM portfolio_snapshots t WHERE user_id = %s ORDER BY 1"
_DAYS = "SELECT to_jsonb(t)::text AS row FROM portfolio_snapshots_daily t WHERE user_id = %s ORDER BY 1"
_WEEKS = "SELECT to_jsonb(t)::text AS row FROM portfolio_snapshots_weekly t WHERE user_id = %s ORDER BY 1"
_CLOSES = "SELECT to_jsonb(t)::text AS row FROM portfolio_closes t WHERE user_id = %s ORDER BY 1"
_METRICS = "SELECT to_jsonb(t)::text AS row FROM performance_metrics t WHERE user_id = %s ORDER BY 1"
_ERASE = "SELECT erase_snapshots(%s, %s, %s) AS gone"


def snapshots(platform: Platform, subject: Subject) -> Iterator[str]:
    """Yield a user's snapshots as JSON, whose numbers are exact."""
    return _rows(platform, subject.user_id, _SNAPSHOTS)


def days(platform: Platform, subject: Subject) -> Iterator[str]:
    """Yield a user's days."""
    return _rows(platform, subject.user_id, _DAYS)


def weeks(platform: Platform, subject: Subject) -> Iterator[str]:
    """Yield a user's weeks."""
    return _rows(platform, subject.user_id, _WEEKS)


def closes(platform: Platform, subject: Subject) -> Iterator[str]:
    """Yield a user's totals at the ends of days."""
    return _rows(platform, subject.user_id, _CLOSES)


def metrics(platform: Platform, subject: Subject) -> Iterator[str]:
    """Yield a user's days with their splits and figures."""
    return _rows(platform, subject.user_id, _METRICS)


def erase_metrics(platform: Platform, subject: Subject) -> int:
    """Take away a user's days with their splits and figures; return how many there were."""
    return _gone(platform, "SELECT erase_metrics(%s, %s) AS gone", [subject.user_id, _AT_ONCE])


def erase_snapshots(platform: Platform, subject: Subject) -> int:
    """Take away a user's snapshots; return how many there were."""
    return _erased(platform, subject.user_id, "portfolio_snapshots")


def erase_days(platform: Platform, subject: Subject) -> int:
    """Take away a user's days; return how many there were."""
    return _erased(platform, subject.user_id, "portfolio_snapshots_daily_rollup")


def erase_weeks(platform: Platform, subject: Subject) -> int:
    """Take away a user's weeks; return how many there were."""
    return _erased(platform, subject.user_id, "portfolio_snapshots_weekly_rollup")


def erase_closes(platform: Platform, subject: Subject) -> int:
    """Take away a user's totals at the ends of days; return how many there were."""
    return _erased(platform, subject.user_id, "portfolio_closes")


def _rows(platform: Platform, user_id: UUID, statement: str) -> Iterator[str]:
    with platform.timeseries.transaction(statement_timeout_ms=60_000) as connection:
        for row in connection.cursor(name="personal").execute(statement, [user_id]):
            yield row["row"]


def _erased(platform: Platform, user_id: UUID, table: str) -> int:
    return _gone(platform, _ERASE, [table, user_id, _AT_ONCE])


def _gone(platform: Platform, statement: str, values: list[Any]) -> int:
    """Take away rows a batch a transaction: what is gone stays gone where this is stopped."""
    total = 0
    while True:
        with platform.timeseries.transaction(statement_timeout_ms=60_000) as connection:
            row = connection.execute(statement, values).fetchone()
        gone = int(row["gone"]) if row else 0
        total += gone
        if not gone:
            return total
