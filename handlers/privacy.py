"""Routes of the export and the erasure of an account."""

from __future__ import annotations

from uuid import UUID

from handlers.models.privacy import ErasureView, ErasureWish, ExportView
from handlers.runtime import Caller, JobView, RequestId, audited, entry, job_view, needs, router
from premium.bootstrap import platform
from premium.errors import Forbidden
from premium.privacy.service import Erasures, Exports

app = router("Privacy")


@app.post("/v1/users/export", status_code=202)
@needs(scope="privacy:read", security=True)
def start_export(caller: Caller, request_id: RequestId) -> JobView:
    """Make an archive of all that is known of the caller.

    JSON by service, and his files; its manifest lists rows and SHA-256 of each file.
    Within an hour it is the same archive.
    """
    audited(target=caller.user_id)
    return job_view(Exports.of(platform()).start(caller.user_id, request_id=request_id))


@app.get("/v1/users/exports/<job_id>")
@needs(scope="privacy:read")
def get_export(caller: Caller, job_id: UUID) -> ExportView:
    """Show a finished archive, with a new link; it is kept for 24 hours."""
    return ExportView.of(Exports.of(platform()).again(caller.user_id, job_id))


@app.delete("/v1/users/me", status_code=202)
@needs(security=True, recent=True)
def erase_account(caller: Caller, request_id: RequestId, body: ErasureWish) -> ErasureView:
    """Erase the account and all of its data, after 24 hours or at once.

    Until it is due `POST /v1/users/me/restore` takes it back. Then sessions, keys and streams end, subscriptions are
    cancelled, and everything goes but what the law keeps. The end is told by e-mail.
    """
    if caller.key_id is not None:
        raise Forbidden("No key erases an account")
    made = Erasures.of(platform()).ask(caller.user_id, by="user", at_once=body.at_once, request_id=request_id)
    audited(target=caller.user_id, due_at=made.due_at)
    return ErasureView.of(made)


@app.post("/v1/users/me/restore")
@needs(security=True)
def restore_account(caller: Caller) -> ErasureView:
    """Take the erasure of the account back; CONFLICT once it has begun."""
    if caller.key_id is not None:
        raise Forbidden("No key restores an account")
    audited(target=caller.user_id)
    return ErasureView.of(Erasures.of(platform()).restore(caller.user_id))


handler = entry(app)
