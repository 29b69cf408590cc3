"""Routes of jobs, health, browsers' vitals and the OpenAPI document; answers for unknown paths."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from aws_lambda_powertools.event_handler import Response
from pydantic import Field

from handlers.models.chains import ChainsView
from handlers.models.console import VitalsBody, VitalsView
from handlers.runtime import Caller, JobView, View, entry, job_view, measured, needs, public, router
from handlers.runtime.documents import reference
from handlers.runtime.documents.paths import methods_of
from handlers.runtime.readiness import ready
from handlers.runtime.requests.state import current
from premium.bootstrap import platform
from premium.console.service import record
from premium.errors import Forbidden, UpstreamUnavailable
from premium.jobs.kinds import scope_of

app = router("Jobs & meta", elsewhere=methods_of)


class Health(View):
    """The answer of a function that runs."""

    status: Literal["ok"] = "ok"
    """Always `ok`."""


class Readiness(Health):
    """The answer when every neighbour answers."""

    checks: dict[str, Literal["ok"]] = Field(
        description="Every store, by name; one that is `down`, or `slow` (2 s), answers 503 with its name in `details`",
        examples=[{"postgres": "ok", "timeseries": "ok", "redis": "ok", "dynamodb": "ok"}],
    )


@app.get("/v1/health")
@public
def get_health() -> Health:
    """Tell whether this function answers.

    It says nothing of its neighbours.
    """
    return Health()


@app.get("/v1/health/ready")
@public
def get_readiness() -> Readiness:
    """Tell whether every store that requests need answers.

    UPSTREAM_UNAVAILABLE names those that do not: `down`, or `slow` where no answer came within two seconds.
    """
    stores = platform()
    answers = ready(
        {
            "postgres": lambda: stores.database.check(),  # noqa: PLW0108 - a part that cannot be made is down, too
            "timeseries": lambda: stores.timeseries.check(),  # noqa: PLW0108 - a part that cannot be made is down, too
            "redis": lambda: stores.redis(1).ping(),
            "dynamodb": lambda: stores.tables("jobs").get({"id": "ready"}, consistent=False),
        }
    )
    wanting = [f"{name} is {state}" for name, state in answers.items() if state != "ok"]
    if wanting:
        raise UpstreamUnavailable(f"Not ready: {', '.join(wanting)}", details=answers)
    return Readiness(checks=dict.fromkeys(answers, "ok"))


@app.get("/v1/openapi.json", compress=True)
@public
def get_openapi() -> Response[str]:
    """Return this OpenAPI document.

    It has no envelope, as its readers expect.
    """
    settings = platform().settings
    text = reference.document_text(settings.api_url, settings.stream_url)
    return Response(status_code=200, content_type="application/json", body=text)


@app.get("/", include_in_schema=False, compress=True)
@public
def show_start() -> Response[str]:
    """Show the reference to a person who opens the API's address."""
    return show_reference()


@app.get("/docs", include_in_schema=False, compress=True)
@public
def show_reference() -> Response[str]:
    """Show the reference of the API as a page."""
    current().headers |= {"Content-Security-Policy": reference.POLICY, "Referrer-Policy": "no-referrer"}
    body = reference.page(platform().settings.api_url)
    return Response(status_code=200, content_type="text/html; charset=utf-8", body=body)


@app.get("/docs/<name>", include_in_schema=False, compress=True)
@public
def show_file(name: str) -> Response[bytes]:
    """Return a file of that page."""
    content_type, content = reference.file(name)
    current().headers["Cache-Control"] = "public, max-age=86400"
    return Response(status_code=200, content_type=content_type, body=content)


@app.get("/v1/chains")
@public
def list_chains() -> ChainsView:
    """List the chains, and what this stage reads of each.

    `newestBlock` is the last one whose transfers and gas became events; its age tells how far behind they are.
    """
    # Imported where it is asked for: the other routes of this function need none of it.
    from premium.alerts.service import WatchedChains  # noqa: PLC0415 - as said above

    here = platform()
    watched = WatchedChains.of(here)
    return ChainsView.of(here.chains, watched.names, watched.newest(), here.clock.now())


@app.get("/v1/jobs/<job_id>")
@needs()
def get_job(caller: Caller, job_id: UUID) -> JobView:
    """Show a job and its progress.

    Another user's job is NOT_FOUND. An API key needs the scope of the job's service: `tax:read` for `tax.report`.
    """
    record = platform().jobs.get(caller.user_id, job_id)
    scope = scope_of(record.kind)
    if not caller.may(scope):
        raise Forbidden("This API key lacks a scope", details={"scope": scope})
    return job_view(record)


@app.post("/v1/console/vitals")
@measured
def import_vitals(body: VitalsBody) -> VitalsView:
    """Take what a browser measured of a page of the web console.

    Browsers send a sample, signed in or not. Nothing is kept of who sent it: the numbers become metrics by page.
    """
    record(body.page, body.measured())
    return VitalsView(taken=len(body.vitals))


handler = entry(app)
