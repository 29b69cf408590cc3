"""Make the Lambda function that serves a router.

It adds request id, headers, CORS and one access line, and never lets an exception out.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from handlers.runtime.answers.cors import cors_headers, preflight
from handlers.runtime.answers.redirect import landed
from handlers.runtime.requests.state import RequestState, begin
from handlers.runtime.router import Router, error_response
from premium.observability import logger, tracer

Event = Mapping[str, Any]
Answer = dict[str, Any]


def entry(app: Router) -> Callable[[Event, Any], Answer]:
    """Return the function that a Lambda configuration names: `handler = entry(app)`."""

    def handler(event: Event, context: Any) -> Answer:
        """Answer one event of API Gateway."""
        started = time.perf_counter()
        event = event if isinstance(event, dict) else {}
        state = begin(event, context)
        logger.append_keys(request_id=state.request_id)
        if state.ruling.principal is not None:
            logger.append_keys(user_id=str(state.ruling.principal.user_id))
        try:
            with tracer.segment("request", request_id=state.request_id):
                answer = preflight(event) or app.resolve(event, context)
        except Exception:
            logger.exception("the router failed")
            answer = _bare(error_response(None))
        answer = landed(event, answer)
        answer["headers"] = {**answer.get("headers", {}), **_headers(state), **cors_headers(event)}
        _access_line(event, state, answer, started)
        logger.remove_keys(["request_id", "user_id"])
        return answer

    return handler


def _bare(response: Any) -> Answer:
    return {
        "statusCode": response.status_code,
        "body": response.body,
        "isBase64Encoded": False,
        "headers": {"Content-Type": "application/json"},
    }


def _headers(state: RequestState) -> dict[str, str]:
    ruling = state.ruling
    return {
        "X-Request-Id": state.request_id,
        "X-RateLimit-Limit": str(ruling.limit),
        "X-RateLimit-Remaining": str(ruling.remaining),
        "X-RateLimit-Reset": str(ruling.reset),
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        **state.headers,
    }


def _access_line(event: Event, state: RequestState, answer: Answer, started: float) -> None:
    # Also keeps the emulator quick: it waits 50 ms for the log of a function that wrote none.
    milliseconds = round((time.perf_counter() - started) * 1000, 2)
    http = (event.get("requestContext") or {}).get("http") or {}
    logger.info("request", method=http.get("method"), route=state.route, status=answer["statusCode"], ms=milliseconds)
