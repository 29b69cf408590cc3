"""Authorize every request before its function: the HTTP API's Lambda authorizer.

Payload 2.0, simple answers, no cache. It always allows: its verdict travels in the context, and the service's runtime
turns it into 401, 403, 429 or 503 with envelope and headers, which a denying authorizer could not give.
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from handlers.runtime.deadline import within
from handlers.runtime.requests.attempt import attempt_of
from premium.accounts import service
from premium.bootstrap import platform
from premium.errors import Forbidden
from premium.observability import logger, tracer
from premium.principal import Principal, Ruling

if TYPE_CHECKING:
    from premium.accounts.gatekeeper import Gatekeeper

_UNAVAILABLE = "Credentials cannot be checked just now; try again in a moment"
_PATIENCE_SECONDS = 4.0
"""A store that neither answers nor refuses ends here, well before Lambda would end us and the gateway answer bare."""

service.preload()


@cache
def gatekeeper() -> Gatekeeper:
    """Return the gatekeeper of this process."""
    return service.gatekeeper(platform())


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG001 - Lambda calls with two
    """Answer `{"isAuthorized": True, "context": {…}}`, whatever happens.

    A failure of ours is the verdict `unavailable`.
    """
    started = time.perf_counter()
    try:
        with tracer.segment("authorize"):
            ruling = within(_PATIENCE_SECONDS, _rule, event)
    except Exception:
        logger.exception("the authorizer failed")
        ruling = Ruling(verdict="unavailable", message=_UNAVAILABLE)
    milliseconds = round((time.perf_counter() - started) * 1000, 2)
    logger.info("authorized", verdict=ruling.verdict, route=event.get("routeKey"), ms=milliseconds)
    return {"isAuthorized": True, "context": ruling.context()}


def _rule(event: Mapping[str, Any]) -> Ruling:
    arn = platform().settings.origin_secret_arn
    try:
        attempt = attempt_of(event, platform().secrets.read(arn) if arn else None)
    except Forbidden as error:
        return Ruling(verdict="forbidden", message=error.message)
    ruling = gatekeeper().rule(attempt)
    return ruling if ruling.principal is None else replace(ruling, cursor_key=_cursor_key(ruling.principal))


def _cursor_key(caller: Principal) -> str:
    """Return what signs the caller's cursors: of use for his own lists alone."""
    secret = platform().secrets.read(platform().settings.require("cursor_secret_arn"))["value"]
    return hmac.digest(secret.encode(), f"cursors {caller.user_id}".encode(), "sha256").hex()
