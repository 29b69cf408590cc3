"""The work of privacy: archives, erasures, and their upkeep."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from premium.execution.context import JobContext
from premium.execution.runtime import job
from premium.jobs.model import Moment
from premium.notifications.model import Notice
from premium.notifications.service import enqueue_deliveries, notify
from premium.observability import logger, observe
from premium.privacy.jobs import ERASE, EXPORT, UPKEEP, ErasurePayload, ExportPayload
from premium.privacy.manifest import EXPORTS
from premium.privacy.service import Erasures, Exports
from premium.privacy.store import ErasureStore
from premium.privacy.work.archive import Archive
from premium.privacy.work.eraser import Eraser

_KEPT = timedelta(days=7 * 365.25)
_LATE = timedelta(hours=1)
_AT_ONCE = 100


@job(EXPORT)
def export(context: JobContext, payload: ExportPayload) -> Mapping[str, Any]:  # noqa: ARG001 - the form of a job's body
    """Make the archive of all that is known of a user."""
    platform, key = context.platform, f"{EXPORTS}{context.user_id}/{context.job_id}.zip"
    with TemporaryDirectory() as folder:
        path = Path(folder) / "export.zip"
        made = Archive.of(platform).write(context.user_id, path, as_of=context.created_at, progress=context.progress)
        context.point("first_write")
        platform.bucket("exports").put_file(path, key, content_type="application/zip")
    context.point("before_commit")
    notice = Notice(
        user=context.user_id,
        kind="privacy.export",
        key=str(context.job_id),
        title="Your data are ready",
        text=f"The archive that you asked for holds {made.rows} rows. It can be fetched for 24 hours.",
        data={"export": str(context.job_id)},
    )
    with platform.worker_database.as_user(context.user_id) as connection:
        told = notify(connection, [notice])
    enqueue_deliveries(platform.redis(1), told)
    return {**made.model_dump(), **Exports.of(platform).link(context.user_id, context.job_id, context.created_at)}


@job(ERASE)
def erase(context: JobContext, payload: ErasurePayload) -> Mapping[str, Any]:
    """Carry out one request of erasure, then tell its end by e-mail."""
    eraser = Eraser.of(context.platform, context.point)
    result = eraser.run(payload.erasure)
    eraser.tell(payload.erasure)
    return result


@job(UPKEEP)
def upkeep(context: JobContext, payload: Moment) -> Mapping[str, Any]:  # noqa: ARG001 - what is due is due by now
    """Start the erasures that are due, and end what the law kept for long enough.

    Each is started once an hour, until it is done.
    """
    platform, now = context.platform, context.platform.clock.now()
    store = ErasureStore(platform.worker_database)
    context.point("first_write")
    due = store.due(now, _AT_ONCE)
    for each in due:
        Erasures.of_operator(platform).start(each.id, request_id=f"req_{context.job_id}")
    late = sum(each.due_at < now - _LATE and each.finished_at is None for each in due)
    observe("ErasuresLate", late, "Count")
    if late:
        logger.error("erasures are late", erasures=[str(each.id) for each in due])
    purged = store.purge(now - _KEPT, _AT_ONCE)
    context.point("before_commit")
    return {"started": len(due), "late": late, "purged": purged}
