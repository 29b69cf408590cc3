"""The work of accounts: daily figures, and the end of old sessions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from premium.accounts.jobs import ACTIVITY, PURGE
from premium.accounts.store import AccountStore, SessionStore
from premium.execution.context import JobContext
from premium.execution.runtime import job
from premium.jobs.model import Moment
from premium.observability import observe

_AT_ONCE = 1000


@job(ACTIVITY)
def activity(context: JobContext, payload: Moment) -> Mapping[str, Any]:  # noqa: ARG001 - the job's own time decides
    """Publish how many users were active, and how many new ones came back.

    Counted up to the job's acceptance (`premium.accounts.model.Activity` says what exactly); a repeat counts the same
    windows. A cohort without users has no retention.
    """
    counted = AccountStore(context.platform.worker_database).activity(context.created_at)
    context.point("first_write")
    observe("ActiveUsersDay", counted.active_day, "Count")
    observe("ActiveUsersWeek", counted.active_week, "Count")
    observe("ActiveUsersMonth", counted.active_month, "Count")
    if counted.cohort_1:
        observe("RetentionDay1", 100 * counted.returned_1 / counted.cohort_1, "Percent")
    if counted.cohort_7:
        observe("RetentionDay7", 100 * counted.returned_7 / counted.cohort_7, "Percent")
    if counted.cohort_30:
        observe("RetentionDay30", 100 * counted.returned_30 / counted.cohort_30, "Percent")
    context.point("before_commit")
    return counted.model_dump()


@job(PURGE)
def purge(context: JobContext, payload: Moment) -> Mapping[str, Any]:  # noqa: ARG001 - the day decides, whenever it is
    """Delete sessions that ended over 30 days ago.

    A thousand at a time: a repeat goes on where it was stopped.
    """
    store, purged = SessionStore(context.platform.worker_database), 0
    context.point("first_write")
    while deleted := store.purge(_AT_ONCE):
        purged += deleted
    context.point("before_commit")
    return {"sessions": purged}
