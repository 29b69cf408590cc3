"""Routes of jobs, health and the OpenAPI document; answers for unknown paths."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from aws_lambda_powertools.event_handler import Response

from handlers.runtime import Caller, JobView, View, entry, job_view, needs, public, router
from handlers.runtime.documents.openapi import document
from handlers.runtime.documents.paths import methods_of
from handlers.runtime.readiness import ready
from premium.bootstrap import platform
from premium.errors import UpstreamUnavailable
from premium.storage.plain import to_json

app = router("Jobs & meta", elsewhere=methods_of)


class Health(View):
    """The answer of a function that runs."""

    status: Literal["ok"] = "ok"


class Readiness(Health):
    """The answer when every neighbour answers."""

    checks: dict[str, Literal["ok"]]
    """PostgreSQL, time series, Redis and DynamoDB; one that is down answers 503 with its name in `details`."""


@app.get("/v1/health")
@public
def health() -> Health:
    """Tell whether this function answers.

    It says nothing of its neighbours.
    """
    return Health()


@app.get("/v1/health/ready")
@public
def readiness() -> Readiness:
    """Tell whether every store that requests need answers.

    UPSTREAM_UNAVAILABLE names those that do not.
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
    down = [name for name, up in answers.items() if not up]
    if down:
        states = {name: "ok" if up else "down" for name, up in answers.items()}
        raise UpstreamUnavailable(f"Not ready: {', '.join(down)}", details=states)
    return Readiness(checks=dict.fromkeys(answers, "ok"))


@app.get("/v1/openapi.json")
@public
def openapi() -> Response[str]:
    """Return this OpenAPI document.

    It has no envelope, as its readers expect.
    """
    return Response(status_code=200, content_type="application/json", body=to_json(document()))


@app.get("/v1/jobs/<job_id>")
@needs()
def job(caller: Caller, job_id: UUID) -> JobView:
    """Show a job and its progress.

    Another user's job is NOT_FOUND.
    """
    return job_view(platform().jobs.get(caller.user_id, job_id))


handler = entry(app)
