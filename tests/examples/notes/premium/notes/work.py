"""Bodies of the notes service's jobs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from premium.execution.context import JobContext
from premium.execution.runtime import job
from premium.jobs.model import Moment
from premium.notes.jobs import REMOVAL, SUMMARY, SummaryPayload
from premium.notes.manifest import NoteSettings
from premium.notes.store import NoteStore
from premium.notifications.model import Notice
from premium.notifications.service import enqueue_deliveries, notify


@job(SUMMARY)
def summary(context: JobContext, payload: SummaryPayload) -> Mapping[str, Any]:  # noqa: ARG001 - the form of a body
    """Count the user's notes and tell the user once, however often the job runs."""
    platform, user_id = context.platform, context.user_id
    with platform.database.as_user(user_id) as connection:
        notes = NoteStore(platform.database).count(connection, user_id)
        notice = Notice(
            user=user_id,
            kind="notes.summary",
            key=str(context.job_id),
            title="Your notes",
            text=f"You keep {notes} notes.",
            data={"notes": notes},
        )
        posted = notify(connection, [notice])
    enqueue_deliveries(platform.redis(1), posted)
    return {"notes": notes}


@job(REMOVAL)
def removal(context: JobContext, payload: Moment) -> Mapping[str, Any]:
    """Remove the notes that are too old; a repeat removes nothing more."""
    platform = context.platform
    kept = timedelta(days=platform.settings.of(NoteSettings).notes_kept_days)
    return {"removed": NoteStore(platform.worker_database).remove_before(payload.at - kept)}
