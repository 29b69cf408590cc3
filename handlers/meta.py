"""Jobs, health, the OpenAPI document, and the answer to every path that does not exist."""

from __future__ import annotations

from uuid import UUID

from handlers.runtime import Caller, JobView, View, entry, job_view, needs, public, router
from premium.bootstrap import platform

app = router("Jobs & meta")


class Health(View):
    status: str


@app.get("/v1/health")
@public
def health() -> Health:
    """This function answers; says nothing of its neighbours."""
    return Health(status="ok")


@app.get("/v1/jobs/<job_id>")
@needs()
def job(caller: Caller, job_id: UUID) -> JobView:
    """How far a job is; another user's job is NOT_FOUND."""
    return job_view(platform().jobs.get(caller.user_id, job_id))


handler = entry(app)
