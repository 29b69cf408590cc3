"""Who asks, may he, how often: the Lambda authorizer of the HTTP API (payload 2.0, simple answers, no cache).

It always allows. Its verdict travels in the context, and the service's runtime turns it into 401, 403, 429 or 503 with
envelope and headers, which a denying authorizer could not give.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import cache
from typing import Any

from handlers.runtime.attempt import attempt_of
from handlers.runtime.deadline import within
from premium.accounts.callers import Callers
from premium.accounts.gatekeeper import Gatekeeper, Ruling
from premium.accounts.store import AccountStore
from premium.accounts.tokens import TokenVerifier
from premium.bootstrap import platform
from premium.errors import Forbidden
from premium.limits import PATIENCE_SECONDS, Limiter
from premium.observability import logger, tracer

_LOCAL_PATIENCE = 0.5
"""On one machine everything shares two cores, and 50 ms can pass without anything being wrong."""
_PATIENCE_SECONDS = 4.0
"""A store that neither answers nor refuses ends here, well before Lambda would end us and the gateway answer bare."""


@cache
def gatekeeper() -> Gatekeeper:
    at = platform()
    return Gatekeeper(
        verifier=TokenVerifier(at.secrets, at.settings.require("jwt_secret_arn")),
        callers=Callers(AccountStore(at.database_at_once), at.clock),
        limiter=Limiter(
            at.redis(2),
            when_down=at.settings.rate_limit_when_down,
            patience=_LOCAL_PATIENCE if at.settings.premium_stage == "local" else PATIENCE_SECONDS,
        ),
        clock=at.clock,
    )


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG001 - Lambda calls with two
    """`{"isAuthorized": True, "context": {…}}`, whatever happens; a failure of ours is the verdict `unavailable`."""
    started = time.perf_counter()
    try:
        with tracer.segment("authorize"):
            ruling = within(_PATIENCE_SECONDS, _rule, event)
    except Exception:
        logger.exception("the authorizer failed")
        ruling = Ruling(verdict="unavailable", message="Credentials cannot be checked just now; try again in a moment")
    milliseconds = round((time.perf_counter() - started) * 1000, 2)
    logger.info("authorized", verdict=ruling.verdict, route=event.get("routeKey"), ms=milliseconds)
    return {"isAuthorized": True, "context": ruling.context()}


def _rule(event: Mapping[str, Any]) -> Ruling:
    at = platform()
    arn = at.settings.origin_secret_arn
    try:
        attempt = attempt_of(event, at.secrets.read(arn) if arn else None)
    except Forbidden as error:
        return Ruling(verdict="forbidden", message=error.message)
    return gatekeeper().rule(attempt)
